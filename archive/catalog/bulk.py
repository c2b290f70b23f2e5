"""Fill a catalog that nobody uses yet, with rows that other processes have made ready.

Rows are copied inside SQLite from one file into the other. Indexes and triggers come when all rows are there. Nothing
is synced before the end, for a catalog that is not whole is thrown away.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import event

from archive.catalog import moves
from archive.catalog.catalog import Catalog
from archive.catalog.changes import BOOKKEEPING, changes
from archive.catalog.engine import disk_error_of, open_engine, parse_url
from archive.catalog.fresh import Fresh
from archive.catalog.tables import articles, metadata
from archive.errors import CatalogError

_FAST = ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -64000", "temp_store = FILE")
_LATER = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"


@contextmanager
def open_scratch(path: Path, empty: Path) -> Iterator[Fresh]:
    """Give the way into a new catalog for articles without their captures: fast, and lost when the machine stops.

    *empty* is a catalog that holds nothing (:meth:`Filling.empty`): to copy it costs less than to make one.
    """
    shutil.copyfile(empty, path)
    engine = open_engine(parse_url(path), create=True, read_only=False)
    engine.dispose()  # connections from now on are fast

    @event.listens_for(engine, "connect")
    def _relax(connection: Any, record: Any) -> None:
        for pragma in _FAST:
            connection.execute(f"PRAGMA {pragma}")
        for kind, name, _ in connection.execute(_LATER).fetchall():
            if kind == "trigger":
                connection.execute(f"DROP TRIGGER {name}")

    with Catalog(engine) as catalog, catalog.transaction():
        fresh = Fresh(catalog._writer)
        yield fresh
        fresh.write()


class Filling:
    """A new catalog in a SQLite file, while it is filled."""

    def __init__(self, path: Path) -> None:
        Catalog.open(path).close()
        shutil.copyfile(path, self.empty(path))
        self._path = path
        with explained(path):
            self._database = sqlite3.connect(path, isolation_level=None)
            for pragma in _FAST:
                self._database.execute(f"PRAGMA {pragma}")
            self._later = self._database.execute(_LATER).fetchall()
            for kind, name, _ in self._later:
                self._database.execute(f"DROP {kind} {name}")

    @staticmethod
    def empty(path: Path) -> Path:
        """Return where the catalog lies that is like a new one at *path* and stays empty."""
        return path.with_name(f"{path.name}.empty")

    def __enter__(self) -> Filling:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        self.empty(self._path).unlink(missing_ok=True)

    def take(self, source: Path, tables: Sequence[str]) -> None:
        """Insert the rows of *tables* in the SQLite file *source*; one takes the place of another with the same key."""
        with self._attached(source):
            for name in tables:
                self._database.execute(f"INSERT OR REPLACE INTO main.{name} SELECT * FROM source.{name}")  # noqa: S608

    def take_articles(self, source: Path) -> None:
        """Insert all rows about articles from the catalog *source* (:func:`open_scratch`)."""
        not_articles = {*BOOKKEEPING, "crawls", "captures", "readings"}
        self.take(source, [table.name for table in metadata.sorted_tables if table.name not in not_articles])

    def finish(self) -> None:
        """Make the indexes, let the database keep its changes from now on, and join the articles that moved."""
        with explained(self._path):
            for kind, _, statement in sorted(self._later):
                if kind == "index":
                    self._database.execute(statement)
            self._database.execute(
                f"INSERT INTO {changes.name} (article) SELECT id FROM {articles.name} ORDER BY id"  # noqa: S608
            )
            for kind, _, statement in sorted(self._later):
                if kind == "trigger":
                    self._database.execute(statement)
            self._database.execute("PRAGMA journal_mode = WAL")
        with Catalog.open(self._path) as catalog, catalog.transaction():
            moves.join_all(catalog._writer)

    @contextmanager
    def _attached(self, source: Path) -> Iterator[None]:
        with explained(self._path):
            self._database.execute("ATTACH DATABASE ? AS source", (str(source),))
            try:
                self._database.execute("BEGIN")
                yield
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                self._database.execute("DETACH DATABASE source")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says of a scratch file into DiskError or CatalogError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if (failed := disk_error_of(path, error)) is not None:
            raise failed from error
        raise CatalogError(f"{path}: can not be written ({error}); run the same command again") from error
