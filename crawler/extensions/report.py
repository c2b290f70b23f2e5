"""Close the archive when a crawl ends, and say what it did."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from scrapy import signals

from archive.errors import ArchiveError, DiskError, KhcnError, known
from archive.health.facts import RunFacts
from archive.health.history import recent_runs
from archive.health.judge import judge
from archive.report import ArticleCounts, CrawlReport, Expectation, RequisiteCounts, end_run
from archive.times import UTC
from crawler.downloader import hosts_of
from crawler.exits import Exit, SiteLocked
from crawler.extensions.bounds import BOUND
from crawler.extensions.disk import REASON as DISK
from crawler.provenance import changed_settings, versions

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure as TxFailure

    from crawler.spider import SiteSpider

logger = logging.getLogger(__name__)


class ReportExtension:
    """Write ``crawls/<crawl id>.json``: counts, bytes, failures with cause, settings, versions."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._errors = 0
        self._lost: KhcnError | None = None
        """Why something could not be kept; the disk before all else."""
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
        if isinstance(failure.value, KhcnError | OSError):
            self._lose(failure.value)

    def _lose(self, error: KhcnError | OSError) -> None:
        error = known(error)
        if not isinstance(self._lost, DiskError):
            self._lost = error if isinstance(error, KhcnError) else ArchiveError(str(error))

    def _close(self, spider: SiteSpider, reason: str) -> None:
        recorder = spider.recorder
        rejected = recorder.reader.rejected
        if recorder.broken is not None:
            self._lose(recorder.broken)
        novelty: Counter[str] = Counter()
        waiting = 0
        try:
            try:
                novelty = recorder.close()
                recorder.earlier.keep_known()
                waiting = spider.frontier.counts()["later"]
                if reason == "finished":
                    spider.frontier.end(recorder.crawl)
            finally:
                spider.frontier.close()
        except (KhcnError, OSError) as error:
            self._lose(error)
            logger.error("archive not closed", extra={"crawl": recorder.crawl, "cause": str(error)})
        self.report = CrawlReport(
            crawl=recorder.crawl,
            site=spider.site.id,
            started=recorder.started,
            ended=datetime.now(UTC),
            exit=int(Exit.OK),
            complete=spider.is_complete and reason == "finished" and not self._errors and not self._lost,
            requests=recorder.counts["requests"],
            bytes=recorder.counts["bytes"],
            captures=recorder.counts["captures"],
            revisits=recorder.counts["revisits"],
            articles=ArticleCounts.of({**novelty, "rejected": rejected.total() - rejected["other_page"]}),
            failures=recorder.failed.pages(),
            owed=recorder.left(is_finished=reason == "finished"),
            waiting=waiting,
            robots_refused=recorder.counts["robots_refused"],
            requisites=RequisiteCounts.of(recorder.counts),
            requisite_failures=recorder.failed.requisites(),
            breaker=(*recorder.breaker, *hosts_of(self._crawler).events) or None,
            bound=reason.removeprefix(BOUND) if reason.startswith(BOUND) else None,
            settings=changed_settings(self._crawler.settings),
            versions=versions(),
            traps=dict(sorted(recorder.traps.counts.items())),
            trap_examples=dict(sorted(recorder.traps.examples.items())),
            low_confidence=dict(sorted(recorder.reader.unsure.items())),
            duplicates=recorder.reader.sayings.duplicates,
            runs=recorder.runs,
            full=spider.full,
            readers=recorder.facts.readers,
            empty=recorder.facts.empty,
            certificates=dict(sorted(recorder.certificates.items())),
            tls_faults=dict(sorted(recorder.tls_faults.items())),
            robots=dict(sorted(recorder.robots.items())),
            held_back=recorder.traps.patterns.held_back(),
        )
        self.report = replace(self.report, expectations=self._expectations(spider, reason))
        self.report = end_run(replace(self.report, exit=int(self._exit(reason))))
        try:
            recorder.end(self.report)
        except (KhcnError, OSError) as error:
            self._lose(error)
            self.report = end_run(replace(self.report, exit=int(self._exit(reason)), complete=False))
            logger.error("report not written", extra={"crawl": recorder.crawl, "cause": str(error)})
        logger.info("crawl ended", extra={"crawl": recorder.crawl, "exit": self.report.exit})

    def _expectations(self, spider: SiteSpider, reason: str) -> tuple[Expectation, ...]:
        """Hold a crawl that came to its end against what is expected of the site."""
        if reason != "finished" or self._lost or self._errors or spider.seeds != spider.site.seeds:
            return ()
        assert self.report is not None
        recorder = spider.recorder
        facts = RunFacts.of(end_run(replace(self.report, exit=int(self._exit(reason)))))
        try:
            runs = [*recent_runs(recorder.root, spider.site.id), facts]
            return judge(spider.site.expect, runs, recorder.earlier.published_days(), facts.ended)
        except KhcnError as error:
            self._lose(error)
            return ()

    def _exit(self, reason: str) -> Exit:
        if self._lost is not None:
            if isinstance(self._lost, SiteLocked):
                return Exit.LOCKED
            return Exit.DISK if isinstance(self._lost, DiskError) else Exit.ERROR
        if reason.startswith(DISK):
            return Exit.DISK
        if self._errors:
            return Exit.ERROR
        if reason == "shutdown":
            return Exit.INTERRUPTED
        if reason != "finished" and not reason.startswith(BOUND):
            return Exit.ERROR
        assert self.report is not None
        if self.report.failures:
            return Exit.PARTIAL
        return Exit.OK if all(each.ok for each in self.report.expectations) else Exit.EXPECTATION
