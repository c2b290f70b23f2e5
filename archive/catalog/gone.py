"""Which articles are gone, known of all of them for as long as nobody writes to the catalog.

Nothing of it is stored in the catalog (:mod:`archive.catalog.checks`), and to ask for twenty articles takes as long as
to find them. So a server looks it up for all, beside the requests.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, or_, select

from archive.catalog import checks
from archive.catalog.engine import open_engine, parse_url, reading, sqlite_path
from archive.catalog.following import Following
from archive.catalog.stamp import Stamp, stamp_of
from archive.catalog.tables import captures, readings
from archive.ledger import State

MOST = 200_000
"""Articles that are kept in memory; of a catalog of which more are gone each is asked for."""
REST = 20.0
"""From one look to the next it takes at least so many times as long as the last one took."""

Known = Callable[[], frozenset[str] | None]
"""Says which articles (ids) are gone now; null when that is not known."""


class KnownGone:
    """The articles of one catalog that are gone; asked by any number of threads."""

    def __init__(self, catalog_url: str | Path) -> None:
        self._url = parse_url(catalog_url)
        self._path = sqlite_path(self._url)
        self._known: tuple[Stamp, frozenset[str]] | None = None
        self._rests_until = 0.0

    def now(self) -> frozenset[str] | None:
        """Return their ids; null when somebody wrote to the catalog since they were looked up."""
        known = self._known
        return known[1] if known is not None and known[0] == stamp_of(self._path) else None

    def keep_up(self) -> None:
        """Look them up, unless nothing changed, or somebody writes. Raises CatalogError."""
        stamp, begun = stamp_of(self._path), time.monotonic()
        if stamp is None or begun < self._rests_until or (self._known is not None and self._known[0] == stamp):
            return
        # Opened each time: `khcn rebuild` puts another file in its place.
        engine = open_engine(self._url, create=False, read_only=True)
        try:
            if stamp_of(self._path) != stamp:
                return  # to open it made the files beside it, or somebody writes: the next time, and without a rest
            with reading(engine) as connection:
                found = gone_in(connection)
        finally:
            engine.dispose()
        self._rests_until = begun + (1 + REST) * (time.monotonic() - begun)
        if len(found) <= MOST and stamp == stamp_of(self._path):
            self._known = stamp, found


class KnowingFollowing(Following):
    """One state of the catalog, of which it may be known which articles are gone."""

    def __init__(self, connection: Connection, known: Known) -> None:
        super().__init__(connection)
        self._known = known

    def states(self, ids: Sequence[str]) -> dict[str, State]:
        """Return whether articles are still there, see :meth:`Following.states`."""
        # Were this another state than that which is known, the files would have changed before it began.
        gone = self._known()
        if gone is None:
            return super().states(ids)
        return {each: "gone" if each in gone else "live" for each in ids}


def gone_in(connection: Connection) -> frozenset[str]:
    """Return the articles of all sites that are gone, as their checks until now tell."""
    asked = select(captures.c.site).where(captures.c.purpose.in_(checks.PAGES)).distinct()
    missing = asked.where(captures.c.status.in_(checks.GONE))
    refused = asked.join(readings, readings.c.capture == captures.c.id).where(
        or_(readings.c.kind == "redirect", readings.c.kind == "rejected")
    )
    sites = sorted({*connection.scalars(missing), *connection.scalars(refused)})
    return frozenset(article for site in sites for article in checks.gone_articles(connection, site))
