"""One run over what is due: files read from disk or storage, from first byte to last, and noted when they were."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from archive.atomic import explained
from archive.errors import ArchiveError
from archive.fixity.due import Unit, due
from archive.fixity.ledger import PLACE, Entry, Ledger, Standing, opened
from archive.fixity.sums import keep_sums
from archive.storage import Far, find_far
from archive.times import warc_date
from archive.verify.files import Files, index_of
from archive.verify.findings import Finding, finding
from archive.verify.run import Verification

BLOCK = 1 << 20

Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class _Print:
    """A file as it was read."""

    size: int
    mtime: int
    sha256: str


class DueCheck:
    """A run: iterate :meth:`findings`, then look at the figures."""

    def __init__(self, root: Path, catalog: str | Path, days: int, now: Callable[[], datetime]) -> None:
        """Raises ArchiveError when there is no data root."""
        self.root = root
        self.files = self.bytes = 0
        """What was read to its end."""
        self.held = self.held_bytes = 0
        """What there is to be read in *days* days."""
        self.oldest: datetime | None = None
        """The earliest check, or first sight, of a file that is held."""
        self._days = days
        self._now = now
        self._verification = Verification(root, catalog=catalog)
        self._far: dict[str, int] = {}
        """Files that only the storage has, with their sizes."""
        self._unindexed: set[str] = set()
        """WARC files whose indexes were told of as missing."""

    def findings(self, progress: Progress = lambda _: None) -> Iterator[Finding]:
        """Yield what is wrong; a file is noted as checked after its findings were taken.

        Raises LedgerBusy, DiskError, ArchiveError, ConfigError.
        """
        with opened(self.root) as ledger:
            yield from self._faults(ledger)
            files = Files(self.root)
            self._far = files.far
            units = _units(self.root, files)
            self._see(ledger, units)
            yield from self._gone(ledger, {file for unit in units for file in unit.files})
            for unit in due(units, ledger.standings, self._days, self._now()):
                progress(unit.files[0])
                yield from self._check(ledger, unit)
            self.held, self.held_bytes = sum(len(unit.files) for unit in units), sum(unit.size for unit in units)
            times = [ledger.standings[file].at for unit in units for file in unit.files if file in ledger.standings]
            self.oldest = min((moment for moment in times if moment is not None), default=None)
            keep_sums(self.root, ledger)

    def _entry(self, state: str, file: str, seen: _Print | None = None) -> Entry:
        made = Entry(warc_date(self._now()), state, file)  # type: ignore[arg-type]
        return made if seen is None else replace(made, bytes=seen.size, mtime=seen.mtime, sha256=seen.sha256)

    def _faults(self, ledger: Ledger) -> Iterator[Finding]:
        for fault in ledger.faults:
            yield finding(PLACE, fault.offset, "ledger-line", fault.detail)
            told = self._entry("told", PLACE)
            ledger.add(replace(told, offset=fault.offset, sha256=fault.sha256))

    def _see(self, ledger: Ledger, units: list[Unit]) -> None:
        fresh = [file for unit in units for file in unit.files if file not in ledger.standings]
        ledger.add(*(self._entry("seen", file) for file in fresh))

    def _gone(self, ledger: Ledger, held: set[str]) -> Iterator[Finding]:
        for file, standing in sorted(ledger.standings.items()):
            if file in held:
                continue
            if not _is_index(file):
                yield finding(file, None, "fixity-gone", _was_there(standing))
            for warc in held & _warcs_of(file):
                self._unindexed.add(warc)
                yield finding(warc, None, "cdxj-missing", f"{file}: {_was_there(standing)}")
            if _is_index(file) and _warcs_of(file).isdisjoint(ledger.standings):
                ledger.add(self._entry("forgotten", file))  # nobody misses an index that stood for nothing
            elif standing.state != "gone":
                ledger.add(self._entry("gone", file))

    def _check(self, ledger: Ledger, unit: Unit) -> Iterator[Finding]:
        if unit.files[0] not in self._far:
            yield from self._check_read(ledger, unit, None)
            return
        far = find_far(self.root, unit.files[0])
        if far is None:
            return  # taken away at this moment
        # Read once over the network: for its digest, and for what is in it.
        with explained(self.root / "status"), TemporaryFile(dir=self.root / "status") as copy:
            yield from self._check_read(ledger, unit, _brought(far, copy))

    def _check_read(self, ledger: Ledger, unit: Unit, brought: _Brought | None) -> Iterator[Finding]:
        found: list[Finding] = []
        prints: dict[str, _Print] = {}
        for file in unit.files:
            if brought is not None and file == unit.files[0]:
                prints[file] = brought.seen
                continue
            try:
                prints[file] = _read(self.root / file)
            except OSError as error:
                if not os.path.lexists(self.root / file):
                    continue  # taken away at this moment: the next run sees what has become of it
                found.append(finding(file, None, "file-unreadable", str(error.strerror or error)))
        if brought is not None:
            found += self._verification.check(unit.files[0], brought.path)
        elif unit.files[0] in prints:
            found += self._inside(unit.files[0])
        for file, seen in prints.items():
            is_sound = not any(one.file.startswith(file) for one in found)
            known = ledger.standings[file]
            if brought is not None and file == unit.files[0] and not known.sha256 and brought.sha256:
                known = replace(known, sha256=brought.sha256, bytes=brought.size)
            found += _compare(file, seen, known, is_sound=is_sound)
        yield from (one for one in found if not (one.rule == "cdxj-missing" and one.file in self._unindexed))
        unread = {one.file for one in found if one.rule == "file-unreadable"}
        for file, seen in prints.items():
            if file in unread or not (brought is not None or _is_still(self.root / file, seen)):
                continue
            is_faulty = bool(found) if file == unit.files[0] else any(one.file == file for one in found)
            ledger.add(self._entry("faulty" if is_faulty else "sound", file, seen))
            self.files += 1
            self.bytes += seen.size

    def _inside(self, file: str) -> list[Finding]:
        if _is_index(file):
            return [finding(file, None, "cdxj-extra", "there is no closed WARC file of this name")]
        return self._verification.check(file)


@dataclass(frozen=True, slots=True)
class _Brought:
    """A file of the storage, as it came."""

    seen: _Print
    path: Path
    """Of the copy."""
    size: int
    sha256: str
    """As the storage was told when it came there; empty when it does not tell."""


def _brought(far: Far, copy: IO[bytes]) -> _Brought:
    """Copy a stored file into an open one. Raises StorageLost, NotStored."""
    digest, size = sha256(), 0
    with far.open() as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += copy.write(block)
    copy.flush()
    held = far.held
    return _Brought(_Print(size, 0, digest.hexdigest()), Path(f"/proc/self/fd/{copy.fileno()}"), held.size, held.sha256)


class NotInLedger(ArchiveError):
    """The ledger knows no such file."""


def forget(root: Path, files: Sequence[str], now: datetime) -> None:
    """Let the ledger not know files any more, and their indexes: they were removed, or changed, on purpose.

    Raises NotInLedger for one that it does not know; then none is forgotten.
    """
    with opened(root) as ledger:
        for file in files:
            if file not in ledger.standings:
                raise NotInLedger(f"{ledger.path}: it knows no {file}; name a file as `khcn verify --due` did")
        also = [index for file in files if (index := index_of(file)) in ledger.standings]
        ledger.add(*(Entry(warc_date(now), "forgotten", file) for file in dict.fromkeys([*files, *also])))
        keep_sums(root, ledger)


def _units(root: Path, files: Files) -> list[Unit]:
    units, rest = [], set(files.indexes)
    for warc in [*files.warcs, *files.far]:
        index = index_of(warc)
        rest.discard(index)
        unit = _unit(root, (warc, index) if index in files.indexes else (warc,))
        units.append(replace(unit, size=unit.size + files.far.get(warc, 0)))
    return [*units, *(_unit(root, (name,)) for name in [*files.waczs, *sorted(rest)])]


def _unit(root: Path, files: tuple[str, ...]) -> Unit:
    return Unit(files, sum(_size(root / file) for file in files))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_index(file: str) -> bool:
    return file.endswith(".cdxj")


def _warcs_of(index: str) -> set[str]:
    if not _is_index(index):
        return set()
    stem = "warcs" + index.removeprefix("cdxj").removesuffix(".cdxj")
    return {stem + ".warc.gz", stem + ".warc"}


def _was_there(standing: Standing) -> str:
    when = f"{standing.at:%Y-%m-%d}" if standing.at else "an unknown day"
    told = "read last" if standing.sha256 else "seen"
    return f"it was {told} on {when}" + (f", {standing.bytes} bytes, SHA-256 {standing.sha256}" * bool(standing.sha256))


def _read(path: Path) -> _Print:
    """Read a file from the disk, to its end. Raises OSError."""
    digest = sha256()
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(None, "it is no plain file")  # a pipe would be waited for
    with path.open("rb", buffering=0) as file:
        state = os.fstat(file.fileno())
        # What lies in memory says nothing about the disk.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        size = 0
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return _Print(size, state.st_mtime_ns, digest.hexdigest())


def _is_still(path: Path, seen: _Print) -> bool:
    try:
        state = path.stat()
    except OSError:
        return False
    return (state.st_size, state.st_mtime_ns) == (seen.size, seen.mtime)


def _compare(file: str, seen: _Print, known: Standing, *, is_sound: bool) -> Iterator[Finding]:
    if not known.sha256 or seen.sha256 == known.sha256:
        return
    # An index is made again and a WACZ exported again; rot leaves the time of the last change as it was.
    if is_sound and not file.startswith("warcs/") and seen.mtime != known.mtime:
        return
    told = f"its SHA-256 is {seen.sha256}, and was {known.sha256}"
    sizes = f"; it has {seen.size} bytes, and had {known.bytes}" if seen.size != known.bytes else ""
    yield finding(file, None, "fixity-changed", told + sizes)
