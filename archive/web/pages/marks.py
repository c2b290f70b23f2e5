"""Texts of articles as HTML: some words marked, paragraphs apart."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def marked(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """Return a text escaped, with each of *ranges* marked.

    >>> marked("<lúa> chịu mặn", [(1, 4)])
    '&lt;<mark>lúa</mark>&gt; chịu mặn'
    """
    # Few texts have anything to escape, and then it is not looked for in each of their pieces.
    written = str if (whole := escape(text)) == text else escape
    if not ranges:
        return whole
    made, place = "", 0
    for start, end in ranges:
        made += f"{written(text[place:start])}<mark>{written(text[start:end])}</mark>"
        place = end
    return made + written(text[place:])


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of an article's text.

    >>> paragraphs("Một.\\n\\nHai.")
    ['Một.', 'Hai.']
    """
    return [each for each in text.split("\n\n") if each.strip()]
