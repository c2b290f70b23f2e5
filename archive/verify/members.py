"""Gzip members, walked one by one with nothing but zlib.

Written apart from the archive's reader, so that both would have to be wrong in the
same way. Memory is flat whatever a member inflates to.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import BinaryIO, Protocol

from archive.verify.whole import HEADER, OURS, TRAILER, Short, Whole, has_padding, unpack

MAGIC = b"\x1f\x8b\x08"
BLOCK = 1 << 19
MAX_INFLATED = 1 << 30
MAX_RATIO = 100
MAX_BROKEN = 1000
"""Broken members after which a file is given up: each costs a search for the next whole one."""

AT_ONCE = 8 << 20
"""Longer members are not taken at once."""

_OUT = 4 << 20
_PADDED = "bits behind its deflated data are set"
_STORED, _DEFLATED = 4, 0  # what zlib notes of the levels that our writer uses


class Taker(Protocol):
    """Takes what members inflate to."""

    def begin(self, offset: int) -> None:
        """Start a member that lies at *offset*."""

    def feed(self, data: bytes | memoryview) -> bool:
        """Take bytes, which may be others after that; say whether more of them may be of use."""

    def end(self, length: int, oddity: str | None) -> None:
        """End a whole member. *oddity*: what of it our writer would not have written."""

    def broken(self, offset: int, rule: str, detail: str) -> None:
        """Drop the member at *offset*, which is not whole, or report bytes that are none."""


def walk(file: BinaryIO, start: int, end: int, taker: Taker) -> None:
    """Give every gzip member between two offsets of *file* to *taker*; what is broken is passed over."""
    _Walk(file, start, end, taker).run()


class _Walk:
    def __init__(self, file: BinaryIO, start: int, end: int, taker: Taker) -> None:
        self._file = file
        self._end = end
        self._taker = taker
        self._system: int | None = None
        # One buffer for all that is read: to make a new one each time takes longer than to copy what is left.
        self._data = bytearray(2 * BLOCK)
        self._go_to(start)

    def _go_to(self, offset: int) -> None:
        self._file.seek(offset)
        self._offset = offset  # of the first byte in _data
        self._at = 0  # in _data: all before it is done
        self._stop = 0  # in _data: behind all that was read
        self._unread = self._end - offset

    def _more(self, keep_from: int) -> bool:
        """Read on; what lies in _data before an index is let go, so that it becomes 0."""
        held = self._stop - keep_from
        buffer = self._data if held + BLOCK <= len(self._data) else bytearray(2 * held + BLOCK)
        buffer[:held] = memoryview(self._data)[keep_from : self._stop]
        self._data = buffer
        count = 0
        if self._unread > 0:
            count = self._file.readinto(memoryview(buffer)[held : held + min(BLOCK, self._unread)])  # type: ignore[attr-defined]
        self._offset += keep_from
        self._at = 0
        self._stop = held + count
        self._unread = self._unread - count if count else 0
        return bool(count)

    def run(self) -> None:
        broken = 0
        while self._at < self._stop or self._more(self._at):
            if self._stop - self._at < HEADER + TRAILER:
                self._more(self._at)
            offset = self._offset + self._at
            is_member = self._data.startswith(MAGIC[: self._stop - self._at], self._at)
            if is_member and self._at_once(offset):
                continue
            fault = self._member(offset) if is_member else ("gzip-junk", "")
            if fault is None:
                continue
            broken += 1
            found = self._find(offset + 1) if broken < MAX_BROKEN else None
            rule, detail = fault
            skipped = (self._end if found is None else found) - offset
            detail = f"{detail}; {skipped} bytes are passed over" if detail else f"{skipped} bytes are no gzip member"
            self._taker.broken(offset, rule, detail)
            self._go_to(self._end if found is None else found)

    def _at_once(self, start: int) -> bool:
        """Walk the member that begins here if it is a sound one of the usual form; else it is begun again."""
        whole = self._whole()
        if whole is None:
            return False
        pieces, end, is_padded = whole
        self._taker.begin(start)
        is_wanted = True
        for piece in pieces:
            if piece:
                is_wanted = self._taker.feed(piece)
        if not is_wanted and sum(map(len, pieces)) > _OUT:
            return False
        oddity = self._header_oddity(self._data[self._at : self._at + HEADER + 1], pieces)
        if oddity is None and is_padded:
            oddity = _PADDED
        self._taker.end(end - self._at, oddity)
        self._at = end
        return True

    def _whole(self) -> Whole | None:
        while True:
            try:
                return unpack(self._data, self._at, self._stop, is_last=self._unread <= 0)
            except Short:
                if self._stop - self._at > AT_ONCE or not self._more(self._at):
                    return None

    def _member(self, start: int) -> tuple[str, str] | None:
        """Walk the member that begins here; return what is wrong with it, and why."""
        self._taker.begin(start)
        at = self._at
        header = self._data[at : at + HEADER + 1]
        stored = _StoredBlocks() if len(header) > HEADER and header[HEADER] & 6 == 0 else None
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        before = None
        last: bytes | bytearray = b""
        piece: bytes | bytearray
        beginning = b""
        fed = inflated = 0
        ends = _Ends(at) if stored is not None else None
        while not inflater.eof:
            if ends is not None and not ends.look(self._data, at, self._stop, is_more=self._unread > 0):
                ends = None
            if ends is not None:
                stop = cut = ends.stop
            else:
                # Where the next member seems to start, this one seems to end.
                hint = self._data.find(MAGIC, at + 1, self._stop)
                stop = hint if hint > 0 else self._stop - (2 * TRAILER if self._unread else 0)
                cut = max(at, stop - TRAILER - 1)
            if stop <= at:
                left = self._stop - at
                if not self._more(at) and not left:
                    return "gzip-torn", f"the file ends after {fed} bytes of a gzip member"
                if ends is not None:
                    ends.shift(at)
                at = 0
                continue
            for piece in (self._data[at:cut], self._data[cut:stop]):
                if inflater.eof or not piece:
                    continue
                if stored is not None:
                    stored.feed(piece)
                elif len(piece) == TRAILER + 1 and fed:
                    before, last = inflater.copy(), piece
                fed += len(piece)
                while True:
                    try:
                        out = inflater.decompress(piece, _OUT)
                    except zlib.error as error:
                        return "gzip-broken", f"a gzip member of which {fed} bytes were read: {error}"
                    inflated += len(out)
                    if inflated > MAX_INFLATED and inflated > MAX_RATIO * fed:
                        return "gzip-bomb", f"{fed} bytes of a gzip member inflate to {inflated} and more"
                    if not beginning:
                        beginning = out
                    if out and not self._taker.feed(out) and inflated > _OUT:
                        return "gzip-broken", "a gzip member holds no record, but much else"
                    piece = inflater.unconsumed_tail
                    if not piece or inflater.eof:
                        break
            at = stop
        behind = inflater.unused_data
        oddity = self._header_oddity(header, (beginning,)) or (stored.oddity if stored else None)
        if oddity is None and before is not None and not behind and has_padding(before, last):
            oddity = _PADDED
        self._taker.end(fed - len(behind), oddity)
        self._at = at - len(behind)
        if self._at < 0:  # in a block that was let go
            self._go_to(start + fed - len(behind))
        return None

    def _header_oddity(self, header: bytearray, pieces: Sequence[bytes | memoryview]) -> str | None:
        if len(header) <= HEADER:
            return "its gzip header is cut"
        level, system = header[8], header[9]
        if self._system is None:
            self._system = system
        is_stored = header[HEADER] & 6 == 0
        if not header.startswith(OURS) or system != self._system or level not in (_STORED, _DEFLATED):
            return f"its gzip header is {header[:HEADER].hex()}"
        if (level == _STORED) != is_stored and not (is_stored and _is_vain(b"".join(pieces))):
            return f"its gzip header notes level {level} and its data another"
        return None

    def _find(self, offset: int) -> int | None:
        """Return where the next member starts that holds a record."""
        self._go_to(offset)
        while self._at < self._stop or self._more(self._at):
            at = self._data.find(MAGIC, self._at, self._stop)
            if at < 0:
                if not self._more(max(self._at, self._stop - 2)):
                    return None
                continue
            if self._stop - at < 512:
                self._more(at)
                at = 0
            beginning = self._data[at : min(at + 512, self._stop)]
            try:
                if zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(beginning, 5) == b"WARC/":
                    return self._offset + at
            except zlib.error:
                pass
            self._at = at + 1
        return None


def _is_vain(beginning: bytes) -> bool:
    """Whether zlib, asked to deflate, would store the beginning of these bytes."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return (deflater.compress(beginning[: 1 << 17]) + deflater.flush())[0] & 6 == 0


