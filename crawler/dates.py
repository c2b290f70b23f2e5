"""Dates as Vietnamese pages print them, day first, in Asia/Ho_Chi_Minh.

One grammar for all shapes: a date line is a row of known parts (labels, weekday,
date, time, zone, view counter, separators) with nothing else between. A new
shape is a new alternative in ``_PARTS`` or a new date form in ``_DATES``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from archive.model import Precision
from archive.text import clean_spaces, nfc

VN = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_YEAR = 1990
"""The first Vietnamese sites opened in 1997; imported papers may be a little older."""


class PrintedDate(NamedTuple):
    """A date read off a text, or why there is none."""

    value: datetime | None
    """Aware, +07:00; midnight when only the day is printed."""
    precision: Precision | None
    """What is really printed of it."""
    reason: str | None = None
    """``absent``, ``zero`` or ``impossible`` when *value* is None."""
    rest: str = ""
    """What stands in the text beside date, labels and counters."""


_MARK = r"(?P<mark>[/.\-])"
_DATES = (
    # 2022-05-18T10:21:00+07:00 and its misprints: a zone word or a space in it, no zone at all.
    r"(?P<y>-?\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)(?=\D|$)",
    # 08 tháng 05 năm 2020
    r"(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s+(?:năm\s+)?(?P<y>\d{4})(?!\d)",
    # 22/5/2020, 11-06-2025, 29.11.2022, 27 / 07 / 2015
    r"(?<![\d/])(?P<d>\d{1,2})\s*" + _MARK + r"\s*(?P<m>\d{1,2})\s*(?P=mark)\s*(?P<y>\d{4})(?![\d/])",
    # 14-12-25: a year of two figures only with a time or a weekday beside it, see _read
    r"(?<![\d/.\-])(?P<d>\d{1,2})" + _MARK + r"(?P<m>\d{1,2})(?P=mark)(?P<y>\d{2})(?![\d/.\-])",
)  # fmt: skip
_DATE = tuple(re.compile(pattern, re.I) for pattern in _DATES)
_TIME = re.compile(
    r"(?<![\d:/.\-])(?P<H>\d{1,2})(?:\s?:\s?(?=\d)|\s?(?:[hg]|giờ)\s?(?=\d\d))(?P<M>\d{1,2})(?:\s?(?:[:']"
    r"|phút)\s?(?P<S>\d{2}))?(?:\.\d{1,6})?"
    r"(?:\s?phút)?(?![\d:])(?:\s*(?P<half>AM|PM|SA|CH)(?!\w))?",
    re.I,
)
_ISO_TIME = re.compile(
    r"[T ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?(?:\.\d+)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?(?!\d)"
)
_ZONE = re.compile(r"[(\[]?\s*(?:GMT|UTC)\s*\+?\s*0?7(?::?00)?\s*[)\]]?", re.I)
_WEEKDAY = re.compile(
    r"(?<!\w)(?:thứ\s*(?:hai|ba|tư|bốn|năm|sáu|bảy|bẩy|[2-7])|chủ\s*nhật|T[2-7]|CN"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?!\w)",
    re.I,
)
_LABEL = re.compile(
    r"(?<!\w)(?:(?:tin|bài)\s+(?:được\s+)?(?:đăng|viết|cập nhật)\s*(?:lúc|ngày|vào)*(?:\s+ngày)?"
    r"|(?:ngày|thời gian|giờ)\s+(?:đăng|xuất bản|cập nhật|tạo|phát hành|công bố|gửi|viết)(?:\s+(?:tin|bài))?"
    r"|(?:được\s+)?(?:đăng|cập nhật|xuất bản|đã đăng|viết|gửi)(?:\s+(?:lúc|ngày|vào|bởi|tin|bài|cuối|lần cuối))*"
    r"|ngày|thời gian|lúc|vào|posted(?:\s+(?:at|on))?|published|update[d]?|date|cms-publish-date)(?!\w)\s*:?",
    re.I,
)
_COUNTER = re.compile(
    r"(?:(?:số\s+)?(?:lượt|lần)\s+(?:xem|đọc|truy cập|dow\w*|tải)|đã\s+(?:xem|đọc)|lượt|xem|view\s*count|views?|hits?"
    r"|đọc|cms-view-count)\s*:?\s*[\d.,]+|[\d.,]+\s*(?:lượt\s+(?:xem|đọc|truy cập)|views?|lượt)(?!\w)"
    r"|(?:số\s+)?(?:lượt|lần)\s+(?:xem|đọc)\s*:?|bình luận\s*:?\s*\d+|\d+\s+bình luận",
    re.I,
)
_EDGE_BRACKET = re.compile(r"[(\[]([^()\[\]]{6,40})[)\]]\s*(?:In trang\s*)?$")
_CLOCK_BEFORE = re.compile(_TIME.pattern + r"[\s|,\-–]*(?:" + _WEEKDAY.pattern + r"[\s,]*)?(?:ngày\s*)?$", re.I)
_CLOCK_AFTER = re.compile(r"[\s|,\-–]*" + _TIME.pattern + r"\s*(?:" + _ZONE.pattern + ")?", re.I)
_EDGE_WORDS_END = re.compile(r"[\s|,\-–(]*(?:" + _WEEKDAY.pattern + r"|" + _LABEL.pattern + r")[\s,:]*$", re.I)
# Who posted it, up to the next separator or label: "Tác giả: Nguyễn Thị Hồng Vân - ".
_POSTER = re.compile(
    r"(?<!\w)(?:tác giả|người (?:đăng|gửi|viết)(?:\s+(?:tin|bài))?|đăng bởi|nguồn(?: tin)?|author)\s*:"
    r"(?:\s*(?!(?:ngày|thứ|lúc|lượt|số|cập|đăng|xem|vào)(?!\w))[^\W\d_][\w.&]*){1,7}",
    re.I,
)
_WORD = re.compile(r"[^\s|,;:.\-–—/()\[\]•·»>*&+]")
_WORDLESS = re.compile(r"[\s|,;:.\-–—/()\[\]•·»>*&+]+")
_MAY_BE_DATE = re.compile(r"\d\s*[/.\-]\s*\d|\d\s+tháng\s", re.I)
"""What every form of ``_DATES`` holds; most lines of a page do not."""
_BUTTONS = re.compile(
    r"(?<!\w)(?:in trang|in bài(?: viết)?|bản in|in|a\s?[+-]|a|google|(?:xem )?cỡ chữ|e-?mail|gửi (?:email"
    r"|mail)|gmt|chia sẻ)(?!\w)",
    re.I,
)


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
    return _read(nfc(clean_spaces(text)))


def date_line(text: str) -> PrintedDate | None:
    """Return the date of a line that is nothing but a date line, else None.

    Labels, weekday, zone, view counters and separators may stand beside the
    date; words of a sentence may not.

    >>> date_line("Ngày 22-01-2024 Lượt xem 53").value.isoformat()
    '2024-01-22T00:00:00+07:00'
    >>> date_line("Ngày 10/6, Đảng bộ Sở tiến hành tổ chức Đại hội") is None
    True
    """
    if len(text) > 160 or _MAY_BE_DATE.search(text) is None:
        return None
    return _date_line(text)


@lru_cache(maxsize=8192)
def _date_line(text: str) -> PrintedDate | None:
    found = _read(text)
    if found.reason == "absent" or found.rest:
        return None
    return found


def clock_only(text: str) -> bool:
    """Say whether a line holds a time of day and nothing else (its date stands in the next line)."""
    match = _TIME.search(text)
    return match is not None and not _leftover(text[: match.start()] + " " + text[match.end() :])


def split_edge_date(text: str) -> tuple[str, PrintedDate] | None:
    """Split a date off the beginning or the end of a line that holds more: ``Title (23/07/2021)``.

    Only a date in brackets, or a date with its time, counts. Returns the rest of the line and the date.

    >>> split_edge_date("Hội nghị tổng kết (23/07/2021)")[0]
    'Hội nghị tổng kết'
    >>> split_edge_date("10:16 | 11-06-2025 Hội nghị tổng kết")[0]
    'Hội nghị tổng kết'
    """
    if _MAY_BE_DATE.search(text) is None:
        return None
    for piece in _EDGE_BRACKET.finditer(text):
        found = _read(piece.group(1))
        rest = (text[: piece.start()] + text[piece.end() :]).strip()
        if found.value is not None and not found.rest and len(rest) > 5:
            return rest, found
    for match in _DATE[2].finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        clock = _CLOCK_BEFORE.search(before)
        start = clock.start() if clock else match.start()
        clock = _CLOCK_AFTER.match(after)
        stop = match.end() + (clock.end() if clock else 0)
        found = _read(text[start:stop])
        # "Lúc 14:00 ngày 20/5/2020" is of a sentence.
        if (
            found.value is None
            or found.precision == "day"
            or found.rest
            or re.match(r"[\d:hg\s,]+ngày", text[start:], re.I)
        ):
            continue
        head, tail = text[:start], text[stop:]
        if not _leftover(tail) and len(head) > 4:
            return _EDGE_WORDS_END.sub("", head).rstrip(" |,-–(["), found
        tail_words = tail.lstrip(" |-–)]")
        if not head.strip(" |-–([") and len(tail_words) > 10 and tail_words[0].isupper():
            return tail_words, found
    return None


def _read(text: str) -> PrintedDate:
    """Read date and time, and what is left of the text without them."""
    seen: PrintedDate | None = None
    for order, pattern in enumerate(_DATE):
        for match in pattern.finditer(text):
            rest = text[: match.start()] + " \u0000 " + text[match.end() :]
            after = text[match.end() :]
            clock = _ISO_TIME.match(after) if order == 0 else None
            if clock:
                rest = text[: match.start()] + " " + after[clock.end() :]
            else:
                clock = _TIME.search(rest)
                if clock:
                    rest = rest[: clock.start()] + " " + rest[clock.end() :]
            if order == 3 and not (clock or _WEEKDAY.search(rest)):
                continue
            found = _build(match.groupdict(), clock)._replace(rest=_leftover(rest.replace("\u0000", " ")))
            if found.value is not None:
                return found
            seen = seen or found
    return seen or PrintedDate(None, None, "absent")


def _build(parts: Mapping[str, str], clock: re.Match[str] | None) -> PrintedDate:
    year, month, day = int(parts["y"]), int(parts["m"]), int(parts["d"])
    if year <= 1 or not (month and day):
        return PrintedDate(None, None, "zero")
    if len(parts["y"]) == 2:
        year += 2000 if year < 70 else 1900
    hour = minute = second = 0
    precision: Precision = "day"
    zone: timezone | ZoneInfo = VN
    if clock is not None:
        given = clock.groupdict()
        hour, minute, second = int(given["H"]), int(given["M"]), int(given["S"] or 0)
        half = (given.get("half") or "").upper()
        if half in ("PM", "CH") and hour < 12:
            hour += 12
        elif half in ("AM", "SA") and hour == 12:
            hour = 0
        # "12:00 AM" fills the place of an unknown time on migrated posts.
        if not (half and (hour, minute, second) == (0, 0, 0)):
            precision = "second" if given["S"] else "minute"
        zone = _zone(given.get("zone"))
    try:
        value = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return PrintedDate(None, None, "impossible")
    if not FIRST_YEAR <= year <= 2100:
        return PrintedDate(None, None, "impossible")
    return PrintedDate(value.astimezone(VN), precision)


def _zone(text: str | None) -> timezone | ZoneInfo:
    if not text:
        return VN
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _leftover(rest: str) -> str:
    """Return the words of a date line that are no part of one."""
    if _WORD.search(rest) is None:
        return ""
    for pattern in (_POSTER, _ZONE, _COUNTER, _WEEKDAY, _LABEL, _BUTTONS):
        if not rest:
            break
        rest = pattern.sub(" ", rest)
    return _WORDLESS.sub(" ", rest).strip()
