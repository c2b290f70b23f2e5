"""One moment from one text, as machines and people of any language write it.

A time keeps the zone that is written beside it; without one it is in Asia/Ho_Chi_Minh.
Day first, but where the page says that it is American. Never from a part: a month without
a day is no date.
"""

from __future__ import annotations

import logging
import re
import warnings
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from archive.model import Precision
from archive.text import clean_spaces
from crawler.dates import FIRST_YEAR, VN, date_line

logger = logging.getLogger(__name__)

MAX_TEXT = 200
MAX_SPELLED = 3
"""Words of one text that may be names of months: each is looked up in seven languages, which takes milliseconds."""

_ISO = re.compile(
    r"(?<!\d)(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)"
    r"(?:(?:T|\s+T?|\s*[-|,]\s*)(?P<H>\d{1,2}):?(?P<M>\d\d)(?::?(?P<S>\d\d))?(?:[.,]\d+)?(?:\s?(?P<half>[APap]\.?[Mm])(?!\w)\.?)?)?"
    r"\s*(?P<zone>(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d\d)?|Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?(?!\d)"
)
_DIGIT = re.compile(r"\d")
# Unix seconds, or milliseconds, from 1990 on
_EPOCH = re.compile(r"(?P<s>[6-9][0-9]{8}|1[0-9]{9})(?P<ms>[0-9]{3})?(?:\.[0-9]{1,9})?")
_DIGITS = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)?(?P<half>)(?P<zone>)"
)
# 2026.1.29, 2025年12月5日, 2026년 1월 29일
_YEAR_FIRST = re.compile(
    r"(?<![\d.])(?P<y>(?:19|20)\d\d)\s?[./年년]\s?(?P<m>\d{1,2})\s?[./月월]\s?(?P<d>\d{1,2})(?:\s?[日일]|(?!\d))"
)
_FIGURES = re.compile(
    r"(?<![\d.:])(?P<d>\d{1,2})\s?(?P<mark>[./-])\s?(?P<m>\d{1,2})\s?(?:(?P=mark)|\s[—–]\s)\s?"
    r"(?P<y>(?:19|20)\d\d|\d\d)(?![\d%])"
)
_DAY_FIRST = re.compile(
    r"(?<![\d.,])(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|ª|°|\.)?\s?(?:de |of |d['’])?\s?"
    r"(?P<name>[^\W\d_]{3,12})\.?,?\s?(?:de |del |of )?(?P<y>(?:19|20)\d\d)(?!\d)",
    re.I,
)
_MONTH_FIRST = re.compile(
    r"(?<![^\W\d_])(?P<name>[^\W\d_]{3,12})\.?\s(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y>(?:19|20)\d\d)(?!\d)", re.I
)
# As Java prints it: Fri Apr 28 19:20:36 CEST 2023
_JAVA = re.compile(
    r"[A-Z][a-z]{2} (?P<name>[A-Z][a-z]{2}) (?P<d>\d{1,2}) (?P<clock>[\d:]+) (?P<zone>[A-Z]{3,4}|[+-]\d{4}) "
    r"(?P<y>\d{4})"
)
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<H>[01]?\d|2[0-3])(?::|\.(?=\d\d\s?Uhr)|h(?=\d\d))(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d))?(?![\d:])"
    r"\s?(?P<half>[ap]\.?m\.?(?![a-z]))?",
    re.I,
)
_BESIDE = re.compile(r"\s*(?P<zone>(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d\d)?|Z|UTC|GMT|[+-]\d\d:?\d\d)(?!\w)")
_ZONES = {
    "CET": 1,
    "CEST": 2,
    "MEZ": 1,
    "MESZ": 2,
    "BST": 1,
    "ICT": 7,
    "JST": 9,
    "KST": 9,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}
_ENGLISH = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl")
"""Tried where a page does not tell its language."""


class Moment(NamedTuple):
    """A date, with what is given of it."""

    value: datetime
    """Aware, in the zone that is written."""
    precision: Precision
    start: int = 0
    """Where its text begins ..."""
    end: int = 0
    """... and ends."""

    @property
    def day(self) -> str:
        """The day on the page's calendar."""
        return self.value.date().isoformat()


def read_moment(text: str, language: str = "", month_first: bool = False) -> Moment | None:
    """Return the first date in *text*, or None.

    >>> read_moment("2024-05-01T22:30:00-05:00").value.isoformat()
    '2024-05-01T22:30:00-05:00'
    >>> read_moment("Veröffentlicht am 28. Dezember 2022, 14:07 Uhr", "de").value.isoformat()
    '2022-12-28T14:07:00+07:00'
    >>> read_moment("2/24/2026").day, read_moment("Dezember 2022") is None
    ('2026-02-24', True)
    """
    text = text[:MAX_TEXT]
    if _DIGIT.search(text) is None:
        return None
    if (found := _ISO.search(text)) is not None and (moment := _iso(found)) is not None:
        return moment
    if (found := _DIGITS.fullmatch(text.strip())) is not None and (moment := _iso(found)) is not None:
        return moment
    if (found := _EPOCH.fullmatch(text.strip())) is not None:
        return _sane(datetime.fromtimestamp(int(found["s"]), UTC), "second", 0, len(text))
    if (found := _JAVA.search(text)) is not None and (month := month_of(found["name"].lower(), "en")) is not None:
        return _with_clock(text, found, int(found["y"]), month, int(found["d"]), found["zone"])
    text = clean_spaces(text)
    for found in (match for pattern in (_YEAR_FIRST, _FIGURES) for match in pattern.finditer(text)):
        moment = _figures(text, found, month_first)
        if moment is not None:
            return moment
    for found in (
        match for pattern in (_DAY_FIRST, _MONTH_FIRST) for match in islice(pattern.finditer(text), MAX_SPELLED)
    ):
        day, year = int(found["d"]), int(found["y"])
        if 1 <= day <= 31 and (month := month_of(found["name"].lower(), language)) is not None:
            return _with_clock(text, found, year, month, day)
    printed = date_line(text) if "tháng" in text else None
    if printed is not None and printed.value is not None and printed.precision is not None:
        return Moment(printed.value, printed.precision, 0, len(text))
    return None


