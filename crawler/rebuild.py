"""Make catalog and JSON Lines again from the WARC files alone.

Whole archives are rebuilt into ``catalog.sqlite3.rebuild``, which takes the
catalog's place when it is whole; of single sites the rows are replaced in one
transaction. Until then the old catalog stays usable, and a rebuild that is
stopped has changed nothing. No crawl may run on the sites meanwhile: the
caller holds their locks.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from archive.atomic import remove
from archive.catalog import Catalog
from archive.catalog.engine import parse_url, remove_sidecars, sqlite_path
from archive.catalog.swap import swap_in
from archive.errors import ArchiveError, DamagedRecord
from archive.jsonl import FOLDER, write_articles
from archive.model import Capture, Location, Payload
from archive.warc.framing import Torn
from archive.warc.reader import Context, crawl_info, find_warc, iter_captures, list_warcs, warcinfo
from crawler.reading import OTHER, CrawlReader, Outcome, Result, settle, store, store_crawl
from crawler.site_files import UnknownSite
from crawler.sites import Site

logger = logging.getLogger(__name__)

SCRATCH = ".rebuild"

DeriveForSite = Callable[[Site, Capture, Payload], Result]
LoadSite = Callable[[str], Site]
Progress = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a WARC file from which nothing could be read."""

    warc: str
    """Path below the data root."""
    offset: int | None
    """Where the record starts, null when that is not known."""
    detail: str
    """What is wrong there."""


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
    """Torn tails of files still open, and damaged records."""
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
    progress: Progress | None = None,
) -> Rebuilt:
    """Derive the catalog at a URL or path, and the JSON Lines below *root*, from the WARC files.

    *sites* are site ids, None means all. *load_site* gives a site by its id,
    or raises UnknownSite. *derive* reads a page, by default
    :func:`crawler.derive.derive`. *progress* is called before each WARC file
    with its path, its number from 0 and the number of all.

    Pages that can not be read are counted, and never end it. Raises
    CatalogError when the catalog can not be written, ConfigError when a site
    file is wrong, DiskFull.
    """
    url = parse_url(catalog)
    target = sqlite_path(url)
    scratch = Path(f"{target or root / 'catalog.sqlite3'}{SCRATCH}")
    _remove(scratch)
    found = Rebuilt()
    try:
        with Catalog.open(scratch) as fresh:
            _read_all(root, sites, fresh, load_site, derive or _derive(), progress, found)
            if target is None or sites is not None:
                with Catalog.open(catalog) as old:
                    old.replace_sites(sites, fresh)
        if target is not None and sites is None:
            swap_in(scratch, target)
    finally:
        _remove(scratch)
    with Catalog.open(catalog, read_only=True) as done:
        for site in done.sites() if sites is None else sites:
            for crawl in done.crawls(site):
                path = write_articles(done, root, site, crawl.id)
                found.files += [path] if path else []
    _remove_leftovers(root, sites, found)
    return found


def _remove_leftovers(root: Path, sites: Sequence[str] | None, found: Rebuilt) -> None:
    """Remove the JSON Lines of crawls whose WARC files are not there any more."""
    written = set(found.files)
    for folder in (root / FOLDER).glob("*/"):
        if folder.name not in found.unknown_sites and (sites is None or folder.name in sites):
            for path in set(folder.glob("*/*.jsonl")) - written:
                remove(path)
                logger.warning("json lines without a crawl removed", extra={"file": str(path)})


def note_again(
    root: Path, site: str, reader: CrawlReader, catalog: Catalog | None = None
) -> Iterator[tuple[Capture, Outcome]]:
    """Note what the WARC files hold of the reader's crawl already; yield each capture with its outcome.

    For a crawl that goes on under the id it had before it was interrupted. *catalog*: see :func:`note_warc`.
    """
    warcs = [warc for warc in list_warcs(root, site) if Context.of(root, warc).crawl == reader.crawl]
    for warc in warcs:
        yield from note_warc(root, warc, reader, Rebuilt(), catalog)


def _derive() -> DeriveForSite:
    from crawler.derive import derive

    return derive


def _read_all(
    root: Path,
    sites: Sequence[str] | None,
    catalog: Catalog,
    load_site: LoadSite,
    derive: DeriveForSite,
    progress: Progress | None,
    found: Rebuilt,
) -> None:
    crawls = _crawls(root, sites)
    total = sum(len(crawl.warcs) for crawl in crawls)
    for crawl in crawls:
        reader = _reader(crawl, load_site, derive, found)
        found.crawls += 1
        with catalog.transaction():
            for warc in crawl.warcs:
                if progress is not None:
                    progress(warc, found.warcs, total)
                found.warcs += 1
                _rebuild_warc(root, crawl, warc, reader, catalog, found)
            if reader is not None:
                found.articles += settle(catalog, reader)
                found.rejected += reader.rejected


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


def _reader(crawl: _Crawl, load_site: LoadSite, derive: DeriveForSite, found: Rebuilt) -> CrawlReader | None:
    try:
        site = load_site(crawl.site)
    except UnknownSite:
        found.unknown_sites.add(crawl.site)
        return None
    return CrawlReader(crawl.id, partial(derive, site))


def _rebuild_warc(
    root: Path, crawl: _Crawl, warc: str, reader: CrawlReader | None, catalog: Catalog, found: Rebuilt
) -> None:
    first = None
    for capture, outcome in note_warc(root, warc, reader, found, catalog):
        first = min(first or capture.date, capture.date)
        store(catalog, capture, outcome)
        found.captures[outcome.kind if reader else "unread"] += 1
    try:
        fields = warcinfo(find_warc(root, warc))
    except DamagedRecord:
        return
    store_crawl(catalog, crawl.id, crawl.site, crawl_info(fields), first)


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


def _remove(scratch: Path) -> None:
    remove(scratch)
    remove_sidecars(scratch)
