"""Listings, links and page classes."""

import pytest

from archive.errors import ConfigError
from archive.model import Listing, ListingItem
from crawler.clean import absolute, key
from crawler.registry import page_class, page_classes
from tests.crawler.reading_helpers import read_page

LIST = "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/tin-tuc-su-kien"
HG = "http://haugiang.gov.vn/HtmlView.aspx?pageid=3129&mid=7506&pageindex={}&siteid=60"


def listing(html: str, url: str = LIST) -> Listing:
    got = read_page(html, url)
    assert isinstance(got, Listing)
    return got


def test_articles_are_listed_once_in_order_with_their_longest_title():
    got = listing(
        "<a href='/chi-tiet-tin-tuc/b'><img src=x></a><h3><a href='/chi-tiet-tin-tuc/b'>Tin B</a></h3>"
        "<a href='http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/a'>Tin\n  A</a><a href='/gioi-thieu'>Giới thiệu</a>"
        "<a href='/chi-tiet-tin-tuc/a'>Xem tiếp</a><a href='/chi-tiet-tin-tuc/c'></a><a href='javascript:void(0)'>X</a>"
    )

    host = "http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/"
    assert got.items == (
        ListingItem(f"{host}b", "Tin B"),
        ListingItem(f"{host}a", "Tin A"),
        ListingItem(f"{host}c", None),
    )


def test_links_are_read_against_the_base_element():
    got = listing("<base href='http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/'><a href='a'>Tin A</a>")

    assert [item.url for item in got.items] == ["http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/a"]


@pytest.mark.parametrize(
    ("url", "links", "following"),
    [
        (LIST, ["?page=2", "?page=3", "?page=1146"], f"{LIST}?page=2"),
        (f"{LIST}?page=2", ["?page=1", "?page=2", "?page=3", "?page=4"], f"{LIST}?page=3"),
        (f"{LIST}?page=1146", ["?page=1", "?page=1145"], None),
        (LIST, ["?page=5"], None),
        (LIST, ["/danh-sach-tin-tuc/iso-90012015?page=2"], None),
        (LIST, ["http://khac.vn/danh-sach-tin-tuc/tin-tuc-su-kien?page=2"], None),
        (LIST, [], None),
        (HG.format(0), [HG.format(1), HG.format(2)], HG.format(1)),
        (HG.format(1), [HG.format(2).replace("7506", "9999"), HG.format(0), HG.format(2)], HG.format(2)),
    ],
)
def test_the_next_page_is_the_following_one_of_the_same_list(url, links, following):
    html = "<body>" + "".join(f"<a href='{link.replace('&', '&amp;')}'>{n}</a>" for n, link in enumerate(links))

    assert listing(html, url).next_url == following


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        (" /a b.jpg\n", "http://x.vn/a%20b.jpg"),
        ("ảnh/đại-hội.jpg", "http://x.vn/tin/%E1%BA%A3nh/%C4%91%E1%BA%A1i-h%E1%BB%99i.jpg"),
        ("a\u0300.jpg", "http://x.vn/tin/a%CC%80.jpg"),
        ("//y.vn/a#top", "http://y.vn/a"),
        ("a%20b.pdf?x=1&y=2", "http://x.vn/tin/a%20b.pdf?x=1&y=2"),
        ("http://quan:m4tkhau@y.vn/a?b@c", "http://y.vn/a?b@c"),
        ("//quan@y.vn/a", "http://y.vn/a"),
        ("#top", None),
        ("javascript:print()", None),
        ("mailto:a@b.vn", None),
        ("data:image/png;base64,AA", None),
        ("http://[::1/a", None),
        ("", None),
    ],
)
def test_an_address_is_absolute_and_otherwise_as_given(href, expected):
    assert absolute(href, "http://x.vn/tin/1") == expected


def test_page_classes_are_found_by_name():
    assert {"generic", "ha_tinh", "hau_giang_html_view", "hau_giang_chi_tiet"} <= set(page_classes())
    with pytest.raises(ConfigError, match=r'no page class "ha_tin".*did you mean "ha_tinh"'):
        page_class("ha_tin")


def test_headlines_are_compared_by_their_words():
    assert key("“Đổi mới”: sáng tạo –  năm 2025!") == key("Đổi mới, sáng tạo - năm 2025")
