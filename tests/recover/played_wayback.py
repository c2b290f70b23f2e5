"""A player of the Wayback Machine's protocol: its CDX server and its replay, over captures of ours.

Made after the public documentation of the CDX server and after what its public clients expect.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from email.utils import format_datetime
from urllib.parse import quote_plus, unquote_plus, urljoin

import surt

from tests.recover.served import Asked, Reply, Service, serving
from tests.recover.snaps import Snap, original, with_revisits

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
MOST = 150_000
"""Rows that an answer has at most."""
REPLAY = re.compile(r"/web/(\d{1,14})(\w\w_)?/(.+)", re.DOTALL)
HTML = ("Content-Type", "text/html; charset=utf-8")
Row = dict[str, str]


def rows_of(snaps: list[Snap]) -> list[Row]:
    """Return the index of captures: sorted; some rows are there twice."""
    found = []
    for number, snap in enumerate(with_revisits(snaps)):
        row = {
            "urlkey": snap.key,
            "timestamp": snap.ts,
            "original": snap.url,
            "mimetype": "warc/revisit" if snap.is_revisit else snap.mime,
            "statuscode": "-" if snap.is_revisit else str(snap.status),
            "digest": snap.digest,
            "length": str(len(zlib.compress(snap.raw)) + 400),
        }
        found += [row] * (2 if number % 7 == 3 else 1)
    return found


def query(
    rows: list[Row], parameters: list[tuple[str, str]], most: int = MOST
) -> tuple[list[str], list[Row], str | None]:
    """Return the fields, the rows and the key to go on with that answer a query.

    >>> rows = [{"urlkey": "vn,a)/", "timestamp": f"202{n}0101000000", "digest": d} for n, d in enumerate("AAB")]
    >>> asked = [("url", "a.vn"), ("fl", "timestamp"), ("collapse", "digest"), ("limit", "1")]
    >>> query(rows, [*asked, ("showResumeKey", "true")])
    (['timestamp'], [{'timestamp': '20200101000000'}], 'vn%2Ca%29%2F+20200101000000%21')
    >>> query(rows, [("url", "a.vn"), ("filter", "!digest:[AC]"), ("from", "2021"), ("fl", "digest")])[1]
    [{'digest': 'B'}]
    """
    told = dict(parameters)
    matched = [row for row in rows if _matches(row["urlkey"], told["url"], told.get("matchType"))]
    if "resumeKey" in told:
        after = tuple(unquote_plus(told["resumeKey"]).rstrip("!").split(" "))
        matched = [row for row in matched if (row["urlkey"], row["timestamp"]) > after]
    since, until = told.get("from", "").ljust(14, "0"), told.get("to", "").ljust(14, "9")
    matched = [row for row in matched if since <= row["timestamp"] <= until]
    for name, value in parameters:
        if name == "filter":
            is_not, field, pattern = re.fullmatch(r"(!?)(\w+):(.*)", value).groups()
            matched = [row for row in matched if bool(re.fullmatch(pattern, row[field])) != bool(is_not)]
    for name, value in parameters:
        if name == "collapse":
            matched = list(_collapsed(matched, *value.partition(":")[::2]))
    limit = int(told.get("limit", most))
    chosen = matched[limit:] if limit < 0 else matched[: min(limit, most)]
    key = None
    if told.get("showResumeKey") == "true" and limit >= 0 and len(chosen) < len(matched):
        key = quote_plus(f"{chosen[-1]['urlkey']} {chosen[-1]['timestamp']}!")
    fields = told["fl"].split(",") if "fl" in told else list(FIELDS)
    return fields, [{name: row[name] for name in fields} for row in chosen], key


def _matches(key: str, url: str, kind: str | None) -> bool:
    if url.startswith("*."):
        kind, url = "domain", url[2:]
    elif url.endswith("*"):
        kind, url = "prefix", url[:-1]
    asked = surt.surt(url if "://" in url else f"http://{url}")
    host = asked.partition(")")[0]
    if kind == "prefix":
        # What follows a question mark is no path of its own.
        return key.startswith(asked.removesuffix("/") if not url.endswith("/") else asked)
    if kind == "host":
        return key.startswith(f"{host})/")
    if kind == "domain":
        return key.startswith((f"{host})/", f"{host},"))
    return bool(key == asked)


def _collapsed(rows: list[Row], field: str, length: str) -> Iterator[Row]:
    """Yield rows, of neighbours that are alike the first."""
    last = None
    for row in rows:
        value = row[field][: int(length)] if length else row[field]
        if value != last:
            yield row
        last = value


class Wayback:
    """The service."""

    def __init__(self, snaps: list[Snap], name: str | None = None) -> None:
        """Play captures; *name*: the origin under which it believes to be."""
        self.snaps = with_revisits(snaps)
        self.rows = rows_of(snaps)
        self.name = name
        self.most = MOST

    def answer(self, asked: Asked) -> Reply:
        """Return what the service answers when all is well."""
        if asked.path == "/cdx/search/cdx":
            return self._index(asked)
        if (found := REPLAY.fullmatch(asked.target)) is not None and found[2] == "id_":
            return self._replay(asked, found[1], found[3])
        return Reply(404, (HTML,), b"<html><body>Page not found</body></html>")

    def _index(self, asked: Asked) -> Reply:
        if asked.parameter("url") is None:
            return Reply(400, (HTML,), b"<html><body>url is missing</body></html>")
        fields, rows, key = query(self.rows, asked.parameters, self.most)
        if asked.parameter("output") == "json":
            table: list[list[str]] = [fields, *([row[name] for name in fields] for row in rows)] if rows else []
            table += [[], [key]] if key else []
            # A row a line, as the service prints them.
            text = "[" + ",\n ".join(map(json.dumps, table)) + "]\n"
            kind = "application/json"
        else:
            text = "".join(" ".join(row[name] for name in fields) + "\n" for row in rows) + (
                f"\n{key}\n" if key else ""
            )
            kind = "text/plain"
        if "gzip" in asked.fields.get("accept-encoding", ""):
            return Reply(200, (("Content-Type", kind), ("Content-Encoding", "gzip")), gzip.compress(text.encode()))
        return Reply(200, (("Content-Type", kind),), text.encode())

    def _replay(self, asked: Asked, ts: str, url: str) -> Reply:
        origin = self.name or f"http://{asked.host}"
        key = surt.surt(url)
        found = [snap for snap in self.snaps if snap.key == key]
        if not found:
            return Reply(404, (HTML,), b"<html><body>Hrm. This URL has not been archived.</body></html>")
        snap = min(found, key=lambda one: (abs(int(one.ts) - int(ts.ljust(14, "0"))), one.url != url))
        if snap.ts != ts:
            where = f"{origin}/web/{snap.ts}id_/{snap.url}"
            told = (("Location", where), ("x-archive-redirect-reason", f"found capture at {snap.ts}"), HTML)
            return Reply(302, told, b"")
        body = snap
        if snap.is_revisit:
            body = original(snap, self.snaps)  # type: ignore[assignment]
            if body is None:
                return Reply(
                    404, (HTML, ("x-archive-wayback-runtime-error", "ResourceNotAvailable")), b"<html>404</html>"
                )
        return _memento(snap, body, origin, asked)


def _memento(snap: Snap, holder: Snap, origin: str, asked: Asked) -> Reply:
    """Return a capture as the replay gives it back."""
    link = f'<{snap.url}>; rel="original", <{origin}/web/{snap.ts}/{snap.url}>; rel="memento"; datetime="{format_datetime(snap.date, usegmt=True)}"'
    told = [("Server", "nginx"), ("memento-datetime", format_datetime(snap.date, usegmt=True)), ("link", link)]
    for name, value in snap.fields:
        lower = name.lower()
        if lower == "content-type":
            told.append(("Content-Type", value))
        elif lower == "location":
            told.append(("Location", f"{origin}/web/{snap.ts}id_/{urljoin(snap.url, value)}"))
        else:
            told.append((f"x-archive-orig-{lower}", value))
    told += [("x-archive-src", "played-collection/played-00001.warc.gz"), ("x-ts", str(snap.status))]
    takes_gzip = "gzip" in asked.fields.get("accept-encoding", "")
    body = holder.payload
    if snap.field("content-encoding"):
        # Half of what was packed when it was archived is given so, whoever asks; the rest as asked for.
        is_packed = takes_gzip or holder.digest[0] > "M"
        body = holder.payload if is_packed else holder.decoded
    elif is_packed := takes_gzip and snap.mime.startswith("text/"):
        body = gzip.compress(holder.payload)  # packed for the way only
    if is_packed:
        told.append(("Content-Encoding", "gzip"))
    return Reply(snap.status, tuple(told), body)


def wayback(snaps: list[Snap]) -> AbstractContextManager[Service]:
    """Play captures on this machine."""
    return serving(Wayback(snaps).answer)
