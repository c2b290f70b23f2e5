"""Writing WARC files: whole records, never an overwritten byte."""

from __future__ import annotations

import errno
import importlib.metadata
import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from archive.atomic import make_folder, sync_folder
from archive.cdxj import lines_of, sidecar_path, write_sorted
from archive.dedup import Dedup
from archive.errors import ArchiveError, KhcnError, disk_error
from archive.model import Capture, Location
from archive.times import now, timestamp14
from archive.warc.appender import create
from archive.warc.captures import ANSWERS, capture_of, told_by
from archive.warc.files import OPEN, SUFFIX
from archive.warc.framing import gzip_member
from archive.warc.original import Find
from archive.warc.record import Record
from archive.warc.records import LiveExchange, Source, exchange_records, source_record, warcinfo_record

logger = logging.getLogger(__name__)

MAX_BYTES = 1_000_000_000
SYNC_RECORDS = 100
CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class WarcWriter:
    """Write the exchanges of one crawl of one site; not for use by several threads at once.

    Promises: a capture is returned only after all records of its exchange are with the
    operating system, so that no death of the process loses it; a failed write leaves no part
    of an exchange; no file is ever overwritten or appended to by another writer. A file is
    named ``<site>-<timestamp14>-<serial>.warc.gz.open`` and locked until it is closed: then
    it and its index are synced to disk, renamed, and never change again.

    Against a power cut the records are synced to the disk in batches. Of the exchanges
    :attr:`written`, counted in their order, the first :attr:`durable` ones are there, and
    only those are in the index. When bringing them there fails, nothing is known of those
    in between: the writer takes no more, and the file stays ``.open`` for
    :mod:`archive.repair`.
    """

    def __init__(
        self,
        root: Path,
        site: str,
        crawl: str,
        *,
        info: Mapping[str, str],
        max_bytes: int = MAX_BYTES,
        max_age: timedelta | None = None,
        sync_records: int = SYNC_RECORDS,
        dedup: Dedup | None = None,
        on_close: Callable[[str], object] | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """Prepare to write below *root*; the first exchange makes the first file.

        *info* goes into warcinfo (robots, operator, settings-sha256 ...). A file that has
        reached *max_bytes* or *max_age* is closed when the next exchange comes. Records are
        synced once there are *sync_records* of them, and by :meth:`sync`. *dedup* says what the
        archive holds already; without it every answer is written whole. *on_close* is called
        with the path of each closed file, below *root*.
        """
        self.root = root
        self.site = site
        self.crawl = crawl
        self._info = {
            "software": _software(),
            "format": "WARC File Format 1.1",
            "conformsTo": CONFORMS_TO,
            "hostname": socket.gethostname(),
            **info,
            "isPartOf": crawl,
            "site": site,
            "crawl": crawl,
        }
        self.written = 0
        """Exchanges written, also those that gave no capture."""
        self.durable = 0
        """Of these, the ones that a power cut can not take."""
        self._broken: KhcnError | None = None
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._sync_records = sync_records
        self._dedup = dedup
        self._on_close = on_close
        self._clock = clock
        self._serial = 0
        self._file: _OpenWarc | None = None

    def write(self, exchange: LiveExchange, via: str | None = None, purpose: str = "unknown") -> Capture | None:
        """Write the records of an exchange; return its capture, None when no byte of an answer came.

        Raises DiskError when the disk is full or fails, ArchiveError for any other failure to write;
        then nothing of the exchange is in the archive, and the file is whole. What bringing a
        batch to the disk raises: see :meth:`sync`.
        """
        self._check()
        if self._file is not None and self._is_due(self._file):
            self.close()
        question = None
        if self._dedup is not None and exchange.method == "GET":
            question = self._dedup.question(exchange.url, purpose)
        try:
            with _explained(self.root):
                if self._file is None:
                    self._file = self._begin()
                capture = self._file.write(exchange, via, purpose, question)
        except KhcnError as error:
            if self._file is not None and not self._file.is_whole:
                self._broken = error
            raise
        if question is not None:
            question.written(capture)
        self.written += 1
        if self._file.unsynced >= self._sync_records:
            self.sync()
        return capture

    def copy(self, records: Sequence[Record], source: Source) -> None:
        """Append the records of an exchange that another program kept, as they are, and index its answer.

        *source* says where they come from: fields of a metadata record that is written before the
        first of them in each file; none when the records say it themselves. Raises what :meth:`write` raises.
        """
        self._check()
        if self._file is not None and self._is_due(self._file):
            self.close()
        try:
            with _explained(self.root):
                if self._file is None:
                    self._file = self._begin()
                self._file.copy(records, source, self._clock())
        except KhcnError as error:
            if self._file is not None and not self._file.is_whole:
                self._broken = error
            raise
        self.written += 1
        if self._file.unsynced >= self._sync_records:
            self.sync()

    def sync(self) -> None:
        """Bring what was written to the disk, then its lines into the index.

        Raises DiskError or ArchiveError when that fails, and again at every later call:
        the system reports such a failure once, and may have dropped what it could not write.
        """
        self._check()
        if self._file is not None and self.durable < self.written:
            with self._or_broken():
                self._file.sync()
        self.durable = self.written

    def close(self) -> None:
        """Close the current file, if any; a further exchange would begin another one.

        Raises what :meth:`sync` raises; then the file stays ``.open``, or has no index yet,
        until it is repaired.
        """
        file, self._file = self._file, None
        if file is None:
            return
        try:
            self._check()
            with self._or_broken():
                file.sync()
                self.durable = self.written
                file.close()
        finally:
            file.release()
        logger.info("warc closed", extra={"site": self.site, "warc": file.warc, "size_bytes": file.size})
        if self._on_close is not None:
            self._on_close(file.warc)

    def _check(self) -> None:
        if self._broken is not None:
            raise self._broken

    @contextmanager
    def _or_broken(self) -> Iterator[None]:
        try:
            with _explained(self.root):
                yield
        except KhcnError as error:
            self._broken = error
            raise

    def _is_due(self, file: _OpenWarc) -> bool:
        if file.size >= self._max_bytes:
            return True
        return self._max_age is not None and self._clock() - file.begun >= self._max_age

    def __enter__(self) -> WarcWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self) -> _OpenWarc:
        date = self._clock()
        stamp = timestamp14(date)
        folder = f"warcs/{self.site}/{stamp[:4]}"
        make_folder(self.root / folder)
        while True:
            warc = f"{folder}/{self.site}-{stamp}-{self._serial:05d}{SUFFIX}"
            self._serial += 1
            with suppress(FileExistsError):
                return _OpenWarc(self.root, warc, self.site, self.crawl, date, self._info)


