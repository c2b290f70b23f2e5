"""A stretch of a WARC file, so that several processes can read one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from archive.warc.files import OPEN, Context, find_warc
from archive.warc.framing import Torn, read_members
from archive.warc.lenient import next_member
from archive.warc.originals import Locate, Originals
from archive.warc.stored import StoredExchange, group_members, stored_of


class Stretch:
    """The exchanges of a WARC file that begin from one byte on, and before another.

    Stretches that follow each other give together what :func:`archive.warc.reader.iter_exchanges` gives, damage
    included, if each begins where the one before it says that it must (:attr:`following`). A first byte that is
    merely *guessed* is moved to the next record that seems to begin an exchange. That is right nearly always, and it
    is wrong where a record holds WARC records itself: :attr:`first` says what was taken, for the comparison.
    """

    def __init__(
        self,
        root: Path,
        warc: str,
        begin: int = 0,
        end: int | None = None,
        *,
        is_guessed: bool = False,
        on_torn: Callable[[Torn], object],
        locate: Locate | None = None,
    ) -> None:
        self._path = find_warc(root, warc)
        self._final = warc.removesuffix(OPEN)
        self._is_open = self._path.name.endswith(OPEN)
        self._context = Context.of(root, warc)
        self._find = Originals(root, self._final, locate).find
        self._begin, self._end, self._is_guessed = begin, end, is_guessed
        self._on_torn = on_torn
        self.first: int | None = None
        """Where the first exchange was looked for; null when there is none behind a guess."""
        self.following: int | None = None
        """Once all are read: where the next stretch begins, null at the end of what can be read."""

    def exchanges(self) -> Iterator[StoredExchange]:
        """Yield them in their order; memory stays flat."""
        with self._path.open("rb") as file:
            start = self.first = _guess(file, self._begin, self._end) if self._is_guessed else self._begin
            while start is not None:
                if self._is_beyond(start):
                    return
                try:
                    for members in group_members(read_members(file, start)):
                        if self._is_beyond(members[0].offset):
                            return
                        yield stored_of(members, self._final, self._context, self._find)
                    return
                except Torn as torn:
                    if self._is_beyond(torn.offset):
                        return  # what is wrong there is told by the stretch that begins with it
                    self._on_torn(torn)
                    start = None if self._is_open else next_member(file, torn.offset + 1)

    def _is_beyond(self, offset: int) -> bool:
        if self._end is None or offset < self._end:
            return False
        self.following = offset
        return True


def _guess(file: BinaryIO, offset: int, end: int | None) -> int | None:
    """Return where, from *offset* on, the first record lies that names no other: an exchange begins with it.

    Null when none begins before *end*: a long record is not searched by each stretch that lies in it.
    """
    at = next_member(file, offset, end)
    while at is not None:
        try:
            for member in read_members(file, at):
                if not member.record.concurrent_to:
                    return member.offset
                if end is not None and member.offset >= end:
                    return None
            return None
        except Torn as torn:
            at = next_member(file, torn.offset + 1, end)
    return None
