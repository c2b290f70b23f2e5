"""Reading WARC files of other programs: what can be read is given, what can not is named.

Takes what :func:`archive.warc.framing.read_members` refuses, because we never write it: plain
files, several records in one gzip member, WARC 1.0 and older, line ends missing behind a block,
and records after a damaged one.

Bounds, against files made to harm: named fields of at most 1 MiB; a block of at most *max_block*
bytes, a larger one is inflated past, without being kept, up to four times as many; there the
reading of the file ends. Blocks larger than 8 MiB lie in temporary files.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from base64 import b32encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from archive.digests import BLOCK
from archive.errors import ArchiveError
from archive.warc.framing import IN_MEMORY, Member
from archive.warc.record import Record, parse_fields

GZIP = b"\x1f\x8b\x08"

_MAX_HEADER = 1 << 20
_MAX_GAP = 1 << 16
_SKIP_FACTOR = 4
_VERSION = re.compile(rb"WARC/(?:1\.[01]|0\.1[78])\r\n")
_NEXT = re.compile(rb"\nWARC/(?:1\.[01]|0\.1[78])\r\n")
_DIGEST = re.compile(r"(md5|sha-?1|sha-?256|sha-?512):([A-Za-z0-9=]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Loss:
    """A place of a file from which nothing could be taken."""

    offset: int
    """Where the record, or the gzip member it is in, starts."""
    cause: str
    """What is wrong there."""
    part: str = ""
    """The WARC file in a WACZ."""


class _Bad(Exception):
    """What is read is not one whole record."""


class _Hopeless(_Bad):
    """Nothing that follows can be read either."""


def read_foreign(file: BinaryIO, *, max_block: int) -> Iterator[Member | Loss]:
    """Yield the records of a WARC file, gzipped or plain, and what could not be read, in their order.

    ``record.header`` holds the named fields as they stand in the file. A block whose
    ``WARC-Block-Digest`` is wrong is a loss: its bytes are not those that were captured. A
    record that is alone in its gzip member is given after the member's checksum was right.
    """
    file.seek(0)
    is_gzip = file.read(len(GZIP)) == GZIP
    try:
        yield from _gzipped(file, max_block) if is_gzip else _records(_Window(_plain(file)), max_block)
    except _Hopeless as bad:
        yield Loss(file.tell(), f"{bad}; what follows is not read")
    except (ArchiveError, OSError) as error:
        yield Loss(file.tell(), f"the file can not be read on: {error}")


class _Window:
    """The beginning of what has not been read yet of a stream."""

    def __init__(self, pieces: Iterator[bytes], base: int | None = None) -> None:
        self._pieces = pieces
        self._base = base
        self._taken = 0
        self._failure: _Bad | None = None
        self.held = bytearray()

    @property
    def offset(self) -> int:
        """Where the next byte stands; within a gzip member, where the member does."""
        return self._taken if self._base is None else self._base

    def fill(self, size: int) -> bool:
        """Have *size* bytes at hand; say whether there are as many."""
        if len(self.held) < size and self._failure is not None:
            raise self._failure
        try:
            while len(self.held) < size:
                piece = next(self._pieces, None)
                if piece is None:
                    return False
                self.held += piece
        except _Bad as bad:
            self._failure = bad
            raise
        return True

    def take(self, size: int) -> bytes:
        taken = bytes(self.held[:size])
        del self.held[:size]
        self._taken += len(taken)
        return taken


def _plain(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(BLOCK), b"")


def _gzipped(file: BinaryIO, max_block: int) -> Iterator[Member | Loss]:
    offset: int | None = 0
    while offset is not None:
        member = _GzipMember(file, offset)
        window = _Window(member.pieces(), offset)
        if not window.held and not _begins(window):
            return
        yield from _records(window, max_block)
        offset = member.end if member.end is not None else next_member(file, offset + 1)


def _begins(window: _Window) -> bool:
    """Whether there is anything more; padding with zeros behind the last member is nothing."""
    try:
        return window.fill(1)
    except _Bad:
        return True


class _GzipMember:
    """What one gzip member inflates to."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file = file
        self._offset = offset
        self.end: int | None = None
        """Where the next one starts, once this one was read whole."""

    def pieces(self) -> Iterator[bytes]:
        self._file.seek(self._offset)
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        read = 0
        while not inflater.eof:
            data = inflater.unconsumed_tail
            if not data:
                data = self._file.read(BLOCK)
                if not data and not read:
                    self.end = self._offset
                    return
                if not data:
                    raise _Bad("the file ends within its gzip member")
                read += len(data)
                if read == len(data) and not data.strip(b"\0"):
                    return
            try:
                piece = inflater.decompress(data, BLOCK * 4)
            except zlib.error as error:
                raise _Bad(f"broken gzip member ({error})") from error
            if inflater.eof:
                self.end = self._offset + read - len(inflater.unused_data)
            if piece:
                yield piece


def next_member(file: BinaryIO, offset: int, end: int | None = None) -> int | None:
    """Return where, from *offset* on and before *end*, the next gzip member begins that holds a WARC record."""
    file.seek(offset)
    held, at = b"", offset
    while True:
        found = held.find(GZIP)
        if found < 0:
            keep = held[-(len(GZIP) - 1) :]
            at += len(held) - len(keep)
            if end is not None and at >= end:
                return None
            file.seek(at + len(keep))
            piece = file.read(BLOCK)
            if not piece:
                return None
            held = keep + piece
            continue
        at += found
        file.seek(at)
        try:
            start = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(file.read(512), 16)
        except zlib.error:
            start = b""
        if _VERSION.match(start):
            return at
        at += 1
        held = held[found + 1 :]