class _OpenWarc:
    """One file being written, with its index."""

    def __init__(self, root: Path, warc: str, site: str, crawl: str, date: datetime, info: Mapping[str, str]) -> None:
        self.warc = warc
        self.begun = date
        self.unsynced = 0
        """Records that a power cut could take."""
        self.is_whole = True
        """Whether it ends with a whole exchange."""
        self._path = root / warc
        self._site = site
        self._crawl = crawl
        self._sidecar = sidecar_path(root, warc)
        self._lines: list[bytes] = []
        self._source: Source | None = None
        self._file = create(_open_name(self._path))
        # Whoever holds "<name>.open" is the only one who can make "<name>": look for it now,
        # not before, or another run could have renamed its own in between.
        if self._path.exists():
            self._file.discard()
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self._path))
        try:
            make_folder(self._sidecar.parent)
            # Left over when a WARC file was moved away, say into quarantine: it lists nothing that exists.
            _open_name(self._sidecar).unlink(missing_ok=True)
            self._index = create(_open_name(self._sidecar))
        except BaseException:
            self._file.discard()
            raise
        try:
            record = warcinfo_record(self._path.name, date, info)
            self._warcinfo_id = record.id
            self._file.append(gzip_member(record))
            self._file.flush()
            self.unsynced = 1
            sync_folder(self._path.parent)
        except BaseException:
            self._index.discard()
            self._file.discard()
            raise

    @property
    def size(self) -> int:
        return self._file.size

    def write(self, exchange: LiveExchange, via: str | None, purpose: str, find: Find | None) -> Capture | None:
        with self._whole_or_nothing():
            records = exchange_records(exchange, warcinfo_id=self._warcinfo_id, via=via, purpose=purpose, find=find)
            locations = self._append_all(records)
        if records[0].type not in ANSWERS:
            return None
        return capture_of(records[0], told_by(records), locations[0], self._site, self._crawl)

    def copy(self, records: Sequence[Record], source: Source, date: datetime) -> None:
        with self._whole_or_nothing():
            if source and source != self._source:
                records = [source_record(self._warcinfo_id, date, source), *records]
            self._append_all(records)
        self._source = source

    @contextmanager
    def _whole_or_nothing(self) -> Iterator[None]:
        start = self._file.size
        try:
            yield
        except BaseException:
            self.is_whole = False
            self._file.cut(start)
            self.is_whole = True
            raise

    def _append_all(self, records: Sequence[Record]) -> list[Location]:
        locations = []
        for record in records:
            offset = self._file.size
            self._file.append(gzip_member(record))
            locations.append(Location(self.warc, offset, self._file.size - offset))
        lines = [f"{line}\n".encode() for line in lines_of(zip(records, locations, strict=True))]
        self._file.flush()
        self.unsynced += len(records)
        self._lines += lines
        return locations

    def sync(self) -> None:
        self._file.sync()
        self.unsynced = 0
        # Only now: an index lists no record that is not on the disk.
        self._index.append(self._lines)
        self._lines = []
        self._index.flush()

    def close(self) -> None:
        # After a sync, and in this order: a crash in between leaves a closed file whose index can
        # be made again, never an index of records that are not there.
        os.rename(_open_name(self._path), self._path)
        sync_folder(self._path.parent)
        with _open_name(self._sidecar).open("rb") as lines:
            write_sorted(self._sidecar, (line.rstrip(b"\n") for line in lines))
        _open_name(self._sidecar).unlink(missing_ok=True)

    def release(self) -> None:
        """Let go of the files, as they are."""
        self._file.close()
        self._index.close()


def _open_name(path: Path) -> Path:
    return path.with_name(path.name + OPEN)


@contextmanager
def _explained(root: Path) -> Iterator[None]:
    """Turn what the system says of a failed write into a sentence for the user."""
    try:
        yield
    except OSError as error:
        where = error.filename or root
        if (failed := disk_error(error, where)) is not None:
            raise failed from error
        told = f"{where}: can not be written ({error.strerror}); check the folder and its rights"
        raise ArchiveError(told) from error


def _software() -> str:
    try:
        return f"khcn/{importlib.metadata.version('khcn')}"
    except importlib.metadata.PackageNotFoundError:
        return "khcn"
