"""HTTP/1.1 as the played hosts speak it: keep-alive, chunked and gzip answers, validators, HEAD."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, formatdate, parsedate_to_datetime

from tests.play import chrome
from tests.play.world import Answer, World

REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found",
           405: "Method Not Allowed", 421: "Misdirected Request"}  # fmt: skip
SERVERS = {
    "skhcn.hatinh.gov.vn": "Server: nginx/1.18.0 (Ubuntu)\r\nX-Powered-By: PHP/7.4.33\r\n",
    "haugiang.gov.vn": "Server: Microsoft-IIS/8.5\r\nX-Powered-By: ASP.NET\r\n",
    "skhcn.haugiang.gov.vn": "Server: nginx\r\nX-Content-Type-Options: nosniff\r\n",
}
Log = Callable[[str, str, str, int], None]


class Wire(asyncio.Protocol):
    """One connection: answers its requests in their order."""

    def __init__(self, world: World, count: Callable[[], int], log: Log, open: set[Wire]) -> None:
        self.world, self.count, self.log, self.open = world, count, log, open
        self.waiting = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.open.add(self)

    def connection_lost(self, reason: Exception | None) -> None:
        self.open.discard(self)

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while not self.transport.is_closing() and (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            first, *lines = self.waiting[:end].decode("latin-1").split("\r\n")
            fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = int(fields.get("content-length", "0"))
            if len(self.waiting) < end + 4 + length:
                return
            body = self.waiting[end + 4 : end + 4 + length]
            self.waiting = self.waiting[end + 4 + length :]
            self._respond(first, fields, body)

    def _respond(self, first: str, fields: dict[str, str], body: bytes) -> None:
        method, _, rest = first.partition(" ")
        target, _, version = rest.rpartition(" ")
        host = fields.get("host", "").partition(":")[0].lower()
        if method in ("GET", "HEAD"):
            answer = self.world.answer(host, target)
        elif method == "POST":
            answer = self.world.post(host, target, body)
        else:
            answer = Answer(405, "text/plain; charset=utf-8", b"only GET, HEAD and POST are played")
        status = 304 if _is_known(answer, fields) else answer.status
        self.log(host, method, target, status)
        self.transport.write(_message(answer, status, host, target, method, version, fields, self.count()))
        if fields.get("connection", "").lower() == "close" or version == "HTTP/1.0":
            self.transport.close()


def _is_known(answer: Answer, fields: dict[str, str]) -> bool:
    """Whether the client has this answer already (RFC 9110, section 13.2.2)."""
    if answer.status != 200:
        return False
    if (given := fields.get("if-none-match")) is not None:
        return answer.etag is not None and answer.etag in [one.strip() for one in given.split(",")]
    if (since := fields.get("if-modified-since")) is not None and answer.modified is not None:
        try:
            return answer.modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False
    return False


def _message(
    answer: Answer,
    status: int,
    host: str,
    target: str,
    method: str,
    version: str,
    fields: dict[str, str],
    counter: int,
) -> bytes:
    body = answer.body
    if answer.changes:
        for mark, text in chrome.values(counter).items():
            body = body.replace(mark.encode(), text.encode())
    head = f"HTTP/1.1 {status} {REASONS[status]}\r\nDate: {formatdate(usegmt=True)}\r\n{SERVERS.get(host, '')}"
    if answer.etag:
        head += f"ETag: {answer.etag}\r\n"
    if answer.modified:
        head += f"Last-Modified: {_http_date(answer.modified)}\r\n"
    if answer.location:
        head += f"Location: {answer.location}\r\n"
    if status == 304:
        return f"{head}\r\n".encode("latin-1")
    head += f"Content-Type: {answer.mime}\r\n"
    if answer.changes and host == "skhcn.hatinh.gov.vn":
        head += "Cache-Control: no-cache, private\r\n"
        head += f"Set-Cookie: laravel_session=s{counter:08x}; path=/; httponly\r\n"
    way = zlib.crc32(target.encode()) % 4
    if (
        answer.mime.startswith(("text/", "application/javascript"))
        and way >= 2
        and "gzip" in fields.get("accept-encoding", "")
    ):
        body = gzip.compress(body, 3, mtime=0)
        head += "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
    # Text is chunked by turns, pictures and documents seldom.
    chunked = way % 2 == 1 if answer.mime.startswith("text/") else zlib.crc32(target.encode()) % 7 == 0
    if chunked and version == "HTTP/1.1":
        return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode("latin-1") + (
            b"" if method == "HEAD" else _chunks(body)
        )
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + (b"" if method == "HEAD" else body)


def _chunks(body: bytes, size: int = 7001) -> bytes:
    parts = (body[start : start + size] for start in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
