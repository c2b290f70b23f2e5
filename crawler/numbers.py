"""Numbers that addresses hold, whatever a page links to. Pure."""

from __future__ import annotations

from typing import TypeVar

MAX_DIGITS = 18
"""Of longer numbers only the first figures are read: they are no numbers of pages, and Python bounds what it reads."""

_Otherwise = TypeVar("_Otherwise", int, None)


def number_in(text: str, otherwise: _Otherwise) -> int | _Otherwise:
    """Return the number that *text* is, *otherwise* for any other text.

    >>> [number_in(text, 1) for text in ("12", "x", "²", "")], number_in("9" * 5000, None) > 10**17
    ([12, 1, 1, 1], True)
    """
    return int(text[:MAX_DIGITS]) if text.isdecimal() else otherwise
