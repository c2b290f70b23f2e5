"""Statements and transactions of the frontier, at the driver's cost.

SQL is written once, with names for its values. SQLAlchemy turns it into what
the driver takes, once a statement, and is out of the way from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import CursorResult, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from archive.catalog.dialect import POSTGRESQL, is_postgres
from crawler import leases
from crawler.exits import SiteLocked
from crawler.frontier_tables import explained, open_engine


class Session:
    """One connection to a frontier. Its errors are CatalogError and DiskError."""

    def __init__(self, url: URL, holding: tuple[str, str] | None = None) -> None:
        """*holding* is a site and the run that holds it: one that was taken over is not written any more."""
        self._url = url
        self._holding = holding if url.get_backend_name() == POSTGRESQL else None
        self._engine = open_engine(url)
        self._is_postgres = is_postgres(self._engine)
        self._syncs = True
        try:
            with explained(url):
                self._connection = self._engine.connect()
        except BaseException:
            self._engine.dispose()
            raise

    @contextmanager
    def transaction(self, *, synced: bool = True) -> Iterator[None]:
        """Write all or nothing; when left well and *synced*, a power cut takes nothing of it away.

        What is not synced becomes so with the next transaction that is.
        """
        with explained(self._url):
            self._begin(synced)
            try:
                self._check_held()
                yield
                self._connection.exec_driver_sql("COMMIT")
            except BaseException:
                with suppress(SQLAlchemyError):  # SQLite has rolled back by itself after some errors
                    self._connection.exec_driver_sql("ROLLBACK")
                raise

    def _begin(self, synced: bool) -> None:
        if self._is_postgres:
            if self._connection.invalidated:  # it was lost; what is buffered can still be written
                self._connection.close()
                self._connection = self._engine.connect()
            self._connection.exec_driver_sql("BEGIN" if synced else "BEGIN; SET LOCAL synchronous_commit = off")
            return
        if synced != self._syncs:
            self._connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            self._syncs = synced
        # A transaction that reads first and writes later can not wait for another writer: take the lock now.
        self._connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _check_held(self) -> None:
        """Raise SiteLocked when the site was taken away; nobody can take it before the transaction has ended."""
        if self._holding is not None:
            site, run = self._holding
            if not self._execute(leases.STILL_HELD, {"site": site, "run": run}).fetchall():
                raise SiteLocked(f"{site}: another run took this site over; nothing more is written")

    def run(self, statement: str, **values: Any) -> int:
        """Execute *statement* and return how many rows it changed."""
        return self._execute(statement, values).rowcount

    def run_many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute *statement* once for each of *rows*."""
        driver_text, names = self._prepared(statement)
        if names is None:
            self._connection.exec_driver_sql(driver_text, list(rows))
        else:
            self._connection.exec_driver_sql(driver_text, [tuple(row[name] for name in names) for row in rows])

    def read(self, statement: str, **values: Any) -> Sequence[Any]:
        """Return the rows that *statement* selects."""
        with explained(self._url):
            return self._execute(statement, values).fetchall()

    def read_to_take(self, statement: str, **values: Any) -> Sequence[Any]:
        """Return the rows that *statement* selects, for this transaction alone; those of others are left out."""
        # In SQLite nobody else writes meanwhile.
        return self.read(f"{statement} FOR UPDATE SKIP LOCKED" if self._is_postgres else statement, **values)

    def close(self) -> None:
        """Close the database. Closing again does nothing."""
        with explained(self._url):
            self._connection.close()
            self._engine.dispose()

    @property
    def is_closed(self) -> bool:
        """Whether the database is closed."""
        return self._connection.closed

    def _execute(self, statement: str, values: Mapping[str, Any]) -> CursorResult[Any]:
        driver_text, names = self._prepared(statement)
        given = dict(values) if names is None else tuple(values[name] for name in names)
        return self._connection.exec_driver_sql(driver_text, given)

    def _prepared(self, statement: str) -> _Prepared:
        dialect = self._engine.dialect
        found = _prepared.get((dialect.name, statement))
        if found is None:
            compiled: Any = text(statement).compile(dialect=dialect)
            found = (str(compiled), compiled.positiontup if compiled.positional else None)
            _prepared[dialect.name, statement] = found
        return found


_Prepared = tuple[str, Sequence[str] | None]
_prepared: dict[tuple[str, str], _Prepared] = {}
# The driver's text of a statement, and the order of its values (null: it takes them by name).
