"""How records lie in a file: each one in a gzip member of its own."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
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


def gzip_member(record: Record) -> Iterator[bytes]:
    """Yield the gzip member of a record, in pieces.

    A block whose body is compressed already goes into stored deflate blocks: readers take
    them like any other, at a fraction of the time and 0.01 % more room than the bytes.
    """
    deflater = zlib.compressobj(_level(record), zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    yield deflater.compress(header_bytes(record))
    for piece in record.pieces():
        yield deflater.compress(piece)
    yield deflater.compress(_END)
    yield deflater.flush()


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
    unread = b""
    while True:
        unread = unread or file.read(BLOCK)
        if not unread:
            return
        sink = _RecordSink(max_block)
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        length = 0
        try:
            while not inflater.eof:
                if not unread and not (unread := file.read(BLOCK)):
                    raise Torn(offset, f"the file ends after {length} bytes of its gzip member")
                length += len(unread)
                sink.write(inflater.decompress(unread, BLOCK * 4))
                while inflater.unconsumed_tail and not inflater.eof:
                    sink.write(inflater.decompress(inflater.unconsumed_tail, BLOCK * 4))
                unread = inflater.unused_data
            length -= len(unread)
            yield Member(sink.record(), offset, length)
        except zlib.error as error:
            raise Torn(offset, f"broken gzip member ({error})") from error
        except _NotARecord as error:
            raise Torn(offset, str(error)) from error
        offset += length


class _NotARecord(Exception):
    """What was inflated is not one whole record."""


class _RecordSink:
    """Takes the bytes of one record and sorts them into fields and block."""

    def __init__(self, max_block: int | None = None) -> None:
        self._max_block = max_block
        self._header = b""
        self._fields: list[tuple[str, str]] | None = None
        self._size = 0
        self._left = 0
        self._tail = b""
        self._block: BinaryIO | None = None

    def write(self, data: bytes) -> None:
        if self._fields is None:
            if self._header:
                data = self._header + data
            end = data.find(_END)
            if end < 0:
                if len(data) > _MAX_HEADER:
                    raise _NotARecord("no end of its named fields within 1 MiB")
                self._header = data
                return
            self._start_block(data[:end])
            data = data[end + 4 :]
        if len(data) > self._left:
            self._tail += data[self._left :]
            if len(self._tail) > len(_END):
                raise _NotARecord("more bytes in its gzip member than Content-Length says")
            data = data[: self._left]
        if self._block is None:
            # Nearly all blocks come as one piece, which is not copied.
            self._block = io.BytesIO(data)
            self._block.seek(len(data))
        else:
            self._block.write(data)
        self._left -= len(data)

    def _start_block(self, header: bytes) -> None:
        version, _, lines = header.partition(b"\r\n")
        if not version.startswith(b"WARC/"):
            raise _NotARecord(f"it begins with {version[:40]!r} instead of WARC/1.1")
        self._fields = parse_fields(lines)
        size = next((value for name, value in self._fields if name.lower() == "content-length"), "")
        if not (size.isascii() and size.isdigit()):
            raise _NotARecord(f"its Content-Length is {size!r}")
        self._size = self._left = int(size)
        if self._max_block is not None and self._size > self._max_block:
            raise _NotARecord(f"its block of {self._size} bytes is larger than the limit of {self._max_block}")
        if self._size > IN_MEMORY:
            # The record's reader closes it; what nobody holds any more closes itself.
            self._block = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115

    def record(self) -> Record:
        if self._fields is None:
            raise _NotARecord("its gzip member ends within the named fields")
        if self._left:
            raise _NotARecord(f"{self._left} bytes of its block are missing")
        if self._tail != _END:
            raise _NotARecord("it does not end with two empty lines")
        return Record(self._fields, self._block or io.BytesIO(), 0, self._size)
