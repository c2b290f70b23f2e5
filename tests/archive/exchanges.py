"""Exchanges with odd answers, as they come off the wire, for the tests of the archive."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime, timedelta

from archive.warc.records import LiveExchange

DATE = datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
PAGE = "<html><title>Sở Khoa học và Công nghệ</title></html>".encode()

CRLF = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"

ODD: dict[str, bytes] = {
    "plain": CRLF + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE,
    "close-delimited": CRLF + b"\r\n" + PAGE,
    "empty-body": CRLF + b"Content-Length: 0\r\n\r\n",
    "no-headers": b"HTTP/1.1 200 OK\r\n\r\n" + PAGE,
    "no-reason": b"HTTP/1.1 200\r\n\r\n" + PAGE,
    "no-space-after-status": b"HTTP/1.1 200OK\r\n\r\n" + PAGE,
    "lower-case-version": b"http/1.1 200 ok\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "http-1.0": b"HTTP/1.0 200 OK\r\nContent-Type:text/html\r\n\r\n" + PAGE,
    "lf-only": b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + PAGE,
    "lf-at-the-end": CRLF + b"\n" + PAGE,
    "lf-in-the-middle": b"HTTP/1.1 200 OK\r\nX: 1\nContent-Type: text/html\r\n\r\n" + PAGE,
    "folded": b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n charset=utf-8\r\n\r\n" + PAGE,
    "first-line-folded": b"HTTP/1.1 200 OK\r\n X: 1\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "no-colon": b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "latin-1": b"HTTP/1.1 200 OK\r\nX-Name: T\xecnh\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "utf-8": b"HTTP/1.1 200 OK\r\nX-Name: T\xc4\xa9nh\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "line-of-spaces": b"HTTP/1.1 200 OK\r\nX: 1\r\n   \r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "nul-in-head": b"HTTP/1.1 200 OK\r\nX: \x00\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "duplicate-headers": CRLF + b"Content-Type: text/plain\r\nX: a\r\nx: b\r\n\r\n" + PAGE,
    "empty-type": b"HTTP/1.1 200 OK\r\nContent-Type:\r\n\r\n" + PAGE,
    "upper-case-type": b"HTTP/1.1 200 OK\r\nCONTENT-TYPE : Text/HTML ; charset=x\r\n\r\n" + PAGE,
    "type-of-umlauts": b"HTTP/1.1 200 OK\r\nContent-Type: t\xebxt/html\r\n\r\n" + PAGE,
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "304": b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 999\r\n\r\n',
    "404": b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "301": b"HTTP/1.1 301 Moved Permanently\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n",
    "status-999": b"HTTP/1.1 999 What\r\n\r\n" + PAGE,
    "head-only": CRLF + b"Content-Length: 4711\r\n\r\n",
    "long-body": CRLF + b"Content-Length: 3\r\n\r\n" + PAGE,
    "short-body": CRLF + b"Content-Length: 4711\r\n\r\n" + PAGE,
    "cut-head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "jpeg": b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n" + JPEG,
    "gzip": CRLF + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE, mtime=0),
    "lying-gzip": CRLF + b"Content-Encoding: gzip\r\n\r\n" + PAGE,
    "chunked": CRLF + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\n<html\r\n1\r\n>\r\n0\r\nTrailer: 1\r\n\r\n",
    "chunked-cut": CRLF + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<html\r\nff\r\n>ab",
    "chunked-lying": CRLF + b"Transfer-Encoding: chunked\r\n\r\n" + PAGE,
    "103": b"HTTP/1.1 103 Early  Hints\r\nLink: </\xff.css>\r\n\r\n" + CRLF + b"\r\n" + PAGE,
    "http-0.9": PAGE,
    "not-http": b"\x16\x03\x01\x02\x00\r\n\r\n\xff\xfe junk",
    "cut-status-line": b"HTTP/1.1 20",
    "leading-empty-line": b"\r\n" + CRLF + b"\r\n" + PAGE,
}
"""Answers by name; each has at least one byte of a final answer."""

UNANSWERED = {"nothing": b"", "interim-only": b"HTTP/1.1 100 Continue\r\n\r\n"}

CHUNKED = {"chunked", "chunked-cut", "chunked-lying"}
"""Those whose payload digest warcio and fastwarc, which do not undo the chunking, call wrong."""


def exchange(
    response: bytes = ODD["plain"], url: str = "https://skhcn.hatinh.gov.vn/a", **more: object
) -> LiveExchange:
    """Return a finished exchange; *more* overrides its other fields."""
    fields: dict[str, object] = {
        "method": "GET",
        "date": DATE,
        "ended": DATE + timedelta(milliseconds=250),
        "ip": "127.0.0.1",
        "tls": "TLS_AES_256_GCM_SHA384",
        "protocols": ("http/1.1", "tls/1.3"),
        "request": b"GET /a HTTP/1.1\r\nHost: skhcn.hatinh.gov.vn\r\n\r\n",
        **more,
    }
    return LiveExchange(url=url, response=io.BytesIO(response), size=len(response), **fields)  # type: ignore[arg-type]
