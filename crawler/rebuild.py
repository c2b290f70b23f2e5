"""Make catalog and JSON Lines again from the WARC files alone.

Stretches of WARC files are read at once, and so are shares of the articles made (:mod:`crawler.rebuild_tasks`). What
comes of it follows from the files, and not from who was done first. It goes into a scratch folder. Of a whole archive
the new catalog takes the place of the old one when it is whole; of single sites the rows are replaced in one
transaction. Until then the old catalog stays usable, and a rebuild that is stopped has changed nothing. No crawl may
run on the sites meanwhile: the caller holds their locks.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archive.atomic import remove
from archive.catalog import Catalog
from archive.catalog.bulk import Filling
from archive.catalog.engine import parse_url, sqlite_path
from archive.catalog.swap import swap_in
from archive.errors import ArchiveError, DamagedRecord
from archive.jsonl import FOLDER, write_articles
from archive.model import Capture, Location
from archive.warc.framing import Torn
from archive.warc.reader import Context, crawl_info, find_warc, has_exchange, iter_captures, list_warcs, warcinfo
from crawler.exits import UnknownSite
from crawler.reading import OTHER, CrawlReader, Outcome, store_crawl
from crawler.rebuild_gather import Gathering
from crawler.rebuild_parts import Work
from crawler.rebuild_pool import Begin, Doing, Pool, Task
from crawler.rebuild_scratch import scratch_folder
from crawler.rebuild_tasks import (
    FRESH,
    WORK,
    Damage,
    DeriveForSite,
    LoadSite,
    ReadStretch,
    Settled,
    Setup,
    StatesForSite,
)

__all__ = ["Damage", "DeriveForSite", "LoadSite", "Rebuilt", "note_again", "note_warc", "rebuild"]

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], object]
Reading = Callable[[Setup, Begin], Doing]


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild found."""

    warcs: int = 0
    """WARC files read."""
    crawls: int = 0
    """Crawls they belong to."""
    captures: Counter[str] = field(default_factory=Counter)
    """Captures by what they were: article, listing, rejected, redirect, asset, other, unread."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Pages by the reason of their rejection."""
    articles: Counter[str] = field(default_factory=Counter)
    """Articles by novelty: new, changed, unchanged."""
    unknown_sites: set[str] = field(default_factory=set)
    """Sites that no file declares: their captures are indexed, and not read."""
    damage: list[Damage] = field(default_factory=list)
    """Torn tails of files still open, damaged records, and pages on which the reading process died."""
    files: list[Path] = field(default_factory=list)
    """JSON Lines written."""


@dataclass(frozen=True, slots=True)
class _Crawl:
    site: str
    id: str
    warcs: tuple[str, ...]


def rebuild(
    root: Path,
    *,
    catalog: str | Path,
    load_site: LoadSite,
    sites: Sequence[str] | None = None,
    derive: DeriveForSite | None = None,
    states: StatesForSite | None = None,
    progress: Progress | None = None,
    jobs: int = 0,
    reading: Reading | None = None,
) -> Rebuilt:
    """Derive the catalog at a URL or path, and the JSON Lines below *root*, from the WARC files.

    *sites* are site ids, None means all. *load_site* gives a site by its id,
    or raises UnknownSite. *derive* reads a page, by default :func:`crawler.derive.derive`; *states* names the code
    of another one (:mod:`crawler.readers`). *progress* is called before each WARC file
    with its path, its number from 0 and the number of all. The work is done by *jobs* processes (then these are
    functions that can be imported), by this one when there are none; *reading* makes who reads the WARC files
    instead of them.

    Pages that can not be read are counted, and never end it. Raises
    CatalogError when the catalog can not be written, ConfigError when a site
    file is wrong, DiskError, ArchiveError when a process dies twice at the same task.
    """
    url = parse_url(catalog)
    target = sqlite_path(url)
    found = Rebuilt()
    with scratch_folder(target or root / "catalog.sqlite3") as scratch:
        setup = Setup(root, scratch, load_site, derive, states)
        _fill(setup, _crawls(root, sites), found, progress, jobs, reading)
        fresh = scratch / FRESH
        if target is None or sites is not None:
            with Catalog.open(catalog) as old, Catalog.open(fresh) as new:
                old.replace_sites(sites, new)
        else:
            swap_in(fresh, target)
    with Catalog.open(catalog, read_only=True) as done:
        for site in done.sites() if sites is None else sites:
            for crawl in done.crawls(site):
                path = write_articles(done, root, site, crawl.id)
                found.files += [path] if path else []
    _remove_leftovers(root, sites, found)
    return found


