"""Vietnamese text: one normal form, one kind of space, one search key."""

from __future__ import annotations

import re
import unicodedata

# Seen in text pasted from Word and from chat: they take no room on the page and
# stand inside words as often as between them, so they vanish. The joiners
# U+200C and U+200D stay: emoji and other scripts are spelled with them.
_NO_WIDTH = re.compile("[\u00ad\u180e\u200b\u200e\u200f\u2060\ufeff]+")


def nfc(text: str) -> str:
    """Return *text* composed (NFC), the form in which all text is kept.

    >>> nfc("Ha\\u0300 Ti\\u0303nh") == "Hà Tĩnh"
    True
    """
    return unicodedata.normalize("NFC", text)


def clean_spaces(text: str) -> str:
    """Return *text* with every run of white space as one space, stripped.

    No-break, thin and ideographic spaces and line breaks count as white space;
    marks without width (U+200B, U+FEFF, soft hyphen ...) vanish.

    >>> clean_spaces("  Sở\\u00a0\\u00a0Khoa học\\u202fvà\\n Công\\u200b nghệ\\ufeff ")
    'Sở Khoa học và Công nghệ'
    """
    if not text.isprintable():  # as no mark without width is
        text = _NO_WIDTH.sub("", text)
    return " ".join(text.split())


def fold(text: str) -> str:
    """Return the search key of *text*: lower case, without accents, đ as d, single spaces.

    Composed and decomposed input give the same key; folding twice changes nothing.

    >>> fold("ĐỔI MỚI  Sáng\\u00a0tạo")
    'doi moi sang tao'
    >>> fold(unicodedata.normalize("NFD", "Hậu Giang"))
    'hau giang'
    """
    # Lower first, decompose after: "İ" lowers to a letter and a mark of its own.
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).lower())
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    return nfc(clean_spaces(bare.replace("đ", "d")))
