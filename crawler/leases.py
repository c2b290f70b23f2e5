"""One run a site, for machines that share a database server: a row that goes to whoever comes after a dead one.

The row says who holds the site and when it said so last, by the server's clock. A holder that is silent for
``STALE_S`` is taken for dead; of one on the machine of the one who asks, the system knows whether it is. Who was taken
for dead and lives all the same finds out in its next transaction, and writes nothing any more (:data:`STILL_HELD`,
asked inside it: the row can not change hands before the transaction has ended).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import TIMESTAMP, Column, Engine, MetaData, Table, create_engine, func, select, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from archive.catalog import dialect
from archive.catalog.dialect import Text
from archive.catalog.engine import explained, parse_url
from crawler.exits import SiteLocked
from crawler.owner import Owner, from_text, to_text

STALE_S = 120.0
"""After so long a silence a run on another machine is taken for dead."""

metadata = MetaData()

leases = Table(
    "site_leases",
    metadata,
    Column("site", Text, primary_key=True),
    Column("run", Text, nullable=False),  # empty: nobody holds it
    Column("owner", Text, nullable=False),  # JSON, see crawler.owner
    Column("beat", TIMESTAMP(timezone=True), nullable=False),
)

STILL_HELD = "SELECT 1 FROM site_leases WHERE site = :site AND run = :run FOR KEY SHARE"
"""One row as long as a run holds a site; who would take it waits for the transaction, and heartbeats do not."""

_NOW = func.clock_timestamp()
_SILENCE = func.extract("epoch", _NOW - leases.c.beat)


class SiteLease:
    """The row of a site on one server, held by one run. For one thread at a time."""

    def __init__(self, url: URL, site: str, owner: Owner) -> None:
        self._url = url
        self._site = site
        self._owner = owner
        try:
            self._engine: Engine = create_engine(url, pool_size=1, max_overflow=0, **dialect.engine_options(url))
        except ImportError as error:
            raise dialect.driver_missing(url, error) from None

    def take(self) -> None:
        """Take the site. Raises SiteLocked, saying who holds it, or CatalogError."""
        # Not at the top: crawls on SQLite alone, which load this too, need nothing of PostgreSQL.
        from sqlalchemy.dialects.postgresql import insert

        with explained(self._url), self._engine.begin() as connection:
            if leases.name not in dialect.table_names(connection):
                dialect.wait_to_create(connection)
                metadata.create_all(connection)
            nobody = {"site": self._site, "run": "", "owner": "", "beat": _NOW}
            connection.execute(insert(leases).values(nobody).on_conflict_do_nothing())
            mine = leases.c.site == self._site
            held = connection.execute(select(leases, _SILENCE.label("silence")).where(mine).with_for_update()).one()
            holder = from_text(held.owner.encode()) if held.run else None
            if holder is not None and _lives(holder, float(held.silence)):
                who = f"{holder}, heartbeat {held.silence:.0f} s ago"
                raise SiteLocked(f"{self._site}: another run holds this site ({who}); wait for it or stop it")
            values = {"run": self._owner.run, "owner": to_text(self._owner).decode().strip(), "beat": _NOW}
            connection.execute(update(leases).where(mine).values(values))

    def beat(self) -> str | None:
        """Say that the owner lives; return what became of the row when it is not the owner's any more."""
        try:
            with self._engine.begin() as connection:
                if connection.execute(self._mine().values(beat=_NOW)).rowcount:
                    return None
                owner = connection.scalar(select(leases.c.owner).where(leases.c.site == self._site))
        except SQLAlchemyError:
            return None  # a silence: others may take it for death, and the next beat notices
        return f"the database names {from_text((owner or '').encode()) or 'nobody'}"

    def free(self) -> None:
        """Give the site back, if it is still held, and let go of the server."""
        try:
            with self._engine.begin() as connection:
                connection.execute(self._mine().values(run="", owner=""))
        except SQLAlchemyError:
            pass  # who comes next waits for the silence, or sees that the process has ended
        self._engine.dispose()

    def _mine(self) -> Any:
        return update(leases).where(leases.c.site == self._site, leases.c.run == self._owner.run)


def server_urls(urls: Iterable[str | Path]) -> list[URL]:
    """Return those of *urls* that are of database servers, each once."""
    found = dict.fromkeys(parse_url(url) for url in urls)
    return [url for url in found if url.get_backend_name() == dialect.POSTGRESQL]


def _lives(holder: Owner, silence_s: float) -> bool:
    return holder.is_alive if holder.is_here else silence_s < STALE_S
