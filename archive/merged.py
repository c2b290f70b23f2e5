"""All CDXJ sidecars of an archive as one sorted index: what one binary search in each of thousands can not be.

Kept below the data root in ``cdxj.sqlite3``, which follows from the sidecars and can be deleted and made again; where
nothing may be written, in a temporary file. Sidecars that are still ``.open`` are in it too, as far as they go.
What `khcn index --zipnum` has put into shards (:mod:`archive.shards`) is read there, and not taken in.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from archive.derived import lay_out
from archive.errors import ArchiveError
from archive.explained import sqlite_explained
from archive.shards import MANIFEST, Shards, open_shards
from archive.shards import Entry as Entry
from archive.sidecars import Sidecar, folders, found_at, listed

logger = logging.getLogger(__name__)

NAME = "cdxj.sqlite3"
LAYOUT = 1
"""Version of the tables; a file of another one is made anew."""
REFRESH_S = 5.0
"""Seconds in which no sidecars are looked for again."""
BUSY_S = 30.0
"""Seconds to wait for another process that takes in sidecars; it does so in portions."""
FIRST, BATCH = 32, 2_000
"""Lines read at once: few at first, for most questions end there."""
READ_AT_ONCE = 32 << 20
"""Bytes of sidecars that are taken in by one transaction, more or less."""
SETTLED_NS = 2_000_000_000
"""A folder changed so shortly ago may change again without another time of change."""

_TABLES = (
    """
CREATE TABLE sidecars (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, changed INTEGER NOT NULL,
    is_open INTEGER NOT NULL, taken INTEGER NOT NULL
)""",
    """
