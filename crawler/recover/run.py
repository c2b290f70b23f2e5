"""Bring back what another web archive holds of a Department: ask, choose, fetch, read, tell.

One crawl a recovery. It is gone on with under the same id as long as something is left to be asked for, so that
articles meet their pictures. What is written is read from the WARC files as a rebuild reads it: so the catalog equals a
rebuilt one. Killed, it leaves what a killed crawl leaves, and is repaired as one; the frontier then learns from the
WARC files what they hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import cast

from archive.atomic import remove
from archive.catalog import Catalog
from archive.errors import ArchiveError
from archive.jsonl import write_settled
from archive.model import Article
from archive.report import ArticleCounts, Failure, Run, begun_path, end_run, read_report, report_path, write_report
from archive.times import VN, now, timestamp14, warc_date
from archive.warc.files import RECOVER, Context, crawl_info, find_warc, list_warcs, warcinfo
from archive.warc.reader import has_exchange, iter_captures
from archive.warc.writer import WarcWriter
from crawler.disk import FloorReached
from crawler.exits import Exit
from crawler.lock import SiteLock
from crawler.opening import new_crawl_id
from crawler.provenance import versions
from crawler.readers import states_of
from crawler.reading import CrawlReader, settle, store, store_crawl
from crawler.reading_process import reader as page_reader
from crawler.rebuild import LoadSite, Rebuilt, note_warc
from crawler.recover.choosing import choose_captures, choose_files
from crawler.recover.client import Client
from crawler.recover.fetching import Fetching, note_told, read_result
from crawler.recover.frontier import Frontier
from crawler.recover.held import Held
from crawler.recover.job import Job
from crawler.recover.leads import told_by_page
from crawler.recover.manners import HeldOff, Manners
from crawler.recover.questions import Question
from crawler.recover.reporting import report_of
from crawler.recover.rows import NotAnIndex
from crawler.recover.service import Index, Service
from crawler.recover.settings import Settings
from crawler.recover.sources import Source
from crawler.recover.stopping import Interrupted, Stopping
from crawler.recover.told import Plan, RecoverReport
from crawler.repair import repair_site
from crawler.sites import Site
from crawler.spool import Spool

FOLDER = "recover"
BATCH = 100
"""Captures a transaction: crawls of other sites may be waiting to write."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """How a recovery ended."""

    exit: Exit
    plan: Plan | None
    """Null when it was stopped before there was one."""
    report: RecoverReport


def frontier_path(root: Path, site: str, source: Source) -> Path:
    """Return where it is kept what is still to be asked for."""
    return root / FOLDER / site / f"{source.id}.sqlite3"


def recover(
    site: Site,
    source: Source,
    *,
    root: Path,
    catalog: str,
    load_site: LoadSite,
    settings: Settings,
    dry_run: bool = False,
    limit: int | None = None,
    since: date | None = None,
    until: date | None = None,
    tell: Callable[[Plan], object] = lambda plan: None,
    progress: Callable[[str], object] = lambda told: None,
) -> Recovered:
    """Bring what *source* holds of *site* into the archive below *root*.

    *tell* is told the plan before anything is fetched, *progress* what is being done. With *dry_run* nothing but the
    index is asked. At most *limit* captures are fetched, of the days from *since* to *until* in Vietnam.

    Raises SiteLocked, DiskError, CatalogError, ArchiveError, ConfigError as a crawl.
    """
    with SiteLock(root, site.id, now(), (catalog,)), Stopping() as stopping:
        repair_site(root, site.id, catalog=catalog, load_site=load_site)
        with Frontier(frontier_path(root, site.id, source)) as frontier, Catalog.open(catalog) as held:
            manners = Manners(
                root / FOLDER / "services",
                stopping,
                {"index": settings.cdx_per_minute, "capture": settings.replays_per_minute},
                hold_s=settings.hold_s,
                pause_s=min(settings.retry_s, settings.hold_s),
                wait_max_s=settings.hold_max_s,
                told=progress,
            )
            client = Client(
                settings.user_agent, settings.timeout_s, settings.max_bytes, settings.resolve, source.origins
            )
            service = Service(client, manners, stopping)
            job = Job(site, source, root, held, settings, frontier, service, limit, since, until, progress)
            return _Run(job, tell).go(is_dry=dry_run)


@dataclass(slots=True)
class _Run:
    job: Job
    tell: Callable[[Plan], object]
    failures: tuple[Failure, ...] = ()
    stopped: Exit | None = None

    def go(self, *, is_dry: bool) -> Recovered:
        job, started = self.job, now()
        plan: Plan | None = None
        index = Index(job.source, job.service, job.frontier, job.settings)
        try:
            self._look_through()
            job.progress(f"{job.site.id}: asking the index")
            questions: list[Question] = []
            try:
                questions = list(index.questions(job.site, job.since, job.until))
                oldest = job.service.manners.clock() - job.settings.index_days * 86_400
                with job.frontier.transaction():
                    if job.frontier.add_questions(questions, oldest):
                        job.frontier.look_again()
                index.read()
            except NotAnIndex as error:
                self._fail(job.source.index, error)
            except HeldOff as error:
                self._fail(job.source.index, error)
            plan = choose_captures(job)
            self.tell(plan)
            if not is_dry and not self.failures and (plan.chosen or choose_files(job, index, questions)):
                return self._fetch(started, plan, index, questions)
        except HeldOff as error:
            self._fail(job.source.index, error)
        except Interrupted:
            self.stopped = Exit.INTERRUPTED
        return self._ended(started, plan, is_dry=is_dry)

    def _fail(self, url: str, error: Exception) -> None:
        self.failures += (Failure(url, str(error), max(1, self.job.service.requests)),)

    def _look_through(self) -> None:
        """Learn from the WARC files of earlier recoveries what they hold, and from their pages what these need."""
        job = self.job
        every = list_warcs(job.root, job.site.id)
        mine = [warc for warc in every if Context.of(job.root, warc).origin == RECOVER]
        with job.frontier.transaction():
            job.frontier.lose_warcs(mine)
        for warc in mine:
            if job.frontier.is_read(warc):
                continue
            job.progress(f"{job.site.id}: looking through {warc}")
            with job.frontier.transaction():
                for capture, stored in iter_captures(job.root, warc, on_torn=lambda torn: None):
                    job.service.stopping.check()
                    payload = stored.payload()
                    result = read_result(job.site, capture, payload)
                    note_told(job.frontier, capture, told_by_page(job.site, capture, payload, result))
                    for stamp in {timestamp14(capture.date), stored.told.get("source-timestamp", "")} - {""}:
                        job.frontier.kept(capture.url, stamp, warc)
                job.frontier.note_warc(warc)

    def _fetch(self, started: datetime, plan: Plan, index: Index, questions: list[Question]) -> Recovered:
        job = self.job
        begun = self._begin(started)
        write_report(job.root, begun, ended=False)
        info = {
            "origin": RECOVER,
            "recovered-from": job.source.index,
            "description": f"Captures of {job.site.name_en} ({job.site.name}), fetched from another web archive",
            "http-header-user-agent": job.settings.user_agent,
            "started": warc_date(begun.started),
        }
        held = Held(job.root, job.site.id, job.catalog)
        with WarcWriter(
            job.root, job.site.id, begun.crawl, info=info, max_bytes=job.settings.max_bytes, sync_records=1 << 30
        ) as writer:
            fetching = Fetching(job, writer, held, plan.chosen)
            try:
                while fetching.run() and choose_files(job, index, questions):
                    pass
            except HeldOff as error:
                self._fail(job.source.index, error)
            except FloorReached as error:
                self._fail(str(job.root), error)
                self.stopped = Exit.DISK
            except Interrupted:
                self.stopped = Exit.INTERRUPTED
        self.failures += tuple(fetching.doubts)
        return self._read(begun, plan)

    def _begin(self, started: datetime) -> RecoverReport:
        """Return what is to be reported when nothing more comes; the crawl before is gone on with, if it left work."""
        job = self.job
        base: RecoverReport | None = None
        if before := job.frontier.meta("crawl"):
            try:
                found = read_report(report_path(job.root, before))
                base = RecoverReport(before, job.site.id, found.started, started, int(Exit.INTERRUPTED))
                base = replace(base, requests=found.requests, bytes=found.bytes, runs=found.runs)
            except ArchiveError:
                pass
        if base is None:
            crawl = new_crawl_id(job.root, job.site.id, started)
            base = RecoverReport(crawl, job.site.id, started, started, int(Exit.INTERRUPTED))
            with job.frontier.transaction():
                job.frontier.set_meta("crawl", crawl)
        run = Run(started, started, int(Exit.INTERRUPTED), 0)
        kind = job.source.kind
        return replace(base, source=job.source.index, source_kind=kind, versions=versions(), runs=(*base.runs, run))

    def _read(self, begun: RecoverReport, plan: Plan) -> Recovered:
        """Bring the catalog up to the WARC files, and end the run."""
        job, crawl = self.job, begun.crawl
        job.progress(f"{job.site.id}: reading what came")
        with Spool(job.root, job.site.id, crawl) as spool:
            return self._read_into(spool, begun, plan)

    def _read_into(self, spool: Spool, begun: RecoverReport, plan: Plan) -> Recovered:
        job, crawl = self.job, begun.crawl
        reader = CrawlReader(crawl, partial(page_reader().derive, job.site), states_of(job.site), spool)
        found = Rebuilt()
        years: Counter[str] = Counter()
        for warc in list_warcs(job.root, job.site.id):
            if Context.of(job.root, warc).crawl == crawl and has_exchange(job.root, warc):
                store_crawl(job.catalog, crawl, job.site.id, crawl_info(warcinfo(find_warc(job.root, warc))))
                self._store(warc, reader, found, years)
        if not years:
            self._take_back(crawl)
            return self._ended(begun.started, plan)
        novelty = settle(job.catalog, reader)
        write_settled(job.catalog, job.root, job.site.id, crawl)
        sections: Counter[str] = Counter()
        article_years: Counter[str] = Counter()
        for article in reader.finish():
            sections[article.section or ""] += 1
            article_years[_year_of(article)] += 1
        unreadable = tuple(Failure(f"{d.warc}: byte {d.offset}", d.detail, 1) for d in found.damage)
        report = report_of(job, begun, plan, (*self.failures, *unreadable), self.stopped)
        report = replace(
            report,
            captures=years.total(),
            articles=ArticleCounts.of({**novelty, "rejected": reader.rejected.total() - reader.rejected["other_page"]}),
            fetched=years.total(),
            fetched_by_year=dict(sorted(years.items())),
            by_section=dict(sorted(sections.items())),
            articles_by_year=dict(sorted(article_years.items())),
        )
        if report.exit == Exit.OK and not report.left:
            with job.frontier.transaction():
                job.frontier.set_meta("crawl", "")
        report = cast(RecoverReport, end_run(report))
        write_report(job.root, report)
        return Recovered(Exit(report.exit), plan, report)

    def _take_back(self, crawl: str) -> None:
        """Let a crawl not have begun that fetched nothing."""
        remove(begun_path(self.job.root, crawl))
        with self.job.frontier.transaction():
            self.job.frontier.set_meta("crawl", "")

    def _store(self, warc: str, reader: CrawlReader, found: Rebuilt, years: Counter[str]) -> None:
        catalog = self.job.catalog
        entries = note_warc(self.job.root, warc, reader, found, catalog)
        count = BATCH
        while count == BATCH:
            count = 0
            with catalog.transaction():
                for capture, outcome in islice(entries, BATCH):
                    store(catalog, capture, outcome, reader.states)
                    years[str(capture.date.astimezone(VN).year)] += 1
                    count += 1

    def _ended(self, started: datetime, plan: Plan | None, *, is_dry: bool = False) -> Recovered:
        """Return how a run ended that fetched nothing; a report is kept when something failed."""
        job = self.job
        base = RecoverReport("", job.site.id, started, started, int(Exit.OK))
        base = replace(base, source=job.source.index, source_kind=job.source.kind, versions=versions())
        report = report_of(job, base, plan, self.failures, self.stopped)
        if report.exit not in (Exit.OK, Exit.INTERRUPTED) and not is_dry:
            report = replace(report, crawl=new_crawl_id(job.root, job.site.id, started))
            write_report(job.root, report)
        return Recovered(Exit(report.exit), plan, report)


def _year_of(article: Article) -> str:
    return str((article.published or article.captured).astimezone(VN).year)
