"""The text of Word 97 to 2003 (``.doc``), by the format's own description: [MS-DOC] 2.4.1, "Retrieving Text".

https://learn.microsoft.com/openspecs/office_file_formats/ms-doc
"""

from __future__ import annotations

import re
import struct
from itertools import pairwise

from archive.documents.errors import Unreadable

_WORD_97 = 0xA5EC
_ENCRYPTED, _WHICH_TABLE = 0x0100, 0x0200
_CCP_TEXT, _FC_CLX = 0x4C, 0x01A2
# A field is its instruction, and after a separator what it shows: {19} HYPERLINK "..." {20} shown {21}.
_INSTRUCTION = re.compile(r"\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))")
_MARKS = str.maketrans({"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": None, "\x15": None})


def word_lines(streams: dict[str, bytes]) -> list[str]:
    """Return the lines of a document, given its streams ``WordDocument``, ``0Table``, ``1Table``.

    A row of a table is one line, its cells joined by `` | ``. Raises Unreadable.
    """
    document = streams["WordDocument"]
    try:
        identity, flags = struct.unpack_from("<H8xH", document)
        if identity != _WORD_97:
            raise Unreadable("unsupported", "Word 95 or older")
        if flags & _ENCRYPTED:
            raise Unreadable("encrypted")
        table = streams.get("1Table" if flags & _WHICH_TABLE else "0Table")
        if table is None:
            raise Unreadable("broken", "no table stream")
        start, length = struct.unpack_from("<II", document, _FC_CLX)
        lengths = struct.unpack_from("<7i", document, _CCP_TEXT)
        text = _text(document, _pieces(table[start : start + length]))
    except struct.error:
        raise Unreadable("broken", "cut short") from None
    # The body, and the notes; headers repeat on each page, and comments are nobody's text.
    body, notes = text[: max(lengths[0], 0)], text[max(lengths[0], 0) : max(lengths[0], 0) + max(lengths[1], 0)]
    return _lines(body) + _lines(notes)


def _pieces(clx: bytes) -> bytes:
    """Return the piece table: after any number of property lists, each 1, length, content."""
    at = 0
    while at < len(clx) and clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise Unreadable("broken", "no piece table")
    size = struct.unpack_from("<I", clx, at + 1)[0]
    return clx[at + 5 : at + 5 + size]


def _text(document: bytes, pieces: bytes) -> str:
    count = (len(pieces) - 4) // 12
    if count < 0:
        raise Unreadable("broken", "no piece table")
    places = struct.unpack_from(f"<{count + 1}I", pieces)
    parts = []
    for number, (first, last) in enumerate(pairwise(places)):
        (packed,) = struct.unpack_from("<I", pieces, 4 * (count + 1) + 8 * number + 2)
        start, size = packed & 0x3FFFFFFF, max(last - first, 0)
        if packed & 0x40000000:
            parts.append(document[start // 2 : start // 2 + size].decode("cp1252", "replace"))
        else:
            parts.append(document[start : start + 2 * size].decode("utf-16-le", "replace"))
    return "".join(parts)


def _lines(text: str) -> list[str]:
    before = None
    while before != text:  # fields stand within fields
        before, text = text, _INSTRUCTION.sub("", text, count=10_000)
    lines = []
    for line in text.translate(_MARKS).split("\n"):
        # A cell ends with a mark, and a row with one more.
        for row in line.split("\x07\x07"):
            cells = (" ".join(cell.split()) for cell in row.split("\x07"))
            lines.append(" | ".join(cell for cell in cells if cell))
    return lines
