"""The lines of an index in a WACZ, plain or in blocks (ZipNum) with their own index checked."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zipfile import ZipFile

Report = Callable[[int | None, str], None]
MAX_BLOCK = 64 << 20


@dataclass(frozen=True, slots=True)
class _Block:
    key: bytes
    offset: int
    length: int
    digest: str | None


def read_index(archive: ZipFile, name: str, report: Report) -> Iterator[bytes]:
    """Yield the lines of an index; report what is wrong with its blocks, by their offset."""
    if not name.endswith(".gz"):
        with archive.open(name) as member:
            yield from (line for line in member if not line.startswith((b"!", b" CDX")))
        return
    beside = name[: name.rindex(".cdx")] + ".idx"
    blocks = list(_blocks(archive, beside, report)) if beside in archive.NameToInfo else None
    with archive.open(name) as member:
        data = member.read()
    at = number = 0
    while at < len(data):
        start = at
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            text = inflater.decompress(data[at:], MAX_BLOCK)
        except zlib.error as error:
            report(start, f"a block of it cannot be inflated: {error}")
            return
        if not inflater.eof:
            report(start, "a block of it is cut, or inflates to more than 64 MiB")
            return
        at = len(data) - len(inflater.unused_data)
        if blocks is not None:
            _compare(blocks[number] if number < len(blocks) else None, start, data[start:at], text, report)
        number += 1
        yield from (line for line in text.splitlines(keepends=True) if not line.startswith((b"!", b" CDX")))
    if blocks is not None and number < len(blocks):
        report(None, f"{beside} lists {len(blocks)} blocks, there are {number}")


def _compare(block: _Block | None, start: int, data: bytes, text: bytes, report: Report) -> None:
    if block is None:
        report(start, "the index of blocks does not list this one")
    elif (block.offset, block.length) != (start, len(data)):
        report(start, f"the index of blocks says bytes {block.offset} to {block.offset + block.length}")
    elif not text.startswith(block.key):
        report(start, f"the index of blocks says that it begins with {block.key!r}")
    elif block.digest and block.digest != f"sha256:{hashlib.sha256(data).hexdigest()}":
        report(start, "its digest in the index of blocks is another")


def _blocks(archive: ZipFile, name: str, report: Report) -> Iterator[_Block]:
    with archive.open(name) as member:
        for line in member:
            if line.startswith(b"!") or not line.strip():
                continue
            try:
                if b"\t" in line:
                    key, _, offset, length, *_rest = line.rstrip(b"\n").split(b"\t")
                    yield _Block(key, int(offset), int(length), None)
                else:
                    words, _, text = line.partition(b" {")
                    told = json.loads(b"{" + text)
                    yield _Block(words, int(told["offset"]), int(told["length"]), told.get("digest"))
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
                report(None, f"a line of {name} is no block: {line[:60]!r}")
