"""Take WARC and WACZ files of other programs into the archive.

Three passes. The first reads every file to its end and writes nothing: it finds what each
record is, to which site it belongs, and what can not be taken. The second copies what the
archive does not hold into WARC files of our own, one crawl a site. The third reads these as
a rebuild does: so the catalog equals a rebuilt one.

Killed in the second or third pass, an import leaves what a killed crawl leaves, and is
repaired as one; the same command then takes the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from archive.catalog import Catalog
from archive.errors import ArchiveError
from archive.foreign import ForeignExchange, read_exchanges
from archive.jsonl import write_settled
from archive.report import ArticleCounts, Failure, write_report
from archive.times import now, warc_date
from archive.warc.files import IMPORT, Context, crawl_info, find_warc, list_warcs, warcinfo
from archive.warc.writer import MAX_BYTES, WarcWriter
from crawler.belonging import Belonging
from crawler.derive import derive
from crawler.exits import Exit
from crawler.imported import ImportedFile, ImportReport
from crawler.lock import SiteLock
from crawler.opening import new_crawl_id
from crawler.provenance import versions
from crawler.readers import states_of
from crawler.reading import CrawlReader, settle, store, store_crawl
from crawler.rebuild import LoadSite, Rebuilt, note_warc
from crawler.repair import repair_site
from crawler.site_files import Registry
from crawler.spool import Spool
from crawler.survey import Progress, Survey, leave_out_held, survey_files

AT_ONCE = 100
"""Sites into which one pass over the files writes: each has files open."""
BATCH = 100
"""Captures a transaction: crawls of other sites may be waiting to write."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How an import ended."""

    exit: Exit
    files: tuple[ImportedFile, ...]
    failures: tuple[Failure, ...]
    """Places of the files from which nothing could be taken."""
    reports: tuple[ImportReport, ...]
    """Of the sites into which something was put."""


def import_files(
    paths: Sequence[Path],
    *,
    root: Path,
    catalog: str,
    registry: Registry,
    load_site: LoadSite,
    site: str | None = None,
    max_bytes: int = MAX_BYTES,
    prepare: Callable[[], object] = lambda: None,
    progress: Progress = lambda told: None,
) -> Imported:
    """Take files into the archive below *root*; all into *site*, if given, else each record where it belongs.

    *max_bytes* is the size at which a WARC file is closed, and the largest block of a record
    that is taken. *prepare* is called before anything is written.

    Raises NotAnArchive, naming each, when some path is no such file: then nothing was done.
    SiteLocked, DiskFull, CatalogError, ArchiveError as a crawl.
    """
    belonging = Belonging(registry.all() if site is None else (), site)
    surveys = survey_files(paths, belonging, max_bytes, progress)
    sites = sorted({entry.site for survey in surveys for entry in survey.exchanges})
    reports: tuple[ImportReport, ...] = ()
    failures = tuple(failure for survey in surveys for failure in survey.failures())
    code = Exit.PARTIAL if failures else Exit.OK
    if sites:
        prepare()
        with ExitStack() as locks:
            for each in sites:
                locks.enter_context(SiteLock(root, each, now(), (catalog,)))
                repair_site(root, each, catalog=catalog, load_site=load_site)
            with Catalog.open(catalog) as held:
                leave_out_held(root, held, surveys)
                run = _Run(root, held, surveys, load_site, max_bytes, progress, code, failures)
                reports = tuple(run.take())
    return Imported(code, tuple(survey.told() for survey in surveys), failures, reports)


