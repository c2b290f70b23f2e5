"""A player of Common Crawl: its list of crawls, their indexes, and WARC files given in ranges.

Made after the public documentation of its index server (which is pywb's) and of its files.
"""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from urllib.parse import urljoin

import surt

from tests.recover.served import Asked, Reply, Service, serving
from tests.recover.snaps import Snap, record, request, response, warcinfo

PAGE = 3
"""Rows on a page of an index: few, so that there are several."""
JSON = ("Content-Type", "application/json")
RANGE = re.compile(r"bytes=(\d+)-(\d+)")
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A capture, and where its record lies."""

    snap: Snap
    crawl: str
    filename: str
    offset: int
    length: int

    def row(self) -> Row:
        """Return its line of the index, without its key and time."""
        told = {
            "urlkey": self.snap.key,
            "timestamp": self.snap.ts,
            "url": self.snap.url,
            "mime": self.snap.mime,
            "mime-detected": self.snap.mime,
            "status": str(self.snap.status),
            "digest": self.snap.digest,
            "length": str(self.length),
            "offset": str(self.offset),
            "filename": self.filename,
        }
        if self.snap.status == 200 and self.snap.mime == "text/html":
            told |= {"languages": "vie", "encoding": "UTF-8"}
        if location := self.snap.field("location"):
            told["redirect"] = urljoin(self.snap.url, location)
        if self.snap.is_cut:
            told["truncated"] = "length"
        return told


def as_crawled(snap: Snap) -> Snap:
    """Return a capture as that crawler keeps it: decoded, its fields of the transfer under other names.

    >>> from tests.recover.snaps import at
    >>> raw = b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nab\\r\\n0\\r\\n\\r\\n"
    >>> as_crawled(Snap("http://a.vn/", at(2021, 1, 1), raw, "article")).raw
    b'HTTP/1.1 200 OK\\r\\nX-Crawler-Transfer-Encoding: chunked\\r\\nContent-Length: 2\\r\\n\\r\\nab'
    """
    body = snap.decoded
    lines = [snap.head.partition(b"\r\n")[0].decode()]
    for name, value in snap.fields:
        is_of_transfer = name.lower() in ("content-encoding", "transfer-encoding", "content-length")
        lines.append(f"X-Crawler-{name}: {value}" if is_of_transfer else f"{name}: {value}")
    lines.append(f"Content-Length: {len(body)}")
    return replace(snap, raw="\r\n".join([*lines, "", ""]).encode("latin-1") + body)


class CommonCrawl:
    """The service: index and files on one origin, as a played one has them."""

    def __init__(self, snaps: list[Snap], name: str | None = None, index_name: str | None = None) -> None:
        """Play captures; *index_name*: the origin of the indexes, when it is another than the one asked."""
        self.index_name = index_name
        self.files: dict[str, bytes] = {}
        self.kept: list[Kept] = []
        self.crawls: dict[str, tuple[str, str]] = {}
        """First and last time of each crawl."""
        self.lies: dict[str, Row] = {}
        """What the index says of an address instead of what is so."""
        for number, year in enumerate(sorted({snap.date.year for snap in snaps})):
            own = sorted((snap for snap in snaps if snap.date.year == year), key=lambda one: one.date)
            crawl = f"CC-MAIN-{year}-{own[0].date.isocalendar().week:02}"
            self.crawls[crawl] = own[0].ts, own[-1].ts
            for kind in ("warc", "crawldiagnostics", "robotstxt"):
                span = f"{own[0].ts}-{own[-1].ts}-0{number:04}"
                filename = f"crawl-data/{crawl}/segments/16234876{number:05}.21/{kind}/CC-MAIN-{span}.warc.gz"
                self._write(filename, crawl, [as_crawled(snap) for snap in own if folder(snap) == kind])

    def _write(self, filename: str, crawl: str, snaps: list[Snap]) -> None:
        if not snaps:
            return
        made = warcinfo(filename.rpartition("/")[2], snaps[0].date)
        for snap in snaps:
            made += request(snap)
            member = response(snap, truncated="length" if snap.is_cut else None)
            self.kept.append(Kept(snap, crawl, filename, len(made), len(member)))
            made += member
            told = [
                ("WARC-Record-ID", f"<{snap.id}-m>"),
                ("WARC-Date", f"{snap.date:%Y-%m-%dT%H:%M:%SZ}"),
                ("WARC-Target-URI", snap.url),
                ("WARC-Concurrent-To", f"<{snap.id}>"),
                ("Content-Type", "application/warc-fields"),
            ]
            made += record("metadata", told, b"fetchTimeMs: 312\r\ncharset-detected: UTF-8\r\n\r\n")
        self.files[filename] = made

    def answer(self, asked: Asked) -> Reply:
        """Return what the service answers when all is well."""
        path = asked.path.lstrip("/")
        if path == "collinfo.json":
            return Reply(200, (JSON,), json.dumps(self._collinfo(asked), indent=1).encode())
        if path.endswith("-index") and path.removesuffix("-index") in self.crawls:
            return self._index(asked, path.removesuffix("-index"))
        if path in self.files:
            return _ranged(asked, self.files[path])
        return Reply(404, (("Content-Type", "application/xml"),), b"<Error><Code>NoSuchKey</Code></Error>")

    def _collinfo(self, asked: Asked) -> list[Row]:
        origin = self.index_name or f"http://{asked.host}"
        newest_first = sorted(self.crawls, reverse=True)
        return [
            {
                "id": crawl,
                "name": f"Index of {crawl}",
                "timegate": f"{origin}/{crawl}/",
                "cdx-api": f"{origin}/{crawl}-index",
                "from": f"{_iso(self.crawls[crawl][0])}",
                "to": f"{_iso(self.crawls[crawl][1])}",
            }
            for crawl in newest_first
        ]

    def _index(self, asked: Asked, crawl: str) -> Reply:
        told = dict(asked.parameters)
        url = told.get("url", "")
        rows = sorted(
            (one.row() for one in self.kept if one.crawl == crawl), key=lambda row: (row["urlkey"], row["timestamp"])
        )
        rows = [
            row | self.lies.get(row["url"], {}) for row in rows if _matches(row["urlkey"], url, told.get("matchType"))
        ]
        since, until = told.get("from", "").ljust(14, "0"), told.get("to", "").ljust(14, "9")
        rows = [row for row in rows if since <= row["timestamp"] <= until]
        for name, value in asked.parameters:
            if name == "filter":
                rows = [row for row in rows if _passes(row, value)]
        if not rows:
            return Reply(404, (JSON,), json.dumps({"message": f"No Captures found for: {url}"}).encode())
        pages = -(-len(rows) // PAGE)
        if told.get("showNumPages") == "true":
            return Reply(200, (JSON,), json.dumps({"pages": pages, "pageSize": PAGE, "blocks": pages}).encode() + b"\n")
        if "page" in told:
            number = int(told["page"])
            if number >= pages:
                message = f"Page {number} invalid: First Page is 0, Last Page is {pages - 1}"
                return Reply(400, (JSON,), json.dumps({"message": message}).encode())
            rows = rows[number * PAGE : (number + 1) * PAGE]
        if "fl" in told:
            rows = [{name: row[name] for name in told["fl"].split(",") if name in row} for row in rows]
        rows = rows[: int(told.get("limit", "15000"))]
        if told.get("output") != "json":
            return Reply(200, (("Content-Type", "text/x-cdxj"),), "".join(map(_line, rows)).encode())
        return Reply(
            200, (("Content-Type", "text/x-ndjson"),), "".join(json.dumps(row) + "\n" for row in rows).encode()
        )


def folder(snap: Snap) -> str:
    """Return the kind of file in which that crawler keeps a capture."""
    if snap.url.endswith("/robots.txt"):
        return "robotstxt"
    return "warc" if snap.status == 200 else "crawldiagnostics"


def _matches(key: str, url: str, kind: str | None) -> bool:
    if url.startswith("*."):
        kind, url = "domain", url[2:]
    elif url.endswith("*"):
        kind, url = "prefix", url[:-1]
    asked = surt.surt(url if "://" in url else f"http://{url}")
    host = asked.partition(")")[0]
    if kind == "prefix":
        return key.startswith(asked)
    if kind == "host":
        return key.startswith(f"{host})/")
    if kind == "domain":
        return key.startswith((f"{host})/", f"{host},"))
    return bool(key == asked)


def _passes(row: Row, rule: str) -> bool:
    """Whether a row passes a filter, as pywb reads it: ``[!][=|~]field:value``; without a sign, part of the value."""
    is_not, sign, field, value = re.fullmatch(r"(!?)([=~]?)([\w-]+):(.*)", rule).groups()
    held = row.get(field, "")
    passes = held == value if sign == "=" else bool(re.match(value, held)) if sign == "~" else value in held
    return passes != bool(is_not)


def _line(row: Row) -> str:
    rest = {name: value for name, value in row.items() if name not in ("urlkey", "timestamp")}
    return f"{row['urlkey']} {row['timestamp']} {json.dumps(rest)}\n"


def _iso(ts: str) -> str:
    return f"{ts[:4]}-{ts[4:6]}-{ts[6:8]}T{ts[8:10]}:{ts[10:12]}:{ts[12:]}"


def _ranged(asked: Asked, whole: bytes) -> Reply:
    kind = ("Content-Type", "application/octet-stream")
    if (found := RANGE.fullmatch(asked.fields.get("range", ""))) is None:
        return Reply(200, (kind,), whole)
    start, end = int(found[1]), min(int(found[2]), len(whole) - 1)
    if start >= len(whole):
        return Reply(416, (("Content-Range", f"bytes */{len(whole)}"),), b"")
    return Reply(206, (kind, ("Content-Range", f"bytes {start}-{end}/{len(whole)}")), whole[start : end + 1])


def commoncrawl(played: CommonCrawl) -> AbstractContextManager[Service]:
    """Play it on this machine."""
    return serving(played.answer)
