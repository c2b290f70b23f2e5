"""Addresses that lead to nothing new, however far one follows them. Pure.

Portals answer 200 to them, with links to the next: language switches that grow by a segment a page,
relative links that are resolved once too often, calendars without end, page numbers that nobody has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.numbers import MAX_DIGITS
from crawler.sessions import without_junk
from crawler.sites import Site

Kind = Literal[
    "language_chain",
    "repeated_path",
    "repeated_query",
    "calendar",
    "page_number",
    "past_last_page",
    "link_flood",
    "session",
    "long_address",
    "barren",
]
"""All kinds. Of a single address nobody can tell that it is past the last page, one too many, another session's, or
that nothing comes of those like it."""

MAX_ADDRESS = 2_000
"""Characters. A headline of 200 Vietnamese letters, percent-encoded and decomposed, has about 1,000."""
MAX_SEGMENTS = 30
"""The deepest real path seen has 10."""
MAX_PAGE = 10_000
"""Numbers up to 3,802 are real."""
MAX_ITEM = 200_000
"""The same where items are counted in place of pages."""
EARLIEST = (1997, 1)
"""Vietnam joined the Internet in November of that year."""
MONTHS_AHEAD = 3
"""What offices announce in calendars lies no further in the future."""
YEARS_AHEAD = 10
"""The same where only a year is chosen, as of plans."""

_LANGUAGE = re.compile(r"(?:vi|vn|vie|en|eng|fr|zh|cn|ja|jp|ko|kr|ru|lo|km)(?:-[a-z]{2})?", re.I)
_FILE = re.compile(r".+\.html?", re.I)
_NAME = re.compile(r"(?:[^\W\d_].*){2}", re.S)
_AGAIN = re.compile(r"\?\w+=")
_NESTED = re.compile(r"%2525", re.I)
_PAGE_KEY = re.compile(r"page|trang|paged|page_?(?:no|num|number|index)|current_?page|\w*_cur", re.I)
_ITEM_KEY = re.compile(r"(?:limit)?start|offset", re.I)
_PAGE_PATH = re.compile(r"/(?:page|trang)[-/]?(?P<number>-?\d+)(?:\.\w+)?/?$", re.I)
_NUMBER = re.compile(r"-?\d{1,18}")
_YEAR_KEY = re.compile(r"year|yr|nam", re.I)
_MONTH_KEY = re.compile(r"month|thang|mo", re.I)
_DAY_KEY = re.compile(r"day|ngay|d", re.I)
_DATE_KEY = re.compile(r"(?:[\w-]*[-_])?(?:date|day|ngay|month|thang|lich|cal|calendar)", re.I)
_DATES = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d\d?)(?:[-/.]\d\d?)?"),
    re.compile(r"(?P<year>(?:19|20|21)\d\d)(?P<month>\d\d)(?:\d\d)?"),
    re.compile(r"(?:\d\d?[-/.])?(?P<month>\d\d?)[-/.](?P<year>\d{4})"),
)
# Without a word for it, two numbers can be those of a section and an article.
_DATE_PATH = re.compile(
    r"(?P<head>(?:.*/)?(?:(?P<named>[^/]*(?:lich|calendar|archive|luu-tru|su-kien|event)[^/]*)/)?)"
    r"(?P<year>(?:19|20|21)\d\d)[-/](?P<month>0[1-9]|1[0-2]|(?(named)[1-9]|(?!)))(?:[-/]\d\d?)?"
    r"(?:\.\w+)?/?(?:page/\d+/?)?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A page of a list that goes on under other numbers."""

    series: str
    """What all its pages share: the address without the number."""
    number: int
    counts_items: bool = False


@dataclass(frozen=True, slots=True)
class Dated:
    """A page of a calendar."""

    calendar: str
    """What all its pages share: the address without the date."""
    year: int
    month: int | None


def trap(url: str, via: str | None, site: Site, today: date) -> Kind | None:
    """Return what kind of trap the address *url*, found on the page *via*, leads into; None when it is none.

    >>> site = Site("x", "Sở", "Department", "active")
    >>> trap("http://a.vn/tin/1.html/en/vi", None, site, date(2026, 3, 1))
    'language_chain'
    >>> trap("http://a.vn/tin/nghien-cuu/1.html", None, site, date(2026, 3, 1))
    """
    if len(url) > MAX_ADDRESS:
        return "long_address"
    parts = urlsplit(url)
    segments = [unquote(segment).lower() for segment in parts.path.split("/") if segment]
    if _is_language_chain(segments):
        return "language_chain"
    if len(segments) > MAX_SEGMENTS or _repeats(segments) or (via is not None and _grows(url, via)):
        return "repeated_path"
    if _repeats_keys(parts.query):
        return "repeated_query"
    page = numbered(url, site)
    if page is not None and not 0 <= page.number <= (MAX_ITEM if page.counts_items else MAX_PAGE):
        return "page_number"
    day = dated(url, site)
    if day is not None and not _is_likely(day, today):
        return "calendar"
    return None


