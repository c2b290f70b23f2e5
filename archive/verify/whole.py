"""A gzip member that lies in memory from its first byte to its last, and is as our writer makes them: taken at once.

Every other one, a damaged one too, is looked at piece by piece (:mod:`archive.verify.members`), which says what is odd.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

OURS = b"\x1f\x8b\x08" + bytes(5)  # no flags, no time
HEADER = 10
TRAILER = 8
MAX_INFLATED = 4 << 20
"""A deflated member that holds more is none of these: nobody knows yet how much more."""

_BLOCK = struct.Struct("<BHH")
_END = struct.Struct("<II")


class Short(Exception):
    """The member goes on behind the bytes that are there, or its end is not to be seen in them."""


class Whole(NamedTuple):
    """A sound member."""

    pieces: Sequence[bytes | memoryview]
    """What it inflates to; of one that is not compressed where that lies, as long as nothing is read on."""
    end: int
    """Where it ends in the bytes that hold it."""
    is_padded: bool
    """Whether bits are set between its deflated data and the next full byte."""


def unpack(data: bytearray, at: int, stop: int, *, is_last: bool) -> Whole | None:
    """Return the member that begins at an index; None for one that is not to be taken at once.

    *stop*: index behind the last byte that is there; *is_last*: nothing follows it. Raises Short.
    """
    if not data.startswith(OURS, at) or stop <= at + HEADER:
        return None
    return _deflated(data, at, stop, is_last) if data[at + HEADER] & 6 else _stored(data, at, stop)


def _stored(data: bytearray, at: int, stop: int) -> Whole | None:
    """Return a member of stored blocks, by their lengths: what is in them need not go through an inflater."""
    view = memoryview(data)
    pieces = []
    head, kind = at + HEADER, 0
    while not kind:
        if stop < head + _BLOCK.size:
            raise Short
        kind, length, inverse = _BLOCK.unpack_from(data, head)
        if kind > 1 or length ^ inverse != 0xFFFF:
            return None
        head += _BLOCK.size + length
        pieces.append(view[head - length : head])
    if stop < head + TRAILER:
        raise Short
    crc = size = 0
    for piece in pieces:
        crc = zlib.crc32(piece, crc)
        size += len(piece)
    if _END.unpack_from(data, head) != (crc, size):
        return None
    return Whole(pieces, head + TRAILER, is_padded=False)


def _deflated(data: bytearray, at: int, stop: int, is_last: bool) -> Whole | None:
    # Where the next member seems to start, this one seems to end.
    end = data.find(OURS[:3], at + 1, stop)
    if end < 0:
        if not is_last:
            raise Short
        end = stop
    last = end - TRAILER - 1
    if last <= at + HEADER:
        return None
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        text = inflater.decompress(data[at:last], MAX_INFLATED)
        if inflater.eof or inflater.unconsumed_tail:
            return None
        before = inflater.copy() if data[last] else None
        rest = inflater.decompress(data[last:end], MAX_INFLATED)
    except zlib.error:
        return None
    if not inflater.eof or inflater.unconsumed_tail or inflater.unused_data:
        return None
    return Whole((text, rest) if rest else (text,), end, before is not None and has_padding(before, data[last:end]))


def has_padding(before: zlib._Decompress, last: bytes | bytearray) -> bool:
    """Whether bits are set between the end of the deflated data and the next full byte.

    No inflater looks at them. *before* is the state before the *last* bytes: one of
    deflated data, then the trailer. A bit that can be cleared without a change is padding.
    """
    if len(last) != TRAILER + 1 or not last[0]:
        return False
    cleared = last[0] ^ (1 << (last[0].bit_length() - 1))
    try:
        before.decompress(bytes([cleared]) + last[1:], MAX_INFLATED)
    except zlib.error:
        return False
    return before.eof
