"""When an article was first offered as it is now: the datestamps of OAI-PMH, which no WARC file tells.

A harvester asks for what changed here since it last asked. The date of a capture is no answer: a rebuild, an import or
a better reader changes articles that were captured years ago, and who asks "since yesterday" would never hear of them.
So the first look at a change is noted with the clock, in ``oai.sqlite3`` below the data root. Without that file all
articles count as changed now: harvesters read them once more, and miss nothing. Where it can not be written it is kept
elsewhere until the server ends.

Articles that are gone from their site, taken down, or not held any more are noted as deleted.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from archive.catalog import Catalog
from archive.catalog.harvesting import Harvesting, Mark
from archive.derived import lay_out
from archive.explained import sqlite_explained
from archive.takedown import Takedown

logger = logging.getLogger(__name__)

NAME = "oai.sqlite3"
LAYOUT = 1
BUSY_S = 30.0
"""So long a process waits for another that writes."""
BATCH = 500
GONE_S = 60.0
"""Seconds in which nobody looks again which articles are gone; it takes days for one to be."""

_TABLES = (
    "DROP TABLE IF EXISTS facts",
    "DROP TABLE IF EXISTS items",
    "CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """
CREATE TABLE items (
    article TEXT PRIMARY KEY, site TEXT NOT NULL, mark TEXT NOT NULL, state TEXT NOT NULL, stamp TEXT NOT NULL
) WITHOUT ROWID""",
    "CREATE INDEX items_by_stamp ON items (stamp, article)",
    "CREATE INDEX items_by_site ON items (site, stamp, article)",
)
_ELSEWHERE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


class Item(NamedTuple):
    """One record of the repository."""

    stamp: str
    """``YYYY-MM-DDThh:mm:ssZ``: since when it is offered as it is."""
    article: str
    """Article id."""
    site: str
    is_deleted: bool


class Asked(NamedTuple):
    """Which items are wanted."""

    since: str = ""
    until: str = "9"
    """Included."""
    site: str | None = None


class Ledger:
    """The datestamps of one archive; used by any number of threads."""

    def __init__(self, root: Path) -> None:
        self._path = root / NAME
        self._temporary: Path | None = None
        self._lock = threading.Lock()
        self._gone: tuple[float, int, frozenset[str]] = (float("-inf"), -1, frozenset())

    def close(self) -> None:
        """Remove the file when it is a temporary one."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def catch_up(self, catalog: Catalog, hidden: Takedown, now: datetime | None = None) -> None:
        """Note what changed in the catalog, in the takedown list, and on the sites. Raises ArchiveError."""
        with self._lock, self._explained():
            try:
                self._catch_up(catalog, hidden, now)
            except sqlite3.OperationalError as error:
                if self._temporary is not None or error.sqlite_errorcode & 0xFF not in _ELSEWHERE:
                    raise
                self._temporary = Path(tempfile.mkdtemp(prefix="khcn-oai-"))
                logger.warning("datestamps kept elsewhere", extra={"folder": str(self._temporary), "cause": str(error)})
                self._path = self._temporary / NAME
                self._catch_up(catalog, hidden, now)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    raise
                logger.warning("datestamps begun anew", extra={"file": str(self._path), "cause": str(error)})
                for suffix in ("", "-wal", "-shm"):
                    with suppress(FileNotFoundError):
                        os.unlink(f"{self._path}{suffix}")
                self._catch_up(catalog, hidden, now)

    def birth(self) -> str:
        """Return which ledger this is; another one, begun anew in its place, has another."""
        with self._reading() as file:
            return _fact(file, "birth")

    def earliest(self) -> str:
        """Return the first datestamp there is; of an empty repository that of its beginning."""
        with self._reading() as file:
            found = file.execute("SELECT min(stamp) FROM items").fetchone()[0]
            return found or _fact(file, "begun")

    def item(self, article: str) -> Item | None:
        """Return one item by its article's id."""
        with self._reading() as file:
            row = file.execute("SELECT stamp, article, site, state FROM items WHERE article = ?", (article,)).fetchone()
        return _item(row) if row is not None else None

    def items(self, asked: Asked, limit: int, after: tuple[str, str] = ("", "")) -> list[Item]:
        """Return the first *limit* items by (stamp, article) after a place."""
        conditions, values = _conditions(asked)
        query = f"SELECT stamp, article, site, state FROM items WHERE {conditions} AND (stamp, article) > (?, ?)"  # noqa: S608
        with self._reading() as file:
            rows = file.execute(f"{query} ORDER BY stamp, article LIMIT ?", (*values, *after, limit)).fetchall()
        return [_item(row) for row in rows]

    def count(self, asked: Asked) -> int:
        """Return how many items are wanted."""
        conditions, values = _conditions(asked)
        with self._reading() as file:
            found: int = file.execute(f"SELECT count(*) FROM items WHERE {conditions}", values).fetchone()[0]  # noqa: S608
        return found

    def sites(self) -> list[str]:
        """Return the ids of all sites that have an item."""
        with self._reading() as file:
            return [row[0] for row in file.execute("SELECT DISTINCT site FROM items ORDER BY site")]

    def _catch_up(self, catalog: Catalog, hidden: Takedown, now: datetime | None) -> None:
        with closing(self._open(now)) as file, catalog.harvesting() as state:
            gone = self._gone_now(state)
            seen = f"{hidden.digest} {self._gone[1]}"
            level = f"{state.generation()} {state.last_change()} {seen}"
            if _fact(file, "level") == level:
                return
            file.execute("BEGIN IMMEDIATE")
            try:
                # Not earlier than what was given last, should the clock have been set back.
                stamp = max(_text(now), file.execute("SELECT max(stamp) FROM items").fetchone()[0] or "")
                taken = state.at(hidden.keys)
                last = state.last_change()
                if _fact(file, "generation") == state.generation():
                    ids = _changed(state, int(_fact(file, "seq") or 0))
                    if _fact(file, "seen") != seen:
                        ids |= _others(file, gone, taken, hidden)
                    for some in _parts(sorted(ids)):
                        marks = state.marks(some)
                        for article in some:
                            mark = marks.get(article)
                            _note(file, article, mark, gone, taken, hidden, stamp)
                else:
                    _note_all(file, state, gone, taken, hidden, stamp)
                facts = {"generation": state.generation(), "seq": str(last), "level": level, "seen": seen}
                for key, value in facts.items():
                    file.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, value))
                file.execute("COMMIT")
            except BaseException:
                file.execute("ROLLBACK")
                raise

    def _gone_now(self, state: Harvesting) -> frozenset[str]:
        looked_at, captures, gone = self._gone
        if time.monotonic() - looked_at < GONE_S and captures >= 0:
            return gone
        count = state.captures()
        if count != captures:
            gone = state.gone()
        self._gone = (time.monotonic(), count, gone)
        return gone

    def _open(self, now: datetime | None = None) -> sqlite3.Connection:
        if not self._path.exists():
            lay_out(self._path, lambda file: _prepare(file, now))
        file = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
        try:
            if not _is_prepared(file):
                file.execute("BEGIN IMMEDIATE")
                _prepare(file, now)
                file.execute("COMMIT")
        except BaseException:
            file.close()
            raise
        return file

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._explained(), closing(self._open()) as file:
            yield file

    def _explained(self) -> AbstractContextManager[None]:
        return sqlite_explained(self._path, "delete the file, and harvesters read all once more")


