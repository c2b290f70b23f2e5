"""The ledger of checks, ``status/fixity.jsonl``: a line for each sight, check and loss of a closed file.

Lines are only ever added, each synced before the next file is read, and each ends with its own checksum: a line
that rots vouches for nothing. What a killed run left of a line is cut off by the next. Who deletes the ledger loses
the digests that files are compared with; their insides are checked all the same.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

from archive.atomic import explained, make_folder, sync_folder
from archive.errors import ArchiveError, ConfigError
from archive.times import UTC

PLACE = "status/fixity.jsonl"

State = Literal["seen", "sound", "faulty", "gone", "forgotten", "told"]
STATES: tuple[str, ...] = get_args(State)
_CHECK = re.compile(rb',"crc32":"([0-9a-f]{8})"\}')
_NAMED = re.compile(rb'"file":"([^"\\]+)"')


class LedgerBusy(ArchiveError):
    """Another run writes the ledger."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger."""

    at: str
    """When, UTC."""
    state: State
    """``seen`` for the first time, read and ``sound``, read and ``faulty``, not there any more (``gone``),
    ``forgotten`` on request; ``told`` is a damaged line of the ledger itself."""
    file: str
    """Path below the data root."""
    bytes: int = 0
    mtime: int = 0
    """Time of the file's last change, nanoseconds since 1970: rot leaves it as it was."""
    sha256: str = ""
    """Of the whole file, as it was read; of a line that is ``told``."""
    offset: int = 0
    """Of a line that is ``told``."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger knows of a file."""

    state: State
    at: datetime | None
    """Time of the last check, else of the first sight; null when it is no time."""
    place: int
    """Of the line that says so: the clock may have been wrong, the order is not."""
    bytes: int = 0
    mtime: int = 0
    sha256: str = ""
    """Of the file as it was when it was last sound; empty when it never was."""
    is_doubted: bool = False
    """Whether a line about it is damaged that may have said something else."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that can not be read."""

    offset: int
    sha256: str
    detail: str


class Ledger:
    """What the lines say, and a way to add one. Made by :func:`opened` and :func:`read`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.standings: dict[str, Standing] = {}
        self.faults: list[Fault] = []
        """Damaged lines that no run has told of."""
        self.size = 0
        """Bytes up to the end of the last line that has an end."""
        self._places = 0
        self._doubted: set[str] = set()
        self._descriptor = -1

    def add(self, *entries: Entry) -> None:
        """Add lines, durably. Raises DiskError or ArchiveError; then none of them is there."""
        data = b"".join(map(line_of, entries))
        with explained(self.path):
            try:
                written = 0
                while written < len(data):
                    written += os.write(self._descriptor, data[written:])
                os.fsync(self._descriptor)
            except BaseException:
                os.ftruncate(self._descriptor, self.size)
                raise
        self.size += len(data)
        for entry in entries:
            self._take(entry)

    def _load(self) -> None:
        faults: dict[tuple[int, str], Fault] = {}
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break  # of a run that was killed
                offset, self.size = self.size, self.size + len(line)
                try:
                    entry = entry_of(line)
                except ValueError as error:
                    digest = _sha256(line)
                    faults[offset, digest] = Fault(offset, digest, str(error))
                    self._doubt(line)
                    continue
                if entry.state == "told":
                    faults.pop((entry.offset, entry.sha256), None)
                else:
                    self._take(entry)
        self.faults = list(faults.values())

    def _doubt(self, line: bytes) -> None:
        for name in _NAMED.findall(line):
            file = name.decode("utf-8", "replace")
            self._doubted.add(file)
            if file in self.standings:
                self.standings[file] = replace(self.standings[file], is_doubted=True)

    def _take(self, entry: Entry) -> None:
        self._places += 1
        if entry.state == "told":
            return
        if entry.state == "forgotten":
            self.standings.pop(entry.file, None)
            self._doubted.discard(entry.file)
            return
        known = self.standings.get(entry.file)
        baseline = entry.sha256 if entry.state == "sound" else known.sha256 if known else ""
        if entry.state == "sound":
            self._doubted.discard(entry.file)
        self.standings[entry.file] = Standing(
            entry.state,
            _time(entry.at),
            self._places,
            entry.bytes,
            entry.mtime,
            baseline,
            entry.file in self._doubted,
        )


def read(root: Path) -> Ledger:
    """Return what the ledger of a data root says, for who only looks; an empty one where there is none."""
    ledger = Ledger(root / PLACE)
    with explained(ledger.path):
        ledger._load()
    return ledger


@contextmanager
def opened(root: Path) -> Iterator[Ledger]:
    """Give the ledger of a data root to one run, which may add to it; it is made when there is none.

    Raises LedgerBusy when another run has it, DiskError, ArchiveError; ConfigError when a newer program wrote it.
    """
    ledger = Ledger(root / PLACE)
    with explained(ledger.path):
        make_folder(ledger.path.parent)
        is_new = not ledger.path.exists()
        descriptor = os.open(ledger.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LedgerBusy(f"{ledger.path}: another run checks the archive; wait for its end") from None
        with explained(ledger.path):
            if is_new:
                sync_folder(ledger.path.parent)
            ledger._load()
            if os.fstat(descriptor).st_size > ledger.size:
                os.ftruncate(descriptor, ledger.size)
        ledger._descriptor = descriptor
        yield ledger
    finally:
        os.close(descriptor)


def line_of(entry: Entry) -> bytes:
    """Return the line of an entry, with its checksum and its end.

    >>> line_of(Entry("2026-01-02T03:04:05Z", "gone", "warcs/a/2025/x.warc.gz"))
    b'{"at":"2026-01-02T03:04:05Z","state":"gone","file":"warcs/a/2025/x.warc.gz","crc32":"2238771a"}\\n'
    """
    names = ("at", "state", "file", "bytes", "mtime", "sha256", "offset")
    fields = {name: value for name in names if (value := getattr(entry, name))}
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
    return b'%b,"crc32":"%08x"}\n' % (text[:-1], zlib.crc32(text))


def entry_of(line: bytes) -> Entry:
    """Return what a line says. Raises ValueError when it is not as it was written, ConfigError when it is newer."""
    text = line.rstrip(b"\n")
    found = _CHECK.fullmatch(text[-len(b',"crc32":"00000000"}') :])
    if found is None:
        raise ValueError("it has no checksum")
    whole = text[: -len(found[0])] + b"}"
    if zlib.crc32(whole) != int(found[1], 16):
        raise ValueError("it does not agree with its checksum")
    fields: dict[str, Any] = json.loads(whole.decode("utf-8", "surrogateescape"))
    try:
        entry = Entry(**fields)
    except TypeError:
        raise _newer(fields) from None
    if entry.state not in STATES:
        raise _newer(fields)
    return entry


def _newer(fields: dict[str, Any]) -> ConfigError:
    told = json.dumps(fields, ensure_ascii=False)[:200]
    return ConfigError(f"{PLACE}: a newer khcn wrote {told}; use that one, or move the file away")


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _sha256(data: bytes) -> str:
    return sha256(data).hexdigest()
