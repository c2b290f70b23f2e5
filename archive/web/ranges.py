"""Conditional and partial answers (RFC 9110, sections 13 and 14), for files that are read a piece at a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from archive.web.mementos import parse_http_date

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE | re.ASCII)
_TAGS = re.compile(r'(?:W/)?("[^"]*")|(\*)')


class Span(NamedTuple):
    """A stretch of a file, both ends included."""

    first: int
    last: int


class Unsatisfiable(ValueError):
    """A range that begins behind the end of the file."""


def span_of(header: str | None, size: int) -> Span | None:
    """Return the range that a ``Range`` header asks for; null for the whole file.

    That is also what a server may give which does not understand the header: another unit, an order that makes no
    sense, several ranges at once. Raises Unsatisfiable.

    >>> span_of("bytes=0-99", 1000), span_of("bytes=-100", 1000), span_of("bytes=990-", 1000)
    (Span(first=0, last=99), Span(first=900, last=999), Span(first=990, last=999))
    >>> span_of("bytes=0-1,5-6", 1000), span_of("bytes=9-3", 1000), span_of(None, 1000)
    (None, None, None)
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = int(match[2])
        if length == 0 or size == 0:
            raise Unsatisfiable
        return Span(max(0, size - length), size - 1)
    first, last = int(match[1]), int(match[2]) if match[2] else size - 1
    if match[2] and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return Span(first, min(last, size - 1))


def is_unchanged(if_none_match: str | None, if_modified_since: str | None, etag: str, changed: datetime) -> bool:
    """Say whether who asks has the file as it is: then 304 is the answer. The tag counts before the date."""
    if if_none_match is not None:
        return any(tag in (etag, "") for tag, star in _TAGS.findall(if_none_match) if tag == etag or star)
    since = _date(if_modified_since)
    return since is not None and changed <= since


def still_holds(if_range: str | None, etag: str, changed: datetime) -> bool:
    """Say whether a range may be given: the file is the one of which who asks has another part.

    A weak tag never holds, and a date only when it is the very one.

    >>> still_holds('"a"', '"a"', datetime(2025, 3, 1, tzinfo=UTC)), still_holds('W/"a"', '"a"', datetime.now(UTC))
    (True, False)
    """
    if if_range is None:
        return True
    return if_range.strip() == etag or _date(if_range) == changed


def _date(text: str | None) -> datetime | None:
    try:
        return parse_http_date(text) if text else None
    except ValueError:
        return None


def whole_second(moment: float) -> datetime:
    """Return a file's time of change as HTTP can tell it."""
    return datetime.fromtimestamp(int(moment), UTC)
