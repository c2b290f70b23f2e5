"""What a recovery still has to ask for: ``recover/<site>/<source>.sqlite3``.

Holds what the index answered and what became of each row. All of it follows from the index and from the WARC files:
who removes it pays with requests, and loses nothing. A row is *done* only after its records are on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from archive.urls import identity_key
from crawler.recover.database import Database
from crawler.recover.questions import Question
from crawler.recover.rows import Row

State = Literal["listed", "spare", "wanted", "done", "same", "failed", "lost"]
"""Of a row: listed by the index; to be asked for when the one before it fails; to be asked for; kept; not kept, for
the archive holds the same; failed after all tries; not to be had, whoever asks."""

_ROW = "url, timestamp, status, mime, digest, length, is_revisit, filename, offset, truncated"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row, and what became of it."""

    id: int
    row: Row
    state: State
    purpose: str
    via: str
    attempts: int
    cause: str
    rank: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and how far it was answered."""

    id: int
    question: Question
    state: str
    position: str
    attempts: int
    cause: str


@dataclass(frozen=True, slots=True)
class Need:
    """A file that a recovered page needs."""

    url: str
    near: str
    """When the page was captured, 14 digits."""
    via: str
    purpose: str


class Frontier:
    """The state of one site's recovery from one source; the caller holds the site's lock.

    Raises DiskError or ArchiveError, with what to do, when its file can not be used.
    """

    def __init__(self, path: Path) -> None:
        self._db = Database(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; what was not committed is as if it had not been."""
        self._db.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Return a block whose changes are kept together or not at all."""
        return self._db.transaction()

    # --- what is remembered of the recovery itself ---

    def meta(self, key: str) -> str:
        """Return a value, empty when there is none."""
        found = self._db.one("SELECT value FROM meta WHERE key = ?", (key,))
        return str(found[0]) if found else ""

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value."""
        self._db.run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )

    # --- questions ---

    def add_questions(self, questions: Iterable[Question], older_than: float) -> int:
        """Have these asked, and those again that were answered before the time *older_than*, or not at all.

        Return how many there are now that were not pending before.
        """
        before = self._db.changes()
        for q in questions:
            self._db.run(
                "INSERT INTO questions (api, url, match, since, until) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " state = 'pending', attempts = 0, cause = '',"
                " position = CASE WHEN state = 'done' THEN '' ELSE position END"
                " WHERE state = 'failed' OR (state = 'done' AND asked < ?)",
                (q.api, q.url, q.match, q.since, q.until, older_than),
            )
        return self._db.changes() - before

    def pending_questions(self) -> list[Asked]:
        """Return those that are not answered, the fewest tried first."""
        return self._questions("state = 'pending' ORDER BY attempts, id")

    def failed_questions(self) -> list[Asked]:
        """Return those that were given up."""
        return self._questions("state = 'failed' ORDER BY id")

    def unread(self) -> int:
        """Return how many entries of the index could not be read."""
        return int(self._db.one("SELECT coalesce(sum(unread), 0) FROM questions")[0])

    def is_asked(self, url: str) -> bool:
        """Say whether a question for *url* alone was asked before."""
        return self._db.one("SELECT 1 FROM questions WHERE url = ? AND match = 'exact'", (url,)) is not None

    def answer(self, asked: Asked, rows: Iterable[Row], unread: int, position: str, now: float) -> int:
        """Keep an answer; an empty *position* says that it was the last. Return how many of its rows are new."""
        before = self._db.changes()
        for r in rows:
            self._db.run(
                f"INSERT OR IGNORE INTO rows (key, {_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (identity_key(r.url), r.url, r.timestamp, r.status, r.mime, r.digest, r.length, int(r.is_revisit),
                 r.filename, r.offset, r.truncated),
            )  # fmt: skip
        added = self._db.changes() - before
        self._db.run(
            "UPDATE questions SET position = ?, state = ?, attempts = 0, cause = '', asked = ?, unread = unread + ?"
            " WHERE id = ?",
            (position, "pending" if position else "done", now, unread, asked.id),
        )
        return added

    def fail_question(self, asked: Asked, cause: str, *, is_final: bool) -> None:
        """Note why a question got no answer."""
        self._db.run(
            "UPDATE questions SET attempts = attempts + 1, cause = ?, state = ? WHERE id = ?",
            (cause, "failed" if is_final else "pending", asked.id),
        )

    # --- rows ---

    def entries(self, state: State | None = None) -> Iterator[Entry]:
        """Yield rows in the order of address and time, of one state or of all."""
        if state is not None:
            yield from self._entries("state = ? ORDER BY key, timestamp, id", (state,))
            return
        last: tuple[object, ...] = ("", "", 0)
        while True:  # piece by piece: there may be hundreds of thousands
            piece = list(self._entries("(key, timestamp, id) > (?, ?, ?) ORDER BY key, timestamp, id LIMIT 5000", last))
            yield from piece
            if not piece:
                return
            last = (identity_key(piece[-1].row.url), piece[-1].row.timestamp, piece[-1].id)

    def entries_at(self, url: str) -> list[Entry]:
        """Return the rows of an address, whatever its scheme and ``www.``."""
        return list(self._entries("key = ? ORDER BY timestamp, id", (identity_key(url),)))

    def forget_choice(self) -> None:
        """Make all that is still to be asked for, and all that failed for a while, be merely listed again."""
        self._db.run(
            "UPDATE rows SET state = 'listed', spare_of = NULL, attempts = 0, cause = ''"
            " WHERE state IN ('wanted', 'spare', 'failed')"
        )
        # Files were chosen for their pages: what was not got yet is to be chosen again.
        self._db.run("UPDATE needed SET state = 'pending' WHERE state = 'met'")

    def want(self, row: int, rank: int, purpose: str, via: str = "") -> None:
        """Have a row asked for."""
        self._db.run(
            "UPDATE rows SET state = 'wanted', rank = ?, purpose = ?, via = ?, spare_of = NULL WHERE id = ?",
            (rank, purpose, via, row),
        )

    def spare(self, row: int, of: int, rank: int, purpose: str) -> None:
        """Have a row asked for when another one fails."""
        self._db.run(
            "UPDATE rows SET state = 'spare', spare_of = ?, rank = ?, purpose = ? WHERE id = ? AND state = 'listed'",
            (of, rank, purpose, row),
        )

    def next_wanted(self) -> Entry | None:
        """Return what is to be asked for next: the fewest tried, then by rank."""
        return next(self._entries("state = 'wanted' ORDER BY attempts, rank, id LIMIT 1"), None)

    def set_state(self, row: int, state: State, *, cause: str = "", warc: str = "") -> None:
        """Note what became of a row."""
        self._db.run("UPDATE rows SET state = ?, cause = ?, warc = ? WHERE id = ?", (state, cause, warc, row))

    def tried(self, row: int, cause: str) -> int:
        """Note a try in vain; return how many there were."""
        self._db.run("UPDATE rows SET attempts = attempts + 1, cause = ? WHERE id = ?", (cause, row))
        return int(self._db.one("SELECT attempts FROM rows WHERE id = ?", (row,))[0])

    def take_spare(self, row: int) -> bool:
        """Have the next spare of a row that failed asked for in its place; say whether there is one."""
        found = self._db.one("SELECT id FROM rows WHERE spare_of = ? AND state = 'spare' ORDER BY rank, id", (row,))
        if found is None:
            return False
        self._db.run("UPDATE rows SET spare_of = ? WHERE spare_of = ? AND state = 'spare'", (found[0], row))
        self._db.run(
            "UPDATE rows SET state = 'wanted', spare_of = NULL, attempts = 0,"
            " (rank, purpose, via) = (SELECT rank, purpose, via FROM rows WHERE id = ?) WHERE id = ?",
            (row, found[0]),
        )
        return True

    def kept(self, url: str, timestamp: str, warc: str) -> None:
        """Note that a WARC file holds what a row of this address and time stands for, if there is or will be one."""
        self._db.run("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (url, timestamp, warc))

    def settle(self) -> None:
        """Make the rows done that WARC files hold."""
        self._db.run(
            "UPDATE rows SET state = 'done', warc = kept.warc, cause = '' FROM kept"
            " WHERE kept.url = rows.url AND kept.timestamp = rows.timestamp AND (state != 'done' OR rows.warc = '')"
        )

    def lose_warcs(self, there: Iterable[str]) -> None:
        """Have the rows asked for again whose WARC file is not there any more."""
        names = {str(name) for (name,) in self._db.all("SELECT name FROM warcs")} - set(there)
        for name in names:
            self._db.run("UPDATE rows SET state = 'listed', warc = '' WHERE warc = ? AND state = 'done'", (name,))
            self._db.run("DELETE FROM kept WHERE warc = ?", (name,))
            self._db.run("DELETE FROM warcs WHERE name = ?", (name,))

    def is_read(self, warc: str) -> bool:
        """Say whether a WARC file was looked through for what it holds."""
        return self._db.one("SELECT 1 FROM warcs WHERE name = ?", (warc,)) is not None

    def note_warc(self, warc: str) -> None:
        """Note that it was, or need not be."""
        self._db.run("INSERT OR IGNORE INTO warcs VALUES (?)", (warc,))

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each state."""
        return {str(state): int(n) for state, n in self._db.all("SELECT state, count(*) FROM rows GROUP BY state")}

    # --- what pages tell ---

    def add_known(self, url: str, via: str) -> None:
        """Note an article that a page links to or lists."""
        self._db.run("INSERT OR IGNORE INTO known VALUES (?, ?)", (url, via))

    def known(self) -> list[tuple[str, str]]:
        """Return address and page of the articles that pages link to, in the order of addresses."""
        return [(str(url), str(via)) for url, via in self._db.all("SELECT url, via FROM known ORDER BY url")]

    def add_need(self, need: Need) -> None:
        """Note a file that a page needs."""
        self._db.run(
            "INSERT OR IGNORE INTO needed (url, near, via, purpose) VALUES (?, ?, ?, ?)",
            (need.url, need.near, need.via, need.purpose),
        )

    def pending_needs(self) -> list[Need]:
        """Return the files for which no row was chosen yet."""
        found = self._db.all("SELECT url, near, via, purpose FROM needed WHERE state = 'pending' ORDER BY url, near")
        return [Need(*map(str, line)) for line in found]

    def missing_needs(self) -> int:
        """Return of how many addresses no capture was found."""
        return int(self._db.one("SELECT count(DISTINCT url) FROM needed WHERE state = 'missing'")[0])

    def meet(self, need: Need, state: str) -> None:
        """Note what became of a need: ``met``, ``missing``."""
        self._db.run("UPDATE needed SET state = ? WHERE url = ? AND near = ?", (state, need.url, need.near))

    def look_again(self) -> None:
        """Look for the files that were missing: the index may have grown."""
        self._db.run("UPDATE needed SET state = 'pending' WHERE state = 'missing'")

    # --- SQL ---

    def _entries(self, where: str, values: Sequence[object] = ()) -> Iterator[Entry]:
        query = f"SELECT id, {_ROW}, state, purpose, via, attempts, cause, rank FROM rows WHERE {where}"  # noqa: S608
        for line in self._db.all(query, values):
            number, url, stamp, status, mime, digest, length, revisit, name, offset, cut, *rest = line
            row = Row(url, stamp, status, mime, digest, length, bool(revisit), name, offset, cut)
            yield Entry(number, row, *rest)

    def _questions(self, where: str) -> list[Asked]:
        query = (
            f"SELECT id, api, url, match, since, until, state, position, attempts, cause FROM questions WHERE {where}"  # noqa: S608
        )
        return [Asked(line[0], Question(*line[1:6]), *line[6:]) for line in self._db.all(query)]