def figures(text: str) -> tuple[int, int] | None:
    """Return the first two numbers of a date in figures that ends with its year, in their order; else None.

    >>> figures("3/14/2024 5:30 PM"), figures("2024-03-14")
    ((3, 14), None)
    """
    found = _FIGURES.search(text[:MAX_TEXT])
    return (int(found["d"]), int(found["m"])) if found is not None else None


@lru_cache(maxsize=2048)
def month_of(name: str, language: str = "") -> int | None:
    """Return the number of the month that *name* means, in *language* and in English, or in the usual ones.

    >>> month_of("märz", "de"), month_of("junio"), month_of("tea")
    (3, 6, None)
    """
    english = [at for at, month in enumerate(_ENGLISH, 1) if month.startswith(name) or name == "sept" == month[:4]]
    if english:
        return english[0]
    # Loaded only where a page needs it: its languages take a while.
    import dateparser  # type: ignore[import-untyped]
    from dateparser.data.languages_info import language_order  # type: ignore[import-untyped]

    # It raises ValueError for a language that it does not know, and pages declare anything.
    language = "nb" if language == "no" else language
    spoken_here = (language,) if language in language_order else ()
    for spoken in dict.fromkeys((*spoken_here, *LANGUAGES)):
        if (found := _parsed(dateparser, f"15 {name} 2001", spoken)) is not None:
            return found.month
    return None


def _parsed(library: object, text: str, language: str) -> datetime | None:
    settings = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"], "DATE_ORDER": "DMY"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = library.parse(text, languages=[language], settings=settings)  # type: ignore[attr-defined]
        except Exception as error:  # what is no date it answers with None: whatever it raises is its own trouble
            logger.warning("dateparser broke on a name", extra={"text": text, "error": type(error).__name__})
            return None
    return found if found is not None and (found.year, found.day) == (2001, 15) else None


def _iso(found: re.Match[str]) -> Moment | None:
    zone = _zone(found["zone"])
    try:
        day = datetime(int(found["y"]), int(found["m"]), int(found["d"]), tzinfo=zone or VN)
        if not found["H"]:
            return _sane(day, "day", found.start(), found.end())
        hour = _hour(int(found["H"]), found["half"])
        value = day.replace(hour=hour, minute=int(found["M"]), second=int(found["S"] or 0))
    except ValueError:
        return None
    filler = (value.hour, value.minute, value.second) == (0, 0, 0)
    return _sane(value, "day" if filler else "second" if found["S"] else "minute", found.start(), found.end())


def _figures(text: str, found: re.Match[str], month_first: bool) -> Moment | None:
    first, second, year = int(found["d"]), int(found["m"]), int(found["y"])
    if len(found["y"]) == 2:
        year += 2000 if year < 70 else 1900
    if found.re is _FIGURES and (second > 12 or (month_first and first <= 12 and found["mark"] != ".")):
        first, second = second, first
    return _with_clock(text, found, year, second, first)


def _with_clock(
    text: str, found: re.Match[str], year: int, month: int, day: int, zone: str | None = None
) -> Moment | None:
    clock = _CLOCK.search(text, found.end()) or _CLOCK.search(text[: found.start()]) or None
    if "clock" in found.groupdict():
        clock = _CLOCK.search(found["clock"])
    hour = minute = second = 0
    precision: Precision = "day"
    start, end = found.span()
    if clock is not None:
        hour, minute, second = int(clock["H"]), int(clock["M"]), int(clock["S"] or 0)
        hour = _hour(hour, clock["half"])
        # 12:00:00 AM is what ASP.NET prints of a day without a time.
        filler = clock["half"] is not None and (hour, minute, second) == (0, 0, 0)
        precision = "day" if filler else "second" if clock["S"] else "minute"
        if zone is None and (beside := _BESIDE.match(text, clock.end())) is not None and clock.start() >= found.end():
            zone = beside["zone"]
    try:
        value = datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone) or VN)
    except ValueError:
        return None
    return _sane(value, precision, start, end)


def _hour(hour: int, half: str | None) -> int:
    """Return the hour of 24 that an hour with or without ``a.m.`` or ``p.m.`` is."""
    said = (half or "").lower().replace(".", "")
    return hour + (12 if said == "pm" and hour < 12 else -12 if said == "am" and hour == 12 else 0)


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    if text in _ZONES:
        return timezone(timedelta(hours=_ZONES[text]))
    text = text.removeprefix("GMT").removeprefix("UTC").strip()
    if text[:1] not in ("+", "-"):
        return None
    digits = text[1:].replace(":", "")
    digits = digits.zfill(2) if len(digits) < 3 else digits.zfill(4)
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-shift if text[0] == "-" else shift) if shift < timedelta(hours=24) else None


def _sane(value: datetime, precision: Precision, start: int, end: int) -> Moment | None:
    """Return the moment, but not what databases print for no date."""
    if not FIRST_YEAR <= value.year <= 2100:
        return None
    return Moment(value, precision, start, end)
