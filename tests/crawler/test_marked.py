"""Pages read by exact marks, and what a guard sends in place of a page."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from archive.model import Article, NotAnArticle
from archive.times import VN
from crawler.site_files import filled
from crawler.sites import Site
from tests.crawler.reading_helpers import read_page

URL = "http://sokhcn.example.vn/khai-mac-cho-cong-nghe-12"
LEAD = "Chợ công nghệ năm nay có một trăm hai mươi gian hàng của các viện, trường và doanh nghiệp."
BODY = (
    "<p>Sáng nay, Sở Khoa học và Công nghệ khai mạc chợ công nghệ với hơn một nghìn lượt khách tham quan.</p>"
    "<p>Trong ba ngày, các đơn vị sẽ giới thiệu thiết bị sấy, hệ thống tưới và phần mềm quản lý trang trại.</p>"
)
HEAD = '<div class="ArticleHeader">Khai mạc chợ công nghệ</div>'
DATED = '<div class="PostDate">12/05/2024 08:00</div>'


def site(*pages: str) -> Site:
    """Return a site of these families."""
    return filled(
        msgspec.convert(
            {
                "id": "case",
                "name": "Sở",
                "name_en": "Department",
                "status": "active",
                "hosts": [{"host": "sokhcn.example.vn"}],
                "layouts": [{"page": page} for page in pages],
            },
            Site,
        )
    )


def article(body: str, url: str = URL) -> Article | NotAnArticle:
    """Read a page of the UI portal."""
    found = read_page(f"<html><body>{body}</body></html>", url, site=site("ui_portal"))
    assert isinstance(found, Article | NotAnArticle)
    return found


def test_of_two_dates_with_the_same_mark_the_one_beside_the_body_counts():
    found = article(
        f'<div><span class="PostDate">01/07/2025 10:00</span></div><div>{HEAD}{DATED}'
        f'<div class="ArticleContent">{BODY}</div></div>'
    )

    assert isinstance(found, Article)
    assert found.published == datetime(2024, 5, 12, 8, 0, tzinfo=VN)


def test_a_lead_that_the_body_says_again_is_said_once():
    found = article(
        f'{HEAD}{DATED}<div class="ArticleSummary">{LEAD}</div><div class="ArticleContent"><p>{LEAD}</p>{BODY}</div>'
    )

    assert isinstance(found, Article)
    assert found.summary == LEAD
    assert found.text.count(LEAD) == 0
    assert len(found.text.split("\n\n")) == 2


def test_words_after_a_box_within_the_body_stay():
    found = article(
        f'{HEAD}{DATED}<div class="ArticleContent">{BODY}<p>Mở đầu của đoạn văn <span class="box-relate">'
        '<a href="/tin-khac-ve-cho-cong-nghe-9">Tin khác</a></span>và phần còn lại của đoạn văn ấy.</p></div>'
    )

    assert isinstance(found, Article)
    assert found.text.endswith("Mở đầu của đoạn văn và phần còn lại của đoạn văn ấy.")


def test_an_empty_body_is_no_reason_to_read_the_boxes_beside_it():
    found = article(f'{HEAD}{DATED}<div class="ArticleContent"></div><div class="side">{BODY}</div>')

    assert found == NotAnArticle("no_text", "Khai mạc chợ công nghệ")


def test_a_page_without_the_marks_is_read_by_evidence():
    found = article(f"<h1>Khai mạc chợ công nghệ</h1><p>12/05/2024 08:00</p><div>{BODY}</div>")

    assert isinstance(found, Article)
    assert found.title == "Khai mạc chợ công nghệ"
    assert len(found.text.split("\n\n")) == 2


def test_the_family_whose_marks_a_page_bears_reads_it_when_the_first_has_none():
    page = f'<html><body>{HEAD}{DATED}<div class="ArticleContent">{BODY}</div></body></html>'
    found = read_page(page, URL + ".html", site=site("vccorp", "ui_portal"))

    assert isinstance(found, Article)
    assert found.parser.startswith("ui_portal/")


COOKIE = 'document.cookie = "D1N=4f2a9c0be1d7735fa6e81c3390bd54c2; path=/";'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"<script>{COOKIE} window.location.reload(true);</script>", "cookie_stub"),
        (f"<script>{COOKIE} location.href = location.href;</script><noscript>Bật JavaScript</noscript>", "cookie_stub"),
        ("<script>document.cookie='a=1';location.replace(location);</script><p>Đang kiểm tra...</p>", "cookie_stub"),
        ("<script>var a = 1;</script>", "empty"),
        ("<script>document.cookie='font=2';</script>", "empty"),
    ],
)
def test_a_guards_stub_is_told_from_an_empty_page(body, reason):
    found = read_page(f"<html><body>{body}</body></html>", URL, site=site("ui_portal"))

    assert isinstance(found, NotAnArticle)
    assert found.reason == reason


def test_a_short_article_whose_scripts_set_cookies_is_an_article():
    found = article(
        "<script>document.cookie='font=2'; function top() { location.href = '#top'; }</script>"
        f'<a href="/">Trang chủ</a>{HEAD}{DATED}<div class="ArticleContent">{BODY}</div>'
    )

    assert isinstance(found, Article)
