"""The text of a document as it is kept: NFC, one line a paragraph, of a bounded length."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archive.text import clean_spaces, nfc

MAX_CHARS = 4_000_000
"""Some two thousand pages; what comes after is cut off."""
LEGACY = "legacy_font"
"""Detail of a text written for fonts from before Unicode, and kept as its bytes are."""

_NO_TEXT = re.compile(r"[^\w]|_")
# In fonts of TCVN 5712 signs and capitals stand where a letter is shown: inside of words ("Céng hoµ x· héi chñ nghÜa").
_TCVN3 = re.compile(r"[a-z][µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞ®©ª«¬¨]")
# In those of VNI the letter is followed by one that stands for its accents ("Coäng hoøa xaõ hoäi").
_VNI = re.compile(r"[aeouyAEOUY][äøõûïåëüèéêâáàãùôö](?=[a-z\W])")
_OURS = re.compile(r"[ăđĩũơưĂĐĨŨƠƯ\u1ea0-\u1ef9]")


def running_text(lines: Iterable[str], *, limit: int = MAX_CHARS) -> tuple[str, bool]:
    """Return lines as one text, and whether it was cut: spaces folded, empty and broken characters gone.

    >>> running_text(["  Quyê\\u0301t  đi\\u0323nh\\x07 ", "", "Điều\\u00a01"])
    ('Quyết định\\nĐiều 1', False)
    """
    kept: list[str] = []
    left = limit
    for line in lines:
        for part in line.splitlines():
            clean = nfc(clean_spaces("".join(map(_printable, part)) if not part.isprintable() else part))
            if not clean:
                continue
            if len(clean) > left:
                kept.append(clean[:left])
                return "\n".join(kept), True
            kept.append(clean)
            left -= len(clean) + 1
    return "\n".join(kept), False


def has_words(text: str) -> bool:
    """Say whether a text has more than dots, lines and page numbers.

    >>> has_words("- 1 -"), has_words("- Trang 1 -")
    (False, True)
    """
    return any(char.isalpha() for char in _NO_TEXT.sub("", text))


def is_legacy(text: str) -> bool:
    """Say whether a text is most likely written for fonts of TCVN 5712 or VNI, and unreadable without them.

    >>> is_legacy("Céng hoµ x· héi chñ nghÜa ViÖt Nam, §éc lËp - Tù do - H¹nh phóc")
    True
    >>> is_legacy("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, Ñoäc laäp - Töï do - Haïnh phuùc")
    True
    >>> is_legacy("Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập - Tự do - Hạnh phúc")
    False
    """
    sample = text[:20_000]
    signs = max(len(_TCVN3.findall(sample)), len(_VNI.findall(sample)))
    return signs >= 3 and signs * 40 > len(sample) > len(_OURS.findall(sample)) * 20


def _printable(char: str) -> str:
    if char.isprintable():
        return char
    if char.isspace():
        return " "
    # Zero-width marks stay for clean_spaces, joiners for emoji; controls, lone surrogates and private signs go.
    return char if "\u00ad" <= char < "\ud800" or char == "\ufeff" else ""
