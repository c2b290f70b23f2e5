"""What a crawl has found, on the disk until it is settled: so memory is flat, however many articles there are.

All of it follows from the WARC files: a run that goes on after ``kill -9`` notes those again
(:func:`crawler.rebuild.note_again`). So nothing is synced, and the file has a name only while it is opened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from archive.catalog.bulk import explained
from archive.catalog.times import utc_text
from archive.jsonform import from_json, to_json
from archive.model import Article, Capture
from crawler.assets import AssetBook, AssetFacts, wire_form
from crawler.found import Found

FOLDER = "locks"
"""Where its file is made below a data root: who works on a site has a file there already."""
RECENT = 50
"""Articles that are in memory as well: one is asked for soon after it was added, when its files have come."""
FILES = {"files": "crawl, url, date, capture, facts", "redirects": "crawl, url, date, capture, target"}
"""Tables of a :class:`StoredBook`, by name, with their columns."""
FILES_INDEXES = (
    "CREATE INDEX files_by_url ON files (crawl, url, date, capture)",
    "CREATE INDEX redirects_by_url ON redirects (crawl, url, date, capture, target)",
)
_TABLES = {
    "found": "capture PRIMARY KEY, captured, url, article, kept",
    "answers": "address INTEGER PRIMARY KEY, capture",
    **FILES,
}
_FAST = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -2000")


def file_row(crawl: str, url: str, facts: AssetFacts) -> tuple[Any, ...]:
    """Return the row of a file at an address in the form in which it is requested."""
    return crawl, url, utc_text(facts.date), facts.capture, msgspec.json.encode(facts)


def redirect_row(crawl: str, url: str, entry: tuple[datetime, str, str]) -> tuple[Any, ...]:
    """Return the row of a redirect: of when, by which capture, and to where."""
    date, capture, target = entry
    return crawl, url, utc_text(date), capture, target


class StoredBook(AssetBook):
    """A book that keeps in a SQLite file what others hold in memory."""

    def __init__(self, crawl: str, database: sqlite3.Connection, path: Path) -> None:
        """Keep it in the tables :data:`FILES`; *path* is what errors name."""
        super().__init__(crawl)
        self._database = database
        self._path = path

    def note_file(self, capture: Capture, facts: AssetFacts | None) -> bool:
        if capture.crawl != self.crawl or facts is None:
            return False
        self._insert("files", file_row(self.crawl, wire_form(capture.url), facts))
        return True

    def note_redirect(self, capture: Capture, target: str) -> bool:
        if capture.crawl != self.crawl:
            return False
        entry = capture.date, capture.id, wire_form(target)
        self._insert("redirects", redirect_row(self.crawl, wire_form(capture.url), entry))
        return True

    def _insert(self, table: str, row: tuple[Any, ...]) -> None:
        with explained(self._path):
            self._database.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)", row)  # noqa: S608

    def file_at(self, key: str) -> AssetFacts | None:
        row = self._first("SELECT facts FROM files WHERE crawl = ? AND url = ? ORDER BY date, capture LIMIT 1", key)
        if row is None:
            return None
        from crawler.images import ImageFacts  # Pillow is loaded where there are pictures

        facts = msgspec.json.decode(row[0])
        image, date = facts.pop("image"), msgspec.convert(facts.pop("date"), datetime)
        return AssetFacts(**facts, date=date, image=msgspec.convert(image, ImageFacts) if image else None)

    def target_of(self, key: str) -> str | None:
        query = "SELECT target FROM redirects WHERE crawl = ? AND url = ? ORDER BY date, capture, target LIMIT 1"
        row = self._first(query, key)
        return row[0] if row else None

    def _first(self, query: str, key: str) -> Any:
        with explained(self._path):
            return self._database.execute(query, (self.crawl, key)).fetchone()


class Spool(Found):
    """Hold articles and files of one crawl on the disk. Methods raise DiskError or CatalogError when that fails."""

    def __init__(self, root: Path, site: str, crawl: str) -> None:
        """Begin it below the data root, for who holds the site's lock."""
        super().__init__(crawl)
        self._path = root / FOLDER / f"{site}.spool"
        with explained(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)  # of a process that was killed before the next lines were done
            self._database = sqlite3.connect(self._path, isolation_level=None)
            for pragma in _FAST:
                self._database.execute(f"PRAGMA {pragma}")
            for name, columns in _TABLES.items():
                self._database.execute(f"CREATE TABLE {name} ({columns})")
            for statement in ("CREATE INDEX found_in_order ON found (captured, capture)", *FILES_INDEXES):
                self._database.execute(statement)
            self._database.execute("BEGIN")  # it never ends: nobody else reads it, and nothing is taken back
            with suppress(PermissionError):  # of a file that is open, on some network's disk: the next run removes it
                self._path.unlink()
        self.book = StoredBook(crawl, self._database, self._path)
        self._recent: dict[str, Article] = {}
        self._holds = False

    def close(self) -> None:
        """Let go of the file, and with it of its room on the disk."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, article: Article) -> None:
        row = article.capture or "", utc_text(article.captured), article.url, to_json(article)
        with explained(self._path):
            self._database.execute("INSERT OR REPLACE INTO found VALUES (?, ?, ?, ?, NULL)", row)
        if len(self._recent) >= RECENT:
            del self._recent[next(iter(self._recent))]
        self._recent[row[0]] = article

    def article(self, capture: str) -> Article:
        if (recent := self._recent.get(capture)) is not None:
            return recent
        with explained(self._path):
            row = self._database.execute("SELECT article FROM found WHERE capture = ?", (capture,)).fetchone()
        if row is None:
            raise KeyError(capture)
        return from_json(row[0], Article)

    def addresses(self) -> Iterator[str]:
        return (row[0] for row in self._rows("SELECT url FROM found"))

    def in_order(self) -> Iterator[Article]:
        for row in self._rows("SELECT article FROM found ORDER BY captured, capture"):
            yield from_json(row[0], Article)

    def keep(self, capture: str, mark: int) -> None:
        with explained(self._path):
            self._database.execute("UPDATE found SET kept = ? WHERE capture = ?", (mark, capture))

    def mark_of(self, capture: str) -> int | None:
        with explained(self._path):
            row = self._database.execute("SELECT kept FROM found WHERE capture = ?", (capture,)).fetchone()
        return row[0] if row is not None else None

    def hold(self, address: int, capture: str) -> None:
        self._holds = True
        with explained(self._path):
            self._database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (_signed(address), capture))

    def release(self, address: int) -> str | None:
        if not self._holds:  # every request asks, also those of a crawl that was never interrupted
            return None
        with explained(self._path):
            query = "DELETE FROM answers WHERE address = ? RETURNING capture"
            row = self._database.execute(query, (_signed(address),)).fetchone()
        return row[0] if row is not None else None

    def _rows(self, query: str) -> Iterator[Any]:
        with explained(self._path):
            yield from self._database.execute(query)


def _signed(address: int) -> int:
    """Return 64 bits as SQLite takes them."""
    return address - (1 << 63)
