"""A small web archive on this machine: speaks the protocols of Wayback, pywb and Common Crawl, and can lie in each."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from archive.times import parse_timestamp14
from archive.urls import surt

HTML = "text/html; charset=utf-8"
WORDS = (
    "Sở Khoa học và Công nghệ tỉnh Hậu Giang vừa tổ chức hội nghị triển khai nhiệm vụ khoa học và công nghệ. "
    "Tại hội nghị, các đại biểu đã thảo luận về việc ứng dụng tiến bộ kỹ thuật vào sản xuất nông nghiệp. "
)


@dataclass
class Held:
    """A capture in the small archive."""

    url: str
    timestamp: str
    body: bytes = b""
    status: int = 200
    mime: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()
    is_revisit: bool = False
    digest: str | None = None
    """What the index says, when that is not the truth."""
    listed: str | None = None
    """The address as the index lists it."""

    def index_digest(self) -> str:
        return self.digest or base64.b32encode(hashlib.sha1(self.body).digest()).decode()


def article(number: int, title: str, *, day: str = "18-05-2022", extra: str = "") -> bytes:
    """Return a page of Hậu Giang's second generation."""
    text = "".join(f"<p>{WORDS}Đoạn {n} của bài số {number}.</p>" for n in range(4))
    return (
        "<html><head><title>Chi tiết tin tức - Sở Khoa học công nghệ</title></head><body><div class='detail'>"
        f"<h1>{title}</h1><p>Ngày {day}</p>{text}{extra}</div></body></html>"
    ).encode()


@dataclass
class SmallArchive:
    """Captures, how they are given, and what was asked."""

    captures: list[Held] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    faults: list[Callable[[BaseHTTPRequestHandler], bool]] = field(default_factory=list)
    """Asked before each answer: one that returns true has answered."""
    page: int = 1000
    port: int = 0
    warc: bytes = b""

    @property
    def wayback(self) -> str:
        return f"http://127.0.0.1:{self.port}/cdx/search/cdx"

    @property
    def pywb(self) -> str:
        return f"http://127.0.0.1:{self.port}/all/cdx"

    @property
    def commoncrawl(self) -> str:
        return f"http://127.0.0.1:{self.port}/collinfo.json"

    def replays(self) -> list[str]:
        return [path for path in self.asked if "id_/" in path or path.startswith("/crawl-data/")]

    def counts(self) -> Counter[str]:
        return Counter(self.replays())

    def find(self, query: dict[str, str]) -> list[Held]:
        wanted = query["url"].partition("://")[2] or query["url"]
        host, _, path = wanted.partition("/")
        found = []
        for held in self.captures:
            parts = urlsplit(held.url)
            is_host = parts.netloc.lower().removesuffix(":80") == host
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            match = {
                "host": is_host,
                "prefix": is_host and target.lower().startswith(f"/{path}".lower()),
                "exact": surt(held.url) == surt(f"http://{wanted}"),
            }[query.get("matchType", "exact")]
            if match and query.get("from", "") <= held.timestamp <= query.get("to", "9"):
                found.append(held)
        return sorted(found, key=lambda held: (surt(held.url), held.timestamp))

    def make_warc(self) -> None:
        """Put all captures into one WARC file, as Common Crawl has them."""
        from tests.recover.warcs import member

        self.places: dict[int, tuple[int, int]] = {}
        self.warc = b""
        for held in self.captures:
            data = member(held)
            self.places[id(held)] = (len(self.warc), len(data))
            self.warc += data


@contextmanager
def serving(archive: SmallArchive) -> Iterator[SmallArchive]:
    """Serve a small archive."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            archive.asked.append(self.path)
            for fault in list(archive.faults):
                if fault(self):
                    return
            path = urlsplit(self.path).path
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            if path == "/cdx/search/cdx":
                self._wayback(query)
            elif path in ("/all/cdx", "/CC-MAIN-2022-21-index"):
                self._lines(query, is_common=path.startswith("/CC"))
            elif path == "/collinfo.json":
                api = f"http://127.0.0.1:{archive.port}/CC-MAIN-2022-21-index"
                self.give(200, json.dumps([{"id": "CC-MAIN-2022-21", "name": "May 2022", "cdx-api": api}]).encode())
            elif path.startswith("/crawl-data/"):
                self._range()
            else:
                self._replay()

        def _wayback(self, query: dict[str, str]) -> None:
            found = archive.find(query)
            start = int(query.get("resumeKey", "0"))
            size = min(int(query.get("limit", "1000")), archive.page)
            names = query["fl"].split(",")
            rows: list[list[str]] = [names] if found[start:] else []
            for held in found[start : start + size]:
                told = {
                    "timestamp": held.timestamp,
                    "original": held.listed or held.url,
                    "mimetype": "warc/revisit" if held.is_revisit else held.mime,
                    "statuscode": "-" if held.is_revisit else str(held.status),
                    "digest": held.index_digest(),
                    "length": str(len(held.body)),
                }
                rows.append([told[name] for name in names])
            if start + size < len(found):
                rows += [[], [str(start + size)]]
            self.give(200, json.dumps(rows).encode(), ("Content-Type", "application/json"))

        def _lines(self, query: dict[str, str], *, is_common: bool) -> None:
            found = archive.find(query)
            if is_common:
                page = int(query.get("page", "0"))
                if not found:
                    self.give(404, b'{"message": "No Captures found for: x"}')
                    return
                if page * archive.page >= len(found):
                    self.give(400, b'{"message": "Page 9 invalid: First Page is 0"}')
                    return
                found = found[page * archive.page : (page + 1) * archive.page]
            lines = []
            for held in found:
                entry = {
                    "urlkey": surt(held.url),
                    "timestamp": held.timestamp,
                    "url": held.listed or held.url,
                    "mime": "warc/revisit" if held.is_revisit else held.mime,
                    "status": str(held.status),
                    "digest": held.index_digest() if is_common else f"sha1:{held.index_digest()}",
                }
                if is_common:
                    offset, length = archive.places[id(held)]
                    entry |= {"filename": "crawl-data/a.warc.gz", "offset": str(offset), "length": str(length)}
                lines.append(json.dumps(entry))
            self.give(200, ("\n".join(lines) + "\n").encode() if lines else b"")

        def _range(self) -> None:
            first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
            piece = archive.warc[int(first) : int(last) + 1]
            placed = f"bytes {first}-{int(first) + len(piece) - 1}/{len(archive.warc)}"
            self.give(206, piece, ("Content-Range", placed))

        def _replay(self) -> None:
            stamp, _, url = self.path.partition("id_/")
            stamp = stamp.rpartition("/")[2]
            held = next((one for one in archive.captures if (one.timestamp, one.url) == (stamp, url)), None)
            if held is None:
                self.give(404, b"<html>not archived</html>")
                return
            moment = format_datetime(parse_timestamp14(held.timestamp), usegmt=True)
            fields = [("Memento-Datetime", moment), ("Content-Type", HTML if held.mime == "text/html" else held.mime)]
            fields += [(f"X-Archive-Orig-{name}", value) for name, value in held.headers]
            self.give(held.status, held.body, *fields)

        def give(self, status: int, body: bytes, *fields: tuple[str, str]) -> None:
            self.send_response(status)
            for name, value in fields:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    archive.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield archive
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def packed(body: bytes) -> bytes:
    """Return a body as a server compressed it."""
    return gzip.compress(body, mtime=0)
