"""Times as records write them (UTC) and as pages print them (Asia/Ho_Chi_Minh)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = [
    "UTC",
    "VN",
    "in_page_zone",
    "now",
    "parse_timestamp14",
    "parse_warc_date",
    "timestamp14",
    "to_millis",
    "warc_date",
]

VN = ZoneInfo("Asia/Ho_Chi_Minh")

_NO_MARKS = str.maketrans("", "", "-:T")

_WARC_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z?)?)?)?", re.ASCII)


def now() -> datetime:
    """Return the time now (UTC), in the milliseconds that records keep."""
    return to_millis(datetime.now(UTC))


def to_millis(moment: datetime) -> datetime:
    """Return *moment* in UTC, cut to milliseconds: what a record's date can hold.

    Raises ValueError for a time without a zone, which would be read as local time.

    >>> to_millis(datetime(2024, 5, 6, 7, 8, 9, 123999, tzinfo=VN))
    datetime.datetime(2024, 5, 6, 0, 8, 9, 123000, tzinfo=datetime.timezone.utc)
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; give an aware datetime")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def in_page_zone(moment: datetime) -> datetime:
    """Return a time read off a page in the zone that it is kept in: Vietnam's, or another one that the page prints.

    UTC is no place's zone: such a time is a server's, and turned into Vietnam's.

    >>> in_page_zone(datetime(2025, 3, 1, 0, 30, tzinfo=UTC)).isoformat()
    '2025-03-01T07:30:00+07:00'
    >>> in_page_zone(datetime.fromisoformat("2025-03-01T00:30:00+01:00")).isoformat()
    '2025-03-01T00:30:00+01:00'
    """
    if moment.utcoffset() in (None, timedelta(0), timedelta(hours=7)):
        return moment.astimezone(VN)
    return moment


def warc_date(moment: datetime) -> str:
    """Return a ``WARC-Date``: UTC, milliseconds.

    WARC 1.1 (section 5.4) allows up to nanoseconds. Milliseconds keep two
    fetches of one second in order, and every reader takes them: browsers'
    replay engines hold times in milliseconds.

    >>> warc_date(datetime(2024, 5, 6, 7, 8, 9, 123999, tzinfo=VN))
    '2024-05-06T00:08:09.123Z'
    """
    # Not strftime: "%Y" writes the year 800 as "800".
    return to_millis(moment).isoformat(timespec="milliseconds")[:-6] + "Z"


def parse_warc_date(text: str) -> datetime:
    """Return the time (UTC) that a ``WARC-Date`` names, whatever its precision.

    Raises ValueError when *text* is not a WARC date.

    >>> parse_warc_date("2024-05-06T00:08:09.123Z")
    datetime.datetime(2024, 5, 6, 0, 8, 9, 123000, tzinfo=datetime.timezone.utc)
    >>> parse_warc_date("2016-01")
    datetime.datetime(2016, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    match = _WARC_DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a WARC-Date such as 2024-05-06T07:08:09Z")
    year, month, day, hour, minute, second, fraction = match.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    clock = (int(hour or 0), int(minute or 0), int(second or 0), micros)
    return datetime(int(year), int(month or 1), int(day or 1), *clock, tzinfo=UTC)


def timestamp14(moment: datetime) -> str:
    """Return the 14 digits (UTC) that name a second in indexes and file names.

    >>> timestamp14(datetime(2024, 5, 6, 7, 8, 9, tzinfo=VN))
    '20240506000809'
    """
    return warc_date(moment)[:19].translate(_NO_MARKS)


def parse_timestamp14(text: str) -> datetime:
    """Return the second (UTC) that 14 digits name.

    Raises ValueError when *text* is not 14 digits that make a time.

    >>> parse_timestamp14("20240506000809")
    datetime.datetime(2024, 5, 6, 0, 8, 9, tzinfo=datetime.timezone.utc)
    """
    if not re.fullmatch(r"[0-9]{14}", text):
        raise ValueError(f"{text!r} is not a timestamp of 14 digits")
    year, month, day, hour, minute, second = (
        int(text[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))
    )
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
