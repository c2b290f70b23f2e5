"""A crawl that is told to stop ends what is under way, and soon."""

from __future__ import annotations

import logging
from time import monotonic
from typing import TYPE_CHECKING, Self, cast

from scrapy import signals
from scrapy.utils.asyncio import create_looping_call
from twisted.python.failure import Failure

from crawler.capture import transfers_of
from crawler.refusals import NotAsked, TransferCut

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import SiteSpider

logger = logging.getLogger(__name__)

LOOK_S = 0.1


class StoppingExtension:
    """Give up what has not been sent once a crawl is being stopped, and cut what is not answered in time.

    Neither is a failure: the rows of these requests stay in the frontier, for the next run. What has
    come by ``STOP_WITHIN_S`` is kept; a transfer that is cut is kept as far as it came.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._within_s = crawler.settings.getfloat("STOP_WITHIN_S")
        self._deadline: float | None = None
        self._looks = create_looping_call(self._look)
        crawler.signals.connect(self._begin, signals.spider_opened)
        crawler.signals.connect(self._end, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension."""
        return cls(crawler)

    def _begin(self) -> None:
        self._looks.start(LOOK_S, now=False)

    def _end(self) -> None:
        self._looks.stop()

    def _look(self) -> None:
        spider = cast("SiteSpider", self._crawler.spider)
        if not spider.is_ending:
            return
        if self._deadline is None:
            self._deadline = monotonic() + self._within_s
        self._give_up_unsent()
        transfers = transfers_of(self._crawler)
        if monotonic() >= self._deadline and transfers:
            logger.warning("transfers cut", extra={"number": len(transfers), "after_s": self._within_s})
            for transfer in list(transfers):
                transfer.fail(TransferCut("the crawl was told to end"))

    def _give_up_unsent(self) -> None:
        assert self._crawler.engine is not None
        for slot in self._crawler.engine.downloader.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(Failure(NotAsked()))  # type: ignore[no-untyped-call]
