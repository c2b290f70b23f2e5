"""Nothing that this crawl has captured is fetched again after an interruption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from crawler.capture import BODY_LIMIT
from crawler.recorder import recorder_of
from crawler.requests import address_asked

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class HeldMiddleware:
    """Answer from the WARC files what the crawl had asked for before it was interrupted."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._limit = crawler.settings.getint("CAPTURE_BODY_LIMIT", BODY_LIMIT)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """Return the answer that is held of the request's address, with ``meta["capture"]``; else None."""
        purpose = request.meta.get("purpose")
        if purpose == "robots":
            return None
        limit = 0 if purpose == "attachment" else self._limit
        found = await recorder_of(self._crawler).take_held(address_asked(request), limit + 1)
        if found is None:
            return None
        capture, payload = found
        request.meta["capture"] = capture
        request.meta["leads"] = recorder_of(self._crawler).leads(capture)
        headers = Headers()
        for name, value in payload.headers:
            if name.lower() not in ("content-encoding", "transfer-encoding"):
                headers.appendlist(name, value)
        is_long = len(payload.body) > limit
        body = b"" if is_long else payload.body
        kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
        flags = ["held", "spooled"] if is_long else ["held"]
        return kind(url=request.url, status=payload.status, headers=headers, body=body, flags=flags)
