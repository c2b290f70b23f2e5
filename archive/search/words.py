"""The words of a text as the index holds them: one rule for what is indexed and for what is asked.

A word is a run of letters and digits: a Vietnamese syllable is one, ``57-NQ/TW`` is three. Each is held *folded*
(:func:`archive.text.fold`), which is what must match, and in lower case as it is spelled, which puts texts that are
spelled as asked before the others.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress

from archive.text import clean_spaces, fold, nfc

_WORD = re.compile(r"[^\W_]+")
_TONES = "\u0300\u0301\u0309\u0303\u0323"
_REMEMBERED = 100_000


def words_of(text: str) -> list[tuple[str, str]]:
    """Return the words of *text* in their order: each folded, and in lower case as it is spelled.

    >>> words_of("Đất dai 57-NQ")
    [('dat', 'đất'), ('dai', 'dai'), ('57', '57'), ('nq', 'nq')]
    """
    return [(fold(word), word) for word in _WORD.findall(_lowered(text))]


def indexed(text: str) -> tuple[str, str]:
    """Return the words of *text* in their order, folded and as they are spelled, with spaces between them.

    >>> [words.split() for words in indexed("Đất đai: ĐẤT 57-NQ/TW")]
    [['dat', 'dai', 'dat', '57', 'nq', 'tw'], ['đất', 'đai', 'đất', '57', 'nq', 'tw']]
    """
    try:
        letters, _ = codecs.charmap_encode(text.lower(), "strict", _TABLE)
    except UnicodeEncodeError:
        # What stands between spaces is looked up and not worked out: a language has few words, and many articles.
        pieces = text.split()
        return " ".join(map(_folded.__getitem__, pieces)), " ".join(map(_spelled.__getitem__, pieces))
    words, _ = codecs.charmap_decode(letters.translate(_FOLD, _VANISH), "strict", _LETTERS)
    # Words without accents, and those that come again, stay: to find them takes longer than to index them.
    spelled, _ = codecs.charmap_decode(letters.translate(_SPLIT, _VANISH), "strict", _LETTERS)
    return words, spelled


def spellings(word: str) -> tuple[str, ...]:
    """Return how a word with accents may be spelled, itself first: the tone of an open syllable on either vowel.

    >>> spellings("hoà"), spellings("hòa"), spellings("quý")
    (('hoà', 'hòa'), ('hòa', 'hoà'), ('quý',))
    """
    # In "quý" the u belongs to the consonant.
    other = None if word.startswith("q") else _PLACED.get(word[-2:])
    return (word,) if other is None else (word, word[:-2] + other)


def folded(word: str) -> str:
    """Return one word folded.

    >>> folded("Đất")
    'dat'
    """
    return _folded[word]


def aligned(text: str) -> bytes | None:
    """Return *text* folded, with a byte for each character and a space for each that is in no word.

    Null when it has characters for which there is no byte.

    >>> aligned("Đất, đai")
    b'dat  dai'
    """
    with suppress(UnicodeEncodeError):  # to lower a text takes as long as all else here
        return codecs.charmap_encode(text, "strict", _BOTH_TABLE)[0].translate(_BOTH_FOLD)
    try:
        letters, _ = codecs.charmap_encode(text.lower(), "strict", _TABLE)
    except UnicodeEncodeError:
        return None
    return letters.translate(_FOLD) if len(letters) == len(text) else None


class _Memory(dict[str, str]):
    """What a function made of what it was asked for; forgets all when that is too much."""

    def __init__(self, make: Callable[[str], str]) -> None:
        self._make = make

    def __missing__(self, piece: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[piece] = made = self._make(piece)
        return made


def _fold_piece(piece: str) -> str:
    return " ".join(fold(word) for word in _WORD.findall(_lowered(piece)))


def _spell_piece(piece: str) -> str:
    return " ".join(_WORD.findall(_lowered(piece)))


_folded = _Memory(_fold_piece)
_spelled = _Memory(_spell_piece)


def _lowered(text: str) -> str:
    """Return *text* in lower case and composed, without marks that no letter takes up, of which fold leaves none."""
    composed = nfc(clean_spaces(nfc(text).lower()))
    return "".join(char for char in composed if unicodedata.category(char) != "Mn")


# "hoà" and "hòa", "thuỷ" and "thủy" are two spellings of one word.
_PLACED = {nfc(a + b + tone): nfc(a + tone + b) for a, b in ("oa", "oe", "uy") for tone in _TONES}
_PLACED |= {new: old for old, new in _PLACED.items()}

# A text of these characters only, as nearly all are, is taken as one byte a character: tables of bytes fold and split
# it whole, in a tenth of the time that its words take one by one.
_VIETNAMESE = "đăâêôơư" + "".join(nfc(vowel + tone) for vowel in "aăâeêioôơuưy" for tone in _TONES)
_FOREIGN = "äåæçëîïñöøûüßš²³ªº"
_MARKS = "\u00a0\u00ad\u200b\u200e\ufeff–—‘’“”„…«»•·§©®°±×÷′″→₫€≤≥"
_USED = "".join(map(chr, range(0x80))) + _VIETNAMESE + _FOREIGN + _MARKS
_LETTERS = _USED.ljust(0x100, "\ufffe")  # which says that no character has this byte
_TABLE = codecs.charmap_build(_LETTERS)
_VANISH = bytes(code for code, char in enumerate(_USED) if clean_spaces(f"a{char}a") == "aa")
_SPLIT = bytes(code if _WORD.match(char) else ord(" ") for code, char in enumerate(_LETTERS))
_FOLD = bytes(_LETTERS.index(fold(_LETTERS[code]) or " ") for code in _SPLIT)

# Capitals too have room in a byte beside all that is common.
_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_BOTH = "\0" + _ASCII + _VIETNAMESE + _VIETNAMESE.upper() + "\u00a0–—‘’“”„…«»•·§©®°±×÷′″→₫€"
_BOTH_TABLE = codecs.charmap_build(_BOTH)
_BOTH_FOLD = "".join(fold(char) if _WORD.match(char) else " " for char in _BOTH).ljust(0x100).encode()
