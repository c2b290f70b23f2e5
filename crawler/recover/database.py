"""The file of SQLite behind a recovery's frontier: opened, made anew where it can not be read, asked."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.atomic import make_folder, remove
from archive.catalog.engine import disk_error_of
from archive.errors import ArchiveError

logger = logging.getLogger(__name__)

VERSION = "1"

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE questions (
    id INTEGER PRIMARY KEY, api TEXT NOT NULL, url TEXT NOT NULL, match TEXT NOT NULL, since TEXT NOT NULL,
    until TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'pending', position TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0, cause TEXT NOT NULL DEFAULT '', asked REAL NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0, UNIQUE (api, url, match, since, until)
);
CREATE TABLE rows (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, url TEXT NOT NULL, timestamp TEXT NOT NULL, status INTEGER,
    mime TEXT NOT NULL, digest TEXT NOT NULL, length INTEGER NOT NULL, is_revisit INTEGER NOT NULL,
    filename TEXT NOT NULL, offset INTEGER NOT NULL, truncated TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'listed', rank INTEGER NOT NULL DEFAULT 0, spare_of INTEGER,
    purpose TEXT NOT NULL DEFAULT '', via TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
    cause TEXT NOT NULL DEFAULT '', warc TEXT NOT NULL DEFAULT '', UNIQUE (url, timestamp, digest)
);
CREATE INDEX rows_by_key ON rows (key, timestamp);
CREATE INDEX rows_by_state ON rows (state, attempts, rank);
CREATE TABLE known (url TEXT PRIMARY KEY, via TEXT NOT NULL);
CREATE TABLE needed (
    url TEXT NOT NULL, near TEXT NOT NULL, via TEXT NOT NULL, purpose TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending', PRIMARY KEY (url, near)
);
CREATE TABLE warcs (name TEXT PRIMARY KEY);
CREATE TABLE kept (url TEXT NOT NULL, timestamp TEXT NOT NULL, warc TEXT NOT NULL, PRIMARY KEY (url, timestamp));
"""


class Database:
    """The file at *path*; the caller holds the site's lock.

    Raises DiskError or ArchiveError, with what to do, when it can not be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path.parent)
        self._connect()
        try:
            self._set_up()
            if self._version() != VERSION:
                self._make()
        except ArchiveError as error:
            logger.warning("made anew from the index and the WARC files", extra={"file": path, "cause": str(error)})
            self.close()
            for suffix in ("", "-wal", "-shm"):
                remove(path.with_name(path.name + suffix))
            self._connect()
            self._set_up()
            self._make()

    def close(self) -> None:
        """Close it; what was not committed is as if it had not been."""
        self._file.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep what is changed in the block together, or nothing of it."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if self._file.in_transaction:  # SQLite has ended it where the disk was full
                self.run("ROLLBACK")
            raise

    def changes(self) -> int:
        """Return how many rows were changed since it was opened."""
        return int(self._file.total_changes)

    def all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of an answer."""
        with self._explained():
            return self._file.execute(query, values).fetchall()

    def one(self, query: str, values: Sequence[object] = ()) -> Any:
        """Return the first row of an answer, null without one."""
        with self._explained():
            return self._file.execute(query, values).fetchone()

    def run(self, query: str, values: Sequence[object] = ()) -> None:
        """Change something."""
        with self._explained():
            self._file.execute(query, values)

    def _connect(self) -> None:
        with self._explained():
            self._file = sqlite3.connect(self.path, isolation_level=None)

    def _set_up(self) -> None:
        self.run("PRAGMA journal_mode=WAL")
        self.run("PRAGMA synchronous=NORMAL")

    def _version(self) -> str | None:
        if self.one("SELECT 1 FROM sqlite_master WHERE name = 'meta'") is None:
            return None
        found = self.one("SELECT value FROM meta WHERE key = 'version'")
        return str(found[0]) if found else None

    def _make(self) -> None:
        if self.one("SELECT 1 FROM sqlite_master") is not None:
            raise ArchiveError(f"{self.path}: of another version")
        with self._explained():
            self._file.executescript(f"BEGIN; {_TABLES} INSERT INTO meta VALUES ('version', '{VERSION}'); COMMIT;")  # noqa: S608

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise disk_error_of(self.path, error) or ArchiveError(
                f"{self.path}: {error}; remove this file and run the same command again: "
                "it is made again from the index and the WARC files"
            ) from error
