"""How records lie in a file: each one in a gzip member of its own."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from archive.digests import BLOCK
from archive.errors import DamagedRecord
from archive.warc.record import Record, parse_fields

VERSION = b"WARC/1.1"
IN_MEMORY = 8 << 20
"""Blocks up to this many bytes are read into memory, larger ones into a temporary file."""

QUICK = 4 << 20
"""A longer block is deflated quickly: 100 MB a second in place of 30."""
STORED = 32 << 20
"""A longer one not at all."""

_MAX_HEADER = 1 << 20
_END = b"\r\n\r\n"

_MAGIC = b"\x1f\x8b\x08"
_NO_FLAGS = _MAGIC + b"\0"
_HEADER = 10
_STORED_HEADER = _NO_FLAGS + b"\0\0\0\0\x04\x03"
_STORED_BLOCK = struct.Struct("<BHH")
_MOST_STORED = 0xFFFF
_TRAILER = struct.Struct("<II")
_AT_ONCE = 4 << 20
"""A longer member of stored blocks is not held as one."""
_USUAL_HEADER = 4096

_LITTLE = 4096
"""So few bytes are deflated in less room."""
_LITTLE_ROOM = 16 + 12, 5
_ROOM = 16 + zlib.MAX_WBITS, 8
"""Window bits and memory level; 16 is for gzip. No reader is told of either."""


def gzip_member(record: Record) -> Iterator[bytes]:
    """Yield the gzip member of a record, in pieces.

    A block whose body is compressed already goes into stored deflate blocks: readers take
    them like any other, at a fraction of the time and 0.01 % more room than the bytes.
    """
    level = _level(record)
    if not level:
        yield from _stored_member(record)
        return
    header = header_bytes(record)
    # Room for a longer window takes four times as long to lay out as so few bytes take to be deflated.
    room = _LITTLE_ROOM if len(header) + record.size <= _LITTLE else _ROOM
    deflater = zlib.compressobj(level, zlib.DEFLATED, *room)
    yield deflater.compress(header)
    for piece in record.pieces():
        yield deflater.compress(piece)
    yield deflater.compress(_END)
    yield deflater.flush()


def _stored_member(record: Record) -> Iterator[bytes]:
    """Yield the member of a record that is not deflated: zlib would copy it three times to say as much."""
    yield _STORED_HEADER
    size = crc = 0
    header = header_bytes(record)
    cut = (header[at : at + _MOST_STORED] for at in range(0, len(header), _MOST_STORED))
    for piece in chain(cut, record.pieces(_MOST_STORED), (_END,)):
        crc = zlib.crc32(piece, crc)
        size += len(piece)
        yield _STORED_BLOCK.pack(piece is _END, len(piece), len(piece) ^ 0xFFFF)
        yield piece
    yield _TRAILER.pack(crc, size & 0xFFFFFFFF)


def _level(record: Record) -> int:
    """Return how hard a record is deflated: while that goes on, a crawl does nothing else."""
    if record.is_compressed() or record.size > STORED:
        return 0
    return 2 if record.size > QUICK else 6  # of level 1 the header of the member would tell, as of no other


def header_bytes(record: Record) -> bytes:
    """Return a record's version line and named fields, in UTF-8, with the blank line; copied ones as they were."""
    if record.header is not None:
        return record.header
    lines = "".join(f"{name}: {value}\r\n" for name, value in record.fields)
    return VERSION + b"\r\n" + lines.encode("utf-8", "replace") + b"\r\n"


@dataclass(slots=True)
class Member:
    """One record as it lies in a file."""

    record: Record
    offset: int
    length: int


class Torn(DamagedRecord):
    """A member is not whole, or holds no whole record; ``offset`` is where it starts."""

    def __init__(self, offset: int, detail: str) -> None:
        super().__init__(f"record at byte {offset}: {detail}")
        self.offset = offset
        self.detail = detail


def read_members(file: BinaryIO, offset: int = 0, *, max_block: int | None = None) -> Iterator[Member]:
    """Yield the records of a file from *offset* on, in their order.

    A block stays readable after the next one is asked for. Memory stays flat: large
    blocks lie in temporary files. A block of more than *max_block* bytes is not inflated:
    in files of others it may be a gzip bomb.

    Raises Torn at the first member that is not one whole record, after all those before it.
    """
    file.seek(offset)
    source = _Source(file)
    while source.holds(1):
        try:
            member = source.stored(offset, max_block) or source.inflated(offset, max_block)
        except zlib.error as error:
            raise Torn(offset, f"broken gzip member ({error})") from error
        except _NotARecord as error:
            raise Torn(offset, str(error)) from error
        yield member
        offset += member.length


