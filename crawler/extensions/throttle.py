"""AutoThrottle, with the ``Crawl-delay`` of each host as its floor."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.extensions import throttle
from scrapy.http import Response

from crawler.downloader import delay_of

if TYPE_CHECKING:
    from scrapy.core.downloader import Slot


class AutoThrottle(throttle.AutoThrottle):
    """Let the delay of a host follow its latency: a server that is slow to answer is asked more slowly.

    It stays between the host's own delay (``DOWNLOAD_DELAY``, or the ``Crawl-delay`` of its robots.txt
    when that is longer) and ``AUTOTHROTTLE_MAX_DELAY``. Scrapy's own knows no floor of a host.
    """

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        assert self.crawler.engine is not None
        downloader = self.crawler.engine.downloader
        floor, jitter = delay_of(downloader, urlsplit(response.url).hostname or "")
        usual = self.mindelay, self.maxdelay
        self.mindelay, self.maxdelay = floor, max(floor, usual[1])
        try:
            super()._adjust_delay(slot, latency, response)
        finally:
            self.mindelay, self.maxdelay = usual
        if not jitter and slot.delay > 0:
            # A Crawl-delay has no jitter, for half of the time it would be too short. Above it there is room.
            slot.jitter = min(downloader._jitter, 1 - floor / slot.delay)
