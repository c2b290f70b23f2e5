"""The badge page of ``khcn status``: one file that needs no other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from archive.atomic import write_whole
from archive.errors import ConfigError
from archive.times import VN
from crawler.watch import Standing

TEMPLATE = Path(__file__).with_name("status_page.html")
ORDER = ("bad", "warn", "good", "dim")
"""What somebody should look at first comes first."""
WIDTH, HEIGHT = 120, 24
"""Pixels of a year's bars."""


def write_page(path: Path, shown: Sequence[Standing], now: datetime) -> None:
    """Write the page, whole or not at all. Raises ConfigError without Jinja, DiskError, ArchiveError."""
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError:
        raise ConfigError("--html: Jinja is missing; install the extra: pip install 'khcn[web]'") from None
    pages = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = pages.from_string(TEMPLATE.read_text("utf-8")).render(
        shown=sorted(shown, key=lambda each: ORDER.index(badge(each)[1])),
        now=now.astimezone(VN),
        zone=VN,
        bars=bars,
        badge=badge,
        alarms=sum(bool(each.alarms) for each in shown),
        crawled=sum(each.row.last_run is not None for each in shown),
        width=WIDTH,
        height=HEIGHT,
    )
    with write_whole(path.absolute()) as file:
        file.write(page.encode())


def badge(each: Standing) -> tuple[str, str]:
    """Return how a site fares in a word, and its class of colour."""
    if each.alarms:
        return "not as expected", "bad"
    if any(not found.ok for found in each.expectations):
        return "acknowledged", "warn"
    if each.row.last_run is None:
        return "never crawled", "dim"
    if not each.row.is_watched:
        return "not watched", "dim"
    if each.row.exit not in (0, 6):
        return (each.row.result or "unknown").lower(), "warn"
    return "as expected", "good"


def bars(numbers: Sequence[int]) -> list[tuple[float, float, float]]:
    """Return a bar a number: left edge, top and height in pixels.

    >>> bars([0, 2])
    [(0.0, 24.0, 0.0), (60.0, 0.0, 24.0)]
    """
    most, step = max(numbers, default=0) or 1, WIDTH / max(1, len(numbers))
    heights = [round(max(number / most * HEIGHT, 1.5 if number else 0.0), 1) for number in numbers]
    return [(round(place * step, 1), round(HEIGHT - height, 1), height) for place, height in enumerate(heights)]