def _records(window: _Window, max_block: int) -> Iterator[Member | Loss]:
    while True:
        offset = window.offset
        try:
            _skip_lines(window)
            if not window.fill(1):
                return
            offset = window.offset
            yield Member(_record(window, max_block), offset, 0)
        except _Hopeless:
            raise
        except _Bad as bad:
            yield Loss(offset, str(bad))
            try:
                if not _seek_record(window, _SKIP_FACTOR * max_block):
                    return
            except _Hopeless:
                raise
            except _Bad:
                return  # of the same torn member: told already


def _skip_lines(window: _Window) -> int:
    """Pass over line ends between records; return how many bytes they were."""
    skipped = 0
    while window.fill(1) and window.held[0] in b"\r\n":
        end = len(window.held) - len(window.held.lstrip(b"\r\n"))
        window.take(end)
        skipped += end
        if skipped > _MAX_GAP:
            raise _Hopeless(f"more than {_MAX_GAP} line ends follow each other")
    return skipped


def _seek_record(window: _Window, limit: int) -> bool:
    """Go on to the next line that begins a record; say whether there is one."""
    passed = 0
    while (found := _NEXT.search(window.held)) is None:
        # All but what may be the beginning of such a line.
        passed += len(window.take(max(0, len(window.held) - 16)))
        if passed > limit:
            raise _Hopeless(f"no record begins within {limit} bytes")
        if not window.fill(len(window.held) + 1):
            return False
    window.take(found.start() + 1)
    return True


def _record(window: _Window, max_block: int) -> Record:
    header = _header(window)
    fields = parse_fields(header.partition(b"\r\n")[2])
    record = Record(fields, io.BytesIO(), 0, 0, header=header)
    length = record.get("Content-Length") or ""
    if not (length.isascii() and length.isdigit()) or len(length) > 18:
        raise _Bad(f"its Content-Length is {length[:40]!r}")
    record.size = int(length)
    is_right = _digester(record.get("WARC-Block-Digest"))
    if record.size > max_block:
        _pass_over(window, record.size, _SKIP_FACTOR * max_block)
        raise _Bad(f"its block of {record.size} bytes is larger than the limit of {max_block}")
    if record.size > IN_MEMORY:
        # Whoever holds the record closes it; what nobody holds any more closes itself.
        record.block = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
    left = record.size
    while left:
        if not window.fill(1):
            raise _Bad(f"{left} bytes of its block are missing")
        piece = window.take(min(left, len(window.held)))
        record.block.write(piece)
        is_right(piece)
        left -= len(piece)
    # Some leave out the line ends behind a block; anything else there is not what was announced.
    _skip_lines(window)
    if window.fill(1) and not (window.fill(10) and _VERSION.match(window.held)):
        raise _Bad(f"{bytes(window.held[:16])!r} follows its block of {record.size} bytes: its Content-Length is wrong")
    if not is_right(None):
        raise _Bad("its WARC-Block-Digest is wrong: these are not the bytes that were captured")
    return record


def _header(window: _Window) -> bytes:
    searched = 0
    while True:
        # Not beyond the next beginning: a file of nothing but beginnings is gone over once, not once for each.
        other = _NEXT.search(window.held, max(0, searched - 16))
        end = window.held.find(b"\r\n\r\n", max(0, searched - 3), other.start() + 1 if other else len(window.held))
        if end >= 0 or (not _VERSION.match(window.held) and len(window.held) >= 10):
            break
        if other is not None:
            raise _Bad("another record begins within its named fields")
        searched = len(window.held)
        if searched > _MAX_HEADER:
            raise _Bad("no end of its named fields within 1 MiB")
        if not window.fill(searched + 1):
            break
    if not _VERSION.match(window.held):
        raise _Bad(f"it begins with {bytes(window.held[:20])!r} instead of WARC/1.1")
    if end < 0:
        raise _Bad("the file ends within its named fields")
    if end > _MAX_HEADER:
        raise _Bad("no end of its named fields within 1 MiB")
    return window.take(end + 4)


def _pass_over(window: _Window, size: int, limit: int) -> None:
    """Go on behind a block that is too large; not beyond *limit* bytes."""
    if size > limit:
        raise _Hopeless(f"a record's block of {size} bytes is larger than anything that is read")
    while size and window.fill(1):
        size -= len(window.take(min(size, len(window.held))))


def _digester(stated: str | None) -> Callable[[bytes | None], bool]:
    """Return what takes the pieces of a block, and with None says whether its stated digest is right."""
    match = _DIGEST.fullmatch(stated or "")
    if match is None:
        return lambda piece: True
    digest = hashlib.new(match[1].lower().replace("-", ""), usedforsecurity=False)

    def take(piece: bytes | None) -> bool:
        if piece is not None:
            digest.update(piece)
            return True
        base32 = b32encode(digest.digest()).decode().rstrip("=")
        return match[2].upper().rstrip("=") in (base32, digest.hexdigest().upper())

    return take
