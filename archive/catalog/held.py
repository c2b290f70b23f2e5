"""Which of many captures the catalog knows already."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from sqlalchemy import Connection, select

from archive.catalog.tables import captures

BATCH = 200


def held_ids(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Return those of *ids* that are ids of captures."""
    held: set[str] = set()
    left = iter(ids)
    while some := list(islice(left, BATCH)):
        held.update(connection.scalars(select(captures.c.id).where(captures.c.id.in_(some))))
    return held
