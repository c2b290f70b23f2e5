"""The frontier: which addresses of a site are still to be asked, so that a crawl survives being killed.

A row is pending, then leased, then done or failed. What the crawl does to its
rows is buffered and written in one transaction, in order: after ``kill -9``
the last few calls are missing and nothing else, so that what a page led to is
never lost while the page counts as done.

For one thread of one process a site (see :mod:`crawler.lock`); crawls of
several sites share the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import crawler.frontier_statements as sql
from archive.catalog.engine import parse_url
from archive.errors import KhcnError
from archive.times import now
from crawler.frontier_buffer import Buffer
from crawler.frontier_rows import Entry, entry_of, millis, row_of, safe_text, url_key
from crawler.frontier_sql import Session
from crawler.frontier_tables import DONE, FAILED, LATER, LEASED, READY, WAITING, first_place

__all__ = ["BUFFER", "LEASE", "Entry", "Frontier", "url_key"]

LEASE = timedelta(hours=1)
"""How long a row belongs to who leased it, unless it is put back or done before."""
BUFFER = 500
"""So many calls are buffered at most."""

_NAMES = {READY: "pending", WAITING: "pending", LEASED: "leased", DONE: "done", FAILED: "failed", LATER: "later"}
_LEASE_MS = LEASE // timedelta(milliseconds=1)
_RECENT = 50_000  # rows whose keys are in memory only
_CHUNK = 20_000  # rows a transaction when many are dropped


class Frontier:
    """The rows of one site.

    Every method may raise CatalogError or DiskError. What is buffered then stays so, and can be committed later.
    """

    def __init__(self, session: Session, site: str, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock
        self._buffer = Buffer()
        self._leases: dict[int, int] = {}  # key -> seq of what this process has leased
        self._counts: Counter[str] | None = None
        self._is_synced = True
        self._is_empty = False  # nothing was ready at the last look, and nothing came since
        self._wakes: int | None = None  # when the first of the waiting rows will be ready
        self._renewed = millis(clock())  # when leases were looked after last
        self._site, self._indexed = self._site_number(site)
        self._first, self._end = first_place(self._site), first_place(self._site + 1)
        self._recent: dict[int, int] = {}  # key -> seq of rows which frontier_keys has not yet
        self._read_recent()

    @classmethod
    def open(cls, url: str | Path, site: str, *, run: str | None = None, clock: Callable[[], datetime] = now) -> Self:
        """Open the frontier of *site* in the database at *url*, made when it is missing.

        *run* is how the site's lock names this process (:mod:`crawler.leases`): on a server nothing is written any more
        from when another process has taken the site over; every call may raise SiteLocked then.
        """
        session = Session(parse_url(url, "frontier"), (site, run) if run is not None else None)
        try:
            return cls(session, site, clock)
        except BaseException:
            session.close()
            raise

    # The crawl

    def crawl(self) -> str | None:
        """Return the id of the site's unfinished crawl, null when there is none."""
        found: str | None = self._read(sql.CRAWL)[0][0]
        return found

    def mode(self) -> str:
        """Return the text that the crawl was begun with."""
        return str(self._read(sql.MODE)[0][0])

    def begin(self, crawl: str, mode: str) -> None:
        """Begin a new crawl with the rows that the last one did not bring to an end.

        What was done is forgotten. What failed is pending again, with its
        attempts, when its time has come; else it is kept for a later crawl.
        An unfinished crawl before it ends here.
        """
        self.commit()
        with self._session.transaction():
            self._run(sql.GIVE_UP)
        self._forget_done()
        with self._session.transaction():
            self._run(sql.RELEASE_ALL)
            self._run(sql.DUE_AGAIN, now=millis(self._clock()))
            self._run(sql.NOT_DUE)
            # What is left is little, and entering it anew is less work than taking the rest out.
            self._run(sql.FORGET_KEYS)
            last = self._session.read(sql.LAST, first=self._first, end=self._end)[0][0]
            self._session.run(sql.INDEX, indexed=self._first - 1, end=self._end)
            self._run(sql.BEGIN, crawl=crawl, mode=mode, last=self._first - 1 if last is None else last)
        self._look_again()
        self._indexed = self._first - 1 if last is None else last
        self._read_recent()

    def resume(self) -> int:
        """Put every leased row back to pending; return how many. Only for who holds the site's lock."""
        self.commit()
        with self._session.transaction():
            count = self._run(sql.RELEASE_ALL)
        self._look_again()
        return count

    def end(self, crawl: str) -> None:
        """Finish *crawl*: the next run begins a new one."""
        self.commit()
        with self._session.transaction():
            self._run(sql.END, crawl=crawl)

    # Its rows

    def add(self, entries: Iterable[Entry]) -> list[Entry]:
        """Add those which this crawl has not had in any state, and return them in order."""
        fresh: list[Entry] = []
        remaining = iter(entries)
        while chunk := list(islice(remaining, BUFFER)):
            rows = [row_of(entry) for entry in chunk]
            known = self.knows(entry.key for entry in chunk)
            for entry, row in zip(chunk, rows, strict=True):
                if entry.key not in known:
                    known.add(entry.key)
                    fresh.append(entry)
                    self._insert(entry.key, row)
        return fresh

    def again(self, entry: Entry) -> None:
        """Make *entry* pending whatever became of it before, in its old place; add it when it is new."""
        row = row_of(entry)
        found = self._find(entry.key)
        if found is None:
            self._insert(entry.key, row)
        else:
            self._change("again", entry.key, found[1], row | {"seq": found[0]})

    def knows(self, keys: Iterable[int]) -> set[int]:
        """Return those of *keys* that this crawl has, in any state."""
        asked = set(keys)
        known = asked & self._recent.keys()
        rest = list(asked - known)
        for start in range(0, len(rest), BUFFER):
            known.update(self._known_rows(rest[start : start + BUFFER]))
        return known

    def lease(self, count: int) -> list[Entry]:
        """Return at most *count* pending entries whose time has come, by priority, then as they were added.

        A lease that is over is pending again, but this process's own go on.
        Writes the buffer, too, but only :meth:`commit` waits for the disk.
        """
        moment = millis(self._clock())
        if abs(moment - self._renewed) >= _LEASE_MS // 2:
            self._take_back(moment)
        sleeps = self._is_empty and (self._wakes is None or self._wakes > moment)
        if count < 1 or (sleeps and not self._buffer.size):
            return []
        with self._session.transaction(synced=False):
            self._write()
            self._run(sql.WAKE, now=moment)
            found = self._session.read_to_take(sql.NEXT, site=self._site, count=count)
            self._lease_until(moment, (row[0] for row in found))
        # A lease that a power cut takes away is a pending row again, as it should be: only the buffer is missed.
        self._is_synced = self._is_synced and not self._buffer.size
        self._buffer.clear()
        self._is_empty = len(found) < count
        if self._is_empty:
            self._wakes = self._read(sql.WAKES)[0][0]
        self._leases.update((row[1], row[0]) for row in found)
        self._count(READY, LEASED, len(found))
        return [entry_of(row) for row in found]

    def release(self, keys: Iterable[int]) -> None:
        """Put leased rows back to pending; nothing is counted against them."""
        for key in keys:
            if key in self._leases:
                self._change("release", key, LEASED, {"seq": self._leases[key], "state": READY})

    def done(self, keys: Iterable[int]) -> None:
        """Finish rows whose records are safe. What they led to was added before."""
        for key in keys:
            found = self._find(key)
            if found is not None:
                self._change("done", key, found[1], {"seq": found[0], "state": DONE})

    def fail(self, key: int, cause: str, attempts: int, next: datetime | None) -> None:
        """Give a row up for this crawl. A later one asks it again, not before *next*."""
        found = self._find(key)
        if found is not None:
            row = {
                "seq": found[0],
                "state": FAILED,
                "attempts": attempts,
                "next": millis(next),
                "cause": safe_text(cause),
            }
            self._change("fail", key, found[1], row)

    # What there is

    def counts(self) -> dict[str, int]:
        """Return how many rows are ``pending``, ``leased``, ``done``, ``failed``, or kept for ``later``.

        The first call reads every row of the site, the next ones none.
        """
        if self._counts is None:
            self.commit()
            self._counts = Counter()
            for state, count in self._session.read(sql.COUNTS, first=self._first, end=self._end):
                self._counts[_NAMES[state]] += count
        return {name: self._counts[name] for name in dict.fromkeys(_NAMES.values())}

    def failed(self) -> Iterator[Entry]:
        """Yield what failed in this crawl, as it was added."""
        self.commit()
        last = -1
        while found := self._read(sql.FAILED_NOW, last=last, count=BUFFER):
            yield from map(entry_of, found)
            last = found[-1][0]

    def pending(self) -> Iterator[Entry]:
        """Yield what is still to be asked for, leased or not, as it was added."""
        self.commit()
        last = self._first - 1
        while found := self._read(sql.OPEN_NOW, last=last, end=self._end, count=BUFFER):
            yield from map(entry_of, found)
            last = found[-1][0]

    # The database

    def commit(self) -> None:
        """Write what is buffered. When this returns, a power cut takes nothing of it away."""
        self._flush(synced=True)

    def close(self) -> None:
        """Commit, and close the database."""
        if not self._session.is_closed:
            try:
                self.commit()
            finally:
                self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            return self.close()
        with suppress(KhcnError):  # the first error is the one to tell
            self.close()

    def _flush(self, *, synced: bool) -> None:
        if not self._buffer.size and (self._is_synced or not synced):
            return
        with self._session.transaction(synced=synced):
            self._write()
            if not self._buffer.size:
                # The buffer went with a lease, unsynced, and a transaction without a change syncs nothing.
                self._run(sql.TOUCH)
        self._buffer.clear()
        self._is_synced = synced
        if len(self._recent) >= _RECENT:
            self._index()

    def _index(self) -> None:
        # The keys of recent rows go where the others are.
        with self._session.transaction(synced=False):
            self._session.run(sql.INDEX, indexed=self._indexed, end=self._last + 1)
            self._run(sql.INDEXED, last=self._last)
        self._indexed = self._last
        self._recent.clear()

    def _read_recent(self) -> None:
        self._indexed = max(self._indexed, self._first - 1)
        found = self._session.read(sql.RECENT, indexed=self._indexed, end=self._end)
        self._recent = dict(map(tuple, found))
        self._last = max(self._recent.values(), default=self._indexed)

    def _write(self) -> None:
        for kind, rows in self._buffer.in_order():
            self._session.run_many(sql.CHANGES[kind], rows)

    def _take_back(self, moment: int) -> None:
        self._flush(synced=False)  # what is over in the buffer is no lease any more
        with self._session.transaction(synced=False):
            self._lease_until(moment, self._leases.values())
            count = self._run(sql.TAKE_BACK, now=moment)
        self._renewed = moment
        self._is_empty = self._is_empty and not count
        self._count(LEASED, READY, count)

    def _lease_until(self, moment: int, places: Iterable[int]) -> None:
        until = moment + _LEASE_MS
        rows = [{"seq": seq, "until": until} for seq in places]
        if rows:
            self._session.run_many(sql.SET_LEASED, rows)

    def _insert(self, key: int, row: dict[str, Any]) -> None:
        row["site"] = self._site
        row["seq"] = self._recent[key] = self._last = self._last + 1
        self._change("insert", key, None, row)

    def _change(self, kind: str, key: int, old: int | None, row: dict[str, Any]) -> None:
        state = row["state"]
        self._buffer.put(kind, key, state, row)
        self._leases.pop(key, None)
        self._is_empty = self._is_empty and state not in (READY, WAITING)
        self._count(old, state, 1)
        if self._buffer.size >= BUFFER:
            self.commit()

    def _find(self, key: int) -> tuple[int, int] | None:
        # Place and state of a row. What is leased is what is asked for nearly always.
        if key in self._leases:
            return self._leases[key], LEASED
        seq = self._recent.get(key)
        if seq is None:
            found = self._read(sql.PLACE, key=key)
            if not found:
                return None
            seq = int(found[0][0])
        state = self._buffer.states.get(key)
        return seq, self._session.read(sql.STATE, seq=seq)[0][0] if state is None else state

    def _known_rows(self, keys: list[int]) -> Iterator[int]:
        statement, values = sql.keys_among(keys)
        return (row[0] for row in self._read(statement, **values))

    def _forget_done(self) -> None:
        # In small transactions, since other sites wait; what is cut off here is begun again.
        last = self._session.read(sql.LAST, first=self._first, end=self._end)[0][0]
        for low in range(self._first, (self._first if last is None else last + 1), _CHUNK):
            with self._session.transaction(synced=False):
                self._session.run(sql.FORGET_DONE, low=low, high=low + _CHUNK)

    def _look_again(self) -> None:
        self._leases.clear()
        self._counts = None
        self._is_empty = False

    def _count(self, old: int | None, state: int, count: int) -> None:
        if self._counts is not None:
            if old is not None:
                self._counts[_NAMES[old]] -= count
            self._counts[_NAMES[state]] += count

    def _run(self, statement: str, **values: Any) -> int:
        return self._session.run(statement, site=self._site, **values)

    def _read(self, statement: str, **values: Any) -> Any:
        return self._session.read(statement, site=self._site, **values)

    def _site_number(self, site: str) -> tuple[int, int]:
        if not self._session.read(sql.SITE, site=site):
            with self._session.transaction():
                self._session.run(sql.NEW_SITE, site=site)
        found = self._session.read(sql.SITE, site=site)[0]
        return found[0], found[1]
