"""What pages show of many articles: places in the order of time, and one line of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from archive.catalog.prepared import Prepared
from archive.catalog.read import ID_BYTES
from archive.catalog.tables import articles, attachments, captures, images, versions
from archive.catalog.times import page_time, utc_time

LEAD = 280
"""Characters of summary or text that a line shows."""
_ROWS = 5_000


class Place(NamedTuple):
    """Where an article stands among all of them."""

    id: bytes
    """Article id, ``ID_BYTES``."""
    site: str
    """Site id."""
    hour: str
    """UTC hour of publication, without one of capture: ``2025-03-01T02``."""


class Line(NamedTuple):
    """One line of a list of articles."""

    id: str
    site: str
    url: str
    title: str
    lead: str
    published: datetime | None
    """When it was published, as the page says ; null without a date."""
    precision: str | None
    captured: datetime
    """When its latest version was seen first (UTC)."""


_LINES = Prepared(
    select(
        articles.c.id,
        articles.c.site,
        versions.c.url,
        versions.c.title,
        func.substr(func.coalesce(versions.c.summary, versions.c.text), 1, LEAD + 1).label("lead"),
        versions.c.published,
        versions.c.published_precision,
        versions.c.captured,
    )
    .join(versions, versions.c.id == articles.c.current)
    .where(articles.c.id.in_(bindparam("ids", expanding=True)))
)


def places(connection: Connection) -> Iterator[Place]:
    """Yield every article, the newest first."""
    query = (
        select(articles.c.id, articles.c.site, func.substr(versions.c.dated, 1, 13))
        .join(versions, versions.c.id == articles.c.current)
        .order_by(versions.c.dated.desc(), versions.c.id.desc())
    )
    for row in connection.execution_options(yield_per=_ROWS).execute(query):
        yield Place(bytes.fromhex(row[0]), row[1], row[2])


def lines(connection: Connection, packed: bytes) -> list[Line]:
    """Return the lines of articles whose ids are packed, ``ID_BYTES`` each, in that order."""
    ids = [packed[start : start + ID_BYTES].hex() for start in range(0, len(packed), ID_BYTES)]
    return lines_of(connection, ids)


def lines_of(connection: Connection, ids: Sequence[str]) -> list[Line]:
    """Return the lines of articles, in the order of *ids*; one that is not held is left out."""
    found = {
        row.id: Line(
            row.id,
            row.site,
            row.url,
            row.title,
            _cut(row.lead),
            page_time(row.published),
            row.published_precision,
            utc_time(row.captured),
        )
        for row in _LINES.rows(connection, ids=ids)
    }
    return [found[each] for each in ids if each in found]


def _cut(lead: str) -> str:
    text = " ".join(lead.split())
    if len(lead) <= LEAD:
        return text
    return text.rpartition(" ")[0].rstrip(" ,;:.") + " …"


class Spread(NamedTuple):
    """The captures of all sites over time, and how many rows there are."""

    hours: list[tuple[str, str, int]]
    """Site, UTC hour, captures made in it."""
    ends: dict[str, tuple[datetime, datetime]]
    """First and last capture of each site."""
    totals: dict[str, int]
    """Rows by table."""


def spread(connection: Connection) -> Spread:
    """Count the captures of each site by the hour, and the rows of each kind."""
    hour = func.substr(captures.c.date, 1, 13)
    hours = select(captures.c.site, hour, func.count()).group_by(captures.c.site, hour)
    ends = select(captures.c.site, func.min(captures.c.date), func.max(captures.c.date)).group_by(captures.c.site)
    tables = (articles, versions, captures, images, attachments)
    return Spread(
        [(row[0], row[1], row[2]) for row in connection.execute(hours)],
        {row[0]: (utc_time(row[1]), utc_time(row[2])) for row in connection.execute(ends)},
        {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables},
    )
