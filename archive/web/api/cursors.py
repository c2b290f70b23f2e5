"""Where a page of a list ended, as text that a client gives back as it is."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any, TypeVar

import msgspec

from archive.web.problems import Problem

T = TypeVar("T")
_ENOUGH = 8
"""Bytes of the digest that tell one list from another."""


def cursor(place: Any, *of: object) -> str:
    """Return the cursor of a place in the list that *of* describes.

    >>> cursor(("2025-03-01", 7), "articles", None) == cursor(("2025-03-01", 7), "articles", None)
    True
    """
    text = msgspec.json.encode([_mark(of), place])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def place_of(text: str | None, kind: type[T], *of: object) -> T | None:
    """Return the place that a cursor tells; null without one. Raises Problem for one of another list, or of none.

    >>> place_of(cursor(("2025-03-01", 7), "articles"), tuple[str, int], "articles")
    ('2025-03-01', 7)
    """
    if text is None:
        return None
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        mark, place = msgspec.json.decode(decoded, type=tuple[str, kind])  # type: ignore[valid-type]
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise _wrong("it is no cursor of this archive") from None
    if mark != _mark(of):
        raise _wrong("it belongs to a list with other parameters")
    return place


def _mark(of: tuple[object, ...]) -> str:
    return hashlib.blake2b(repr(of).encode(), digest_size=_ENOUGH).hexdigest()


def _wrong(why: str) -> Problem:
    return Problem(400, f"cursor: {why}; give `next` of the page before as it is, or none to begin", type="bad-cursor")
