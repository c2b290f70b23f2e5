"""The text of pages that are empty until a script runs: it lies as HTML in a string of one of their scripts.

Frameworks that render in the browser send what they will show along with the page: ``__NEXT_DATA__``, chunks
pushed to ``__next_f``, ``__INITIAL_STATE__``. Whatever it is called, an article in it is one string literal
with paragraphs in it, escaped once or twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from crawler.blocks import Block, blocks_of
from crawler.clean import parse

MAX_MARKUP = 2_000_000
"""Letters of a page; longer ones are not looked through."""
MAX_STRINGS = 40
"""Strings with paragraphs in them that are opened; the fullest page seen has 12."""
_PARAGRAPH = re.compile(r"(?:<|\\{1,3}u003[cC]|\\{1,3}x3[cC])p(?:[\s>]|\\{1,3}u003[eE]|\\{1,3}x3[eE])")
_HEX = re.compile(r"\\x([0-9a-fA-F]{2})")
_QUOTES = 200
"""Escaped quotes before the first paragraph of a string, at most."""
LONG = 60
"""Letters of a line that counts as a paragraph."""


def scripted(markup: str) -> str:
    """Return as HTML the string with most paragraphs in a page's scripts; empty when there is none.

    >>> said = "\\\\u003cp>Mưa lớn từ đêm qua tới sáng nay ở ba huyện, hai cây cầu bị ngập.\\\\u003c/p>"
    >>> scripted('<script>app({"html": "' + said + '"})</script>')
    '<p>Mưa lớn từ đêm qua tới sáng nay ở ba huyện, hai cây cầu bị ngập.</p>'
    """
    best, most = "", 0
    for html in _strings(markup[:MAX_MARKUP], 2):
        root = parse(html)
        if root is not None and (size := mass(blocks_of(root))) > most:
            best, most = html, size
    return best


def mass(blocks: Sequence[Block]) -> int:
    """Return the number of letters in paragraphs."""
    return sum(len(block.text) for block in blocks if len(block.text) >= LONG and block.linked < 0.5)


def _strings(text: str, levels: int) -> list[str]:
    """Return the string literals of *text* that hold paragraphs; *levels* of strings within strings are opened."""
    found: list[str] = []
    decoder = json.JSONDecoder(strict=False)
    place = 0
    for _ in range(MAX_STRINGS):
        hit = _PARAGRAPH.search(text, place)
        if hit is None:
            break
        place = hit.end()
        start = _quote_before(text, hit.start())
        if start < 0:
            continue
        try:
            value, end = decoder.raw_decode(_HEX.sub(r"\\u00\1", text[start : start + MAX_MARKUP // 4]))
        except ValueError:
            continue
        place = max(place, start + end)
        inner = _strings(value, levels - 1) if levels > 1 and "\\" in value else []
        found += inner or [value]
    return found


def _quote_before(text: str, place: int) -> int:
    """Return where the string literal begins that holds a place, by the last quote before it that is not escaped."""
    for _ in range(_QUOTES):
        place = text.rfind('"', max(0, place - 20_000), place)
        if place < 1 or text[place - 1] != "\\":
            break
    return place
