"""What a site's own days of publication say of how long it may be silent, and how much it gives in a month. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from math import floor

from archive.health.tet import has_tet

DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=730)
MONTH = timedelta(days=30)
FEWEST_DAYS = 12
"""Days with an article, and ..."""
SHORTEST = timedelta(days=120)
"""... time from the first to the last of them, below which nothing is learned."""
FEWEST_SPANS = 15
"""Spans of 30 days, below which no month is expected to be like them."""
LEAST_LIMIT = 7
"""Days; an office that publishes daily has bridged holidays too."""
HOLIDAY = 9
"""Days of silence that Tết adds where no earlier one is held: as long as its public holidays are."""
OUTAGE = 14
"""A silence of more days that is three times as long as any other was no habit."""
FRESH = timedelta(days=60)
"""The last time teaches nothing yet: what was told lately would be its own excuse."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The longest silence of a site that is no reason to worry."""

    limit: int
    """Days."""
    told: str
    """Where that comes from."""


def silence_limit(days: Mapping[date, int], today: date) -> Silence | None:
    """Return how long a site may be silent at *today*; null when too little is known of it.

    *days* has the articles of each day. The limit is twice the longest silence of two years; one
    over Tết is held against silences over Tết. A single one that stands out is left out: it was an outage.
    """
    known = _known(days, today)
    if not known:
        return None
    usual, over_tet = _silences(known)
    longest, mean = _longest(usual), sum(days[day] for day in known) * MONTH.days / (known[-1] - known[0]).days
    years = _span((today - known[0]).days)
    limit = max(LEAST_LIMIT, 2 * longest)
    told = f"mean {mean:.0f} a month, longest silence {_days(longest)} in {years}"
    newest = max(day for day in days if day <= today)
    if has_tet(newest + DAY, today):
        if over_tet:
            limit, told = max(limit, 2 * max(over_tet)), f"{told}, {_days(max(over_tet))} over Tết"
        elif not has_tet(known[0], known[-1]):
            limit, told = limit + HOLIDAY, f"{told}, and {HOLIDAY} days of Tết"
    return Silence(limit, told)


def month_limit(days: Mapping[date, int], today: date) -> Silence | None:
    """Return the fewest articles that a site may give in the 30 days until *today*; null when that can not be said.

    That is half of what it gave in nine of ten such spans of the last two years; in those over Tết
    apart, where it is half of the lowest. Null too after a silence that was longer than :func:`silence_limit`.
    """
    known = _known(days, today)
    if not known:
        return None
    allowed = silence_limit(days, today)
    lately = [*sorted(day for day in days if today - FRESH < day <= today), today]
    told = [(b - a).days for a, b in pairwise(lately) if b > today - MONTH and not has_tet(a + DAY, b)]
    if allowed is None or max(told, default=0) > allowed.limit:
        return None
    is_tet = has_tet(today - MONTH + DAY, today)
    totals = list(
        accumulate((days.get(known[0] + number * DAY, 0) for number in range((today - known[0]).days)), initial=0)
    )
    ends = range(MONTH.days, len(totals) - MONTH.days, 1 if is_tet else 10)
    spans = [
        totals[end] - totals[end - MONTH.days]
        for end in ends
        if has_tet(known[0] + (end - MONTH.days) * DAY, known[0] + (end - 1) * DAY) == is_tet
    ]
    if len(spans) < FEWEST_SPANS:
        return None
    low = sorted(spans)[0 if is_tet else len(spans) // 10]
    limit = floor(low / 2)
    if limit < 1:
        return None
    when = "each month over Tết" if is_tet else "nine of ten months"
    return Silence(limit, f"{sum(spans) / len(spans):.0f} on average, {low} or more in {when}")


def in_month(days: Mapping[date, int], today: date) -> int:
    """Return how many articles were published in the 30 days until *today*."""
    return sum(days.get(today - number * DAY, 0) for number in range(MONTH.days))


def months(days: Mapping[date, int], today: date, count: int = 12) -> tuple[int, ...]:
    """Return the articles of the last *count* spans of 30 days, the latest last."""
    return tuple(in_month(days, today - number * MONTH) for number in reversed(range(count)))


def _known(days: Mapping[date, int], today: date) -> list[date]:
    """Return the days of publication that teach something, in order; none when they are too few."""
    found = sorted(day for day in days if today - LOOK_BACK <= day <= today - FRESH)
    enough = len(found) >= FEWEST_DAYS and found[-1] - found[0] >= SHORTEST
    return found if enough else []


def _silences(known: Sequence[date]) -> tuple[list[int], list[int]]:
    """Return how many days each silence lasted: those without Tết, and those over it."""
    usual: list[int] = []
    over_tet: list[int] = []
    for before, after in pairwise(known):
        is_tet = after - before > DAY and has_tet(before + DAY, after - DAY)
        (over_tet if is_tet else usual).append((after - before).days)
    return usual, over_tet


def _longest(silences: Iterable[int]) -> int:
    first, second, *_ = [*sorted(silences, reverse=True), 0, 0]
    return second if first > OUTAGE and first > 3 * second else first


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _span(number: int) -> str:
    """Return a number of days for people.

    >>> _span(730), _span(200)
    ('2 years', '7 months')
    """
    return f"{round(number / 365)} years" if number > 500 else f"{round(number / 30)} months"
