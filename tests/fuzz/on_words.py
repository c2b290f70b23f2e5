"""Targets: what is printed on pages, and what site files, settings and searches say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import tantivy

from archive.errors import ArchiveError, ConfigError
from archive.search.ask import asked, is_ranked
from archive.search.index import schema
from archive.search.query import LONGEST, MOST_WORDS, QueryError, parse
from archive.search.snippets import Highlighter
from archive.takedown import TakedownError, takedown
from archive.text import clean_spaces, fold, nfc
from archive.times import parse_timestamp14, parse_warc_date, timestamp14, warc_date
from archive.web.cdx_answer import answer
from archive.web.cdx_query import parse_query
from archive.web.oai_request import OaiError, parse_arguments, parse_token
from archive.web.problems import Problem
from archive.web.ranges import Unsatisfiable, span_of
from crawler.bylines import agency_of, parse_byline, split_caption
from crawler.clean import line
from crawler.css import css_addresses
from crawler.dates import (
    FIRST_YEAR,
    VN,
    PrintedDate,
    changed_date,
    clock_only,
    date_line,
    parse_vi_datetime,
    split_edge_date,
    tells_change,
    tells_post,
)
from crawler.lenient import moment_of
from crawler.site_files import load_site
from crawler.srcset import srcset_addresses
from tests.fuzz.target import Target, file_of

SITES = Path(__file__).parents[2] / "spiders" / "sites"


def _text(data: bytes) -> str:
    """Return text; half surrogates, which broken pages hold, are in it too."""
    return data.decode("utf-8", "surrogateescape" if data[:1] == b"~" else "replace")


def dates(data: bytes) -> None:
    """A date is in the years in which there were such sites, and printed plainly it is read as the same."""
    text = _text(data)
    split = split_edge_date(text)
    found = [parse_vi_datetime(text), date_line(text), changed_date(text), split[1] if split else None]
    for each in found:
        assert each is None or _is_sound(each)
    tells_change(text)
    tells_post(text)
    clock_only(text)
    moment = moment_of(text)
    if moment is not None:
        assert moment.tzinfo is not None
        moment.astimezone(UTC)


def _is_sound(found: PrintedDate) -> bool:
    if found.value is None:
        return found.reason in ("absent", "zero", "impossible", "future") and found.precision is None
    value = found.value.astimezone(VN)
    again = parse_vi_datetime(f"{value:%d/%m/%Y %H:%M:%S}")
    return FIRST_YEAR <= value.year <= 2101 and (again.value == value or value.year in (FIRST_YEAR - 1, 2101))


def bylines(data: bytes) -> None:
    """Who is named stands in the text."""
    text = _text(data)
    parse_byline(text)
    found = parse_byline(line(text))
    if found is not None:
        for name in (*found.authors, *found.photographers, found.source or ""):
            assert len(name) <= len(text)
            assert name == name.strip()
    agency_of(text)
    caption = split_caption(text)
    assert all(part is None or len(part) <= len(text) + 1 for part in caption if isinstance(part, str))


def texts(data: bytes) -> None:
    """Cleaning twice is cleaning once; times are read back as they were written."""
    text = _text(data)
    for clean in (nfc, clean_spaces, fold):
        once = clean(text)
        assert clean(once) == once
    for read, write in ((parse_warc_date, warc_date), (parse_timestamp14, timestamp14)):
        _round_trip(read, write, text)


def _round_trip(read: Callable[[str], datetime], write: Callable[[datetime], str], text: str) -> None:
    try:
        moment = read(text)
    except ValueError:
        return
    assert read(write(moment)) == moment or moment.microsecond % 1000


def sheets(data: bytes) -> None:
    """Addresses are no longer than what they stand in."""
    text = _text(data)
    assert sum(map(len, srcset_addresses(text))) <= len(text)
    assert sum(map(len, css_addresses(text))) <= 2 * len(text)


def site_files(data: bytes) -> None:
    """A site that is read answers what is asked of every address."""
    site = load_site(file_of("fuzz.toml", data))
    for host in [each.host for each in site.hosts[:3]] or ["a.vn"]:
        for target in ("", "/", "/tin-tuc/a-1.html?page=2&id=5", "/%E1%BB%9F;x=1?#"):
            url = f"http://{host}{target}"
            site.allows(url)
            site.identity(url)
            site.listing_key(url)
            site.numbered(url)
            site.section_of(url)
            site.source_id(url)


def takedowns(data: bytes) -> None:
    """A list that is read says of each address whether it is hidden."""
    path = file_of("takedown.toml", data)
    takedown.__globals__["_read"].cache_clear()
    found = takedown(path.parent)
    found.hides_url("http://a.vn/x")
    assert all(found.hides_url(entry.url) for entry in found.entries if entry.url and entry.lifted is None)


def searches(data: bytes) -> None:
    """A query has no more words than are answered, and the index takes it."""
    query = parse(_text(data))
    terms = [term for group in query.wanted for term in group]
    assert terms
    assert sum(len(term.words) for term in (*terms, *query.unwanted)) <= MOST_WORDS
    searcher = _index().searcher()
    for is_scored in {False, is_ranked(query)}:
        searcher.search(asked(schema(), query, (), None, None, is_scored=is_scored), 5)
    shown = Highlighter(query).best([_TEXT])
    assert shown is None or shown.text in clean_spaces(_TEXT) or "…" in shown.text


_TEXT = "Hội nghị tổng kết công tác đổi mới sáng tạo năm 2024 của Sở Khoa học và Công nghệ"


@cache
def _index() -> tantivy.Index:
    index = tantivy.Index(schema())
    writer = index.writer(15_000_000, 1)
    for number in range(3):
        document = tantivy.Document()
        document.add_text("id", str(number))
        for field in ("all", "title"):
            document.add_text(field, "hoi nghi tong ket cong tac doi moi sang tao")
        writer.add_document(document)
    writer.commit()
    index.reload()
    return index


_LINES = (
    (b'vn,a)/ 20240506070809 {"url": "http://a.vn/", "mime": "text/html", "status": "200", "digest": "sha1:X"}', "x"),
    (b'vn,a)/ 20250506070809 {"url": "http://a.vn/", "mime": "warc/revisit", "digest": "sha1:X"}', "x"),
    (b'vn,a)/b 20240506070809 {"url": "http://a.vn/b", "mime": "image/png", "status": "404"}', "x"),
)


def cdx_queries(data: bytes) -> None:
    """A query has a span of keys, and is answered with at most as many lines as there are."""
    query = parse_query(_text(data))
    assert query.start <= query.end
    assert len(list(answer(query, iter(_LINES)))) <= len(_LINES)


def requests(data: bytes) -> None:
    """Ranges, and what harvesters ask."""
    text = _text(data)
    span = span_of(text, 1000)
    assert span is None or 0 <= span.first <= span.last < 1000
    parse_token(text, "ListRecords")
    pairs = [part.partition("=")[::2] for part in text.split("&")]
    parse_arguments(pairs)


def _site_files() -> list[bytes]:
    return [
        (SITES / f"{name}.toml").read_bytes() for name in ("ha_tinh", "hau_giang", "lam_dong", "can_tho", "tien_giang")
    ]


_DATES = [
    each.encode()
    for each in (
        *("10:16 | 11-06-2025", "Ngày 18-05-2022", "Thứ sáu, 15/08/2025, 11:58 GMT+7", "hạn nộp 16/72/2020"),
        *(
            "Ngày đăng: 05/05/2021 - Cập nhật: 06/05/2021 08:15",
            "Hội nghị tổng kết (23/07/2021)",
            "2020-05-22T10:21+07:00",
        ),
        *("Fri, 22 May 2020 03:21:00 GMT", "Ngày 5 tháng 6 năm 2024", "12/31/9999 12:00:00 AM", "01/01/1970 07:00"),
        *("Lượt xem: 53 | Đăng lúc 8 giờ 30 ngày 02/03/2023", "1999/12/31T23:59:59.999Z", "09:05 SA, 1/2/03"),
    )
]
_BYLINES = [
    each.encode()
    for each in (
        *("Ngọc Triều, Ảnh Huỳnh Sang", "Tin, ảnh: Nguyễn Văn A - Trần Thị B", "Tác giả: Lê Thị Hồng Nhung (tổng hợp)"),
        *(
            "Nguồn: Báo Hà Tĩnh",
            "Theo TTXVN",
            "(LĐ online) - Sáng 12/5",
            "Ảnh minh họa (Nguồn: Internet)",
            "PV/Báo Nhân Dân",
        ),
        *("Các đại biểu dự Hội nghị. Ảnh: Phạm Minh", "Biên tập: Phòng Quản lý Khoa học", "http://most.gov.vn"),
    )
]
# A caption that is nothing but separators takes no quadratic time.
_BYLINES += [b"htt" + b" " * 40_000 + b"x", b"-" * 40_000 + b"x"]
_SHEETS = (
    b'@import "a.css" screen; @import url(b.css); p { background: url( c\\ d.png ) }',
    b"p { background: image-set('a.png' 1x, url(\"b.png\") 2x type('image/png')) } /* url(no.png) */ @namespace url(x);",
    b"a.jpg, b,1.jpg 2x, /resize/w_300,h_200/c.jpg 300w, data:image/png;base64,iVBO= 1x (a,b) c.png",
)
_TAKEDOWNS = (
    b'[[takedown]]\nurl = "https://a.vn/tin/1"\nreason = "asked"\ndate = 2026-03-02\n',
    b'[[takedown]]\nsite = "ha_tinh"\nreason = "x"\ndate = 2026-03-02\nlifted = 2026-05-01\n',
)
_SEARCHES = [
    each.encode()
    for each in (
        *(
            '"đất đai" title:quy* -bão',
            "lũ OR bão",
            "site:ha_tinh 57-NQ/TW 10:30",
            "author:“Nguyễn Văn A” tag:x section:y",
        ),
        *("đổi mới*", '+a -"b c" | d', "https://a.vn/x?y=1", "title:", "-a OR b", "hội-nghị*"),
    )
]
_CDX = (
    b"url=https://a.vn/*&matchType=prefix&limit=5&sort=reverse&output=json&fl=urlkey,timestamp,original",
    b"url=*.a.vn&filter=!~status:4..&filter==mime:text/html&from=2024&to=20250301&collapse=timestamp:6",
    b"url=a.vn&closest=20250301&resolveRevisits=true&showNumPages=true&page=1&pageSize=2&collapseTime=4",
    b"url=http://a.vn/&filter=~url:.*b$&reverse=1&nosource=1&allowFuzzy=0&matchType=host",
)
_REQUESTS = (
    *(b"bytes=0-99", b"bytes=-100", b"bytes=990-", b"bytes=0-1,5-6"),
    b"verb=ListRecords&metadataPrefix=oai_dc&from=2025-03-01&until=2025-03-02T00:00:00Z&set=ha_tinh",
    b"verb=GetRecord&identifier=oai:x:1&metadataPrefix=oai_dc",
    b"verb=ListIdentifiers&resumptionToken=AAAA",
)

TARGETS = (
    Target("dates", dates, made=lambda: _DATES, words=tuple(b" ".join(_DATES).split()), longest=1024, cost=8),
    Target("bylines", bylines, made=lambda: _BYLINES, words=tuple(b" ".join(_BYLINES).split()), longest=512, cost=14),
    Target("texts", texts, made=lambda: [*_DATES, b"2024-05-06T07:08:09.123456Z", b"20240506070809"], cost=40),
    Target("sheets", sheets, made=lambda: _SHEETS, words=(b"url(", b"/*", b"image-set(", b"@import", b"\\\n"), cost=60),
    Target(
        "site_files",
        site_files,
        (ConfigError,),
        made=_site_files,
        words=(
            b"[[layouts]]",
            b"(?P<page>\\d+)",
            b"['.*']",
            b"= true",
            b'= ""',
            b"[[ajax]]",
            b"until = 2024-01-01",
            b"[crawl]",
        ),
        cost=200,
        longest=16_384,
    ),
    Target(
        "takedowns",
        takedowns,
        (TakedownError,),
        made=lambda: _TAKEDOWNS,
        words=(b"[[takedown]]", b"= [1]", b'"http://[x"'),
        cost=40,
    ),
    Target(
        "searches",
        searches,
        (QueryError,),
        made=lambda: _SEARCHES,
        words=(b" OR ", b'"', b"*", b" -"),
        cost=14,
        longest=LONGEST,
    ),
    Target(
        "cdx_queries",
        cdx_queries,
        (Problem, ArchiveError),
        made=lambda: _CDX,
        words=(b"&filter=~", b"%F0%9F", b"(.*)*", b"%00"),
        cost=8,
    ),
    Target(
        "requests", requests, (OaiError, Unsatisfiable), made=lambda: _REQUESTS, words=(b"resumptionToken=", b"bytes=")
    ),
)