def numbered(url: str, site: Site) -> Numbered | None:
    """Return which page of which list an address is, by the site file or by the usual names; None of an article.

    >>> site = Site("x", "Sở", "Department", "active")
    >>> numbered("http://a.vn/tin?id=3&trang=12", site)
    Numbered(series='http://a.vn/tin?id=3', number=12, counts_items=False)
    """
    if site.is_article(url):
        return None
    if (known := site.numbered(url)) is not None:
        # Of a group whose number is no number of pages only the site file knows what it counts.
        return Numbered(*known, counts_items=True)
    declared = site.page_param(url)
    for key, value in parse_qsl(urlsplit(url).query):
        counts_items = _ITEM_KEY.fullmatch(key) is not None
        is_page = key.lower() == declared.lower() if declared else counts_items or _PAGE_KEY.fullmatch(key) is not None
        if is_page and _NUMBER.fullmatch(value):
            return Numbered(without_junk(url, (*site.junk, key)), int(value), counts_items)
    address, mark, query = without_junk(url, site.junk).partition("?")
    match = _PAGE_PATH.search(address)
    return Numbered(address[: match.start()] + mark + query, int(match["number"][:MAX_DIGITS])) if match else None


def dated(url: str, site: Site) -> Dated | None:
    """Return which page of which calendar an address is: its last part is a month or a day; None of an article.

    >>> site = Site("x", "Sở", "Department", "active")
    >>> dated("http://a.vn/lich?month=5&year=2031", site)
    Dated(calendar='http://a.vn/lich', year=2031, month=5)
    >>> dated("http://a.vn/tin/2021/05/12/hoi-nghi/", site)
    """
    if site.is_article(url):
        return None
    parts = urlsplit(url)
    if (match := _DATE_PATH.fullmatch(parts.path)) is not None:
        calendar = f"{parts.scheme}://{parts.netloc}{match['head']}?{parts.query}"
        return Dated(calendar, int(match["year"]), int(match["month"]))
    query = dict(parse_qsl(parts.query))
    for key in filter(_DATE_KEY.fullmatch, query):
        match = next((match for shape in _DATES if (match := shape.fullmatch(query[key]))), None)
        if match is not None and 1 <= int(match["month"]) <= 12:
            return Dated(without_junk(url, (*site.junk, key)), int(match["year"]), int(match["month"]))
    keys = [key for key in query if any(each.fullmatch(key) for each in (_YEAR_KEY, _MONTH_KEY, _DAY_KEY))]
    years = [query[key] for key in keys if _YEAR_KEY.fullmatch(key) and re.fullmatch(r"\d{4,6}", query[key])]
    months = [query[key] for key in keys if _MONTH_KEY.fullmatch(key) and re.fullmatch(r"\d{1,2}", query[key])]
    if not years:
        return None
    return Dated(without_junk(url, (*site.junk, *keys)), int(years[0]), int(months[0]) if months else None)


def _is_likely(page: Dated, today: date) -> bool:
    """Say whether there may be anything on a page of a calendar."""
    if page.month is None:
        return page.year <= today.year + YEARS_AHEAD
    ahead = (page.year - today.year) * 12 + page.month - today.month
    return (page.year, page.month) >= EARLIEST and ahead <= MONTHS_AHEAD


def _is_language_chain(segments: list[str]) -> bool:
    """Say whether two languages follow each other, or one a file: ``/tin/1.html/en``."""
    return any(_LANGUAGE.fullmatch(b) and (_LANGUAGE.fullmatch(a) or _FILE.fullmatch(a)) for a, b in pairwise(segments))


def _repeats(segments: list[str]) -> bool:
    """Say whether a name comes three times, or three segments and more come twice in a row.

    >>> _repeats(["web", "x", "-", "view", "web", "x", "-", "view", "1"]), _repeats(["tin-tuc", "tin-tuc", "a"])
    (True, False)
    """
    names = [segment for segment in segments if _NAME.match(segment)]
    if any(names.count(name) >= 3 for name in set(names)):
        return True
    for length in range(3, len(segments) // 2 + 1):
        for start in range(len(segments) - 2 * length + 1):
            block = segments[start : start + length]
            if block == segments[start + length : start + 2 * length] and any(_NAME.match(each) for each in block):
                return True
    return False


def _grows(url: str, via: str) -> bool:
    """Say whether an address is that of its page, and behind it a part of that once more: ``/a/b/`` + ``a/c``."""
    ours, theirs = urlsplit(url), urlsplit(via)
    before = [segment for segment in theirs.path.split("/") if segment]
    segments = [segment for segment in ours.path.split("/") if segment]
    if ours.netloc != theirs.netloc or segments[: len(before)] != before or len(segments) < len(before) + 2:
        return False
    again = segments[len(before)]
    # A section may have one of its own name.
    return again in before[:-1] and _NAME.match(again) is not None


def _repeats_keys(query: str) -> bool:
    """Say whether a query has grown: a key three times, two marks of a query in it, addresses within addresses."""
    keys = [key for key, _ in parse_qsl(query, keep_blank_values=True) if not key.endswith("]")]
    return (
        any(keys.count(key) >= 3 for key in set(keys)) or len(_AGAIN.findall(query)) >= 2 or bool(_NESTED.search(query))
    )
