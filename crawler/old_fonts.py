"""Vietnamese that was written for fonts of its own, TCVN3 (ABC) and VNI, as Unicode. Pure.

Until about 2005 Departments wrote so, and what was pasted from their files stands in pages of today: letters of
Latin-1 in which only a font like ``.VnTime`` or ``VNI-Times`` shows Vietnamese. In Unicode they are nonsense
(``Së Khoa häc vµ C«ng nghÖ``), and found by no search.

Nothing is changed but on strong evidence: many words of a page that are no Vietnamese syllables as they stand, and
are when they are read so. What is archived stays as it is.

Sources: TCVN 5712:1993, VN3; the key table of VNI for Windows.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal

System = Literal["tcvn3", "vni"]

ENOUGH = 20
"""So many words decide."""
ENOUGH_NAMED = 4
"""So many where the page names such a font."""
SHARE = 0.8
"""Of the words that are read anew so many become syllables, at least."""

_TCVN3 = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\xad®" "µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđ" "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)  # fmt: skip
_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300\u0301\u0303\u0309\u0323"
_HAT, _BREVE, _HORN = "\u0302\u0306\u031b"
_VNI_MARKS = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _HAT, "á": _HAT + _ACUTE, "à": _HAT + _GRAVE, "å": _HAT + _HOOK, "ã": _HAT + _TILDE, "ä": _HAT + _DOT,
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE,
    "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_LETTERS = {"ô": "o" + _HORN, "ö": "u" + _HORN, "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_MARKS |= {key.upper(): marks for key, marks in _VNI_MARKS.items()}
_VNI_LETTERS |= {key.upper(): unicodedata.normalize("NFC", letter).upper() for key, letter in _VNI_LETTERS.items()}
_VNI = re.compile(
    r"([aA])([ùøûõïâáàåãäêéèúüëÙØÛÕÏÂÁÀÅÃÄÊÉÈÚÜË])|([eoEO])([ùøûõïâáàåãäÙØÛÕÏÂÁÀÅÃÄ])"
    r"|([uyôöUYÔÖ])([ùøûõïÙØÛÕÏ])|([ôöñæóòîÔÖÑÆÓÒÎ])"
)

_FONTS: dict[System, re.Pattern[str]] = {"tcvn3": re.compile(r"\.Vn[A-Z]"), "vni": re.compile(r"VNI-[A-Z]")}
# What Vietnamese in Unicode has seldom, or never.
_LETTERS: dict[System, str] = {"tcvn3": "µ·¸¹¨©ª«¬\xad®", "vni": "øûïåäñö"}
_ENTITIES: dict[System, re.Pattern[str]] = {
    "tcvn3": re.compile("&(?:micro|middot|cedil|sup1|uml|copy|ordf|laquo|not|shy|reg|#16[1-9]|#17\\d|#18[0-5]);"),
    "vni": re.compile("&(?:oslash|ucirc|iuml|aring|auml|ntilde|ouml|#2[23]\\d|#24\\d|#25[01]);"),
}
# A third of their words has one.
_HINTS: dict[System, re.Pattern[str]] = {
    "tcvn3": re.compile(
        r"[A-Za-z](?:[µ·¸¹¨©ª«¬\xad®]|&(?:micro|laquo|copy|reg|ordf|not|shy|uml|cedil|#16[1-9]|#17\d|#18[0-5]);)"
    ),
    "vni": re.compile(r"[aeouyAEOUY](?:[ùøûõïåä]|&(?:ugrave|oslash|ucirc|otilde|iuml|aring|auml);)|[ñö][aeouùøûõï]"),
}  # fmt: skip
_PIECE = re.compile(r"<[^<>]*>?|[^<]+")
_UNSHOWN = re.compile(r"<(/?)(?:script|style)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#1[6-9]\d|#2[0-5]\d|[A-Za-z]{3,6});")
_WORD = re.compile(r"[A-Za-z\xa1-\xff]*[\xa1-\xff][A-Za-z\xa1-\xff]*")
_BEYOND = re.compile(r"[\u0100-\u024f\u0300-\u036f\u1e00-\u1eff]")
_SYLLABLE = re.compile(
    r"(?:ngh?|nh|ch|gh|gi|kh|ph|th|tr|qu|[bcdđghklmnprstvx])?"
    r"(?:ươ[iu]?|ư[aiu]?|uô[i]?|uyê|uy[au]?|uâ[y]?|uê|uơ|u[ai]?|iê[u]?|i[au]?|yê[u]?|y|oa[iyo]?|oă|oe[o]?|oo|ôi?|ơi?|oi?"
    r"|a[iouy]?|â[uy]?|ă|eo?|êu?)(?:ch|ng|nh|[cmnpt])?"
)
_TONES = re.compile(f"[{_GRAVE}{_ACUTE}{_TILDE}{_HOOK}{_DOT}]")


def as_unicode(text: str) -> str | None:
    """Return the markup of a page with the words of old fonts in Unicode; null when there are none, or too few.

    *text* is the page's as Latin-1 or UTF-8 gives it. Text between tags is changed, nothing else.

    >>> as_unicode('<font face=".VnTime">Së Khoa häc vµ C«ng nghÖ tØnh Hµ TÜnh</font>')
    '<font face=".VnTime">Sở Khoa học và Công nghệ tỉnh Hà Tĩnh</font>'
    >>> as_unicode('<p style="font-family:VNI-Times">Sôû Khoa hoïc vaø Coâng ngheä tænh Haø Tónh</p>')
    '<p style="font-family:VNI-Times">Sở Khoa học và Công nghệ tỉnh Hà Tĩnh</p>'
    >>> as_unicode("<p>Sở Khoa học và Công nghệ tỉnh Hà Tĩnh</p>")
    """
    is_named = ".Vn" in text or "VNI-" in text
    if not is_named and not _may_be_hinted(text, ENOUGH // 3):
        return None
    for system in ("tcvn3", "vni"):
        is_named = _FONTS[system].search(text) is not None
        enough = ENOUGH_NAMED if is_named else ENOUGH
        if (is_named or _is_hinted(text, system, enough // 3)) and _is_written(text, system, enough):
            return _converted(text, system)
    return None


def _may_be_hinted(text: str, number: int) -> bool:
    """Say whether a page may have so many signs of a system, of whichever: of nearly all pages one look says no."""
    # To find that a letter is nowhere costs a hundredth of looking at each letter of the page.
    found = sum(text.count(letter) for letters in _LETTERS.values() for letter in letters if letter in text)
    if found >= number or found + text.count("&") < number:
        return found >= number
    return found + sum(len(each.findall(text)) for each in _ENTITIES.values()) >= number


def _is_hinted(text: str, system: System, number: int) -> bool:
    """Say whether a page has so many signs of a system. Nearly all have none, and are not looked through for them."""
    letters = sum(map(text.count, _LETTERS[system]))
    if letters < number and letters + len(_ENTITIES[system].findall(text)) < number:
        return False
    return sum(1 for _ in zip(_HINTS[system].finditer(text), range(number), strict=False)) == number


def _is_written(text: str, system: System, enough: int) -> bool:
    """Say whether a page holds enough words that are Vietnamese when they are read so, and only then."""
    words = anew = 0
    for piece, is_text in _pieces(text):
        if is_text and (run := _candidate(piece)) is not None:
            before, after, number = _weighed(run, system)
            if after > before:
                words += number
                anew += after
    return words >= enough and anew >= SHARE * words


def _converted(text: str, system: System) -> str:
    was_old = False
    found = []
    for piece, is_text in _pieces(text):
        if is_text and (run := _candidate(piece)) is not None:
            before, after, number = _weighed(run, system)
            if before != after:
                was_old = after > before
            # What could be either is what stood before it was.
            if number and was_old:
                piece = READ[system](run)
        found.append(piece)
    return "".join(found)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the tags of a page and what stands between them, and whether that is text; of scripts it is none."""
    is_shown = True
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece[0] == "<":
            if unshown := _UNSHOWN.match(piece):
                is_shown = bool(unshown[1])
            yield piece, False
        else:
            yield piece, is_shown


