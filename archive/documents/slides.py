"""The text of PowerPoint 97 to 2003 (``.ppt``), by the format's own description: [MS-PPT] 2.1.2, "Reading a File".

https://learn.microsoft.com/openspecs/office_file_formats/ms-ppt

A file is a stream of records, to which each saving adds. The latest edit names the places of the document and of its
slides; what else lies in the stream is old, a master, or a picture.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from archive.documents.errors import Unreadable

_CURRENT_EDIT, _DIRECTORY, _EDIT = 0x0FF6, 0x1772, 0x0FF5
_DOCUMENT, _SLIDE, _NOTES = 0x03E8, 0x03EE, 0x03F0
_LIST, _PLACE = 0x0FF0, 0x03F3
_HEADER, _CHARS, _BYTES, _OUTLINE = 0x0F9F, 0x0FA0, 0x0FA8, 0x0F9E
_OF_SLIDES, _OF_NOTES = 0, 2
_ENCRYPTED = 0xF3D1C4DF
_DEEPEST = 32
"""Groups within groups, at most."""
_MARKS = str.maketrans({"\r": "\n", "\x0b": "\n"})


class _Record(NamedTuple):
    kind: int
    instance: int
    is_container: bool
    begin: int
    end: int


def slide_lines(streams: dict[str, bytes]) -> tuple[list[str], int]:
    """Return the lines of a presentation, slide after slide and then their notes, and the number of its slides.

    *streams* are ``PowerPoint Document`` and ``Current User``. Raises Unreadable.
    """
    data = streams["PowerPoint Document"]
    try:
        return _Presentation(data, streams.get("Current User", b"")).lines()
    except struct.error:
        raise Unreadable("broken", "cut short") from None


class _Presentation:
    def __init__(self, data: bytes, user: bytes) -> None:
        self._data = data
        self._places: dict[int, int] = {}
        """Where what has a number lies, by the latest edit that says so."""
        kind, token, edit = struct.unpack_from("<2xH8xII", user)
        if kind != _CURRENT_EDIT:
            raise Unreadable("broken", "no current edit")
        if token == _ENCRYPTED:
            raise Unreadable("encrypted", "asks for a password")
        self._document = self._edits(edit)

    def lines(self) -> tuple[list[str], int]:
        lists = [
            (record.instance, self._listed(record))
            for record in self._inside(self._at(self._document, _DOCUMENT))
            if record.kind == _LIST
        ]
        slides = [each for instance, listed in lists if instance == _OF_SLIDES for each in listed]
        notes = [each for instance, listed in lists if instance == _OF_NOTES for each in listed]
        done: set[int] = set()
        texts = [text for number, outline in slides for text in self._texts(number, _SLIDE, outline, done)]
        texts += [text for number, outline in notes for text in self._texts(number, _NOTES, outline, done)]
        # A star stands for the number of the slide, or the day.
        lines = [line for text in texts for line in text.translate(_MARKS).split("\n") if line.strip() != "*"]
        return lines, len(slides)

    def _edits(self, at: int) -> int:
        """Take in where things lie, from the latest edit to the first; return the number of the document."""
        document: int | None = None
        seen: set[int] = set()
        while at and at not in seen:
            seen.add(at)
            edit = self._record(at, len(self._data))
            if edit.kind != _EDIT:
                raise Unreadable("broken", "no edit where one should be")
            at, directory, number = struct.unpack_from("<8xIII", self._data, edit.begin)
            document = number if document is None else document
            self._take_in(self._record(directory, len(self._data)))
        if document is None:
            raise Unreadable("broken", "no edit")
        return document

    def _take_in(self, directory: _Record) -> None:
        at = directory.begin
        while directory.kind == _DIRECTORY and at < directory.end:
            (packed,) = struct.unpack_from("<I", self._data, at)
            first, count = packed & 0xFFFFF, packed >> 20
            for number, place in enumerate(struct.unpack_from(f"<{count}I", self._data, at + 4), first):
                self._places.setdefault(number, place)
            at += 4 + 4 * count

    def _at(self, number: int, kind: int) -> _Record:
        if number not in self._places:
            raise Unreadable("broken", f"nothing has the number {number}")
        found = self._record(self._places[number], len(self._data))
        if found.kind != kind:
            raise Unreadable("broken", f"number {number} is of another kind")
        return found

    def _record(self, at: int, end: int) -> _Record:
        head, kind, length = struct.unpack_from("<HHI", self._data, at)
        if at + 8 + length > end:
            raise Unreadable("broken", "cut short")
        return _Record(kind, head >> 4, head & 0xF == 0xF, at + 8, at + 8 + length)

    def _inside(self, container: _Record) -> Iterator[_Record]:
        at = container.begin
        while at < container.end:
            found = self._record(at, container.end)
            yield found
            at = found.end

    def _listed(self, container: _Record) -> list[tuple[int, list[str]]]:
        """Return the numbers of the slides in a list, each with the texts that its placeholders show."""
        found: list[tuple[int, list[str]]] = []
        for record in self._inside(container):
            if record.kind == _PLACE:
                found.append((struct.unpack_from("<I", self._data, record.begin)[0], []))
            elif found and record.kind == _HEADER:
                found[-1][1].append("")
            elif found and found[-1][1] and (text := self._text(record)) is not None:
                found[-1][1][-1] += text
        return found

    def _texts(self, number: int, kind: int, outline: list[str], done: set[int]) -> Iterator[str]:
        slide = self._at(number, kind)
        if slide.begin in done:  # a list that names one slide a million times
            return
        done.add(slide.begin)
        left = dict(enumerate(outline))
        shown = list(self._shown(slide, left, 0))
        yield from left.values()
        yield from shown

    def _shown(self, container: _Record, outline: dict[int, str], depth: int) -> Iterator[str]:
        for record in self._inside(container):
            if record.kind == _OUTLINE:
                (place,) = struct.unpack_from("<I", self._data, record.begin)
                yield outline.pop(place, "")
            elif (text := self._text(record)) is not None:
                yield text
            elif record.is_container:
                if depth == _DEEPEST:
                    raise Unreadable("broken", f"more than {_DEEPEST} groups within each other")
                yield from self._shown(record, outline, depth + 1)

    def _text(self, record: _Record) -> str | None:
        if record.kind == _CHARS:
            return self._data[record.begin : record.end].decode("utf-16-le", "replace")
        # The lower bytes of characters below U+0100.
        return self._data[record.begin : record.end].decode("latin-1") if record.kind == _BYTES else None
