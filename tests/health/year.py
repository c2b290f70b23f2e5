"""Sixty days of six sites, as a script: what each site does on which day, and what is to be told of it.

Tết 2026 is on 17 February, in the middle. All six were silent over Tết in the two years before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from archive.health.tet import tet

DAY = timedelta(days=1)
FIRST = date(2026, 1, 20)
DAYS = 60
HISTORY = 730
STEADY, SILENT, LAYOUT, FIELDS, VANISHED, SECURE = "bac_ninh", "can_tho", "da_nang", "dak_lak", "nghe_an", "phu_tho"
SITES = (STEADY, SILENT, LAYOUT, FIELDS, VANISHED, SECURE)


def number(day: date) -> int:
    """Return which day of the script a day is, from 0."""
    return (day - FIRST).days


@dataclass(frozen=True)
class Today:
    """What a site does on a day."""

    articles: int = 1
    """So many new articles."""
    answers: bool = True
    """Whether it answers at all."""
    readable: bool = True
    """Whether its pages look as they did."""
    has_author: bool = True
    robots: str = "old"
    """Which robots.txt."""
    certificate_until: datetime | None = None


def today(site: str, day: date) -> Today:
    """Return what a site does on a day."""
    n = number(day)
    articles = int(not is_quiet(day))
    match site:
        case _ if site == SILENT:
            return Today(articles * (not 40 <= n < 54))
        case _ if site == LAYOUT:
            return Today(articles, readable=not 8 <= n < 13)
        case _ if site == FIELDS:
            return Today(articles, has_author=not 5 <= n < 45)
        case _ if site == VANISHED:
            return Today(articles, answers=not (10 <= n < 18 or 40 <= n < 42))  # two days are no alarm
        case _ if site == SECURE:
            until = FIRST + (40 if n < 33 else 400) * DAY
            moment = datetime.combine(until, time(12), UTC)
            return Today(articles, robots="new" if n >= 38 else "old", certificate_until=moment)
    return Today(articles)


def is_quiet(day: date) -> bool:
    """Say whether offices are closed: from three days before Tết to nine days after it."""
    return -3 <= (day - tet(day.year)).days <= 9


@dataclass(frozen=True)
class Told:
    """A notice: on which day of the script, and what."""

    day: int
    event: str
    site: str
    name: str


# The limits that the history teaches: 7 days of silence, 28 over Tết; half of 5 pages.
SCRIPT = (
    Told(7, "BROKE", FIELDS, "fields.authors"),  # the third of the last five articles without
    Told(10, "BROKE", LAYOUT, "layout"),
    Told(12, "BROKE", VANISHED, "answers"),  # the third day
    Told(18, "MENDED", VANISHED, "answers"),
    Told(15, "MENDED", LAYOUT, "layout"),
    Told(27, "BROKE", SECURE, "certificate"),  # less than 14 days are left
    Told(33, "MENDED", SECURE, "certificate"),
    Told(38, "BROKE", SECURE, "robots"),
    Told(45, "MENDED", SECURE, "robots"),  # a week later
    Told(47, "MENDED", FIELDS, "fields.authors"),
    Told(47, "BROKE", SILENT, "new_within_days"),  # eight days
    Told(54, "MENDED", SILENT, "new_within_days"),
)


def history(site: str) -> list[date]:
    """Return the days of two years before the script on which a site published an article."""
    days = (FIRST - step * DAY for step in range(1, HISTORY))
    return sorted(day for day in days if not is_quiet(day))