def _is_prepared(file: sqlite3.Connection) -> bool:
    return bool(file.execute("PRAGMA user_version").fetchone()[0] == LAYOUT)


def _prepare(file: sqlite3.Connection, now: datetime | None) -> None:
    if _is_prepared(file):  # by another process, a moment ago
        return
    for statement in _TABLES:
        file.execute(statement)
    facts = (("birth", uuid.uuid4().hex[:12]), ("begun", _text(now)))
    file.executemany("INSERT INTO facts VALUES (?, ?)", facts)
    file.execute(f"PRAGMA user_version = {LAYOUT}")


def _changed(state: Harvesting, after: int) -> set[str]:
    found: set[str] = set()
    while some := state.changes(after, BATCH):
        found.update(change.article for change in some)
        after = some[-1].seq
    return found


def _others(file: sqlite3.Connection, gone: frozenset[str], taken: frozenset[str], hidden: Takedown) -> set[str]:
    """Return the articles whose state is another one than was noted, though they did not change."""
    rows = file.execute("SELECT article, site, state FROM items WHERE state <> 'lost'").fetchall()
    return {article for article, site, state in rows if state != _state(article, site, gone, taken, hidden)}


def _note_all(
    file: sqlite3.Connection,
    state: Harvesting,
    gone: frozenset[str],
    taken: frozenset[str],
    hidden: Takedown,
    stamp: str,
) -> None:
    """Note every article of a catalog that was made anew: most are as they were."""
    lost = {row[0] for row in file.execute("SELECT article FROM items WHERE state <> 'lost'")}
    for mark in state.all_marks():
        lost.discard(mark.article)
        _note(file, mark.article, mark, gone, taken, hidden, stamp)
    for article in sorted(lost):
        _note(file, article, None, gone, taken, hidden, stamp)


def _note(
    file: sqlite3.Connection,
    article: str,
    mark: Mark | None,
    gone: frozenset[str],
    taken: frozenset[str],
    hidden: Takedown,
    stamp: str,
) -> None:
    if mark is None:
        # Nothing is told of one that was never offered.
        file.execute("UPDATE items SET state = 'lost', mark = '', stamp = ? WHERE article = ?", (stamp, article))
        return
    state = _state(article, mark.site, gone, taken, hidden)
    file.execute(
        "INSERT INTO items (article, site, mark, state, stamp) VALUES (?, ?, ?, ?, ?) ON CONFLICT (article) DO UPDATE "
        "SET site = excluded.site, mark = excluded.mark, state = excluded.state, stamp = excluded.stamp "
        "WHERE (site, mark, state) IS NOT (excluded.site, excluded.mark, excluded.state)",
        (article, mark.site, mark.value, state, stamp),
    )


def _state(article: str, site: str, gone: frozenset[str], taken: frozenset[str], hidden: Takedown) -> str:
    if article in taken or hidden.hides_site(site):
        return "taken"
    return "gone" if article in gone else "live"


def _parts(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _conditions(asked: Asked) -> tuple[str, tuple[str, ...]]:
    if asked.site is not None:
        return "site = ? AND stamp >= ? AND stamp <= ?", (asked.site, asked.since, asked.until)
    return "stamp >= ? AND stamp <= ?", (asked.since, asked.until)


def _item(row: tuple[str, str, str, str]) -> Item:
    return Item(row[0], row[1], row[2], row[3] != "live")


def _fact(file: sqlite3.Connection, key: str) -> str:
    row = file.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
    return row[0] if row is not None else ""


def _text(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
