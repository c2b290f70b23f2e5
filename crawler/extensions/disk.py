"""End a crawl while there is still room to end it well."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.task import LoopingCall

from crawler.disk import CHECK_S, Floor, FloorReached

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# mypy: disable-error-code="no-untyped-call"

logger = logging.getLogger(__name__)

REASON = "disk"


class DiskExtension:
    """Look at the disks once a second; below the floor nothing more is asked for, and what is under way is kept."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._floor = Floor.of(crawler.settings)
        self._watch = LoopingCall(self._look)
        crawler.signals.connect(self._begin, signals.spider_opened)
        crawler.signals.connect(self._end, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension."""
        return cls(crawler)

    def _begin(self) -> None:
        self._watch.start(CHECK_S)

    def _end(self) -> None:
        if self._watch.running:
            self._watch.stop()

    def _look(self) -> None:
        try:
            self._floor.check()
        except FloorReached as error:
            self._end()
            logger.error("crawl stopped", extra={"cause": str(error)})
            assert self._crawler.engine is not None
            deferred_from_coro(self._crawler.engine.close_spider_async(reason=f"{REASON}: {error}"))
