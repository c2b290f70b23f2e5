"""What broke and what was mended: a ledger, so that each is told once and no state is told again and again.

``status/ledger.jsonl`` has an event a line and is only ever added to. What is true now is what all
lines together say. A line is on the disk before anything is done because of it:

1. A look at the sites finds that an expectation broke. The event goes into the ledger, under an id.
2. What was not delivered yet is sent, and only then the ledger says so.

Killed before 1, the next look finds the same and tells it. Killed between sending and 2, the next run
sends it again *under the same id*, and says that it may have come before: nothing is lost, and who
reads both can tell. Two runs never work on it at the same time: a lock goes with each process.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import msgspec

from archive.atomic import explained, make_folder, sync_folder, write_whole
from archive.digests import address_hash
from archive.health.history import STATUS
from archive.health.rows import Health
from archive.report import Expectation
from archive.times import timestamp14, to_millis

logger = logging.getLogger(__name__)

FILE = "ledger.jsonl"
Kind = Literal["broke", "mended", "acknowledged", "sending", "sent", "done"]


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the ledger."""

    at: datetime
    """When it was noticed (UTC)."""
    event: Kind
    """``broke``, ``mended``, ``acknowledged``: of an expectation; ``sending``, ``sent``, ``done``: of notices."""
    site: str = ""
    """Site id."""
    name: str = ""
    """Name of the expectation."""
    id: str = ""
    """Id of the notice."""
    told: str = ""
    """What was found, for a person to read."""
    value: float | None = None
    """What was found."""
    limit: float | None = None
    """What was expected."""
    since: datetime | None = None
    """Of what was mended: when it broke."""
    notices: tuple[str, ...] = ()
    """Ids of the notices that were sent."""
    to: str = ""
    """To whom: a digest of the address, which is a secret."""


@dataclass
class Broken:
    """An expectation that is broken."""

    event: Event
    """How that was noticed."""
    acknowledged: datetime | None = None
    """Since when somebody knows, and wants to hear no more of it until it is mended."""


@dataclass
class Notices:
    """What is still to be told."""

    waiting: dict[str, Event] = field(default_factory=dict)
    """What broke or was mended, and did not reach everybody, by id."""
    reached: dict[str, set[str]] = field(default_factory=dict)
    """Whom a notice reached, by id."""
    tried: dict[str, set[str]] = field(default_factory=dict)
    """To whom sending one was begun, so that it may have come."""


class Ledger:
    """Read and add to the ledger below a data root, alone while the ``with`` block runs."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / STATUS / FILE
        self._lock = -1
        self.broken: dict[tuple[str, str], Broken] = {}
        """What is broken, by site and name."""
        self.notices = Notices()

    def __enter__(self) -> Self:
        """Take the lock, waiting for another run that has it, and read. Raises DiskError, ArchiveError."""
        with explained(self._path):
            make_folder(self._path.parent)
            folder = self._root / "locks"
            make_folder(folder)
            self._lock = os.open(folder / "status.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            try:
                for event in _whole_events(self._root, self._path):
                    self._take(event)
            except BaseException:
                self._free()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the lock."""
        self._free()

    def _free(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def look(self, rows: Iterable[Health], now: datetime) -> list[Event]:
        """Note what broke and what was mended since the last look; return it."""
        found = [event for row in rows for event in self._changes(row, now)]
        self.add(found)
        return found

    def _changes(self, row: Health, now: datetime) -> Iterator[Event]:
        expectations = row.expectations
        if not row.is_watched:
            names = [name for site, name in self.broken if site == row.site]
            told = "nothing is expected of the site any more"
            expectations = tuple(Expectation(name, True, None, 0, told) for name in names)
        for each in expectations:
            before = self.broken.get((row.site, each.name))
            if each.ok == (before is None):
                continue
            kind: Kind = "mended" if each.ok else "broke"
            yield Event(
                at=to_millis(now),
                event=kind,
                site=row.site,
                name=each.name,
                id=notice_id(row.site, each.name, kind, before.event.at if before else now),
                told=each.told,
                value=each.value,
                limit=each.limit,
                since=before.event.at if before else None,
            )

    def acknowledge(self, site: str, name: str, now: datetime) -> None:
        """Note that somebody knows of what is broken. Raises KeyError when it is not."""
        self.broken[site, name]
        self.add([Event(at=to_millis(now), event="acknowledged", site=site, name=name)])

    def add(self, events: Sequence[Event]) -> None:
        """Write events, all of them durably or none. Raises DiskError, ArchiveError."""
        if not events:
            return
        lines = b"".join(msgspec.json.encode(event) + b"\n" for event in events)
        with explained(self._path):
            is_new = not self._path.exists()
            with self._path.open("ab") as file:
                size = file.tell()
                try:
                    file.write(lines)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.truncate(self._path, size)  # half of a line would be damage
                    raise
            if is_new:
                sync_folder(self._path.parent)
        for event in events:
            self._take(event)

    def _take(self, event: Event) -> None:
        place, notices = (event.site, event.name), self.notices
        match event.event:
            case "broke":
                self.broken[place] = Broken(event)
                notices.waiting[event.id] = event
            case "mended":
                self.broken.pop(place, None)
                notices.waiting[event.id] = event
            case "acknowledged":
                if place in self.broken:
                    self.broken[place].acknowledged = event.at
            case "sending":
                for notice in event.notices:
                    notices.tried.setdefault(notice, set()).add(event.to)
            case "sent":
                for notice in event.notices:
                    notices.reached.setdefault(notice, set()).add(event.to)
            case "done":
                for notice in event.notices:
                    notices.waiting.pop(notice, None)
                    notices.reached.pop(notice, None)
                    notices.tried.pop(notice, None)


def read_broken(root: Path) -> dict[tuple[str, str], Broken]:
    """Return what the ledger says is broken, by site and name. Nothing is written, and no lock is needed."""
    ledger = Ledger(root)
    try:
        lines = (root / STATUS / FILE).read_bytes().splitlines()
    except OSError:
        return {}
    for line in lines:
        try:
            ledger._take(msgspec.json.decode(line, type=Event))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return ledger.broken


def notice_id(site: str, name: str, kind: str, began: datetime) -> str:
    """Return the id of a notice: the same for the same event, whoever notices it."""
    return f"{timestamp14(began)}-{address_hash(f'{site} {name} {kind} {to_millis(began).isoformat()}'):016x}"


def _whole_events(root: Path, path: Path) -> Iterator[Event]:
    """Yield the events of a ledger; what can not be read is set aside first, and said."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    good: list[bytes] = []
    bad: list[bytes] = []
    events = []
    for line in data.splitlines(keepends=True):
        try:
            events.append(msgspec.json.decode(line, type=Event))
            good.append(line if line.endswith(b"\n") else line + b"\n")
        except (msgspec.DecodeError, UnicodeDecodeError):
            bad.append(line)
    if bad or (data and not data.endswith(b"\n")):
        _set_aside(root, path, data, good, len(bad))
    yield from events


def _set_aside(root: Path, path: Path, data: bytes, good: Sequence[bytes], bad: int) -> None:
    """Keep the whole file in ``quarantine/``, and what can be read of it in its place."""
    kept = root / "quarantine" / STATUS / f"{FILE}.{address_hash(data.decode('latin-1')):016x}"
    with write_whole(kept) as file:
        file.write(data)
    with write_whole(path) as file:
        file.writelines(good)
    if bad:
        told = {"file": str(path), "lines": bad, "kept": str(kept)}
        logger.warning("lines of the ledger can not be read and were set aside; see what was not told", extra=told)
