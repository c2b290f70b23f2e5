"""Close the archive when a crawl ends, and say what it did."""

from __future__ import annotations

import logging
import platform
from collections import Counter
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.settings import SETTINGS_PRIORITIES

from archive.errors import DiskFull
from archive.report import ArticleCounts, CrawlReport, Failure, RequisiteCounts, write_report
from archive.times import UTC
from crawler.exits import Exit

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure as TxFailure

    from crawler.spider import SiteSpider

logger = logging.getLogger(__name__)

_SOFTWARE = ("khcn", "Scrapy", "Twisted", "lxml", "warcio", "SQLAlchemy", "pillow")


class ReportExtension:
    """Write ``crawls/<crawl id>.json``: counts, bytes, failures with cause, settings, versions."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._errors = 0
        self._disk: DiskFull | None = None
        self.report: CrawlReport | None = None
        crawler.signals.connect(self._error, signals.spider_error)
        crawler.signals.connect(self._error, signals.item_error)
        crawler.signals.connect(self._close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension."""
        return cls(crawler)

    def _error(self, failure: TxFailure) -> None:
        self._errors += 1
        if isinstance(failure.value, DiskFull):
            self._disk = failure.value

    def _close(self, spider: SiteSpider, reason: str) -> None:
        recorder = spider.recorder
        rejected = recorder.reader.rejected
        try:
            novelty = recorder.close()
        except DiskFull as error:
            novelty, self._disk = Counter(), error
        self.report = CrawlReport(
            crawl=recorder.crawl,
            site=spider.site.id,
            started=recorder.started,
            ended=datetime.now(UTC),
            exit=int(self._exit(reason, recorder.disk or self._disk, bool(recorder.failures))),
            complete=spider.is_complete and reason == "finished" and not self._errors,
            requests=recorder.counts["requests"],
            bytes=recorder.counts["bytes"],
            captures=recorder.counts["captures"],
            articles=ArticleCounts.of({**novelty, "rejected": rejected.total() - rejected["other_page"]}),
            failures=tuple(Failure(url, *why) for url, why in sorted(recorder.failures.items())),
            robots_refused=recorder.counts["robots_refused"],
            requisites=RequisiteCounts.of(recorder.counts),
            requisite_failures=tuple(Failure(url, *why) for url, why in sorted(recorder.requisite_failures.items())),
            settings=changed_settings(self._crawler.settings),
            versions=versions(),
        )
        write_report(recorder.root, self.report)
        logger.info("crawl ended", extra={"crawl": recorder.crawl, "exit": self.report.exit})

    def _exit(self, reason: str, disk: DiskFull | None, failed: bool) -> Exit:
        if disk is not None:
            return Exit.DISK
        if self._errors:
            return Exit.ERROR
        if reason == "shutdown":
            return Exit.INTERRUPTED
        if reason != "finished":
            return Exit.ERROR
        return Exit.PARTIAL if failed else Exit.OK


def changed_settings(settings: BaseSettings) -> dict[str, Any]:
    """Return the settings that a site or the command line set, and the project's own plain values."""
    floor = SETTINGS_PRIORITIES["default"]
    return {
        key: settings[key]
        for key in sorted(settings)
        # What begins with KHCN_ says where things are, and may hold a password.
        if (settings.getpriority(key) or 0) > floor and not key.startswith("KHCN_") and isinstance(settings[key], str | int | float | bool)
    }


def versions() -> dict[str, str]:
    """Return the versions of the software that a crawl rests on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _SOFTWARE}}