class _Ends:
    """Where a member of stored blocks ends, by their lengths: looking for the next one in pictures takes long."""

    def __init__(self, start: int) -> None:
        self.stop = start
        """Up to here the bytes are known to be of the member."""
        self._head = start + HEADER
        self._end: int | None = None

    def look(self, data: bytearray, at: int, stop: int, *, is_more: bool) -> bool:
        """Go on from block to block, before *stop*; say whether that told how much from *at* on is the member's."""
        while self._end is None and self._head + 5 <= stop:
            first = data[self._head]
            if first & 6:
                return False  # deflated from here on
            self._head += 5 + int.from_bytes(data[self._head + 1 : self._head + 3], "little")
            if first & 1:
                self._end = self._head + TRAILER
        self.stop = min(self._head if self._end is None else self._end, stop)
        return self.stop > at or (is_more and at != self._end)

    def shift(self, count: int) -> None:
        """Count from *count* bytes later on."""
        self._head -= count
        if self._end is not None:
            self._end -= count


class _StoredBlocks:
    """Looks at the bits between the head of each stored block and its length, which no inflater does."""

    def __init__(self) -> None:
        self.oddity: str | None = None
        self._left = HEADER
        self._head = b""
        self._done = False

    def feed(self, piece: bytes | bytearray) -> None:
        at = 0
        while at < len(piece) and not self._done:
            if self._left:
                step = min(self._left, len(piece) - at)
                self._left -= step
                at += step
                continue
            need = 5 - len(self._head)
            self._head += piece[at : at + need]
            at += need
            if len(self._head) == 5:
                if self._head[0] & 6:
                    self._done = True  # deflated from here on
                elif self._head[0] > 1:
                    self.oddity = "bits behind the head of a stored block are set"
                self._done = self._done or bool(self._head[0] & 1)
                self._left = int.from_bytes(self._head[1:3], "little")
                self._head = b""
