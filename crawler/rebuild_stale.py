"""Read again what older code read, and say what that changes, field by field.

What code read a page is kept with its reading (:mod:`crawler.readers`); every page whose code is another one now is
read again from its WARC record. All rows are replaced in one transaction: the catalog is then the one that a whole
rebuild makes. A run that is stopped before has changed nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import msgspec

from archive.atomic import write_whole
from archive.catalog import Catalog
from archive.catalog.engine import parse_url, sqlite_path
from archive.catalog.revision import owe_lines, owed_lines, page_readings
from archive.errors import ArchiveError
from archive.jsonl import write_articles
from crawler.drift import Drift, Drifts
from crawler.exits import UnknownSite
from crawler.rebuild_again import ReadAgain, ReadAgainTold
from crawler.rebuild_parts import Work
from crawler.rebuild_pool import Death, Pool
from crawler.rebuild_scratch import scratch_folder
from crawler.rebuild_tasks import WORK, Damage, DeriveForSite, LoadSite, Setup, StatesForSite

REPORT = "status/drift.json"
"""What the last run found, below the data root."""
SPAN = 200
"""Captures that are read as one task."""
SAMPLES = 3


@dataclass(slots=True)
class Renewed:
    """What reading again found."""

    pages: int = 0
    """Captures that older code had read."""
    captures: Counter[str] = field(default_factory=Counter)
    """Those read again, by what they are now: article, listing, rejected."""
    drifts: list[Drift] = field(default_factory=list)
    """What differs."""
    articles: Counter[str] = field(default_factory=Counter)
    """Articles by novelty against the reading before in time: new, changed, unchanged."""
    unknown_sites: set[str] = field(default_factory=set)
    """Sites that no file declares: their captures are not read."""
    damage: list[Damage] = field(default_factory=list)
    """Records that can not be read: their pages stay as they were read."""
    is_written: bool = False
    """Whether the catalog was changed."""


def rebuild_stale(
    root: Path,
    *,
    catalog: str | Path,
    load_site: LoadSite,
    sites: Sequence[str] | None = None,
    derive: DeriveForSite | None = None,
    states: StatesForSite | None = None,
    jobs: int = 0,
    samples: int = SAMPLES,
    dry_run: bool = False,
) -> Renewed:
    """Read again what older code read of *sites* (None: of all), and write it unless *dry_run*.

    *derive* and *states* (see :mod:`crawler.readers`) stand in for the usual ones. Up to *samples* pages are named for
    each difference. Raises as :func:`crawler.rebuild.rebuild` does; CatalogError when there is no catalog yet.
    """
    url = parse_url(catalog)
    found = Renewed()
    setup_of = Setup(root, root, load_site, derive, states)
    with (
        Catalog.open(catalog, create=False, read_only=dry_run) as held,
        scratch_folder(sqlite_path(url) or root / "catalog.sqlite3") as scratch,
        Work(scratch / WORK) as work,
    ):
        setup = replace(setup_of, scratch=scratch)
        found.pages = work.list(_stale(setup, held, sites, found))
        if found.pages:
            _read(setup, url.render_as_string(hide_password=False), work, jobs, samples, found)
        if not dry_run:
            if found.pages:
                _write(held, work, found)
            _write_lines(root, held)
    if found.is_written:
        with write_whole(root / REPORT) as file:
            file.write(msgspec.json.format(msgspec.json.encode(found.drifts)) + b"\n")
    return found


def _stale(setup: Setup, catalog: Catalog, sites: Sequence[str] | None, found: Renewed) -> Iterator[str]:
    """Yield the captures that other code read than would read them now."""
    for site in catalog.sites() if sites is None else sites:
        try:
            states = setup.states_of(setup.site(site))
        except UnknownSite:
            found.unknown_sites.add(site)
            continue
        for reading in page_readings(catalog, site):
            if states is not None and reading.state != states(reading.capture):
                yield reading.capture.id


def _read(setup: Setup, catalog: str, work: Work, jobs: int, samples: int, found: Renewed) -> None:
    numbers = count()
    starts = range(1, found.pages + 1, SPAN)
    tasks = [ReadAgain(next(numbers), catalog, (start, start + SPAN), samples) for start in starts]
    deaths: dict[int, list[Death]] = {}
    drifts = Drifts(samples)
    told_of: dict[int, ReadAgainTold] = {}
    with Pool(setup, jobs) as pool:
        for task, told in pool.results(tasks):
            assert isinstance(task, ReadAgain)
            if isinstance(told, Death):
                pool.first(_again(task, told, deaths.setdefault(task.number, []), found))
                continue
            work.take(told.part, with_readings=True)
            told.part.unlink()
            told_of[task.number] = told
    for number in sorted(told_of):
        told = told_of[number]
        drifts.take(told.drifts)
        found.captures += told.captures
        found.damage += told.damage
    found.drifts = drifts.all()


def _again(task: ReadAgain, death: Death, deaths: list[Death], found: Renewed) -> ReadAgain:
    deaths.append(death)
    if len(deaths) == 1:
        return task
    first, second = deaths
    if first.offset == second.offset is not None:
        deaths.clear()
        found.damage.append(Damage(str(task), second.offset, f"the process that read it died twice ({death.cause})"))
        return replace(task, died=task.died | {second.offset})
    raise ArchiveError(
        f"{task}: the process that read them died twice ({first.cause}, {second.cause}); free some memory, "
        "then run the same command again; nothing was changed"
    )


def _write(catalog: Catalog, work: Work, found: Renewed) -> None:
    """Replace the rows of what was read again, at once."""
    with catalog.transaction():
        sites = set(owed_lines(catalog))
        for capture, kind, detail, state in work.readings():
            catalog.add_reading(capture, kind, detail, state)
            if kind != "article":
                catalog.retract([capture])
        for article in work.complete_articles():
            found.articles[catalog.add_article(article)] += 1
        sites |= {drift.site for drift in found.drifts}
        owe_lines(catalog, sorted(sites))
    found.is_written = True


def _write_lines(root: Path, catalog: Catalog) -> None:
    """Write the JSON Lines of the sites whose articles are others now, also those that a killed run owes."""
    if sites := owed_lines(catalog):
        for site in sites:
            for crawl in catalog.crawls(site):
                write_articles(catalog, root, site, crawl.id)
        owe_lines(catalog, ())
