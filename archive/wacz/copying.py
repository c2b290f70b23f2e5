"""Records copied byte for byte from our WARC files, each answer with its index line."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from archive.cdxj import lines_of
from archive.digests import BLOCK
from archive.errors import ArchiveError, DamagedRecord
from archive.model import Location
from archive.storage import Place
from archive.wacz.select import Piece
from archive.warc.files import find_warc
from archive.warc.framing import Member, Torn, read_members
from archive.warc.record import Record
from archive.warc.stored import group_members


def copy_piece(root: Path, piece: Piece, out: BinaryIO, add_line: Callable[[bytes], object]) -> set[str]:
    """Copy a file, or the wanted exchanges of it with its warcinfo, to *out*; return what it refers to.

    *add_line* gets the CDXJ line of each answer, with offsets as they are in *out*. The result has the
    names of the WARC files in which the originals of its revisits lie. Every record is read on the way,
    so that nothing torn is passed on.

    Raises DamagedRecord when a record is not whole, ArchiveError when the file can not be read.
    """
    path = find_warc(root, piece.warc)
    refers: set[str] = set()

    def noted(copied: Iterator[Member]) -> Iterator[tuple[Record, Location]]:
        position = 0
        for member in copied:
            record = member.record
            if record.type == "revisit":
                refers.add((record.get("WARC-Refers-To-Filename") or "").rpartition("/")[2])
            yield record, Location(piece.name, position, member.length)
            position += member.length

    try:
        with _opened(path) as walked, _opened(path) as source:
            copied = (
                read_members(cast(BinaryIO, _Passed(walked, out)))
                if piece.offsets is None
                else _copies(_wanted(read_members(walked), piece.offsets), source, out)
            )
            for line in lines_of(noted(copied)):
                add_line(str(line).encode())
    except Torn as torn:
        raise DamagedRecord(
            f"{path}: {torn}; run `khcn verify`, restore the file from a copy, and export again"
        ) from torn
    return refers - {""}


def _opened(path: Place) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ArchiveError(f"{path}: can not be read ({error.strerror}); mend its permissions") from error


class _Passed:
    """A file that is read from its first byte to its last; whatever is read of it is written elsewhere too."""

    def __init__(self, file: BinaryIO, out: BinaryIO) -> None:
        self._file, self._out = file, out
        self.seek = file.seek

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        data = self._file.read(size)
        self._out.write(data)
        return data


def _wanted(members: Iterator[Member], offsets: array[int]) -> Iterator[Member]:
    infos: list[Member] = []
    for found in group_members(_noting(members, infos)):
        while infos and infos[0].offset < found[0].offset:
            yield infos.pop(0)
        if any(_holds(offsets, member.offset) for member in found):
            yield from found
    yield from infos


def _noting(members: Iterator[Member], infos: list[Member]) -> Iterator[Member]:
    for member in members:
        if member.record.type == "warcinfo":
            infos.append(member)
        yield member


def _holds(offsets: array[int], offset: int) -> bool:
    place = bisect_left(offsets, offset)
    return place < len(offsets) and offsets[place] == offset


def _copies(members: Iterator[Member], source: BinaryIO, out: BinaryIO) -> Iterator[Member]:
    for member in members:
        _copy(source, member, out)
        yield member


def _copy(source: BinaryIO, member: Member, out: BinaryIO) -> None:
    source.seek(member.offset)
    left = member.length
    while left:
        piece = source.read(min(left, BLOCK * 4))
        if not piece:
            raise Torn(member.offset, "the file became shorter while it was read")
        out.write(piece)
        left -= len(piece)
