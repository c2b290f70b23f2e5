"""The place of a text that answers a query best, as it is written there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, cached_property
from typing import NamedTuple

from archive.search.query import Query, Term
from archive.search.words import aligned, folded
from archive.text import fold, nfc

LENGTH = 240
"""Characters of a snippet, a word more or less."""
_LOOKED_AT = 200_000
"""Characters of a text in which places are looked for."""

Mark = tuple[int, int, str | bytes]
"""Begin and end of a word, and the word folded: in one text either as text or as its bytes."""


class Snippet(NamedTuple):
    """A piece of a text, and which parts of it were asked for."""

    text: str
    """On one line; ``…`` where the text goes on."""
    highlights: tuple[tuple[int, int], ...]
    """Begin and end of the words that were asked for, in characters of ``text``."""


class Highlighter:
    """Finds the words of one query in texts."""

    def __init__(self, query: Query) -> None:
        self._terms = query.words
        begun = {aligned(term.words[-1]) for term in self._terms if term.is_prefix}
        whole = {aligned(word) for term in self._terms for word in _whole_words(term)}
        # A word that has no bytes stands in no text that has.
        self._wanted: list[tuple[bytes, bytes | None]] = [(b" %b" % word, None) for word in begun if word]
        self._wanted += [(b" %b " % word, word) for word in whole if word]

    @cached_property
    def _asked(self) -> re.Pattern[str]:
        # To make it takes as long as to search, and most texts do without it.
        words = {_spelled(word) for term in self._terms for word in _whole_words(term)}
        words |= {f"{_spelled(term.words[-1])}[^\\W_]*" for term in self._terms if term.is_prefix}
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(words))})(?![^\W_])")

    def whole(self, text: str) -> Snippet:
        """Return a short text whole."""
        text = " ".join(text.split())
        return Snippet(text, tuple((start, end) for start, end, _ in self._found(text)))

    def best(self, texts: Sequence[str | None]) -> Snippet:
        """Return the piece in which the most different words stand, the first such; without any, the beginning."""
        text = _on_one_line(" ".join(filter(None, texts))[:_LOOKED_AT])
        found = self._found(text)
        start = self._densest(found)
        begin = self._begin(text, start)
        end = len(text)
        if end - begin > LENGTH:
            end = text.rfind(" ", begin + 1, begin + LENGTH)
            end = end if end > begin else begin + LENGTH
        before, after = ("…" if begin else ""), ("…" if end < len(text) else "")
        piece = text[begin:end]
        if "  " in piece or not piece.isprintable():  # there are other kinds of spaces in it, perhaps
            piece = " ".join(piece.split())
        shift = len(before) - begin
        if len(piece) != end - begin:
            found, begin, end, shift = self._found(piece), 0, len(piece), len(before)
        marks = [(a + shift, b + shift) for a, b, _ in found if begin <= a and b <= end]
        return Snippet(before + piece + after, tuple(marks))

    def _found(self, text: str) -> list[Mark]:
        if not self._terms:
            return []
        # To look for bytes takes a tenth of the time that the expression takes, which is longer than the search itself.
        if (letters := aligned(text)) is not None:
            return self._found_in(b" %b " % letters)
        lowered = text.lower()
        if len(lowered) != len(text):  # "İ" becomes two characters
            lowered = text
        return [(match.start(), match.end(), folded(match[0])) for match in self._asked.finditer(lowered)]

    def _found_in(self, letters: bytes) -> list[Mark]:
        """Return the words of what :func:`aligned` made, which begins at its second byte."""
        found: list[Mark] = []
        for wanted, word in self._wanted:
            start = letters.find(wanted)
            while start >= 0:
                end = start + len(wanted) - 1 if word else letters.index(b" ", start + 1)
                found.append((start, end - 1, word or letters[start + 1 : end]))
                start = letters.find(wanted, end)
        # A word can be asked for whole and by its beginning.
        return sorted(set(found)) if len(self._wanted) > 1 else found

    @staticmethod
    def _densest(found: list[Mark]) -> int:
        """Return where the piece with the most different words begins, of equal ones that with the most."""
        best, place = (0, 0), 0
        first = 0
        words: dict[str | bytes, int] = {}
        for last, (_, end, word) in enumerate(found):
            words[word] = words.get(word, 0) + 1
            while end - found[first][0] > LENGTH * 3 // 4:
                gone = found[first][2]
                words[gone] -= 1
                if not words[gone]:
                    del words[gone]
                first += 1
            worth = (len(words), last - first + 1)
            if worth > best:
                best, place = worth, found[first][0]
        return place

    @staticmethod
    def _begin(text: str, start: int) -> int:
        """Return the begin of a word somewhat before *start*, best that of its sentence."""
        earliest = start - LENGTH // 4
        if earliest <= 0:
            return 0
        sentence = max([text.rfind(mark, earliest, start) for mark in (". ", "! ", "? ")])
        if sentence >= 0:
            return sentence + 2
        return text.find(" ", earliest, start) + 1 or start


def _on_one_line(text: str) -> str:
    """Return a text without line ends, and without spaces side by side; other kinds of spaces may stay.

    >>> _on_one_line(" Một.\\n\\nHai\\n  ba.")
    'Một. Hai ba.'
    """
    # To split it into its words takes ten times as long; to look at its few lines one by one half as long as at all.
    line = text.strip()
    if "\n" in line:
        line = " ".join([each for part in line.split("\n") if (each := part.strip(" "))])
    while "  " in line:
        line = line.replace("  ", " ")
    return line


def _whole_words(term: Term) -> tuple[str, ...]:
    return term.words[:-1] if term.is_prefix else term.words


def _spelled(word: str) -> str:
    """Return the expression for a folded word in any spelling."""
    return "".join(f"[{_letters()[char]}]" if char in _letters() else re.escape(char) for char in word)


@cache
def _letters() -> dict[str, str]:
    """Return, of each letter of the alphabet, the composed letters that fold to it."""
    found: dict[str, str] = defaultdict(str)
    for code in (*range(0x61, 0x7B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        letter = fold(nfc(chr(code)))
        if len(letter) == 1 and letter.isascii() and chr(code).islower():
            found[letter] += chr(code)
    return dict(found)
