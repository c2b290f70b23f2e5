"""Sites that no file declares: lists, copies, and what is asked for in later crawls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from archive.catalog import Catalog
from archive.catalog.identity import article_key
from archive.model import Article, Capture, Location, Payload
from archive.report import CrawlReport
from crawler.cli.check import _print as show
from crawler.cli.progress import remarks
from crawler.dry_run import FIELDS, SeedCheck
from crawler.page import Page
from crawler.reading import CrawlReader
from crawler.seeds import undeclared_site
from crawler.undeclared import listing_of
from spiders.pages.generic_listing import GenericListing
from tests.crawler.reading_helpers import capture_of, read_page

HOST = "portal.example.vn"
SITE = undeclared_site("host__portal_example_vn", HOST)
HEADS = {
    "/tin/le-khai-mac": "Lễ khai mạc Tuần lễ đổi mới sáng tạo",
    "/tin/hoi-nghi": "Hội nghị tổng kết công tác khoa học",
    "/tin/tap-huan": "Tập huấn an toàn bức xạ năm 2025",
}


def listing(html: str, target: str = "/tin-tuc"):
    payload = Payload(
        200, (("Content-Type", "text/html; charset=utf-8"),), f"<html><body>{html}</body></html>".encode()
    )
    return listing_of(Page(SITE, f"http://{HOST}{target}", datetime(2025, 7, 8, tzinfo=UTC), payload))


def items(day: str = "") -> str:
    return "".join(f'<li><a href="{url}">{text}</a> <i>{day}</i></li>' for url, text in HEADS.items())


def test_a_list_names_its_headlines_with_dates_and_not_the_menu():
    menu = '<ul class="menu"><li><a href="/cn">Chức năng nhiệm vụ quyền hạn của Sở</a></li></ul>'
    seen = listing(
        f"{menu}<ul>{items('05/07/2025')}</ul><p><a href='/tai-lieu-huong-dan-su-dung.pdf'>Tài liệu hướng dẫn sử dụng</a>"
    )

    assert [(item.url, item.title) for item in seen.items] == [
        (f"http://{HOST}{url}", text) for url, text in HEADS.items()
    ]
    assert {f"{item.published:%d/%m/%Y}" for item in seen.items} == {"05/07/2025"}


@pytest.mark.parametrize(
    ("here", "pager", "following"),
    [
        ("/tin-tuc", '<a href="/tin-tuc?page=2">2</a><a href="/tin-tuc?page=9">9</a>', "/tin-tuc?page=2"),
        ("/tin-tuc", '<a href="/tin-tuc?page=0">1</a><a href="/tin-tuc?page=1">2</a><a href="/tin-tuc?page=2">3</a>', "/tin-tuc?page=1"),
        ("/tin-tuc?page=1", '<a href="/tin-tuc">1</a><a href="/tin-tuc?page=2">3</a>', "/tin-tuc?page=2"),
        ("/d.aspx?cid=5", '<a href="/d.aspx?cid=5&p=2">2</a><a href="/d.aspx?cid=6&p=2">2</a>', "/d.aspx?cid=5&p=2"),
        ("/d.aspx?cid=5&p=2", '<a href="/d.aspx?cid=5">1</a><a href="/d.aspx?cid=5&p=3">3</a>', "/d.aspx?cid=5&p=3"),
        ("/vi/news/tin/", '<a href="/vi/news/tin/page-2/">2</a>', "/vi/news/tin/page-2/"),
        ("/vi/news/tin/page-2/", '<a href="/vi/news/tin/">1</a><a href="/vi/news/tin/page-3/">3</a>', "/vi/news/tin/page-3/"),
        ("/tin-tuc", '<a href="/tin-tuc?trang=2">[2]</a>', "/tin-tuc?trang=2"),
        ("/tin-tuc", '<a href="/tin-tuc?start=10">2</a><a href="/tin-tuc?start=20">3</a>', "/tin-tuc?start=10"),
        ("/tin-tuc", '<a href="/cu.html">Trang sau</a>', "/cu.html"),
        ("/tin-tuc", '<a href="/video">Xem thêm</a>', None),
        ("/tin-tuc?page=3", '<a href="/tin-tuc?page=2">2</a>', None),
    ],
)  # fmt: skip
def test_a_list_goes_on_where_its_pager_says(here, pager, following):
    seen = listing(f"<ul>{items()}</ul><div>{pager}</div>", here)

    assert seen.next_url == (f"http://{HOST}{following}" if following else None)


def test_links_of_a_pager_are_told_from_those_of_lists():
    page = '<a href="/tin?p=2">2</a><a href="/tin?page=7">cuối</a><a href="/cu">Trang sau</a><a href="/thong-bao">Thông báo</a>'
    payload = Payload(200, (("Content-Type", "text/html; charset=utf-8"),), page.encode())
    pager = GenericListing(SITE, f"http://{HOST}/tin", datetime(2025, 7, 8, tzinfo=UTC), payload).pager

    assert pager == {f"http://{HOST}{target}" for target in ("/tin?p=2", "/tin?page=7", "/cu")}


LONG = "Sáng 15/12, Sở Khoa học và Công nghệ tổ chức hội nghị tổng kết công tác năm với sự tham dự của các đơn vị."
NUKEVIET = (
    '<html><head><meta name="generator" content="NukeViet v4.5"></head><body><div id="print"><h1>Hội nghị tổng kết</h1>'
    f'<ul class="list-inline"><li>Thứ hai - 15/12/2024 08:30</li></ul><div id="bodytext"><p>{LONG}</p><p>{LONG} Tại</p></div></div></body></html>'
)


@pytest.mark.parametrize(
    "copy",
    [
        "/vi/news/print/tin-tuc/hoi-nghi-12.html",
        "/vi/news/savefile/tin-tuc/hoi-nghi-12.html",
        "/vi/news/tin-tuc/hoi-nghi-12.html",
        "/vi/news/tin-tuc/hoi-nghi-12.html?print=1",
    ],
)
def test_copies_of_an_article_are_that_article(copy):
    got = read_page(NUKEVIET, f"http://{HOST}{copy}", site=SITE)

    assert isinstance(got, Article)
    assert got.url == f"http://{HOST}/vi/news/tin-tuc/hoi-nghi-12.html"


SCRIPT = '<script>var nv_base_siteurl="/",nv_lang_data="vi",nv_name_variable="nv",nv_module_name="news";</script>'


@pytest.mark.parametrize(
    ("target", "is_said", "expected"),
    [
        ("/vi/news/tin-tuc/hoi-nghi-12.html", True, "vi.news.12"),
        ("/vi/news/tin-tuc/hoi-nghi-12.html", False, "vi.news.12"),
        ("/vi/news/print/tin-tuc/hoi-nghi-12.html", False, "vi.news.12"),
        ("/news/tin-tuc/hoi-nghi-12.html", True, "vi.news.12"),
        ("/tin-tuc/hoi-nghi-12.html", True, "vi.news.12"),
        ("/index.php?language=vi&nv=news&op=tin-tuc/hoi-nghi-12", True, "vi.news.12"),
        ("/index.php?language=vi&nv=news&op=tin-tuc/hoi-nghi-12", False, "vi.news.12"),
        ("/index.php?nv=news&op=tin-tuc/hoi-nghi-12", True, "vi.news.12"),
        ("/index.php?language=en&nv=news&op=tin-tuc/hoi-nghi-12", False, "en.news.12"),
        ("/tin-tuc/hoi-nghi-12.html", False, None),
        ("/vi/tin-tuc/hoi-nghi-12.html", False, None),
        ("/hoi-nghi", True, None),
    ],
)
def test_the_addresses_of_a_nukeviet_article_are_one_article(target, is_said, expected):
    html = NUKEVIET.replace("</head>", f"{SCRIPT if is_said else ''}</head>")
    got = read_page(html, f"http://{HOST}{target}", site=SITE)

    assert isinstance(got, Article)
    assert got.source_id == expected
    assert expected is None or article_key(got) == f"id:{expected}"


TITLE = "Lễ khai mạc Tuần lễ đổi mới sáng tạo"
DETAIL = f"<h1>{TITLE}</h1><p>Ngày đăng: 15/12/2024 08:30</p><p>{LONG}</p><p>{LONG}</p><p>{LONG}</p>"
CANONICAL = {
    "of another section": ("/su-kien/le-khai-mac", "/tin-tuc/le-khai-mac", True),
    "of a page for small screens": ("/amp/le-khai-mac-1204.html", "/tin-tuc/le-khai-mac-1204.html", True),
    "of an address without words": ("/?p=1204", "/le-khai-mac-tuan-le-doi-moi-sang-tao", True),
    "with the marks of a list": ("/tin/le-khai-mac?from=home", "/tin/le-khai-mac-tuan-le-doi-moi-sang-tao", True),
    "relative": ("/su-kien/le-khai-mac", "le-khai-mac-tuan-le-doi-moi-sang-tao", True),
    "its own": ("/tin/le-khai-mac", "/tin/le-khai-mac", False),
    "its own without the id": ("/chi-tiet?id=5", "/chi-tiet", False),
    "its own without the name": ("/chi-tiet?bai=le-khai-mac", "/chi-tiet", False),
    "the home page": ("/tin/le-khai-mac", "/", False),
    "the home page by name": ("/tin/le-khai-mac", "/index.php", False),
    "another host": ("/tin/le-khai-mac", "http://khac.example.vn/tin/le-khai-mac", False),
    "the list": ("/tin-tuc/le-khai-mac", "/tin-tuc", False),
    "a page of a list": ("/tin-tuc/le-khai-mac-1204", "/tin-tuc/page/2/le-khai-mac-1204?page=3", False),
    "one article on all pages": ("/tin/le-khai-mac-1204", "/tin/tap-huan-an-toan-1199", False),
    "a numbered article on all pages": ("/tin/5", "/tin/1", False),
    "another of the same name": ("/le-khai-mac-12", "/le-khai-mac-tuan-le-doi-moi-sang-tao-7", False),
    "broken": ("/tin/le-khai-mac", "http://[", False),
    "empty": ("/tin/le-khai-mac", "", False),
    "no web address": ("/tin/le-khai-mac", "javascript:le-khai-mac", False),
}


@pytest.mark.parametrize(("target", "told", "is_kept"), CANONICAL.values(), ids=CANONICAL)
def test_an_article_is_kept_under_the_address_that_it_calls_its_own_if_that_can_be(target, told, is_kept):
    url = f"http://{HOST}{target}"
    got = read_page(f'<head><title>{TITLE}</title><link rel="canonical" href="{told}"></head>{DETAIL}', url, site=SITE)

    assert isinstance(got, Article)
    assert got.url == (urljoin(url, told) if is_kept else url)


def test_a_page_that_calls_two_addresses_its_own_or_the_list_on_which_it_stands_is_kept_under_its_own():
    link = '<link rel="canonical" href="{}">'.format
    url = f"http://{HOST}/su-kien/le-khai-mac"
    two = read_page(link("/tin/le-khai-mac") + link("/a/le-khai-mac") + DETAIL, url, site=SITE)
    listed = read_page(link("/tin/le-khai-mac") + DETAIL, url, site=SITE, via=f"http://{HOST}/tin/le-khai-mac")

    assert isinstance(two, Article)
    assert isinstance(listed, Article)
    assert two.url == listed.url == url


def test_the_catalog_knows_what_lists_articles(tmp_path):
    def capture(name: str, via: str | None = None) -> Capture:
        url = f"http://{HOST}/{name}"
        return Capture(
            f"urn:{name}",
            url,
            datetime(2025, 7, 8, tzinfo=UTC),
            200,
            "text/html",
            None,
            "s",
            "c",
            Location("w", 0, 1),
            via=via,
        )

    read = {
        "home": ("rejected", "home_page"), "section": ("rejected", "section_list"), "listing": ("listing", ""),
        "about": ("rejected", "static_page"), "hub": ("rejected", "no_title"), "article": ("article", "generic/1"),
        "other": ("article", "generic/1"),
    }  # fmt: skip
    vias = {"article": f"http://{HOST}/hub", "other": f"http://{HOST}/article"}
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog, catalog.transaction():
        catalog.add_captures([capture(name, vias.get(name)) for name in read])
        for name, (kind, detail) in read.items():
            catalog.add_reading(f"urn:{name}", kind, detail)
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        lists = set(catalog.lists("s"))

    assert lists == {f"http://{HOST}/{name}" for name in ("home", "section", "listing", "hub")}


def article(**sure: float) -> Article:
    got = read_page(NUKEVIET, f"http://{HOST}/vi/news/tin-tuc/hoi-nghi-12.html", site=SITE)
    assert isinstance(got, Article)
    return replace(got, confidence=sure or None)


def test_a_crawl_counts_fields_of_which_the_reader_is_not_sure():
    results = [article(title=0.9, published=0.2), article(title=0.4, published=0.1), article()]
    payload = Payload(200, (("Content-Type", "text/html"),), b"<p>")
    reader = CrawlReader("c", lambda capture, payload: results.pop())
    for number in range(3):
        reader.note(replace(capture_of(f"http://{HOST}/{number}", SITE), id=f"urn:{number}"), payload)

    assert reader.unsure == {"published": 2, "title": 1}
    report = CrawlReport(
        "c", "s", datetime(2025, 7, 8), datetime(2025, 7, 8), 0, low_confidence=dict(sorted(reader.unsure.items()))
    )
    assert [*remarks(report)] == [
        "not sure of: published 2, title 1 (articles by field; `khcn show URL --json` tells the confidence)"
    ]


def test_a_check_shows_how_sure_each_field_is(capsys):
    told = dict.fromkeys(FIELDS) | {
        "url": f"http://{HOST}/a",
        "title": "Tiêu đề",
        "published": "2025-07-08",
        "confidence": {"title": 0.9, "published": 0.25},
    }
    show(SeedCheck("u", None, (), None, None, 1, 0, 0, None, told, "u", (), False))

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "title Tiêu đề 0.90" in lines
    assert "published 2025-07-08 0.25" in lines
