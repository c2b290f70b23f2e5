"""The index of a WACZ: ZipNum, or plain CDXJ, gzipped or not."""

from __future__ import annotations

from collections.abc import Iterator

from archive.cdxj import CdxLine, parse_line
from archive.errors import ArchiveError
from archive.urls import surt
from archive.wacz.names import INDEXES
from archive.wacz.zipread import ZipMembers
from archive.zipnum import MAX_LINE, Block, ZipNum


class WaczIndex:
    """The indexes of one WACZ as one."""

    def __init__(self, members: ZipMembers) -> None:
        self._members = members
        self._zipnums: dict[str, ZipNum] = {}

    def lines(self) -> Iterator[CdxLine]:
        """Yield all lines, each index in its order."""
        for name in self._names():
            yield from _parsed(self._zipnum(name).lines() if name.endswith(".idx") else self._plain(name))

    def lookup(self, url: str) -> Iterator[CdxLine]:
        """Yield the lines of an address, of each index oldest first.

        A ZipNum index is read where the address stands; a plain one from its beginning.
        """
        key = surt(url)
        wanted = key.encode() + b" "
        for name in self._names():
            if name.endswith(".idx"):
                yield from _parsed(self._zipnum(name).lookup(key))
            else:
                yield from _parsed(line for line in self._plain(name) if line.startswith(wanted))

    def _names(self) -> list[str]:
        """Return the indexes to read: of a ZipNum index not the gzip members, which its small one leads to."""
        names = [name for name in self._members.names if name.startswith(INDEXES)]
        small = [name for name in names if name.endswith(".idx")]
        led_to = {INDEXES + block.filename for name in small for block in self._zipnum(name).blocks}
        # One of few lines may be compressed and have no small index.
        plain = (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz")
        return small + [name for name in names if name.endswith(plain) and name not in led_to]

    def _plain(self, name: str) -> Iterator[bytes]:
        return self._members.lines(name, MAX_LINE)

    def _zipnum(self, name: str) -> ZipNum:
        if name not in self._zipnums:
            self._zipnums[name] = ZipNum(self._plain(name), self._read)
        return self._zipnums[name]

    def _read(self, block: Block) -> bytes:
        name = INDEXES + block.filename
        if block.offset < 0 or block.length < 0 or block.offset + block.length > self._members.size(name):
            where = f"{self._members.path}: {name}"
            raise ArchiveError(f"{where} has no {block.length} bytes at {block.offset}; pack it anew")
        with self._members.open(name) as file:
            file.seek(block.offset)
            return file.read(block.length)


def _parsed(lines: Iterator[bytes]) -> Iterator[CdxLine]:
    for line in lines:
        text = line.decode("utf-8", "replace")
        # The first line of some indexes names their format.
        if text and not text.startswith(("!meta", " CDX")):
            yield parse_line(text)
