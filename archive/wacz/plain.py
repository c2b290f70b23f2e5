"""Records of a WARC file that is not compressed, which a WACZ of others may hold."""

from __future__ import annotations

import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from archive.digests import BLOCK
from archive.warc.framing import IN_MEMORY, Member, Torn
from archive.warc.record import Record, parse_fields

_MAX_HEADER = 1 << 20
_END = b"\r\n\r\n"


def read_plain(file: BinaryIO, offset: int = 0, *, max_block: int | None = None) -> Iterator[Member]:
    """Yield the records of a plain WARC file from *offset* on, as :func:`read_members` does of a gzipped one.

    Raises Torn at the first one that is not whole, after all those before it.
    """
    while True:
        file.seek(offset)
        header = _header(file, offset)
        if not header:
            return
        fields = parse_fields(header.partition(b"\r\n")[2])
        text = next((value for name, value in fields if name.lower() == "content-length"), "")
        if not (text.isascii() and text.isdigit()):
            raise Torn(offset, f"its Content-Length is {text!r}")
        size = int(text)
        if max_block is not None and size > max_block:
            raise Torn(offset, f"its block of {size} bytes is larger than the limit of {max_block}")
        file.seek(offset + len(header))
        block = _block(file, size, offset)
        if file.read(len(_END)) != _END:
            raise Torn(offset, "it does not end with two empty lines")
        length = len(header) + size + len(_END)
        yield Member(Record(fields, block, 0, size), offset, length)
        offset += length


def _header(file: BinaryIO, offset: int) -> bytes:
    header = b""
    while (end := header.find(_END)) < 0:
        piece = file.read(4096)
        if not piece and not header:
            return b""
        if not piece:
            raise Torn(offset, "the file ends within its named fields")
        header += piece
        if not header.startswith(b"WARC/"[: len(header)]):
            raise Torn(offset, f"it begins with {header[:40]!r} instead of WARC/1.1")
        if len(header) > _MAX_HEADER:
            raise Torn(offset, "no end of its named fields within 1 MiB")
    return header[: end + len(_END)]


def _block(file: BinaryIO, size: int, offset: int) -> BinaryIO:
    # Copied, as in read_members: a block must stay readable after the next record is asked for.
    block = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY)) if size > IN_MEMORY else io.BytesIO()  # noqa: SIM115
    left = size
    while left:
        piece = file.read(min(left, BLOCK))
        if not piece:
            raise Torn(offset, f"{left} bytes of its block are missing")
        block.write(piece)
        left -= len(piece)
    return block
