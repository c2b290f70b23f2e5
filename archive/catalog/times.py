"""Times as the catalog's text: one width a kind, so that they sort as text."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import overload

from archive.times import UTC, VN, in_page_zone


def utc_text(moment: datetime) -> str:
    """Return a record's time as 27 characters.

    >>> utc_text(datetime(2025, 3, 1, 7, 30, tzinfo=VN))
    '2025-03-01T00:30:00.000000Z'
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; give an aware datetime")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def utc_time(text: str) -> datetime:
    """Return the time that :func:`utc_text` wrote."""
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)


@overload
def page_text(moment: datetime) -> str: ...
@overload
def page_text(moment: None) -> None: ...
@overload
def page_text(moment: datetime | None) -> str | None: ...
def page_text(moment: datetime | None) -> str | None:
    """Return a time read off a page as text, in the zone that it is kept in.

    >>> page_text(datetime(2025, 3, 1, 0, 30, tzinfo=UTC))
    '2025-03-01T07:30:00+07:00'
    """
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; give an aware datetime")
    local = in_page_zone(moment)
    return local.isoformat(timespec="microseconds" if local.microsecond else "seconds")


def page_time(text: str | None) -> datetime | None:
    """Return the time that :func:`page_text` wrote."""
    return None if text is None else in_page_zone(datetime.fromisoformat(text))


def first_moment(bound: date | datetime) -> str:
    """Return the first moment of a span which begins with *bound*: a day begins at 00:00 in Vietnam.

    >>> first_moment(date(2025, 3, 1))
    '2025-02-28T17:00:00.000000Z'
    >>> first_moment(date.min)
    '0001-01-01T00:00:00.000000Z'
    """
    try:
        return utc_text(bound if isinstance(bound, datetime) else datetime.combine(bound, time(), VN))
    except OverflowError:  # at an end of the calendar the zones reach beyond it
        return _end_of_calendar(bound)


def end_moment(bound: date | datetime) -> str:
    """Return the first moment after a span which ends with *bound*: a day counts whole.

    >>> end_moment(date(2025, 3, 1))
    '2025-03-01T17:00:00.000000Z'
    >>> end_moment(date.max)
    '9999-12-31T23:59:59.999999Z'
    """
    try:
        after = bound + (timedelta(microseconds=1) if isinstance(bound, datetime) else timedelta(days=1))
    except OverflowError:
        return _end_of_calendar(bound)
    return first_moment(after)


def _end_of_calendar(bound: date) -> str:
    return utc_text(datetime.min.replace(tzinfo=UTC) if bound.year == 1 else datetime.max.replace(tzinfo=UTC))
