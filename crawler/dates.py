"""Dates as Vietnamese pages print them, day first, in Asia/Ho_Chi_Minh.

One grammar for all shapes: a date line is a row of known parts (labels, weekday,
date, time, zone, view counter, separators) with nothing else between. A new
shape is a new word in a part of :mod:`crawler.date_words`, or a new form in its ``DATES``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from html import unescape
from typing import NamedTuple
from zoneinfo import ZoneInfo

from archive.model import Precision
from archive.text import clean_spaces, nfc
from crawler import date_words as words

VN = ZoneInfo("Asia/Ho_Chi_Minh")
MAX_TEXT = 1_000
"""Letters of a text that are looked at; the longest date line seen has 96."""
_ZERO_DAYS = frozenset(((1970, 1, 1), (1900, 1, 1), (1899, 12, 30), (1753, 1, 1)))
"""What Unix, old databases and SQL Server print for no date."""
FIRST_YEAR = 1990
"""The first Vietnamese sites opened in 1997; imported papers may be a little older."""


class PrintedDate(NamedTuple):
    """A date read off a text, or why there is none."""

    value: datetime | None
    """Aware, +07:00; midnight when only the day is printed."""
    precision: Precision | None
    """What is really printed of it."""
    reason: str | None = None
    """``absent``, ``zero``, ``impossible`` or ``future`` when *value* is None."""
    rest: str = ""
    """What stands in the text beside date, labels and counters."""


def parse_vi_datetime(text: str | None) -> PrintedDate:
    """Return the first printed date of *text*, with the time beside it.

    >>> found = parse_vi_datetime("10:16 | 11-06-2025")
    >>> found.value.isoformat(), found.precision
    ('2025-06-11T10:16:00+07:00', 'minute')
    >>> parse_vi_datetime("Ngày 18-05-2022").precision
    'day'
    >>> parse_vi_datetime("hạn nộp 16/72/2020").reason
    'impossible'
    """
    if not text:
        return PrintedDate(None, None, "absent")
    text = text[:MAX_TEXT]
    return _read(nfc(clean_spaces(unescape(text) if "&" in text else text)))


def date_line(text: str) -> PrintedDate | None:
    """Return the date of a line that is nothing but a date line, else None.

    Labels, weekday, zone, view counters and separators may stand beside the
    date; words of a sentence may not.

    >>> date_line("Ngày 22-01-2024 Lượt xem 53").value.isoformat()
    '2024-01-22T00:00:00+07:00'
    >>> date_line("Ngày 10/6, Đảng bộ Sở tiến hành tổ chức Đại hội") is None
    True
    """
    return _date_line(text) if len(text) <= 160 else None


@lru_cache(maxsize=8192)
def _date_line(text: str) -> PrintedDate | None:
    if words.MAY_BE_DATE.search(text) is None:
        return None
    found = _read(text)
    if found.reason == "absent" or found.rest:
        return None
    return found


def changed_date(text: str) -> PrintedDate | None:
    """Return the date of the last change that a date line prints beside the date of publication.

    >>> changed_date("Ngày đăng: 05/05/2021 - Cập nhật: 06/05/2021 08:15").value.isoformat()
    '2021-05-06T08:15:00+07:00'
    >>> changed_date("Cập nhật: 06/05/2021") is None
    True
    """
    halves = _two_dates(text)
    return _read(halves[1]) if halves is not None else None


def tells_change(text: str) -> bool:
    """Say whether a date line names the day of the last change, and not that of publication.

    >>> tells_change("Cập nhật lần cuối: 06/05/2021"), tells_change("Ngày đăng: 05/05/2021")
    (True, False)
    """
    return words.CHANGED.match(text) is not None and words.POSTED.search(text) is None


def tells_post(text: str) -> bool:
    """Say whether a date line says itself that it names the day of publication."""
    return words.POSTED.match(text) is not None


def not_after(found: PrintedDate, captured: datetime) -> PrintedDate:
    """Return *found*, or no date when it lies more than a day after the page was fetched."""
    if found.value is not None and found.value > captured + timedelta(days=1):
        return PrintedDate(None, None, "future")
    return found


def is_clock(text: str, found: PrintedDate, captured: datetime) -> bool:
    """Say whether a date line may be the portal's clock: weekday and today, at about the time of the fetch.

    >>> noon = datetime(2025, 8, 15, 12, tzinfo=VN)
    >>> [is_clock(text, parse_vi_datetime(text), noon) for text in ("Thứ 6, 15/08/2025, 11:58", "15/08/2025 11:58")]
    [True, False]
    """
    if found.value is None or found.value.date() != captured.astimezone(VN).date() or not words.WEEKDAY.search(text):
        return False
    return found.precision == "day" or found.value > captured - timedelta(hours=1)


def _two_dates(text: str) -> tuple[str, str] | None:
    """Part a line into what says when it was posted and what says when it was changed; None when it does not."""
    found = words.CHANGED.search(text)
    if found is None:
        return None
    posted, changed = text[: found.start()], text[found.start() :]
    if not words.MAY_BE_DATE.search(posted):
        # The change stands first: "Cập nhật: 06/05/2021 - Ngày đăng: 05/05/2021".
        later = words.POSTED.search(changed)
        if later is None:
            return None
        posted, changed = f"{posted} {changed[later.start() :]}", changed[: later.start()]
    whole = words.MAY_BE_DATE.search(posted) and words.MAY_BE_DATE.search(changed)
    return (posted, changed) if whole and not _read_one(changed).rest else None


def clock_only(text: str) -> bool:
    """Say whether a line holds a time of day and nothing else (its date stands in the next line)."""
    match = words.TIME.search(text) if len(text) <= MAX_TEXT else None
    return match is not None and not _leftover(text[: match.start()] + " " + text[match.end() :])


def split_edge_date(text: str) -> tuple[str, PrintedDate] | None:
    """Split a date off the beginning or the end of a line that holds more: ``Title (23/07/2021)``.

    Only a date in brackets, with its time, or with the portal's buttons counts. Returns the rest
    of the line and the date.

    >>> split_edge_date("Hội nghị tổng kết (23/07/2021)")[0]
    'Hội nghị tổng kết'
    >>> split_edge_date("10:16 | 11-06-2025 Hội nghị tổng kết")[0]
    'Hội nghị tổng kết'
    """
    if len(text) > MAX_TEXT or words.MAY_BE_DATE.search(text) is None:
        return None
    for piece in words.EDGE_BRACKET.finditer(text):
        found = _read(piece.group(1))
        rest = (text[: piece.start()] + text[piece.end() :]).strip()
        if found.value is not None and not found.rest and len(rest) > 5:
            return rest, found
    for match in words.DATE[2].finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        clock = words.CLOCK_BEFORE.search(before)
        start = clock.start() if clock else match.start()
        clock = words.CLOCK_AFTER.match(after)
        stop = match.end() + (clock.end() if clock else 0)
        found = _read(text[start:stop])
        # "Lúc 14:00 ngày 20/5/2020" is of a sentence.
        buttons = found.precision == "day" and words.BUTTONS.search(after) is not None and not _leftover(after)
        if (
            found.value is None
            or (found.precision == "day" and not buttons)
            or found.rest
            or re.match(r"[\d:hg\s,]+ngày", text[start:], re.I)
        ):
            continue
        head, tail = text[:start], text[stop:]
        if not _leftover(tail) and len(head) > 4:
            return words.EDGE_WORDS_END.sub("", head).rstrip(" |,-–(["), found
        tail_words = tail.lstrip(" |-–)]")
        if not head.strip(" |-–([") and len(tail_words) > 10 and tail_words[0].isupper():
            return tail_words, found
    return None


def _read(text: str) -> PrintedDate:
    """Read the date of publication and its time, and what is left of the text without them."""
    halves = _two_dates(text)
    return _read_one(text if halves is None else halves[0])


def _read_one(text: str) -> PrintedDate:
    seen: PrintedDate | None = None
    for order, pattern in enumerate(words.DATE):
        for match in pattern.finditer(text):
            rest = text[: match.start()] + " \u0000 " + text[match.end() :]
            after = text[match.end() :]
            clock = (words.ISO_TIME.match(after) or words.ZONE_TIME.match(after)) if order == 0 else None
            if clock:
                rest = text[: match.start()] + " " + after[clock.end() :]
            else:
                clock = words.TIME.search(rest)
                if clock:
                    rest = rest[: clock.start()] + " " + rest[clock.end() :]
            if order == 3 and not (clock or words.WEEKDAY.search(rest)):
                continue
            found = _build(match.groupdict(), clock)._replace(rest=_leftover(rest.replace("\u0000", " ")))
            if found.value is not None:
                return found
            seen = seen or found
    return seen or PrintedDate(None, None, "absent")


def _build(parts: Mapping[str, str], clock: re.Match[str] | None) -> PrintedDate:
    year, month, day = int(parts["y"]), int(parts["m"]), int(parts["d"])
    if len(parts["y"]) == 2 and month and day:
        year += 2000 if year < 70 else 1900
    if year <= 1 or not (month and day) or (year, month, day) in _ZERO_DAYS:
        return PrintedDate(None, None, "zero")
    hour = minute = second = 0
    precision: Precision = "day"
    if clock is not None:
        given = clock.groupdict()
        hour, minute, second = int(given["H"]), int(given["M"]), int(given["S"] or 0)
        half = (given.get("half") or "").upper().replace(".", "")
        if half in ("PM", "CH") and hour < 12:
            hour += 12
        elif half in ("AM", "SA") and hour == 12:
            hour = 0
        # "12:00 AM" fills the place of an unknown time on migrated posts.
        if not (half and (hour, minute, second) == (0, 0, 0)):
            precision = "second" if given["S"] else "minute"
    try:
        zone = _zone(clock.groupdict().get("zone")) if clock is not None else VN
        value = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return PrintedDate(None, None, "impossible")
    if not FIRST_YEAR <= year <= 2100:
        return PrintedDate(None, None, "impossible")
    return PrintedDate(value.astimezone(VN), precision)


def _zone(text: str | None) -> timezone | ZoneInfo:
    if text in ("Z", "UTC", "GMT"):
        return UTC
    if not text or text.isalpha():
        return VN
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0)))


def _leftover(rest: str) -> str:
    """Return the words of a date line that are no part of one."""
    if words.WORD.search(rest) is None:
        return ""
    for pattern in (words.POSTER, words.ACCOUNT, words.ZONE, words.COUNTER, words.WEEKDAY, words.LABEL, words.BUTTONS):
        if not rest:
            break
        rest = pattern.sub(" ", rest)
    return words.WORDLESS.sub(" ", rest).strip()
