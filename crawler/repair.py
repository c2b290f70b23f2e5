"""End the crawls that were killed: their WARC files, then all that follows from these.

Runs at the start of every crawl of a site, under its lock, and as ``khcn repair``. Names
alone decide whether there is anything to do: files still ``.open``, WARC files without an
index, and ``crawls/<crawl id>.json.open``, which a crawl writes before anything else and
takes away with its report. When there is, the WARC files are mended
(:mod:`archive.repair`), and catalog, JSON Lines and report are made from them, as if the
crawl had been stopped where they end. The result equals a rebuild. A repair that is killed
is done again by the next one.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

from archive.atomic import remove
from archive.catalog import Catalog
from archive.errors import ArchiveError, DamagedRecord
from archive.jsonl import write_settled
from archive.repair import Mended, mend, unfinished
from archive.report import (
    ArticleCounts,
    CrawlReport,
    begun_path,
    end_run,
    read_report,
    report_path,
    unended,
    write_report,
)
from archive.warc.files import OPEN
from archive.warc.reader import Context, crawl_info, find_warc, has_exchange, list_warcs, warcinfo
from crawler.exits import Exit, UnknownSite
from crawler.found import Found
from crawler.readers import states_of
from crawler.reading import CrawlReader, settle, store, store_crawl
from crawler.rebuild import DeriveForSite, LoadSite, Rebuilt, note_warc, rebuild
from crawler.spool import Spool
from crawler.tally import owed_after, tally

logger = logging.getLogger(__name__)

BATCH = 100
"""Captures a transaction: other crawls may be waiting to write."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was to be repaired of one site."""

    site: str
    mended: tuple[Mended, ...] = ()
    """WARC files."""
    crawls: tuple[CrawlReport, ...] = ()
    """Crawls that were ended, by the reports written of them."""

    def __bool__(self) -> bool:
        return bool(self.mended or self.crawls)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to be done."""
        return all(found.state not in ("busy", "damaged") for found in self.mended)


def repair_site(
    root: Path,
    site: str,
    *,
    catalog: str | Path,
    load_site: LoadSite,
    derive: DeriveForSite | None = None,
    progress: Callable[[str], object] = lambda told: None,
    look: Callable[[], object] = lambda: None,
) -> Repaired:
    """Repair what killed crawls of a site left; the caller holds the lock of the site.

    *catalog*, *load_site*, *derive* are those of :func:`crawler.rebuild.rebuild`. Damaged
    files are reported and left. *look* is called a few times a second, and may raise to
    stop the repair. Raises DiskFull, ArchiveError, CatalogError when something
    can not be written; the next repair goes on from there.
    """
    found, begun = unfinished(root, site), unended(root, site)
    if not found and not begun:
        return Repaired(site)
    mended = []
    for each in mend(root, found):
        mended.append(each)
        look()
        progress(f"{each.warc}: {each.state}")
    # The crawl of a file that is being written lives, whoever runs it: it will end itself.
    living = {Context.of(root, each.warc + OPEN).crawl for each in mended if each.state == "busy"}
    crawls = set(begun) | _crawls_of(root, mended)
    reports = []
    for crawl in sorted(crawls - living):
        progress(f"{crawl}: reading again")
        reports.append(_end(root, site, crawl, catalog, load_site, derive, look))
    done = Repaired(site, tuple(mended), tuple(report for report in reports if report is not None))
    _log(done)
    return done


def _crawls_of(root: Path, mended: Iterable[Mended]) -> set[str]:
    """Return the crawls of which something may be missing, besides those that had not ended."""
    crawls = set()
    for each in mended:
        if each.state in ("closed", "indexed"):
            crawl = Context.of(root, each.warc).crawl
            # An index can be missing because somebody removed it; a crawl that ended has its rows.
            if each.state == "closed" or not report_path(root, crawl).exists():
                crawls.add(crawl)
    return crawls


def _end(
    root: Path,
    site: str,
    crawl: str,
    url: str | Path,
    load_site: LoadSite,
    derive: DeriveForSite | None,
    look: Callable[[], object],
) -> CrawlReport | None:
    """Bring catalog, JSON Lines and report of a crawl to where its WARC files end; return the report, if new."""
    warcs = [warc for warc in list_warcs(root, site) if Context.of(root, warc).crawl == crawl]
    with Catalog.open(url) as catalog, Spool(root, site, crawl) as spool:
        reader = _reader(site, crawl, load_site, derive, spool)
        seen = Rebuilt()
        first = _store_captures(root, warcs, reader, catalog, seen, look)
        is_stored = _store_crawl(root, site, crawl, warcs, catalog, first)
        held = sum(1 for _ in catalog.captures(site, crawl=crawl))
        is_more_held = held > sum(seen.captures.values())
        novelty = settle(catalog, reader) if reader is not None else Counter()
        novelty = novelty + catalog.events(site, crawl)
        if is_stored:
            write_settled(catalog, root, site, crawl)
        report = None if _has_ended(root, crawl) else _report(root, site, crawl, warcs, novelty, first, reader)
    if is_more_held and not seen.damage:
        # A disk that says "written" too soon: rows of records that went into quarantine.
        logger.warning("catalog held captures that no WARC file holds", extra={"site": site, "crawl": crawl})
        rebuild(root, catalog=url, load_site=load_site, sites=[site], derive=derive)
    if report is None:
        remove(begun_path(root, crawl))
    else:
        write_report(root, report)
    return report


def _has_ended(root: Path, crawl: str) -> bool:
    """Say whether the report of a crawl's last run is there; a run that went on with it may have been killed."""
    try:
        ended = read_report(report_path(root, crawl)).ended
    except ArchiveError:
        return False
    try:
        return read_report(begun_path(root, crawl)).ended <= ended
    except ArchiveError:
        return True


