"""Which articles may be due: without going through all checks of those that plainly are not, which are most.

Plain it is of an article that always read the same and was there whenever it was asked for: when it was seen first and
last says on which day it is due (:mod:`archive.ledger`). Of all others their checks must be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import islice

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from archive.catalog.prepared import Prepared
from archive.catalog.tables import IS_GONE, articles, captures, observations, readings, versions
from archive.ledger import MAX_DAYS, day_of, days_after

ROWS = 1_000
"""Rows in memory at a time."""
BATCH = 200
FEW = 1_000
"""So many articles are looked at one by one, however few there are."""
_ALWAYS_7 = "1976"
"""Since then a day in Vietnam begins at 17:00 UTC."""


_GONE = Prepared(select(captures.c.key).where(captures.c.site == bindparam("site"), IS_GONE))


def maybe_due(connection: Connection, site: str, now: datetime, told: ColumnElement[bool]) -> list[str] | None:
    """Return the ids of a site's articles that may be due at *now*, in their order; all that are due are among them.

    *told* says of captures that an article is not there, or that it has moved, by how they were read. Null when so many
    may be due that it is cheaper to look at all.
    """
    suspects = {*_changed(connection, site), *_missed(connection, site, told)}
    today = day_of(now).toordinal()
    query = select(articles.c.id, articles.c.first_seen, articles.c.last_seen).where(articles.c.site == site)
    wanted, number = [], 0
    for article, first, last in connection.execute(query, execution_options={"yield_per": ROWS}):
        number += 1
        if article in suspects or first < _ALWAYS_7 or _due_day(first[:13], last[:13]) <= today:
            wanted.append(article)
    return sorted(wanted) if len(wanted) <= max(FEW, number // 4) else None


def _changed(connection: Connection, site: str) -> Iterator[str]:
    """Yield the articles that read in more than one way."""
    several = select(versions.c.article).group_by(versions.c.article).having(func.count() > 1).subquery()
    query = select(articles.c.id).join(several, several.c.article == articles.c.id)
    yield from connection.scalars(query.where(func.coalesce(articles.c.site, "") == site))


def _missed(connection: Connection, site: str, told: ColumnElement[bool]) -> Iterator[str]:
    """Yield the articles at whose addresses something else was met once, some more than once."""
    keys = {row.key for row in _GONE.rows(connection, site=site)}
    read = connection.scalars(select(readings.c.capture).where(told), execution_options={"yield_per": ROWS})
    for some in _batches(read):
        of_site = func.coalesce(captures.c.site, "") == site  # wrapped, so that they are found by their ids
        keys.update(connection.scalars(select(captures.c.key).where(captures.c.id.in_(some), of_site)))
    for some in _batches(iter(keys)):
        seen = select(observations.c.article).join(captures, captures.c.id == observations.c.capture)
        yield from connection.scalars(seen.where(captures.c.key.in_(some)))


def _batches(some: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(some, BATCH)):
        yield batch


@lru_cache(maxsize=4096)
def _due_day(first: str, last: str) -> int:
    """Return the number of the day on which an article is due, of the hours (UTC) in which it was seen first and last.

    >>> date.fromordinal(_due_day("2025-03-01T00", "2025-03-03T18"))
    datetime.date(2025, 3, 5)
    """
    changed, checked = _day(first), _day(last)
    return min(changed + days_after(checked - changed), checked + MAX_DAYS)


def _day(hour: str) -> int:
    return date.fromisoformat(hour[:10]).toordinal() + (hour[11:] >= "17")
