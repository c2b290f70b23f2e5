"""Charts as numbers: the templates draw them as SVG, which needs neither a script nor a picture file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log10

from archive.web.counted import Counted, Part, month_before
from archive.web.sites import Registry, SiteFacts

LEVELS = 5
"""Shades of a tile or a cell, besides the one for nothing."""

_TILES = {
    "12": (0, 0), "15": (1, 0), "08": (2, 0), "04": (3, 0),
    "11": (0, 1), "14": (1, 1), "25": (2, 1), "19": (3, 1), "20": (4, 1),
    "01": (2, 2), "24": (3, 2), "22": (4, 2),
    "37": (2, 3), "33": (3, 3), "31": (4, 3),
    "38": (2, 4), "40": (2, 5), "42": (2, 6), "44": (3, 7), "46": (3, 8), "48": (4, 9), "51": (4, 10),
    "52": (4, 11), "66": (4, 12), "68": (3, 13), "56": (4, 13),
    "80": (1, 13), "75": (2, 13), "82": (1, 14), "79": (2, 14),
    "91": (0, 15), "92": (1, 15), "86": (2, 15), "96": (1, 16),
}  # fmt: skip
"""Where a province stands on the map, column and row, by its code since 2025-07-01 (General Statistics Office)."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A province on the map."""

    site: SiteFacts
    column: int
    row: int
    articles: int
    """Of its Department and of those that it took over."""
    level: int
    """Shade, 0 for none to :data:`LEVELS`."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A month of a chart."""

    month: str
    x: int
    count: int
    height: float
    """Of 100."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Months side by side."""

    bars: tuple[Bar, ...]
    step: int
    """From one bar to the next."""
    most: int
    years: tuple[tuple[int, str], ...]
    """Where a year begins, and its name."""

    @property
    def width(self) -> int:
        """Of the chart."""
        return len(self.bars) * self.step


@dataclass(frozen=True, slots=True)
class Heat:
    """Departments as rows, months as columns."""

    rows: tuple[tuple[SiteFacts, int, int], ...]
    """Department, its articles in these months, number of the row."""
    shades: tuple[tuple[int, str], ...]
    """Shade and the SVG path of all cells that have it."""
    months: tuple[str, ...]
    most: int
    """Articles of the fullest cell."""


def tiles(counted: Counted, sites: Registry) -> list[Tile]:
    """Return the map of the provinces of today."""
    found = []
    for site in sites.sites.values():
        place = _TILES.get(site.code_now or "")
        if place is not None:
            found.append((site, place, counted.sum((site.id, *_before(site, sites)))))
    most = max((articles for _, _, articles in found), default=0)
    found.sort(key=_reading)
    return [Tile(site, *place, articles, level(articles, most)) for site, place, articles in found]


def _reading(tile: tuple[SiteFacts, tuple[int, int], int]) -> tuple[int, int]:
    return tile[1][1], tile[1][0]


def _before(site: SiteFacts, sites: Registry) -> Iterable[str]:
    for former in site.follows:
        yield former
        yield from _before(sites.get(former), sites)


def level(count: int, most: int) -> int:
    """Return the shade for a count, on a scale by powers, so that small Departments can be told apart.

    >>> [level(count, 10_000) for count in (0, 1, 10, 100, 1000, 10_000)]
    [0, 1, 2, 3, 4, 5]
    """
    if count <= 0:
        return 0
    return max(1, min(LEVELS, 1 + int((LEVELS - 1) * log10(count) / log10(most)))) if most > 1 else LEVELS


def bars(counts: Mapping[str, int], last: str, months: int, *, step: int = 12) -> Bars:
    """Return a bar for each of the *months* up to *last*."""
    names = [month_before(last, back) for back in range(months - 1, -1, -1)]
    most = max((counts.get(name, 0) for name in names), default=0)
    made = tuple(
        Bar(name, place * step, count := counts.get(name, 0), round(100 * count / most, 1) if most else 0.0)
        for place, name in enumerate(names)
    )
    years = tuple((bar.x, bar.month[:4]) for bar in made if bar.month.endswith("-01"))
    return Bars(made, step, most, years)


def heat(counted: Counted, sites: Registry, last: str, months: int, *, rows: int, cell: int = 14) -> Heat:
    """Return the *rows* Departments with most articles in the *months* up to *last*, month by month."""
    names = tuple(month_before(last, back) for back in range(months - 1, -1, -1))
    sums = [(sum(part.months.get(name, 0) for name in names), site, part) for site, part in counted.sites.items()]
    chosen = sorted((each for each in sums if each[0]), key=lambda each: (-each[0], each[1]))[:rows]
    most = max((part.months.get(name, 0) for _, _, part in chosen for name in names), default=0)
    shades: dict[int, list[str]] = {}
    for row, (_, _, part) in enumerate(chosen):
        for column, name in enumerate(names):
            if shade := level(part.months.get(name, 0), most):
                # One path a shade: a tenth of the size of one rectangle a cell.
                side = cell - 2
                place = f"M{column * cell} {row * cell}h{side}v{side}h-{side}z"
                shades.setdefault(shade, []).append(place)
    told = tuple((sites.get(site), articles, row) for row, (articles, site, _) in enumerate(chosen))
    return Heat(told, tuple((shade, "".join(paths)) for shade, paths in sorted(shades.items())), names, most)


def span_of(parts: Sequence[Part], last: str, least: int, most: int) -> int:
    """Return how many months a chart up to *last* shows, so that the first article or capture is on it."""
    first = min((month for part in parts for month in (*part.months, *part.captures)), default=last)
    wanted = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1
    return max(least, min(most, wanted))