CREATE TABLE lines (
    line BLOB NOT NULL, sidecar INTEGER NOT NULL, PRIMARY KEY (line, sidecar)
) WITHOUT ROWID""",
)


class _Held(NamedTuple):
    id: int
    size: int
    changed: int
    is_open: bool
    taken: int
    """Bytes up to the end of the last line that was taken in."""

    def is_as(self, found: Sidecar) -> bool:
        return (self.size, self.changed, bool(self.is_open)) == (found.size, found.changed, found.is_open)

    def grew_to(self, found: Sidecar) -> bool:
        """Whether what was taken in still stands. Closing sorts the lines: the same ones, so as many bytes."""
        return bool(self.is_open) and (self.taken <= found.size if found.is_open else self.taken == found.size)


_HELD = ", ".join(_Held._fields)


class _Changes(NamedTuple):
    added: list[tuple[str, Sidecar]]
    """Sidecars with lines to take in."""
    held: dict[str, _Held]
    """What stands."""
    stale: list[int]

    def __bool__(self) -> bool:
        return bool(self.added or self.stale)


class _Opened:
    """What is kept of one file; when another takes its place, nothing of it may be used for that one."""

    def __init__(self, inode: int) -> None:
        self.inode = inode
        self.idle: list[sqlite3.Connection] = []
        self.names: dict[int, str] = {}
        """Of sidecars. A number never gets another name: a removed sidecar comes back as another one."""

    def drop_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self.idle.pop().close()

    def name_of(self, sidecar: int, file: sqlite3.Connection) -> str:
        if sidecar not in self.names:
            row = file.execute("SELECT name FROM sidecars WHERE id = ?", (sidecar,)).fetchone()
            if row is None:
                return ""
            self.names[sidecar] = row[0]
        return self.names[sidecar]


class MergedIndex:
    """The sidecars below one data root as one index; used by any number of threads and processes."""

    def __init__(self, root: Path, *, refresh_s: float = REFRESH_S) -> None:
        self._root, self._top = root, root / "cdxj"
        self._path = root / NAME
        self._refresh_s = refresh_s
        self._manifest = root / MANIFEST
        self._manifest_changed: int | None = None
        self._shards: Shards | None = None
        self._stale: set[str] = set()
        """Sidecars whose lines in the shards do not hold any more."""
        self._temporary: Path | None = None
        self._looked_at = float("-inf")
        self._folders: dict[Path, tuple[int, dict[str, Sidecar]]] = {}
        self._refreshing = threading.Lock()
        self._opened = _Opened(0)
        self._is_closed = False

    def close(self) -> None:
        """Let go of the file; of a temporary one, remove it."""
        self._is_closed = True
        self._opened.drop_idle()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def lines(self, start: bytes, end: bytes, *, backwards: bool = False, skip: int = 0) -> Iterator[Entry]:
        """Yield the lines from *start* to before *end* in the order of their bytes, few in memory at a time.

        *skip* leaves out so many of the first. A reader left lying holds nothing open. Raises ArchiveError when
        the index can not be read, or not be made.
        """
        self.refresh()
        shards, stale = self._shards, self._stale
        if shards is None:
            yield from self._lines(start, end, backwards=backwards, skip=skip)
            return
        sharded = (entry for entry in shards.lines(start, end, backwards=backwards) if entry.sidecar not in stale)
        newer = self._lines(start, end, backwards=backwards)
        yield from islice(merge(sharded, newer, reverse=backwards), skip, None)

    def _lines(self, start: bytes, end: bytes, *, backwards: bool = False, skip: int = 0) -> Iterator[Entry]:
        # One bound a side: with two, SQLite begins each time at the looser one.
        if backwards:
            query = (
                "SELECT line, sidecar FROM lines WHERE line >= ? AND (line, sidecar) < (?, ?) "
                "ORDER BY line DESC, sidecar DESC LIMIT ? OFFSET ?"
            )
        else:
            query = (
                "SELECT line, sidecar FROM lines WHERE line < ? AND (line, sidecar) > (?, ?) "
                "ORDER BY line, sidecar LIMIT ? OFFSET ?"
            )
        other_end, place = (start, (end, 0)) if backwards else (end, (start, -1))
        size = FIRST
        while True:
            with self._reading() as (file, opened):
                rows = file.execute(query, (other_end, *place, size, skip)).fetchall()
                named = [Entry(line, opened.name_of(sidecar, file)) for line, sidecar in rows]
            yield from named
            if len(rows) < size:
                return
            place, size, skip = (rows[-1][0], rows[-1][1]), min(4 * size, BATCH), 0

    def count(self, start: bytes, end: bytes) -> int:
        """Return how many lines there are from *start* to before *end*."""
        self.refresh()
        with self._reading() as (file, _):
            found: int = file.execute(
                "SELECT count(*) FROM lines WHERE line >= ? AND line < ?", (start, end)
            ).fetchone()[0]
        if self._shards is None:
            return found
        if self._stale:
            return found + sum(entry.sidecar not in self._stale for entry in self._shards.lines(start, end))
        return found + self._shards.count(start, end)

    def refresh(self, *, at_once: bool = False) -> None:
        """Take in what became of the sidecars, when that was not done lately, or *at_once*.

        While one thread does it the others go on with what there is; the first time they wait.
        """
        is_first = self._looked_at == float("-inf")
        if not at_once and time.monotonic() - self._looked_at < self._refresh_s:
            return
        if not self._refreshing.acquire(blocking=is_first or at_once):
            return
        try:
            if is_first and self._looked_at != float("-inf"):
                return
            with self._explained():
                self._take_in()
            self._looked_at = time.monotonic()
        finally:
            self._refreshing.release()

    def _take_in(self) -> None:
        try:
            self._follow()
        except sqlite3.OperationalError as error:
            if self._temporary is not None or error.sqlite_errorcode & 0xFF not in (
                sqlite3.SQLITE_READONLY,
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_PERM,
            ):
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if self._looked_at == float("-inf"):
                    raise ArchiveError(f"{self._path}: another process is making it; ask again in a minute") from None
                return  # another process takes in what is new
            self._go_elsewhere(error)
            self._follow()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
            logger.warning("index made anew", extra={"file": str(self._path), "cause": str(error)})
            for suffix in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    os.unlink(f"{self._path}{suffix}")
            self._follow()

    def _found(self) -> dict[str, Sidecar]:
        """Return the sidecars that there are and that the shards, when there are any, do not have as they are now."""
        found = dict(self._scan())
        changed = _changed(self._manifest)
        if changed != self._manifest_changed:
            self._shards = open_shards(self._root) if changed is not None else None
            self._manifest_changed = changed
        if self._shards is None:
            return found
        shards = self._shards
        same = {name for name, each in found.items() if shards.hold(name, each.size, each.changed)}
        # Of shards in the storage the sidecars are there too, and need not be here.
        self._stale = (shards.sidecars.keys() if shards.are_here else shards.sidecars.keys() & found.keys()) - same
        return {name: each for name, each in found.items() if name not in same}

    def _go_elsewhere(self, error: sqlite3.Error) -> None:
        self._temporary = Path(tempfile.mkdtemp(prefix="khcn-cdxj-"))
        logger.warning("index kept elsewhere", extra={"folder": str(self._temporary), "cause": str(error)})
        self._path = self._temporary / NAME

    def _follow(self) -> None:
        with closing(self._open()) as file:
            inode = self._path.stat().st_ino
            if inode != self._opened.inode:
                before, self._opened = self._opened, _Opened(inode)
                before.drop_idle()
            if not self._changes(file):
                return
            while True:
                # Looked at again with the right to write: another process may have taken in the same sidecars, or
                # newer ones, and what is compared with what it left must be no older than that.
                file.execute("BEGIN IMMEDIATE")
                changes = self._changes(file)
                _forget(file, changes.stale)
                # Where lines go they come back at once, for nobody may miss one meanwhile; and by one look through
                # the lines for all of them.
                some = changes.added if changes.stale else _portion(changes.added)
                _take(file, some, changes.held)
                file.execute("COMMIT")
                if len(some) == len(changes.added):
                    return

    def _changes(self, file: sqlite3.Connection) -> _Changes:
        """Return what became of the sidecars since they were taken in."""
        found = self._found()
        held = {row[0]: _Held(*row[1:]) for row in file.execute(f"SELECT name, {_HELD} FROM sidecars")}  # noqa: S608
        added = [(name, each) for name, each in sorted(found.items()) if name not in held or not held[name].is_as(each)]
        stale = held.keys() - found.keys()
        stale |= {name for name, each in added if name in held and not held[name].grew_to(each)}
        return _Changes(
            added, {name: each for name, each in held.items() if name not in stale}, [held[name].id for name in stale]
        )

    def _scan(self) -> Iterator[tuple[str, Sidecar]]:
        """Yield the sidecars that there are; a closed one stands for its ``.open`` one."""
        for site in folders(self._top):
            for year in folders(site):
                changed = year.stat().st_mtime_ns
                before = self._folders.get(year)
                if before is None or before[0] != changed:
                    now = time.time_ns()
                    before = (changed, listed(year))
                    if now - changed > SETTLED_NS:
                        self._folders[year] = before
                for name, found in before[1].items():
                    # A closed one never changes, and another one in its place is a change of the folder.
                    with suppress(FileNotFoundError):
                        yield f"{site.name}/{year.name}/{name}", found_at(found.path) if found.is_open else found

    def _open(self) -> sqlite3.Connection:
        if not self._path.exists():
            lay_out(self._path, _make_tables, page_size=8192)
        file = _connect(self._path)
        try:
            if file.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                file.execute("BEGIN IMMEDIATE")
                _make_tables(file)
                file.execute("COMMIT")
        except BaseException:
            file.close()
            raise
        return file

    @contextmanager
    def _reading(self) -> Iterator[tuple[sqlite3.Connection, _Opened]]:
        opened = self._opened
        with self._explained():
            try:
                file = opened.idle.pop()
            except IndexError:
                file = self._open()
            try:
                yield file, opened
            except BaseException:
                file.close()
                raise
            opened.idle.append(file)
            if self._is_closed or opened is not self._opened:
                opened.drop_idle()

    def _explained(self) -> AbstractContextManager[None]:
        return sqlite_explained(self._path, "delete the file, it is made anew")


def _connect(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    file.execute("PRAGMA synchronous = NORMAL")
    file.execute("PRAGMA cache_size = -16000")  # KiB
    return file


def _make_tables(file: sqlite3.Connection) -> None:
    if file.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
        for statement in ("DROP TABLE IF EXISTS lines", "DROP TABLE IF EXISTS sidecars", *_TABLES):
            file.execute(statement)
        file.execute(f"PRAGMA user_version = {LAYOUT}")


def _forget(file: sqlite3.Connection, stale: list[int]) -> None:
    file.execute("CREATE TEMP TABLE IF NOT EXISTS stale (id INTEGER PRIMARY KEY)")
    file.executemany("INSERT INTO stale VALUES (?)", ((each,) for each in stale))
    file.execute("DELETE FROM lines WHERE sidecar IN (SELECT id FROM stale)")
    file.execute("DELETE FROM sidecars WHERE id IN (SELECT id FROM stale)")
    file.execute("DELETE FROM stale")


def _take(file: sqlite3.Connection, added: Iterable[tuple[str, Sidecar]], held: dict[str, _Held]) -> None:
    """Take in sidecars that are new, and of those that grew what was added."""
    for name, found in added:
        before = held.get(name)
        taken = before.taken if before is not None else 0
        try:
            with found.path.open("rb") as sidecar:
                sidecar.seek(taken)
                data = sidecar.read(found.size - taken)
        except FileNotFoundError:
            continue  # closed or removed since; the next look finds what became of it
        whole = data[: data.rfind(b"\n") + 1]
        values = (found.size, found.changed, found.is_open, taken + len(whole))
        if before is None:
            insert = "INSERT INTO sidecars (name, size, changed, is_open, taken) VALUES (?, ?, ?, ?, ?)"
            number = file.execute(insert, (name, *values)).lastrowid
        else:
            number = before.id
            update = "UPDATE sidecars SET size = ?, changed = ?, is_open = ?, taken = ? WHERE id = ?"
            file.execute(update, (*values, number))
        rows = ((line, number) for line in sorted(whole.split(b"\n")) if line)
        file.executemany("INSERT OR IGNORE INTO lines (line, sidecar) VALUES (?, ?)", rows)


def _portion(added: list[tuple[str, Sidecar]]) -> list[tuple[str, Sidecar]]:
    """Return the first of them, so many as one transaction takes in."""
    size = 0
    for number, (_, found) in enumerate(added, 1):
        size += found.size
        if size >= READ_AT_ONCE:
            return added[:number]
    return added


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
