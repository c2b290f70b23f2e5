"""When an undeclared page was published: machines first, and distrusted."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from archive.model import Payload
from crawler.sites import Site
from spiders.pages.moments import Moment
from spiders.pages.published import DateVoice, dates_of, url_days
from spiders.pages.voiced import VoicedArticle

STRANGER = Site(id="stranger", name="x", name_en="x", status="active")
CAPTURED = datetime(2025, 7, 8, 1, 0, tzinfo=UTC)
TITLE = "Trao giải thưởng sáng tạo kỹ thuật"
BODY = "<p>" + "Ban tổ chức đã trao giải cho các tác giả có công trình xuất sắc của năm nay. " * 4 + "</p>"


def page(markup: str, url: str = "https://skhcn.example.vn/tin/trao-giai", lang: str = "vi") -> VoicedArticle:
    body = f'<html lang="{lang}"><head><title>{TITLE}</title></head><body>{markup}</body></html>'.encode()
    return VoicedArticle(STRANGER, url, CAPTURED, Payload(200, (("Content-Type", "text/html; charset=utf-8"),), body))


def article(markup: str, **about: str) -> str | None:
    """Return the date that is read of an article of which *markup* is the head."""
    value, _ = page(f"{markup}{BODY}", **about).published()
    return value.isoformat() if value is not None else None


def ld(**said: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | said)}</script>'


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


H1 = f"<h1>{TITLE}</h1>"
READ = {
    "JSON-LD": (ld(datePublished="2024-05-01T22:30:00+07:00") + H1, "2024-05-01T22:30:00+07:00"),
    "JSON-LD in a zone of its own": (ld(datePublished="2024-05-01T22:30:00-05:00") + H1, "2024-05-01T22:30:00-05:00"),
    "Unix seconds": (ld(datePublished=1714620000) + H1, "2024-05-02T03:20:00+00:00"),
    "Unix milliseconds": (ld(datePublished=1714620000123) + H1, "2024-05-02T03:20:00+00:00"),
    "Unix seconds with a fraction, in a list": (ld(datePublished=[{"@value": 1714620000.5}]) + H1, "2024-05-02T03:20:00+00:00"),
    "digits in a text": (ld(datePublished="1714620000") + H1, "2024-05-02T03:20:00+00:00"),
    "a day as a number": (ld(datePublished=20240501) + H1, "2024-05-01T00:00:00+07:00"),
    "numbers that are no date, and a line": (
        ld(datePublished=[0, -1, 12, 2024, 10**40, 1e308, float("nan"), True, None, {"@value": []}]) + H1 + "<p>01/05/2024</p>",
        "2024-05-01T00:00:00+07:00",
    ),
    "meta": (meta("article:published_time", "2024-05-01T08:00:00+07:00") + H1, "2024-05-01T08:00:00+07:00"),
    "microdata": (H1 + '<span itemprop="datePublished" content="2024-05-01"></span>', "2024-05-01T00:00:00+07:00"),
    "the precise of two that agree": (
        ld(datePublished="2024-05-01") + meta("article:published_time", "2024-05-01T08:00:00+07:00") + H1,
        "2024-05-01T08:00:00+07:00",
    ),
    "a placeholder, and a line": (ld(datePublished="0001-01-01T00:00:00") + H1 + "<p>01/05/2024</p>", "2024-05-01T00:00:00+07:00"),
    "a day to come, and a line": (ld(datePublished="2031-01-01T00:00:00") + H1 + "<p>01/05/2024</p>", "2024-05-01T00:00:00+07:00"),
    "the day of the capture, and a line": (
        ld(datePublished="2025-07-08T00:30:00") + H1 + "<p>Ngày đăng: 01/05/2024</p>", "2024-05-01T00:00:00+07:00",
    ),
    "the day of the capture, and no line": (ld(datePublished="2025-07-08T07:30:00+07:00") + H1, "2025-07-08T07:30:00+07:00"),
    "a line below the headline": (H1 + "<p>Thứ Tư, 01/05/2024 14:05</p>", "2024-05-01T14:05:00+07:00"),
    "today in the page's head": ("<div>Thứ Ba, 08/07/2025</div>" + H1 + "<p>01/05/2024</p>", "2024-05-01T00:00:00+07:00"),
    "a licence": (H1 + "<p>01/05/2024</p>" + BODY + "<p>Giấy phép số 12 ngày 03/02/2019</p>", "2024-05-01T00:00:00+07:00"),
    "neighbours": (
        H1 + "<p>01/05/2024</p>" + BODY + "<h3>Các tin khác</h3>" + '<li><a href="/a-b-c-d-e-f">Một tin khác (09/06/2024)</a></li>' * 3,
        "2024-05-01T00:00:00+07:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "expected"), READ.values(), ids=READ)
def test_the_date_is_found(markup, expected):
    assert article(markup) == expected


FOREIGN = {
    "de": ("<p>Von Eva Müller, 28. Dezember 2022, 14:07 Uhr</p>", "2022-12-28T14:07:00+07:00"),
    "en": ("<div>Published October 1, 2024 · 8 min read</div>", "2024-10-01T00:00:00+07:00"),
    "en-US": ("<div>10/01/2024</div>", "2024-10-01T00:00:00+07:00"),
    "en-GB": ("<div>10/01/2024</div>", "2024-01-10T00:00:00+07:00"),
    "fr": ("<p>Publié le 23 mai 2019</p>", "2019-05-23T00:00:00+07:00"),
    "ko": ("<p>2025. 1. 29. 18:40</p>", "2025-01-29T18:40:00+07:00"),
    "nb": ("<p>7. oktober 2020</p>", "2020-10-07T00:00:00+07:00"),
}


@pytest.mark.parametrize("lang", FOREIGN)
def test_dates_of_other_languages_are_found(lang):
    line, expected = FOREIGN[lang]
    text = "<p>" + "The commission spoke about the plan for research and its costs. " * 5 + "</p>"
    made = page(f"<h1>The plan for research</h1>{line}{text}", "https://news.example.com/plan-for-research", lang)

    value, _ = made.published()

    assert value is not None
    assert value.isoformat() == expected


ENGLISH = "<h1>The plan for research</h1>{}<p>" + "The commission spoke about the plan for research. " * 5 + "</p>"
ORDERS = {
    "American": (meta("article:published_time", "3/4/2024 5:30 PM"), "en-US", "2024-03-04T17:30:00+07:00"),
    "American by its locale": (meta("og:locale", "en_US") + ld(datePublished="03/04/2024"), "en", "2024-03-04T00:00:00+07:00"),
    "American, and no doubt": (ld(datePublished="03/14/2024"), "en-US", "2024-03-14T00:00:00+07:00"),
    "British": (meta("article:published_time", "3/4/2024 17:30"), "en-GB", "2024-04-03T17:30:00+07:00"),
    "British by its locale": (meta("og:locale", "en_GB") + ld(datePublished="03/04/2024"), "en", "2024-04-03T00:00:00+07:00"),
    "a printed month": (meta("date", "3/4/2024 5:30 PM") + "<p>March 4, 2024</p>", "en-GB", "2024-03-04T17:30:00+07:00"),
    "a printed day": (meta("date", "3/4/2024 5:30 PM") + "<p>3 April 2024</p>", "en-US", "2024-04-03T17:30:00+07:00"),
    "a date that can be read in one way": (
        meta("pubdate", "3/4/2024") + meta("lastmod", "3/14/2024"), "en-GB", "2024-03-04T00:00:00+07:00",
    ),
    "another date for machines": (
        meta("pubdate", "3/4/2024 5:30 PM") + ld(datePublished="2024-04-03"), "en-US", "2024-04-03T17:30:00+07:00",
    ),
    "one way lies in the future": (meta("pubdate", "3/8/2025"), "de", "2025-03-08T00:00:00+07:00"),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "lang", "expected"), ORDERS.values(), ids=ORDERS)
def test_a_date_in_figures_is_read_in_the_pages_order(markup, lang, expected):
    value, _ = page(ENGLISH.format(markup), "https://news.example.com/plan-for-research", lang).published()

    assert value is not None
    assert value.isoformat() == expected


def test_printed_dates_are_looked_for_once():
    asked = []
    made = page(meta("pubdate", "3/4/2024"))

    def printed():
        asked.append(1)
        yield DateVoice(Moment(datetime(2024, 4, 3, tzinfo=UTC), "day"), 0.5)

    found = dates_of(made.facts, made.root, made.url, CAPTURED, "en", printed)

    assert found.published is not None
    assert (found.published.month, asked) == (4, [1])


def test_the_last_change_is_read_in_the_same_order():
    markup = meta("article:published_time", "3/4/2024 5:30 PM") + meta("article:modified_time", "5/6/2024 5:30 PM")
    made = page(ENGLISH.format(markup), "https://news.example.com/plan-for-research", "en-US")

    assert made.modified() == datetime.fromisoformat("2024-05-06T17:30:00+07:00")


def test_a_vietnamese_page_puts_the_day_first():
    assert article(meta("article:published_time", "3/4/2024 5:30 PM") + H1) == "2024-04-03T17:30:00+07:00"


def test_a_moment_in_utc_is_written_as_the_place_writes_it():
    markup = ld(datePublished="2024-05-02T03:37:37Z") + H1 + '<time datetime="2024-05-01T23:37:37-04:00">hôm qua</time>'

    assert article(markup) == "2024-05-01T23:37:37-04:00"


def test_the_date_of_the_last_change_is_no_date_of_publication():
    made = page(ld(datePublished="2024-05-01T08:00:00+07:00", dateModified="2024-05-03T09:00:00+07:00") + H1 + BODY)

    assert made.published()[0] == datetime.fromisoformat("2024-05-01T08:00:00+07:00")
    assert made.modified() == datetime.fromisoformat("2024-05-03T09:00:00+07:00")


def test_the_last_change_as_a_number_is_read():
    made = page(ld(datePublished=1714620000, dateModified=1714706400) + H1 + BODY)

    assert made.modified() == datetime.fromisoformat("2024-05-03T03:20:00+00:00")


def test_a_telephone_number_is_no_date():
    assert article(H1 + "<p>912019876</p><p>1420199876</p>") is None


def test_a_change_before_publication_or_equal_to_it_is_none():
    for changed in ("2024-05-01T08:00:00+07:00", "2024-04-01T08:00:00+07:00", "2035-01-01T00:00:00+07:00", "gestern"):
        assert page(ld(datePublished="2024-05-01T08:00:00+07:00", dateModified=changed) + H1 + BODY).modified() is None


def test_an_address_names_a_day_weakly():
    assert [moment.day for moment in url_days("https://a.vn/2024/05/31/tin")] == ["2024-05-31"]
    assert url_days("https://a.vn/tin-20241399-x") == url_days("https://a.vn/123456789012") == []
    assert article(H1, url="https://a.example.vn/2024/05/31/tin") == "2024-05-31T00:00:00+07:00"
    assert (
        article(ld(datePublished="2024-05-30") + H1, url="https://a.example.vn/2024/05/31/tin")
        == "2024-05-30T00:00:00+07:00"
    )


def test_confidence_grows_with_agreement():
    lone = page(H1 + "<p>01/05/2024</p>" + BODY).dated.confidence
    split = page(
        ld(datePublished="2024-05-01") + meta("article:published_time", "2024-06-01") + H1 + BODY
    ).dated.confidence
    agreed = page(
        ld(datePublished="2024-05-01") + meta("article:published_time", "2024-05-01") + H1 + BODY
    ).dated.confidence

    assert 0 < split < lone < agreed <= 1
    assert page("<p>x</p>").dated.confidence == 0


def test_no_date_is_none():
    assert article(H1) is None
    assert page("").published() == (None, None)


@pytest.mark.parametrize(
    "markup",
    ["<p>5 Foo 2024</p>" * 50_000, "".join(f"<p>{at % 28} Wort{'abcdefghij'[at % 10]} 2024</p>" for at in range(50_000)),
     "<p>1.1.</p>" * 100_000, "<time datetime='2024-01-01'>x</time>" * 100_000, "<p>" + "1 " * 4_000_000],
    ids=["one name", "many names", "figures", "elements", "a long line"],
)  # fmt: skip
def test_hostile_dates_end_soon(markup):
    start = time.process_time()

    page(H1 + markup, lang="fi").published()

    assert time.process_time() - start < 20
