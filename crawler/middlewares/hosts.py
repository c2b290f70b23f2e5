"""No request is even queued for a host that is closed, and none is tried again there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.http import Request, Response

from crawler.downloader import hosts_of, service_of
from crawler.hosts import Closed
from crawler.refusals import HostClosed
from crawler.retry_after import REFUSALS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class HostsMiddleware:
    """Turn requests away from hosts that are closed (:mod:`crawler.hosts`)."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let a request into the queue of its host. Raises HostClosed when that is closed."""
        # Redirects copy it, and would wait in the queue of the host they come from.
        request.meta.pop("download_slot", None)
        self._turn_away(self._closed(request))

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass on the answer, for another try. Raises HostClosed when it closed the host."""
        if response.status in REFUSALS:
            self._turn_away(self._closed(request))
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Let the failure that closed a host be the last: it says more than a vain other try."""
        if self._closed(request) is not None:
            request.meta["dont_retry"] = True

    def _closed(self, request: Request) -> Closed | None:
        assert self._crawler.engine is not None
        host = self._crawler.engine.downloader.get_slot_key(request)
        return hosts_of(self._crawler).closed(host, service_of(request))

    @staticmethod
    def _turn_away(closed: Closed | None) -> None:
        if closed is not None:
            raise HostClosed(closed.cause, until=closed.until)
