"""Scrapy's downloader, with no more requests to a host at once than it may have."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from scrapy.core import downloader

if TYPE_CHECKING:
    from scrapy.http import Request, Response
    from twisted.internet.defer import Deferred


class Downloader(downloader.Downloader):
    """Count a transfer from the moment that it is due (``DOWNLOADER``).

    Scrapy counts it when its coroutine first runs. Without a delay a whole queue was due before
    that, and a host got dozens of requests at once whatever ``CONCURRENT_REQUESTS_PER_DOMAIN`` said.
    """

    def _wait_for_download(
        self, slot: downloader.Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)
