"""A mark of the readings of each site, another one whenever one of them is written.

For who keeps what was made of all of them: as long as the mark is the same, so are they. Bookkeeping and no facts.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, select

from archive.catalog.changes import generation
from archive.catalog.engine import put
from archive.catalog.prepared import Prepared
from archive.catalog.tables import captures, meta

KEY = "readings:"
"""Begins the key of a site's mark among the catalog's own rows."""
BATCH = 200

_SITES = Prepared(select(captures.c.site).distinct().where(captures.c.id.in_(bindparam("ids", expanding=True))))
_WRITTEN = Prepared(select(meta.c.value).where(meta.c.key == bindparam("key")))


def note_sites(connection: Connection, sites: Iterable[str]) -> None:
    """Give *sites* another mark: their readings are written in this transaction."""
    put(connection, meta, [{"key": KEY + site, "value": uuid.uuid4().hex} for site in sorted(set(sites))])


def note_captures(connection: Connection, ids: Sequence[str]) -> None:
    """Give the sites of captures (ids) another mark."""
    found: set[str] = set()
    for start in range(0, len(ids), BATCH):
        found.update(row.site for row in _SITES.rows(connection, ids=ids[start : start + BATCH]))
    note_sites(connection, found)


def mark_of(connection: Connection, site: str) -> str:
    """Return the mark of a site's readings; those of a catalog made anew have another."""
    written = _WRITTEN.first(connection, key=KEY + site)
    return f"{generation(connection)}:{written.value if written is not None else ''}"
