"""The text of DOCX, PPTX, ODT and ODP: ZIP files of XML parts, read as a stream in flat memory.

The parts are read with Expat. A part with a document type is refused, for no program writes one and
entities are what hostile files are made of. No part is unpacked beyond a bound.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from archive.documents.errors import Unreadable

MAX_PART = 100 << 20
"""Bytes of one part, unpacked."""
MAX_PARTS = 5_000
"""Parts that are read (slides, notes)."""
_CHUNK = 1 << 16

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_STRICT_WORD = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_STRICT_DRAWING = "http://purl.oclc.org/ooxml/drawingml/main"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"


@dataclass(frozen=True, slots=True)
class Markup:
    """Which elements of a format are what."""

    parts: re.Pattern[str]
    """Names of the parts with text."""
    paragraphs: frozenset[str]
    """Elements that are a line of their own."""
    texts: frozenset[str] | None
    """Elements whose own characters are text; null where those of paragraphs are, and of what is in them."""
    breaks: frozenset[str]
    """Line breaks."""
    spaces: frozenset[str]
    """Tabulators and blanks."""
    cells: frozenset[str]
    rows: frozenset[str]
    skipped: frozenset[str]
    """Elements whose content is no text of the document."""


def _names(*pairs: tuple[str, str]) -> frozenset[str]:
    return frozenset(f"{space} {name}" for space, names in pairs for name in names.split())


_WORDS = (_WORD, _STRICT_WORD)
_DRAWINGS = (_DRAWING, _STRICT_DRAWING)
_SKIPPED = (_COMPATIBILITY, "Fallback")  # what an older program shows in place of a drawing: the same once more

FORMATS = {
    "docx": Markup(
        parts=re.compile(r"word/(document|footnotes|endnotes)\d*\.xml"),
        paragraphs=_names(*((space, "p") for space in _WORDS)),
        texts=_names(*((space, "t") for space in _WORDS)),
        breaks=_names(*((space, "br cr") for space in _WORDS)),
        spaces=_names(*((space, "tab") for space in _WORDS)),
        cells=_names(*((space, "tc") for space in _WORDS)),
        rows=_names(*((space, "tr") for space in _WORDS)),
        skipped=_names(_SKIPPED, *((space, "del moveFrom pPr rPr") for space in _WORDS)),
    ),
    "pptx": Markup(
        parts=re.compile(r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml"),
        paragraphs=_names(*((space, "p") for space in _DRAWINGS)),
        texts=_names(*((space, "t") for space in _DRAWINGS)),
        breaks=_names(*((space, "br") for space in _DRAWINGS)),
        spaces=_names(*((space, "tab") for space in _DRAWINGS)),
        cells=_names(*((space, "tc") for space in _DRAWINGS)),
        rows=_names(*((space, "tr") for space in _DRAWINGS)),
        skipped=_names(_SKIPPED),
    ),
}
FORMATS["odt"] = FORMATS["odp"] = Markup(
    parts=re.compile(r"content\.xml"),
    paragraphs=_names((_TEXT, "p h")),
    texts=None,
    breaks=_names((_TEXT, "line-break")),
    spaces=_names((_TEXT, "s tab")),
    cells=_names((_TABLE, "table-cell")),
    rows=_names((_TABLE, "table-row")),
    skipped=_names((_TEXT, "tracked-changes"), (_OFFICE, "annotation")),
)


def package_lines(data: bytes, kind: str) -> tuple[Iterator[str], int | None]:
    """Return the lines of a document of a kind in :data:`FORMATS`, and the number of its slides.

    A row of a table is one line, its cells joined by `` | ``. Raises Unreadable.
    """
    markup = FORMATS[kind]
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        names = sorted((name for name in package.namelist() if markup.parts.fullmatch(name)), key=_in_order)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable("broken", str(error)) from None
    if len(names) > MAX_PARTS:
        raise Unreadable("too_large", f"{len(names)} parts")
    if any(entry.flag_bits & 1 for entry in package.infolist()):
        raise Unreadable("encrypted")
    if not names:
        raise Unreadable("broken", "no part with text")
    slides = sum(name.startswith("ppt/slides/") for name in names)
    return _lines(package, names, markup), slides or None


def _in_order(name: str) -> list[tuple[int, str | int]]:
    """Let slide 2 come before slide 10, and the document before its notes."""
    return [(1, int(part)) if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]


def _lines(package: zipfile.ZipFile, names: list[str], markup: Markup) -> Iterator[str]:
    for name in names:
        reader = _Part(markup)
        try:
            with package.open(name) as file:
                yield from reader.lines(file)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, expat.ExpatError) as error:
            raise Unreadable("broken", f"{name}: {error}") from None


class _Part:
    """The lines of one XML part."""

    def __init__(self, markup: Markup) -> None:
        self._markup = markup
        self._done: list[str] = []
        self._text: list[str] = []
        self._cells: list[list[list[str]]] = []
        """The lines of the cells of each open row, outermost first."""
        self._skipping = 0
        self._inside = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = _refuse

    def lines(self, file: IO[bytes]) -> Iterator[str]:
        """Yield the lines as the part is read."""
        read = 0
        while chunk := file.read(_CHUNK):
            read += len(chunk)
            if read > MAX_PART:
                raise Unreadable("too_large", f"a part of more than {MAX_PART >> 20} MiB")
            self._parser.Parse(chunk, False)
            yield from self._done
            self._done.clear()
        self._parser.Parse(b"", True)
        yield from self._done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        markup = self._markup
        if self._skipping or name in markup.skipped:
            self._skipping += 1
        elif name in (markup.texts or markup.paragraphs):
            self._inside += 1
        elif name in markup.breaks or name in markup.spaces:
            self._text.append("\n" if name in markup.breaks else " ")
        elif name in markup.rows:
            self._cells.append([])
        elif name in markup.cells and self._cells:
            self._cells[-1].append([])

    def _end(self, name: str) -> None:
        markup = self._markup
        if self._skipping:
            self._skipping -= 1
            return
        if name in (markup.texts or markup.paragraphs):
            self._inside -= 1
        if name in markup.paragraphs:
            self._put("".join(self._text))
            self._text.clear()
        elif name in markup.rows and self._cells:
            cells = (" ".join(" ".join(cell).split()) for cell in self._cells.pop())
            self._put(" | ".join(cell for cell in cells if cell))

    def _characters(self, text: str) -> None:
        if self._inside and not self._skipping:
            self._text.append(text)

    def _put(self, line: str) -> None:
        """Keep a line: in the cell in which it stands, if in any."""
        if self._cells and self._cells[-1]:
            self._cells[-1][-1].append(line)
        else:
            self._done.append(line)


def _refuse(*declared: object) -> None:
    raise Unreadable("broken", "a document type, which no office program writes")