def _candidate(run: str) -> str | None:
    """Return a run of text without entities for letters of Latin-1; null when it is Unicode, or ASCII."""
    if _BEYOND.search(run):
        return None
    if "&" in run:
        run = _ENTITY.sub(lambda match: _letter(match[0]), run)
    return run if not run.isascii() else None


def _letter(entity: str) -> str:
    letter = html.unescape(entity)
    return letter if len(letter) == 1 and "\xa1" <= letter <= "\xff" else entity


def _weighed(run: str, system: System) -> tuple[int, int, int]:
    """Return how many words of a run are syllables as they stand, how many when read so, and how many there are."""
    words = _WORD.findall(run)
    before = sum(map(is_syllable, words))
    return before, sum(is_syllable(READ[system](word)) for word in words), len(words)


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """Say whether a word is spelled like a Vietnamese syllable.

    >>> [is_syllable(word) for word in ("nghiệp", "Chuyển", "nghiÖp", "Müller")]
    [True, True, False, False]
    """
    bare, tones = _TONES.subn("", unicodedata.normalize("NFD", word.lower()))
    return tones <= 1 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None


def _from_vni(text: str) -> str:
    return unicodedata.normalize("NFC", _VNI.sub(_vni_letter, text))


def _vni_letter(match: re.Match[str]) -> str:
    if match[7]:
        return _VNI_LETTERS[match[7]]
    letter, mark = next((match[at], match[at + 1]) for at in (1, 3, 5) if match[at])
    return _VNI_LETTERS.get(letter, letter) + _VNI_MARKS[mark]


def _from_tcvn3(text: str) -> str:
    return text.translate(_TCVN3)


READ: dict[System, Callable[[str], str]] = {"tcvn3": _from_tcvn3, "vni": _from_vni}
"""How text of each system reads in Unicode."""
