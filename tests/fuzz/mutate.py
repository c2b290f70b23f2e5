"""Inputs out of seeds: bytes and words changed, repeated, moved, joined. The same random numbers give the same."""

from __future__ import annotations

import re
from random import Random

from tests.fuzz.target import Target

_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"255",
    b"65536",
    b"4294967295",
    b"9223372036854775808",
    b"9" * 40,
    b"1e999",
    b"\xd9\xa3",
)
_ODD = (
    *(b"\x00", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc3\x28"),
    *(b"\xed\xa0\x80", b"\xe2\x80\x8b", b"\xe1\xba\xa1", b"a\xcc\xa3\xcc\x86", b"\xf0\x9f\x98\x80", b"%00", b"%", b"%zz"),
    *(b"<", b">", b"&", b'"', b"'", b"\\", b"/", b"..", b"[", b"]", b"{", b"}", b"(", b")", b":", b"@", b"#", b"?"),
)  # fmt: skip
_PIECES = re.compile(rb"\w+|[^\w\s]|\s+")


class Mutator:
    """Gives inputs without end."""

    def __init__(self, target: Target, random: Random) -> None:
        self._seeds, self._words, self._random = target.seeds(), (*target.words, *_ODD), random
        self._longest, self._grown = target.longest, target.grown

    def next(self) -> bytes:
        """Return another input."""
        random = self._random
        data = bytearray(random.choice(self._seeds))
        for _ in range(random.choice((1, 1, 2, 3, 5, 8))):
            random.choice(_WAYS)(self, data)
        del data[self._longest :]
        if random.random() < 0.02:
            self._grow(data)
        return bytes(data)

    def _span(self, data: bytearray) -> tuple[int, int]:
        """Return where a piece of *data* lies: a few bytes, a word, a line, or more."""
        start = self._random.randint(0, len(data))
        kind = self._random.randrange(4)
        if kind == 0:
            return start, min(len(data), start + self._random.randint(0, 8))
        if kind == 1 and (found := _PIECES.search(data, max(0, start - 8))):
            return found.span()
        if kind == 2:
            return data.rfind(b"\n", 0, start) + 1, (data.find(b"\n", start) + 1) or len(data)
        return start, self._random.randint(start, len(data))

    def _flip(self, data: bytearray) -> None:
        if data:
            data[self._random.randrange(len(data))] ^= 1 << self._random.randrange(8)

    def _set(self, data: bytearray) -> None:
        if data:
            data[self._random.randrange(len(data))] = self._random.randrange(256)

    def _cut(self, data: bytearray) -> None:
        start, stop = self._span(data)
        del data[start:stop]

    def _truncate(self, data: bytearray) -> None:
        del data[self._random.randint(0, len(data)) :]

    def _copy(self, data: bytearray) -> None:
        start, stop = self._span(data)
        at = self._random.randint(0, len(data))
        data[at:at] = data[start:stop] * self._random.choice((1, 1, 2, 9))

    def _move(self, data: bytearray) -> None:
        start, stop = self._span(data)
        piece = data[start:stop]
        del data[start:stop]
        at = self._random.randint(0, len(data))
        data[at:at] = piece

    def _insert(self, data: bytearray) -> None:
        at = self._random.randint(0, len(data))
        data[at:at] = self._random.choice(self._words)

    def _replace(self, data: bytearray) -> None:
        start, stop = self._span(data)
        data[start:stop] = self._random.choice(self._words)

    def _number(self, data: bytearray) -> None:
        numbers = list(re.finditer(rb"\d+", data[:65536]))
        if numbers:
            found = self._random.choice(numbers)
            data[found.start() : found.end()] = self._random.choice(_NUMBERS)

    def _join(self, data: bytearray) -> None:
        """Go on with the end of another seed."""
        other = self._random.choice(self._seeds)
        del data[self._random.randint(0, len(data)) :]
        data += other[self._random.randint(0, len(other)) :]

    def _grow(self, data: bytearray) -> None:
        """Repeat a piece or a word until the input is large: what takes quadratic time shows only there."""
        start, stop = self._span(data)
        piece = bytes(data[start:stop]) if self._random.random() < 0.5 else self._random.choice(self._words)
        if piece:
            at = self._random.randint(0, len(data))
            data[at:at] = piece * (self._longest * self._random.randint(1, self._grown) // len(piece))


_WAYS = (
    *(Mutator._flip, Mutator._set, Mutator._cut, Mutator._truncate, Mutator._copy, Mutator._move),
    *(Mutator._insert, Mutator._insert, Mutator._replace, Mutator._replace, Mutator._number, Mutator._join),
)
