"""How many requests one reader may make: enough for people and careful programs, too few to keep others waiting."""

from __future__ import annotations

import time
from collections import OrderedDict
from functools import lru_cache
from ipaddress import IPv6Address
from math import ceil

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

BURST_S = 4.0
"""So many seconds' worth of requests may come at once: a page with its pictures."""
MOST_READERS = 10_000
"""Readers that are remembered; of more than so many the one that came longest ago begins anew."""

_TOLD = b"""{"type":"about:blank","title":"Too Many Requests","status":429,\
"detail":"more requests than one reader may make; wait as long as Retry-After says"}"""
_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>429</title><h1>Quá nhiều yêu cầu</h1>
<p>Máy chủ nhận quá nhiều yêu cầu từ địa chỉ của bạn. Hãy đợi ít giây rồi tải lại trang.
<p lang="en">Too many requests from your address. Wait some seconds, then load the page again.
""".encode()
_COMMON = [
    (b"cache-control", b"no-store"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Retry-After"),
]


class Limited:
    """An app that answers each reader at most *rate* requests a second, and the rest with 429.

    A reader is an address; with IPv6 a network of 64 bits, for whoever has one address has all of it.
    """

    def __init__(self, app: ASGIApp, rate: float) -> None:
        self.app = app
        self._rate = rate
        self._most = max(rate * BURST_S, 1.0)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        wait_s = self.wait_s(reader_of((scope.get("client") or ("",))[0])) if scope["type"] == "http" else 0
        if not wait_s:
            await self.app(scope, receive, send)
            return
        is_page = "text/html" in Headers(scope=scope).get("accept", "")
        body, media = (_PAGE, b"text/html; charset=utf-8") if is_page else (_TOLD, b"application/problem+json")
        headers = [
            (b"content-type", media),
            (b"content-length", str(len(body)).encode()),
            (b"retry-after", str(ceil(wait_s)).encode()),
            *_COMMON,
        ]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def wait_s(self, reader: str, now: float | None = None) -> float:
        """Return 0 when one more request of a reader is answered, else after how many seconds it will be.

        >>> limited = Limited(lambda scope, receive, send: None, rate=0.5)
        >>> [limited.wait_s("a", now=0.0) for _ in range(3)], limited.wait_s("b", now=0.0), limited.wait_s("a", now=1.5)
        ([0.0, 0.0, 2.0], 0.0, 0.5)
        """
        moment = time.monotonic() if now is None else now
        left, since = self._left.pop(reader, (self._most, moment))
        left = min(self._most, left + (moment - since) * self._rate)
        is_taken = left >= 1
        self._left[reader] = (left - 1 if is_taken else left, moment)
        while len(self._left) > MOST_READERS:
            self._left.popitem(last=False)
        return 0.0 if is_taken else (1 - left) / self._rate


@lru_cache(maxsize=4096)
def reader_of(address: str) -> str:
    """Return who asks from an address.

    >>> reader_of("203.0.113.7"), reader_of("2001:db8:1:2:3::4"), reader_of("::ffff:203.0.113.7"), reader_of("unix")
    ('203.0.113.7', '2001:db8:1:2::', '203.0.113.7', 'unix')
    """
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
