"""What a rebuild has read, in scratch files, until the catalog is made of it.

A :class:`Part` is what one task has read: rows of the catalog, and what its articles are made of. Parts are gathered
in a :class:`Work`, from which the articles are taken again, a share at a time, each joined with its files. So memory
is flat, however large a crawl is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive.catalog.bulk import explained
from archive.catalog.identity import article_id
from archive.catalog.rows import capture_values, reading_values
from archive.catalog.tables import captures, readings
from archive.catalog.times import utc_text
from archive.jsonform import from_json, to_json
from archive.model import Article, Capture
from crawler.assets import AssetBook
from crawler.reading import Outcome, States, state_of
from crawler.spool import FILES, FILES_INDEXES, StoredBook, file_row, redirect_row

SHARDS = 1 << 16
"""Articles are dealt out by the first four digits of their ids: a number below this."""
BATCH = 500

_OWN = {
    "found": "capture PRIMARY KEY, crawl, position, captured, identity, article",
    **FILES,
    "deferred": "capture, position",
}
_CATALOG = {table.name: ", ".join(column.name for column in table.columns) for table in (captures, readings)}
_capture_row, _reading_row = (itemgetter(*(column.name for column in table.columns)) for table in (captures, readings))
_INDEXES = (
    "CREATE INDEX found_by_identity ON found (identity, position, captured, capture)",
    *FILES_INDEXES,
)


class Part:
    """What one task has read."""

    def __init__(self, path: Path, crawl: str, position: int) -> None:
        """Begin it in a new file. *position* is the place of its crawl in the order in which crawls are settled."""
        self._path = path
        self._crawl = crawl
        self._position = position
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in (*_CATALOG, *_OWN)}
        with explained(path):
            path.unlink(missing_ok=True)
            self._database = _open(path)
            for name, columns in (_CATALOG | _OWN).items():
                self._database.execute(f"CREATE TABLE {name} ({columns.replace(' PRIMARY KEY', '')})")
            self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._write()
            with explained(self._path):
                self._database.execute("COMMIT")
        self._database.close()

    def add_capture(self, capture: Capture) -> None:
        """Keep the row of a capture."""
        self._rows["captures"].append(_capture_row(capture_values(capture)))
        if len(self._rows["captures"]) >= BATCH:
            self._write()

    def add_outcome(self, capture: Capture, outcome: Outcome, states: States | None) -> None:
        """Keep how a capture was read; *states* is its reader's."""
        if outcome.is_reading:
            values = reading_values(capture.id, outcome.kind, outcome.detail, state_of(capture, outcome, states))
            self._rows["readings"].append(_reading_row(values))
        if isinstance(outcome.result, Article):
            self._add_article(outcome.result)
        if len(self._rows["readings"]) >= BATCH:
            self._write()

    def defer(self, capture: Capture) -> None:
        """Keep that a capture can be read only when all others are known."""
        self._rows["deferred"].append((capture.id, self._position))

    def add_book(self, book: AssetBook) -> None:
        """Keep what a book knows of files."""
        for url, facts in book.files():
            self._rows["files"].append(file_row(self._crawl, url, facts))
        for url, entry in book.redirects():
            self._rows["redirects"].append(redirect_row(self._crawl, url, entry))

    def _add_article(self, article: Article) -> None:
        told = article_id(article), to_json(article)
        self._rows["found"].append((article.capture, self._crawl, self._position, utc_text(article.captured), *told))

    def _write(self) -> None:
        with explained(self._path):
            for name, rows in self._rows.items():
                if rows:
                    marks = ", ".join("?" * len(rows[0]))
                    self._database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608
                    rows.clear()


class Work:
    """All parts together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with explained(path):
            is_new = not path.exists()
            self._database = _open(path)
            if is_new:
                for name, columns in _OWN.items():
                    self._database.execute(f"CREATE TABLE {name} ({columns})")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def take(self, part: Path, *, with_readings: bool = False) -> None:
        """Take in a part; of an article that was read twice from one capture the later one counts."""
        with self._asking():
            self._database.execute("ATTACH DATABASE ? AS source", (str(part),))
            self._database.execute("BEGIN")
            for name in (*_OWN, "readings") if with_readings else _OWN:
                self._database.execute(f"INSERT OR REPLACE INTO main.{name} SELECT * FROM source.{name}")  # noqa: S608
            self._database.execute("COMMIT")
            self._database.execute("DETACH DATABASE source")

    def finish(self) -> None:
        """Make it ready for the questions below, when it has all parts."""
        with self._asking():
            for statement in _INDEXES:
                self._database.execute(statement)

    def shares(self, size: int, at_least: int) -> Sequence[tuple[int, int]]:
        """Return spans of shards with some *size* articles each; that many spans at least, where there is enough."""
        with self._asking():
            total = self._database.execute("SELECT count(*) FROM found").fetchone()[0]
        number = max(-(-total // size), min(at_least, -(-total // 50)))
        edges = [SHARDS * place // number for place in range(number + 1)] if number else []
        return list(pairwise(edges))

    def articles(self, share: tuple[int, int]) -> Iterator[tuple[str, str, Article]]:
        """Yield the articles of a span of shards with their ids and crawls: each one's readings as they came."""
        span = [f"{edge:04x}" if edge < SHARDS else "g" for edge in share]
        query = (
            "SELECT identity, crawl, article FROM found WHERE identity >= ? AND identity < ? "
            "ORDER BY identity, position, captured, capture"
        )
        with self._asking():
            for identity, crawl, article in self._database.execute(query, span):
                yield identity, crawl, from_json(article, Article)

    def list(self, captures: Iterable[str]) -> int:
        """List captures (ids) that are to be read; return how many they are."""
        with self._asking():
            self._database.execute("CREATE TABLE listed (number INTEGER PRIMARY KEY, capture)")
            self._database.execute(f"CREATE TABLE readings ({_CATALOG['readings']})")
            self._database.execute("BEGIN")
            self._database.executemany("INSERT INTO listed (capture) VALUES (?)", ((each,) for each in captures))
            self._database.execute("COMMIT")
            return int(self._database.execute("SELECT count(*) FROM listed").fetchone()[0])

    def listed(self, span: tuple[int, int]) -> Iterator[tuple[int, str]]:
        """Yield those of a span of numbers from 1, each with its number."""
        with self._asking():
            query = "SELECT number, capture FROM listed WHERE number >= ? AND number < ? ORDER BY number"
            yield from self._database.execute(query, span)

    def readings(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield how listed captures were read: capture, kind, detail, state."""
        with self._asking():
            yield from self._database.execute("SELECT capture, kind, detail, state FROM readings")

    def complete_articles(self) -> Iterator[Article]:
        """Yield the articles that listed captures gave, in the order of time."""
        with self._asking():
            for row in self._database.execute("SELECT article FROM found ORDER BY captured, capture"):
                yield from_json(row[0], Article)

    def deferred(self) -> Sequence[tuple[str, int]]:
        """Return the captures (ids) that are still to be read, each with the position of its crawl."""
        with self._asking():
            return self._database.execute("SELECT capture, position FROM deferred ORDER BY rowid").fetchall()

    def book(self, crawl: str) -> AssetBook:
        """Return what is known of the files of a crawl."""
        return StoredBook(crawl, self._database, self._path)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with explained(self._path):
            yield


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16000"):
        database.execute(f"PRAGMA {pragma}")
    return database
