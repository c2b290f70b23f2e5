"""End a crawl cleanly at a bound that was set for it."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Self, cast

from scrapy import signals
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro

from archive.times import now
from crawler.bounds import read_window

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.downloader import Downloader
    from crawler.spider import SiteSpider

BOUND = "bound: "
"""Reasons for the end of a crawl that begin so are no failure: what is left waits for the next run."""
LOOK_S = 1.0
"""How often to look at the clock while no request is sent."""


class BoundsExtension:
    """Stop the run of a site when it has sent, received or lasted as much as it may, or the night is over.

    ``CRAWL_MAX_REQUESTS`` counts whatever is sent: pages, files, robots.txt, redirects, retries. No more
    are sent than that. ``CRAWL_MAX_BYTES`` counts what is received, and answers under way end above it.
    ``CRAWL_MAX_SECONDS`` is the length of the run. Outside of ``NIGHT_WINDOW`` nothing is sent at all.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._max_requests = settings.getint("CRAWL_MAX_REQUESTS")
        self._max_bytes = settings.getint("CRAWL_MAX_BYTES")
        self._max_s = settings.getint("CRAWL_MAX_SECONDS")
        self._window_text = settings["NIGHT_WINDOW"] or ""
        self._window = read_window(self._window_text)
        if not (self._max_requests or self._max_bytes or self._max_s or self._window):
            raise NotConfigured
        self._looks = create_looping_call(self._look)
        crawler.signals.connect(self._open, signals.spider_opened)
        crawler.signals.connect(self._close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension. Raises NotConfigured when the site has no bound."""
        return cls(crawler)

    def _open(self, spider: SiteSpider) -> None:
        self._began = monotonic()
        # A crawl that goes on after an interruption counts on; a bound is one of each run.
        self._requests, self._bytes = spider.recorder.counts["requests"], spider.recorder.counts["bytes"]
        self._downloader.spent = self.spent
        self._downloader.on_spent = self._stop
        if (bound := self._of_time()) is not None:
            self._downloader.stop(bound)
            raise CloseSpider(BOUND + bound)
        self._looks.start(LOOK_S, now=False)

    def _close(self) -> None:
        if self._looks.running:
            self._looks.stop()

    def spent(self) -> str | None:
        """Return the bound that is reached, so that nothing more may be sent; null when there is none."""
        counts = cast("SiteSpider", self._crawler.spider).recorder.counts
        sent = counts["requests"] - self._requests + self._downloader.sending
        if self._max_requests and sent >= self._max_requests:
            return f"CRAWL_MAX_REQUESTS={self._max_requests}"
        if self._max_bytes and counts["bytes"] - self._bytes >= self._max_bytes:
            return f"CRAWL_MAX_BYTES={self._max_bytes}"
        return self._of_time()

    def _of_time(self) -> str | None:
        if self._max_s and monotonic() - self._began >= self._max_s:
            return f"CRAWL_MAX_SECONDS={self._max_s}"
        if self._window and not self._window.has(now()):
            return f"NIGHT_WINDOW={self._window_text}"
        return None

    def _look(self) -> None:
        if (bound := self._of_time()) is not None:
            self._downloader.stop(bound)
            self._stop(bound)

    def _stop(self, bound: str) -> None:
        assert self._crawler.engine is not None
        self._close()
        deferred_from_coro(self._crawler.engine.close_spider_async(reason=BOUND + bound))

    @property
    def _downloader(self) -> Downloader:
        assert self._crawler.engine is not None
        return cast("Downloader", self._crawler.engine.downloader)
