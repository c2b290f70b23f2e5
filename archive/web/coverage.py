"""What is held of a Department over the years, by where it came from, and what is known to be missing."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from archive.report import FOLDER
from archive.text import fold
from archive.times import VN
from archive.web.charts import level
from archive.web.counted import LIMIT_S, REST_S, Level, level_of
from archive.web.deps import ServedArchive
from archive.web.sites import Registry, SiteFacts

ORIGINS = ("crawl", "import", "recover")
FIRST_YEAR = 1997
"""Of the web in Vietnam: what is dated before is a misprint, and on no chart."""
REPORTS = 50
"""Latest reports of a site among which that of a recovery is looked for."""
MOST_KEPT = 100
"""Questions whose answers are kept: one for each Department, and one for all."""
SHOWN = 20
"""Missing addresses that a page names."""


class Gap(msgspec.Struct, frozen=True):
    """An article that is known to have existed, and that the archive does not hold."""

    url: str = ""
    via: str = ""
    cause: str = ""


class _Report(msgspec.Struct, frozen=True):
    """What the report of a recovery tells of gaps."""

    origin: str = ""
    gaps: tuple[Gap, ...] = ()
    gaps_total: int = 0


@dataclass(frozen=True, slots=True)
class Year:
    """What is held of one year."""

    year: int
    captures: Mapping[str, int]
    """Captures made in it, by origin."""
    articles: Mapping[str, int]
    """Articles published in it, by the origin of their latest version."""
    shade: int
    """Of its captures, beside those of all Departments."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is held of it."""
        return not any(self.captures.values()) and not any(self.articles.values())


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is held of one Department."""

    site: SiteFacts
    years: tuple[Year, ...] = ()
    """Each year from the first to the last of which something is held; the same for all that are compared."""
    captures: Mapping[str, int] = field(default_factory=dict)
    """All captures, by origin."""
    articles: int = 0
    missing: int | None = None
    """Articles known to have existed that are not held; null when no recovery has looked for them."""
    gaps: tuple[Gap, ...] = ()
    """Some of them."""

    @property
    def all_captures(self) -> int:
        """How many captures there are."""
        return sum(self.captures.values())

    @property
    def recovered(self) -> int:
        """Those of them that came from other web archives."""
        return self.captures.get("recover", 0)

    @property
    def held(self) -> list[int]:
        """The years of which something is held."""
        return [each.year for each in self.years if not each.is_empty]

    @property
    def lacking(self) -> list[int]:
        """The years between these of which nothing is held."""
        held = self.held
        return [each.year for each in self.years if each.is_empty and held and held[0] < each.year < held[-1]]


def dissolved(sites: Registry) -> list[SiteFacts]:
    """Return the Departments that are no more, by the names of their provinces."""
    found = [site for site in sites.sites.values() if site.status == "retired" or site.successor]
    return sorted(found, key=lambda site: (fold(site.province or site.id), site.id))


class Coverages:
    """Reckons the coverage of sites when the archive has changed, but not all the time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Path, tuple[str, ...]], _Kept] = {}
        self._lock = threading.Lock()

    def of(self, archive: ServedArchive, sites: Iterable[SiteFacts]) -> list[Coverage]:
        """Return the coverage of *sites* that may be shown, in their order."""
        hidden = archive.withheld
        shown = [site for site in sites if not hidden.hides_site(site.id)]
        name = archive.root, tuple(site.id for site in shown)
        with self._lock:
            level, now = level_of(archive), time.monotonic()
            kept = self._kept.get(name)
            if kept is not None and kept.holds(level, now):
                return kept.rows
            rows = _unhurried(archive, shown)
            if len(self._kept) > MOST_KEPT:
                self._kept.clear()
            self._kept[name] = _Kept(level, time.monotonic(), time.monotonic() - now, rows)
            return rows