class _Source:
    """Gzip members, one behind the other, of a file that is read in large pieces.

    The pieces lie in one buffer: to make a new one for each takes longer than to copy them.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._take(bytearray(2 * BLOCK))
        self._at = self._end = 0  # in the buffer: from here to there lies what is not done

    def _take(self, buffer: bytearray) -> None:
        self._buffer, self._view = buffer, memoryview(buffer)

    def holds(self, count: int) -> bool:
        """Read on until so many bytes are there; say whether they are: the file may end, or they may be too many."""
        if count > _AT_ONCE:
            return False
        while self._end - self._at < count:
            held = self._view[self._at : self._end]
            if count > len(self._buffer):
                self._take(bytearray(2 * count))
            self._view[: len(held)] = held
            self._at, self._end = 0, len(held)
            piece = self._file.read(min(BLOCK, len(self._buffer) - self._end))
            if not piece:
                return False
            self._view[self._end : self._end + len(piece)] = piece
            self._end += len(piece)
        return True

    def stored(self, offset: int, max_block: int | None) -> Member | None:
        """Take a sound member of stored blocks: what is in them need not go through an inflater.

        None, and nothing is taken, when it is none, or is too long to be held.
        """
        if not self.holds(_HEADER + 1) or not self._buffer.startswith(_NO_FLAGS, self._at):
            return None
        lengths, length, kind = [], _HEADER, 0
        while not kind:
            if not self.holds(length + _STORED_BLOCK.size):
                return None
            kind, size, inverse = _STORED_BLOCK.unpack_from(self._buffer, self._at + length)
            if kind > 1 or size ^ inverse != 0xFFFF:
                return None
            lengths.append(size)
            length += _STORED_BLOCK.size + size
        if not self.holds(length + _TRAILER.size):
            return None
        at, pieces, crc = self._at + _HEADER, [], 0
        for size in lengths:
            at += _STORED_BLOCK.size
            pieces.append(self._view[at : at + size])
            crc = zlib.crc32(pieces[-1], crc)
            at += size
        if _TRAILER.unpack_from(self._buffer, at) != (crc, sum(lengths) & 0xFFFFFFFF):
            return None
        self._at = at + _TRAILER.size
        return Member(_record_in(pieces, max_block), offset, length + _TRAILER.size)

    def inflated(self, offset: int, max_block: int | None) -> Member:
        """Take any member. Raises zlib.error, _NotARecord; Torn where the file ends within it."""
        sink = _RecordSink(max_block)
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        length = 0
        while not inflater.eof:
            if not self.holds(1):
                raise Torn(offset, f"the file ends after {length} bytes of its gzip member")
            # Where the next member seems to begin, this one seems to end: else all behind it is copied for each.
            stop = self._buffer.find(_MAGIC, self._at + 1, self._end)
            stop = self._end if stop < 0 else stop
            sink.write(inflater.decompress(self._view[self._at : stop], BLOCK * 4))
            while inflater.unconsumed_tail and not inflater.eof:
                sink.write(inflater.decompress(inflater.unconsumed_tail, BLOCK * 4))
            stop -= len(inflater.unused_data)
            length += stop - self._at
            self._at = stop
        return Member(sink.record(), offset, length)


def _record_in(pieces: list[memoryview], max_block: int | None) -> Record:
    """Return the record that lies in pieces of memory, its block copied once."""
    sink = _RecordSink(max_block)
    end = bytes(pieces[0][:_USUAL_HEADER]).find(_END)
    if end < 0 or pieces[-1][-len(_END) :] != _END:
        sink.write(b"".join(pieces))
        return sink.record()
    sink.write(bytes(pieces[0][: end + len(_END)]))
    pieces[0] = pieces[0][end + len(_END) :]
    pieces[-1] = pieces[-1][: -len(_END)]
    sink.write(b"".join(pieces))
    sink.write(_END)
    return sink.record()


class _NotARecord(Exception):
    """What was inflated is not one whole record."""


class _RecordSink:
    """Takes the bytes of one record and sorts them into fields and block."""

    def __init__(self, max_block: int | None = None) -> None:
        self._max_block = max_block
        self._header = b""
        self._record: Record | None = None
        self._left = 0
        self._tail = b""

    def write(self, data: bytes) -> None:
        start = 0
        if self._record is None:
            if self._header:
                data = self._header + data
            end = data.find(_END)
            if end < 0:
                if len(data) > _MAX_HEADER:
                    raise _NotARecord("no end of its named fields within 1 MiB")
                self._header = data
                return
            self._record = self._start_block(data[:end])
            start = end + len(_END)
        if len(data) - start > self._left:
            self._tail += data[start + self._left :]
            if len(self._tail) > len(_END):
                raise _NotARecord("more bytes in its gzip member than Content-Length says")
        part = data[start : start + self._left] if start or len(data) > self._left else data
        if self._left == self._record.size and not isinstance(self._record.block, SpooledTemporaryFile):
            # Nearly all blocks come as one piece, which is not copied.
            self._record.block = io.BytesIO(part)
            self._record.block.seek(len(part))
        else:
            self._record.block.write(part)
        self._left -= len(part)

    def _start_block(self, header: bytes) -> Record:
        version, _, lines = header.partition(b"\r\n")
        if not version.startswith(b"WARC/"):
            raise _NotARecord(f"it begins with {version[:40]!r} instead of WARC/1.1")
        record = Record(parse_fields(lines), io.BytesIO(), 0, 0)
        size = record.get("Content-Length") or ""
        if not (size.isascii() and size.isdigit()):
            raise _NotARecord(f"its Content-Length is {size!r}")
        record.size = self._left = int(size)
        if self._max_block is not None and record.size > self._max_block:
            raise _NotARecord(f"its block of {record.size} bytes is larger than the limit of {self._max_block}")
        if record.size > IN_MEMORY:
            # The record's reader closes it; what nobody holds any more closes itself.
            record.block = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
        return record

    def record(self) -> Record:
        if self._record is None:
            raise _NotARecord("its gzip member ends within the named fields")
        if self._left:
            raise _NotARecord(f"{self._left} bytes of its block are missing")
        if self._tail != _END:
            raise _NotARecord("it does not end with two empty lines")
        return self._record
