"""A request of Scrapy's as the bytes that are sent. Source: RFC 9112, sections 3 and 5."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from scrapy import Request

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_TARGET = re.compile(r"[^:]+://[^/?]*(.*)", re.DOTALL)
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "TRACE"})
_USUAL = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Order:
    """What is sent."""

    method: str
    message: bytes
    is_repeatable: bool
    """Whether it may be sent once more where a kept connection turned out to be dead."""


def order_of(request: Request, url: str) -> Order:
    """Return what is sent for a request to *url*, which has no fragment.

    Raises ValueError for what would be no request of HTTP.

    >>> order_of(Request("http://a.vn/tin?id=1", headers={"Accept": "*/*"}), "http://a.vn/tin?id=1").message
    b'GET /tin?id=1 HTTP/1.1\\r\\nHost: a.vn\\r\\nAccept: */*\\r\\n\\r\\n'
    """
    found = _TARGET.fullmatch(url)
    target = found[1] if found else ""
    target = target if target.startswith("/") else f"/{target}"
    for what, text in (("method", request.method), ("target", target)):
        if not _VISIBLE.fullmatch(text):
            raise ValueError(f"{text!r} can not be the {what} of a request")
    lines = (f"{request.method} {target} HTTP/1.1".encode("ascii"), *_fields(request, url), b"", request.body)
    return Order(request.method, b"\r\n".join(lines), request.method in _REPEATABLE and not request.body)


def _fields(request: Request, url: str) -> Iterator[bytes]:
    if b"Host" not in request.headers:
        yield b"Host: " + _host(*urlsplit(url)[:2])
    if request.body or request.method in ("POST", "PUT"):
        yield b"Content-Length: %d" % len(request.body)
    for name, values in request.headers.items():
        if name != b"Content-Length":
            yield from (_line(name, value) for value in values)


@lru_cache(256)
def _line(name: bytes, value: bytes) -> bytes:
    """Return one field: nearly all are those of the request before."""
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} can not be the name of a header field")
    # A line break in a value would begin a field, or a body, of its own.
    return b"%b: %b" % (name, b" ".join(value.splitlines()))


@lru_cache(256)
def _host(scheme: str, netloc: str) -> bytes:
    parts = SplitResult(scheme, netloc, "", "", "")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = "" if parts.port in (None, _USUAL.get(parts.scheme)) else f":{parts.port}"
    return f"{host}{port}".encode("ascii")
