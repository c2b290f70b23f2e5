"""ZipNum: a sorted CDXJ index in gzip members, and a small index of those members.

``index.cdx.gz`` holds gzip members of about a thousand lines. ``index.idx`` has a line for each:
the key and time of its first line, where it lies and its digest, after a line that names the format.
A lookup reads the small one, and inflates one or two members. The form is that of cdxj-indexer
(``cdxj-gzip-1.0``), which pywb and ReplayWeb.page read; theirs of an older kind, fields between
tabs, is read too.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from archive.errors import ArchiveError

LINES = 1024
"""Lines a member."""
FORMAT = "cdxj-gzip-1.0"
MAX_LINE = 1 << 20
MAX_MEMBER = 64 << 20
"""Bytes of a member once inflated; more is taken for a bomb."""
_RECENT = 4
"""Members kept inflated: lookups often follow each other in one place."""


@dataclass(frozen=True, slots=True)
class Block:
    """One gzip member of an index."""

    prefix: str
    """Key and time of its first line."""
    filename: str
    """File in which it lies."""
    offset: int
    length: int
    digest: str | None = None
    """``sha256:`` and the hexadecimal digest of the member; null when the index has none."""


def write_zipnum(
    lines: Iterable[bytes], data: BinaryIO, index: BinaryIO, filename: str, *, per_block: int = LINES
) -> int:
    """Write sorted *lines* (without line ends) as gzip members, and the index of these; return how many.

    *filename* is the name by which the index knows *data*.
    """
    index.write(meta_line(filename))
    count = 0
    for block, entry in write_members(lines, data, per_block=per_block):
        index.write(entry)
        count += len(block)
    return count


def meta_line(filename: str) -> bytes:
    """Return the first line of an index of members in *filename*."""
    return f"!meta 0 {json.dumps({'format': FORMAT, 'filename': filename})}\n".encode()


def write_members(
    lines: Iterable[bytes], data: BinaryIO, *, per_block: int = LINES, level: int = 9
) -> Iterator[tuple[list[bytes], bytes]]:
    """Write sorted *lines* as gzip members; yield of each its lines and its line in the index."""
    offset = 0
    for block in _blocks(lines, per_block):
        deflater = zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        member = deflater.compress(b"\n".join(block) + b"\n") + deflater.flush()
        place = {"offset": offset, "length": len(member), "digest": "sha256:" + sha256(member).hexdigest()}
        data.write(member)
        yield block, _prefix(block[0]) + b" " + json.dumps(place).encode() + b"\n"
        offset += len(member)


def _blocks(lines: Iterable[bytes], per_block: int) -> Iterator[list[bytes]]:
    block: list[bytes] = []
    for line in lines:
        # Two members never begin with the same key and time: ReplayWeb.page keeps one of a kind.
        if len(block) >= per_block and _prefix(line) != _prefix(block[0]):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _prefix(line: bytes) -> bytes:
    return line.partition(b" {")[0]


class ZipNum:
    """A ZipNum index opened for reading."""

    def __init__(self, index: Iterable[bytes], read: Callable[[Block], bytes]) -> None:
        """Take the lines of the small index; *read* returns the bytes of a block as they lie in its file.

        Raises ArchiveError when a line is none.
        """
        self._read = read
        self._recent: dict[Block, list[bytes]] = {}
        self.blocks: list[Block] = []
        filename = "index.cdx.gz"
        for number, line in enumerate(index):
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if not text:
                continue
            try:
                if number == 0 and text.startswith("!meta"):
                    filename = str(json.loads(text[text.index("{") :])["filename"])
                else:
                    self.blocks.append(parse_block(text, filename))
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
                raise ArchiveError(f"line {number + 1} of the ZipNum index is none: {text[:120]!r}") from error
        self._prefixes = [block.prefix.encode() for block in self.blocks]

    def lines(self) -> Iterator[bytes]:
        """Yield all lines in their order, without line ends."""
        for block in self.blocks:
            yield from self._lines_of(block)

    def lookup(self, urlkey: str) -> Iterator[bytes]:
        """Yield the lines of one key, oldest first."""
        wanted = urlkey.encode() + b" "
        # The first line of the key may stand in the block before the first one that begins with it.
        for block in self.blocks[max(0, bisect_left(self._prefixes, wanted) - 1) :]:
            if block.prefix.encode() > wanted and not block.prefix.encode().startswith(wanted):
                return
            yield from (line for line in self._lines_of(block) if line.startswith(wanted))

    def _lines_of(self, block: Block) -> list[bytes]:
        if block not in self._recent:
            while len(self._recent) >= _RECENT:
                del self._recent[next(iter(self._recent))]
            self._recent[block] = self._inflate(block)
        return self._recent[block]

    def _inflate(self, block: Block) -> list[bytes]:
        return inflated(block, self._read(block))


def inflated(block: Block, member: bytes) -> list[bytes]:
    """Return the lines of a member. Raises ArchiveError when it is not what the index says."""
    if block.digest and block.digest != "sha256:" + sha256(member).hexdigest():
        raise ArchiveError(f"{_where(block)} has another digest than the index says; the file is damaged")
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        text = inflater.decompress(member, MAX_MEMBER)
    except zlib.error as error:
        raise ArchiveError(f"{_where(block)} is no gzip member ({error}); the file is damaged") from error
    if inflater.unconsumed_tail:
        raise ArchiveError(f"{_where(block)} inflates to more than {MAX_MEMBER >> 20} MiB; it is not read")
    if not inflater.eof:
        raise ArchiveError(f"{_where(block)} is cut; the file is damaged")
    return text.splitlines()


def parse_block(text: str, filename: str) -> Block:
    """Return what a line of an index says. Raises ValueError, KeyError or TypeError."""
    if "\t" in text:
        prefix, filename, offset, length = text.split("\t")[:4]
        return Block(prefix, filename, int(offset), int(length))
    prefix, _, fields = text.partition(" {")
    place = json.loads("{" + fields)
    return Block(
        prefix, str(place.get("filename", filename)), int(place["offset"]), int(place["length"]), place.get("digest")
    )


def _where(block: Block) -> str:
    return f"{block.filename}: the member at byte {block.offset}"
