"""What the catalog knows of many captures, or of many addresses, at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, select

from archive.catalog.tables import captures, readings
from archive.catalog.times import utc_time
from archive.urls import identity_key

BATCH = 200


def held_ids(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Return those of *ids* that are ids of captures."""
    held: set[str] = set()
    left = iter(ids)
    while some := list(islice(left, BATCH)):
        held.update(connection.scalars(select(captures.c.id).where(captures.c.id.in_(some))))
    return held


def last_readings(connection: Connection, site: str, urls: Iterable[str]) -> dict[str, tuple[datetime, str | None]]:
    """Return when an article was read last at each of *urls*, and where that address was found."""
    found: dict[str, tuple[datetime, str | None]] = {}
    left = iter(urls)
    while some := list(islice(left, BATCH)):
        query = (
            select(captures.c.key, captures.c.date, captures.c.via)
            .join(readings, readings.c.capture == captures.c.id)
            .where(captures.c.site == site, readings.c.kind == "article")
            .where(captures.c.key.in_([identity_key(url) for url in some]))
            .order_by(captures.c.date, captures.c.id)
        )
        last = {row.key: (utc_time(row.date), row.via) for row in connection.execute(query)}
        found.update({url: last[key] for url in some if (key := identity_key(url)) in last})
    return found