@dataclass(slots=True)
class _Run:
    """The passes that write."""

    root: Path
    catalog: Catalog
    surveys: list[Survey]
    load_site: LoadSite
    max_bytes: int
    progress: Progress
    exit: Exit
    failures: tuple[Failure, ...]

    def take(self) -> Iterable[ImportReport]:
        """Copy and read, some sites at a time."""
        sites = sorted({entry.site for survey in self.surveys for entry in survey.exchanges if entry.is_taken})
        for start in range(0, len(sites), AT_ONCE):
            begun = [self._begin(site) for site in sites[start : start + AT_ONCE]]
            for report in begun:
                write_report(self.root, report, ended=False)
            self._copy({report.site: report for report in begun})
            for report in begun:
                yield self._read(report)

    def _begin(self, site: str) -> ImportReport:
        started = now()
        return ImportReport(
            crawl=new_crawl_id(self.root, site, started),
            site=site,
            started=started,
            ended=started,
            exit=Exit.INTERRUPTED,
            versions=versions(),
            imports=tuple(survey.told() for survey in self._of(site)),
        )

    def _of(self, site: str) -> list[Survey]:
        return [one for one in self.surveys if any(entry.site == site and entry.is_taken for entry in one.exchanges)]

    def _info(self, report: ImportReport) -> dict[str, str]:
        files = self._of(report.site)
        names = ", ".join(survey.file.name for survey in files)
        return {
            "origin": IMPORT,
            "description": f"Records of other programs, copied as they are from {names}",
            "imported": ", ".join(f"sha256:{survey.file.sha256}" for survey in files),
            "started": warc_date(report.started),
        }

    def _copy(self, reports: dict[str, ImportReport]) -> None:
        with ExitStack() as stack:
            writers = {
                site: stack.enter_context(
                    WarcWriter(
                        self.root,
                        site,
                        report.crawl,
                        info=self._info(report),
                        max_bytes=self.max_bytes,
                        sync_records=5000,
                    )
                )
                for site, report in reports.items()
            }
            for survey in self.surveys:
                if any(entry.is_taken and entry.site in writers for entry in survey.exchanges):
                    self.progress(f"copying {survey.file.name}")
                    self._copy_file(survey, writers)

    def _copy_file(self, survey: Survey, writers: dict[str, WarcWriter]) -> None:
        found = read_exchanges(survey.file, max_block=self.max_bytes)
        exchanges = (entry for entry in found if isinstance(entry, ForeignExchange))
        for planned in survey.exchanges:
            exchange = next(exchanges, None)
            if exchange is None or exchange.id != planned.id:
                raise ArchiveError(f"{survey.file.shown}: changed while it was imported; run the same command again")
            if planned.is_taken and planned.site in writers:
                kept = [one for one in exchange.records if one.id == planned.id or one.id not in survey.repeated]
                writers[planned.site].copy(kept, exchange.source(survey.file))

    def _read(self, begun: ImportReport) -> ImportReport:
        """Bring the catalog up to the WARC files, and end the crawl."""
        crawl, site = begun.crawl, begun.site
        self.progress(f"reading {site}")
        declared = self.load_site(site)
        found = Rebuilt()
        captures = 0
        with Spool(self.root, site, crawl) as spool:
            reader = CrawlReader(crawl, partial(derive, declared), states_of(declared), spool)
            for warc in list_warcs(self.root, site):
                if Context.of(self.root, warc).crawl == crawl:
                    store_crawl(self.catalog, crawl, site, crawl_info(warcinfo(find_warc(self.root, warc))))
                    captures += self._store(warc, reader, found)
            novelty = settle(self.catalog, reader)
        write_settled(self.catalog, self.root, site, crawl)
        unreadable = tuple(Failure(f"{d.warc}: byte {d.offset}", d.detail, 1) for d in found.damage)
        rejected = reader.rejected.total() - reader.rejected["other_page"]
        report = ImportReport(
            crawl=crawl,
            site=site,
            started=begun.started,
            ended=now(),
            exit=self.exit,
            captures=captures,
            revisits=sum(
                entry.is_revisit and entry.is_taken and entry.site == site
                for survey in self.surveys
                for entry in survey.exchanges
            ),
            articles=ArticleCounts.of({**novelty, "rejected": rejected}),
            failures=(*self.failures, *unreadable),
            versions=begun.versions,
            imports=begun.imports,
        )
        write_report(self.root, report)
        return report

    def _store(self, warc: str, reader: CrawlReader, found: Rebuilt) -> int:
        """Put the captures of a WARC file into the catalog; return how many they are."""
        entries = note_warc(self.root, warc, reader, found, self.catalog)
        total, count = 0, BATCH
        while count == BATCH:
            count = 0
            with self.catalog.transaction():
                for capture, outcome in islice(entries, BATCH):
                    store(self.catalog, capture, outcome, reader.states)
                    count += 1
            total += count
        return total