@dataclass(frozen=True, slots=True)
class _Kept:
    level: Level
    at: float
    took_s: float
    rows: list[Coverage]

    def holds(self, level: Level, now: float) -> bool:
        """Say whether it may still be shown: what was taken down since may not."""
        rest = max(REST_S, 10 * self.took_s)
        # The report of a recovery is written after the last change of the catalog.
        least = 4 * rest if level == self.level else rest if level[2] == self.level[2] else 0
        return now - self.at < least


def _unhurried(archive: ServedArchive, sites: list[SiteFacts]) -> list[Coverage]:
    """Reckon: what one request does for all is not counted as its own time."""
    catalog = archive.catalog
    deadline, begun = catalog.deadline, time.monotonic()
    catalog.deadline = begun + LIMIT_S
    try:
        return _reckoned(archive, sites, datetime.now(VN).year)
    finally:
        catalog.deadline = deadline + time.monotonic() - begun


COVERAGES = Coverages()
"""Of all apps of this process."""


def _reckoned(archive: ServedArchive, sites: list[SiteFacts], this_year: int) -> list[Coverage]:
    hidden = archive.withheld
    held = archive.catalog.coverage([site.id for site in sites], hidden.articles, hidden.keys)
    captures: dict[tuple[str, int], Counter[str]] = {}
    articles: dict[tuple[str, int], Counter[str]] = {}
    totals: dict[str, Counter[str]] = {}
    written: Counter[str] = Counter()
    for (of, year, origin), number in held.captures.items():
        captures.setdefault((of, year), Counter())[origin] += number
        totals.setdefault(of, Counter())[origin] += number
    for (of, year, origin), number in held.articles.items():
        articles.setdefault((of, year), Counter())[origin] += number
        written[of] += number
    seen = [year for _, year in (*captures, *articles) if FIRST_YEAR <= year <= this_year]
    span = range(min(seen, default=this_year), max(seen, default=this_year) + 1)
    most = max((sum(each.values()) for each in captures.values()), default=0)
    made = []
    for site in sites:
        years = tuple(
            Year(
                year,
                captures.get((site.id, year), {}),
                articles.get((site.id, year), {}),
                level(sum(captures.get((site.id, year), {}).values()), most),
            )
            for year in span
        )
        missing, gaps = _missing(archive.root, site.id)
        some = tuple(gap for gap in gaps if not hidden.hides_url(gap.url) and not hidden.hides_url(gap.via))
        made.append(Coverage(site, years, totals.get(site.id, {}), written[site.id], missing, some[:SHOWN]))
    return made


def _missing(root: Path, site: str) -> tuple[int | None, tuple[Gap, ...]]:
    """Return what the last recovery of a site found missing."""
    mine = re.compile(re.escape(site) + r"-\d+\.json")
    paths = sorted((path for path in (root / FOLDER).glob(f"{site}-*.json") if mine.fullmatch(path.name)), reverse=True)
    for path in paths[:REPORTS]:
        try:
            told = msgspec.json.decode(path.read_bytes(), type=_Report)
        except (OSError, msgspec.DecodeError):
            continue
        if told.origin == "recover":
            return told.gaps_total, told.gaps
    return None, ()


# Charts

STEP = 26
HEIGHT = 96


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a bar is of one origin."""

    origin: str
    y: float
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class Stack:
    """The bar of a year."""

    year: int
    x: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Stacks:
    """Years side by side, each bar made of origins one upon another."""

    stacks: tuple[Stack, ...]
    most: int

    @property
    def width(self) -> int:
        """Of the chart."""
        return len(self.stacks) * STEP


def stacks(counts: Iterable[tuple[int, Mapping[str, int]]]) -> Stacks:
    """Return the chart of years with their counts by origin."""
    rows = list(counts)
    most = max((sum(each.values()) for _, each in rows), default=0)
    made = []
    for place, (year, each) in enumerate(rows):
        top, pieces = float(HEIGHT), []
        for origin in ORIGINS:
            if number := each.get(origin, 0):
                height = max(round(HEIGHT * number / most, 1), 1.5)
                top = max(round(top - height, 1), 0.0)
                pieces.append(Piece(origin, top, height, number))
        made.append(Stack(year, place * STEP, tuple(pieces)))
    return Stacks(tuple(made), most)