def _reader(
    site: str, crawl: str, load_site: LoadSite, derive: DeriveForSite | None, found: Found
) -> CrawlReader | None:
    from crawler.reading_process import reader

    try:
        declared = load_site(site)
        return CrawlReader(crawl, partial(derive or reader().derive, declared), states_of(declared), found)
    except UnknownSite:
        return None


def _store_captures(
    root: Path,
    warcs: Iterable[str],
    reader: CrawlReader | None,
    catalog: Catalog,
    seen: Rebuilt,
    look: Callable[[], object],
) -> datetime | None:
    """Put the captures of WARC files into the catalog; return the date of the first."""
    first: datetime | None = None
    for warc in warcs:
        captures = note_warc(root, warc, reader, seen, catalog)
        count = BATCH
        while count == BATCH:
            look()
            count = 0
            with catalog.transaction():
                for capture, outcome in islice(captures, BATCH):
                    store(catalog, capture, outcome, reader.states if reader else None)
                    first = min(first or capture.date, capture.date)
                    seen.captures[outcome.kind] += 1
                    count += 1
    return first


def _store_crawl(
    root: Path, site: str, crawl: str, warcs: Iterable[str], catalog: Catalog, first: datetime | None
) -> bool:
    """Keep the crawl as each of its files with an exchange describes it; say whether one does."""
    for warc in warcs:
        try:
            if not has_exchange(root, warc):
                continue
            info = crawl_info(warcinfo(find_warc(root, warc)))
        except DamagedRecord:
            continue
        with catalog.transaction():
            store_crawl(catalog, crawl, site, info, first)
    return any(entry.id == crawl for entry in catalog.crawls(site))


def _report(
    root: Path,
    site: str,
    crawl: str,
    warcs: list[str],
    novelty: Mapping[str, int],
    first: datetime | None,
    reader: CrawlReader | None,
) -> CrawlReport:
    found = tally(root, warcs)
    rejected = reader.rejected if reader is not None else Counter()
    try:
        base = read_report(begun_path(root, crawl))
    except ArchiveError:
        # Written by an earlier version, or by a full disk: what the WARC files say is enough.
        started = found.first or first or datetime.fromtimestamp(0).astimezone()
        base = CrawlReport(crawl, site, started, started, int(Exit.INTERRUPTED))
    report = replace(
        base,
        ended=max(base.ended, found.last or base.ended),
        complete=False,
        requests=found.requests,
        bytes=found.bytes,
        captures=found.captures,
        revisits=found.revisits,
        articles=ArticleCounts.of({**novelty, "rejected": rejected.total() - rejected["other_page"]}),
        failures=found.failures,
        requisites=replace(
            base.requisites,
            asked=max(base.requisites.asked, found.requisites.asked),
            missing=max(base.requisites.missing, found.requisites.missing),
        ),
        owed=owed_after(reader.finish() if reader is not None else (), found.asked, base.owed),
        low_confidence=dict(sorted(reader.unsure.items())) if reader is not None else {},
        duplicates=reader.sayings.duplicates if reader is not None else 0,
    )
    return end_run(report)


def _log(done: Repaired) -> None:
    for each in done.mended:
        told = {"warc": each.warc, "state": each.state, "records": each.records, "cut_bytes": each.cut_bytes}
        told |= {"quarantine": each.quarantine} if each.quarantine else {}
        told |= {"detail": each.detail} if each.detail else {}
        logger.warning("warc repaired" if each.state not in ("busy", "damaged") else "warc left", extra=told)
    for report in done.crawls:
        told = {"crawl": report.crawl, "captures": report.captures, "articles": report.articles.new}
        logger.warning("killed crawl ended", extra=told)