def _fill(
    setup: Setup,
    crawls: Sequence[_Crawl],
    found: Rebuilt,
    progress: Progress | None,
    jobs: int,
    reading: Reading | None,
) -> None:
    """Fill a new catalog in the scratch folder."""
    total = sum(len(crawl.warcs) for crawl in crawls)
    begun: set[str] = set()

    def begin(task: Task) -> None:
        if progress is not None and isinstance(task, ReadStretch) and task.warc not in begun:
            progress(task.warc, len(begun), total)
            begun.add(task.warc)

    for crawl in crawls:
        found.crawls += 1
        found.warcs += len(crawl.warcs)
        try:
            setup.site(crawl.site)
        except UnknownSite:
            found.unknown_sites.add(crawl.site)
    with (
        Filling(setup.scratch / FRESH) as filling,
        Work(setup.scratch / WORK) as work,
        Pool(setup, jobs, begin) as pool,
    ):
        gathering = Gathering(setup, filling, work, found)
        tasks = [
            (crawl.site, crawl.id, position, warc) for position, crawl in enumerate(crawls) for warc in crawl.warcs
        ]
        gathering.read(reading(setup, begin) if reading is not None else pool, tasks)
        _store_crawls(setup, crawls, gathering.earliest)
        gathering.read_deferred(pool)
        work.finish()
        for _, settled in gathering.settle(pool, jobs):
            _take(filling, settled, found)
        filling.finish()


def _take(filling: Filling, settled: Settled, found: Rebuilt) -> None:
    filling.take_articles(settled.path)
    settled.path.unlink()
    found.articles += settled.articles


def _store_crawls(setup: Setup, crawls: Sequence[_Crawl], earliest: dict[str, datetime]) -> None:
    """Keep each crawl as those of its files describe it that hold an exchange: a run without one has no part in it."""
    with Catalog.open(setup.scratch / FRESH) as catalog, catalog.transaction():
        for crawl in crawls:
            for warc in crawl.warcs:
                try:
                    if not has_exchange(setup.root, warc):
                        continue
                    fields = warcinfo(find_warc(setup.root, warc))
                except DamagedRecord:
                    continue
                store_crawl(catalog, crawl.id, crawl.site, crawl_info(fields), earliest.get(warc))


def _remove_leftovers(root: Path, sites: Sequence[str] | None, found: Rebuilt) -> None:
    """Remove the JSON Lines of crawls whose WARC files are not there any more."""
    written = set(found.files)
    for folder in (root / FOLDER).glob("*/"):
        if folder.name not in found.unknown_sites and (sites is None or folder.name in sites):
            for path in set(folder.glob("*/*.jsonl")) - written:
                remove(path)
                logger.warning("json lines without a crawl removed", extra={"file": str(path)})


def _crawls(root: Path, sites: Sequence[str] | None) -> list[_Crawl]:
    """Return the crawls that the WARC files hold, in the order of their first files."""
    if sites is None:
        warcs: Iterable[str] = list_warcs(root)
    else:
        warcs = [warc for site in sites for warc in list_warcs(root, site)]
    groups: dict[tuple[str, str], list[str]] = {}
    for warc in warcs:
        context = Context.of(root, warc)
        groups.setdefault((context.site, context.crawl), []).append(warc)
    return [_Crawl(site, crawl, tuple(files)) for (site, crawl), files in groups.items()]


def note_again(
    root: Path, site: str, reader: CrawlReader, catalog: Catalog | None = None
) -> Iterator[tuple[Capture, Outcome]]:
    """Note what the WARC files hold of the reader's crawl already; yield each capture with its outcome.

    For a crawl that goes on under the id it had before it was interrupted. *catalog*: see :func:`note_warc`.
    """
    warcs = [warc for warc in list_warcs(root, site) if Context.of(root, warc).crawl == reader.crawl]
    for warc in warcs:
        yield from note_warc(root, warc, reader, Rebuilt(), catalog)


def note_warc(
    root: Path, warc: str, reader: CrawlReader | None, found: Rebuilt, catalog: Catalog | None = None
) -> Iterator[tuple[Capture, Outcome]]:
    """Note what one WARC file holds; yield each capture with its outcome, and put its damage into *found*.

    *catalog*, which holds the captures yielded so far, says where the originals of revisits lie.
    """

    def locate(record: str) -> Location | None:
        capture = catalog.capture(record) if catalog is not None else None
        return capture.location if capture else None

    def note_torn(torn: Torn) -> None:
        note_damage(torn.offset, torn.detail)

    def note_damage(offset: int | None, detail: str) -> None:
        found.damage.append(Damage(warc, offset, detail))
        logger.warning("damage in warc", extra={"warc": warc, "offset": offset, "detail": detail})

    try:
        for capture, stored in iter_captures(root, warc, on_torn=note_torn, locate=locate):
            outcome = OTHER
            if reader is not None:
                try:
                    outcome = reader.note(capture, stored.payload, stored.measure)
                except ArchiveError as error:
                    note_damage(capture.location.offset, str(error))
            yield capture, outcome
    except DamagedRecord as error:
        note_damage(None, str(error))
