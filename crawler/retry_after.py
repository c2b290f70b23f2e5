"""When a server wants to be asked again: the ``Retry-After`` of its answer."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from archive.times import UTC

REFUSALS = frozenset({429, 503})
"""Statuses with which a server says that it has enough for now."""
MAX_S = 86_400
"""A longer ``Retry-After`` is taken for this: one day."""


def retry_after(value: str, now: datetime) -> int:
    """Return the seconds from *now* that a ``Retry-After`` asks for; 0 when it does not, or can not be read.

    Source: RFC 9110, section 10.2.3: whole seconds, or a date.

    >>> noon = datetime(2025, 6, 11, 12, 0, tzinfo=UTC)
    >>> [retry_after(value, noon) for value in ("30", "Wed, 11 Jun 2025 12:02:00 GMT", "soon", "-5", "9" * 12)]
    [30, 120, 0, 0, 86400]
    """
    text = value.strip()
    if re.fullmatch(r"[0-9]+", text):
        return min(MAX_S, int(text)) if len(text) < 10 else MAX_S
    date = http_date(text)
    return min(MAX_S, max(0, round((date - now).total_seconds()))) if date else 0


def http_date(text: str) -> datetime | None:
    """Return the time that a header field names, null when it can not be read.

    >>> http_date("Wed, 11 Jun 2025 12:02:00 GMT")
    datetime.datetime(2025, 6, 11, 12, 2, tzinfo=datetime.timezone.utc)
    """
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
