"""How numbers, dates and sizes are written in Vietnamese and in English."""

from __future__ import annotations

from datetime import date, datetime

from archive.times import VN
from archive.web.links import Language

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


def number(value: int, language: Language = "vi") -> str:
    """Return a whole number with its thousands apart.

    >>> number(12345), number(12345, "en")
    ('12.345', '12,345')
    """
    written = f"{value:,}"
    return written if language == "en" else written.replace(",", ".")


def day(moment: date | datetime | None, language: Language = "vi") -> str:
    """Return the day of a moment in Vietnam; nothing without one.

    >>> day(date(2025, 3, 1)), day(date(2025, 3, 1), "en")
    ('01/03/2025', '1 March 2025')
    """
    if moment is None:
        return ""
    local = moment.astimezone(VN) if isinstance(moment, datetime) else moment
    if language == "en":
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{local.day:02}/{local.month:02}/{local.year}"


def taken_on(text: str, language: Language = "vi") -> str:
    """Return the day of a time as EXIF data have it; as it stands there when it is none.

    >>> taken_on("2025-02-27T09:15:00"), taken_on("2025-02-27", "en"), taken_on("hôm qua")
    ('27/02/2025', '27 February 2025', 'hôm qua')
    """
    try:
        return day(date.fromisoformat(text[:10]), language)
    except ValueError:
        return text


def moment(at: datetime | None, language: Language = "vi", precision: str | None = "minute") -> str:
    """Return day and time in Vietnam; the day alone when nothing more is known.

    >>> moment(datetime(2025, 3, 1, 7, 5, tzinfo=VN))
    '07:05, 01/03/2025'
    """
    if at is None:
        return ""
    if precision == "day":
        return day(at, language)
    local = at.astimezone(VN)
    return f"{local.hour:02}:{local.minute:02}, {day(local.date(), language)}"


def month(name: str, language: Language = "vi") -> str:
    """Return a month (``2025-03``) or a year as people write it.

    >>> month("2025-03"), month("2025-03", "en"), month("2025")
    ('tháng 3/2025', 'March 2025', 'năm 2025')
    """
    year, _, of_year = name.partition("-")
    if not of_year:
        return year if language == "en" else f"năm {year}"
    return f"{_MONTHS[int(of_year) - 1]} {year}" if language == "en" else f"tháng {int(of_year)}/{year}"


def size(size_bytes: int | None, language: Language = "vi") -> str:
    """Return a number of bytes with three digits at most; nothing when it is not known.

    >>> size(512), size(1_480_000), size(1_480_000, "en")
    ('512 byte', '1,5 MB', '1.5 MB')
    """
    if size_bytes is None:
        return ""
    if size_bytes < 1000:
        return f"{size_bytes} byte" if language == "vi" or size_bytes == 1 else f"{size_bytes} bytes"
    value = float(size_bytes)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    written = f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
    return f"{written if language == 'en' else written.replace('.', ',')} {unit}"


def days(count: int, language: Language = "vi") -> str:
    """Return how long ago some days are.

    >>> days(0), days(3), days(1, "en")
    ('hôm nay', '3 ngày trước', 'yesterday')
    """
    if language == "en":
        return "today" if count == 0 else "yesterday" if count == 1 else f"{number(count, language)} days ago"
    return "hôm nay" if count == 0 else "hôm qua" if count == 1 else f"{number(count)} ngày trước"
