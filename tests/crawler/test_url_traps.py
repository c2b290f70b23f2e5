"""Which addresses are traps, and that those of real pages are none."""

from __future__ import annotations

import csv
import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import Payload
from crawler.page import ListingPage
from crawler.registry import page_classes
from crawler.sessions import without_junk
from crawler.site_files import Registry, filled
from crawler.sites import Host, Layout, Site
from crawler.trapped import CALENDAR_PAGES, Traps
from crawler.url_traps import MAX_ADDRESS, dated, numbered, trap
from tests.docs.pages import ROOT

TODAY = date(2026, 3, 1)
ANY = Site("any", "Sở", "Department", "active", hosts=(Host("a.vn"),))
SAVED = ROOT.parent / "shared" / "pages"
TABLE = tomllib.loads((Path(__file__).parent / "real_addresses.toml").read_text("utf-8"))
ALL = [Site("any", "Sở", "Department", "active", layouts=(Layout(name),)) for name in sorted(page_classes())]


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/tin/1-hoi-nghi.html/en", "language_chain"),
        ("/tin/1-hoi-nghi.html/en/vi/en.html", "language_chain"),
        ("/en/vi/tin/1", "language_chain"),
        ("/tin/vi-vn/en-US", "language_chain"),
        ("/tin/su-kien/tin/su-kien/tin/su-kien", "repeated_path"),
        ("/web/x/-/view_content/web/x/-/view_content/1-a", "repeated_path"),
        ("/a1/b/tin-tuc/c/tin-tuc/d/tin-tuc", "repeated_path"),
        ("/" + "a/" * 31, "repeated_path"),
        ("/tin?page=2&page=3&page=4", "repeated_query"),
        ("/tin?page=2?page=3?page=4", "repeated_query"),
        ("/dang-nhap?ReturnUrl=%2fdang-nhap%3fReturnUrl%3d%252fdang-nhap%253fReturnUrl%253d%25252f", "repeated_query"),
        ("/lich/2031/05", "calendar"),
        ("/lich/2031/5/12", "calendar"),
        ("/2026/07/", "calendar"),
        ("/2031/05/page/2/", "calendar"),
        ("/su-kien/2031-05-12", "calendar"),
        ("/1996/12/", "calendar"),
        ("/lich?month=5&year=2031", "calendar"),
        ("/lich?thang=12&nam=1996", "calendar"),
        ("/lich?ngay=12/05/2031", "calendar"),
        ("/lich?date=20310512", "calendar"),
        ("/lich?tribe-bar-date=2031-05", "calendar"),
        ("/van-ban?nam=2045", "calendar"),
        ("/tin?page=-1", "page_number"),
        ("/tin?trang=999999", "page_number"),
        ("/tin?_101_INSTANCE_x_cur=10001", "page_number"),
        ("/tin?start=200010", "page_number"),
        ("/tin/page/999999/", "page_number"),
        ("/tin/page-999999.html", "page_number"),
        ("/tin?q=" + "a" * MAX_ADDRESS, "long_address"),
    ],
)
def test_a_trap_is_known_by_its_address(target, kind):
    assert trap(f"http://a.vn{target}", None, ANY, TODAY) == kind


@pytest.mark.parametrize(
    "target",
    [
        "/vi/tin/1", "/en", "/en/tin-tuc", "/vi-vn/tin-chi-tiet/id/5/a", "/web/guest/tin/-/view_content/5-a.html",
        "/tin-tuc/tin-tuc/1-a.html", "/cl/125/169/a", "/1/1/1/1", "/tin/a/b/a/b", "/tin?f[]=1&f[]=2&f[]=3",
        "/tin?page=3802", "/tin?page=0", "/tin?page=page.chitiet", "/tin?start=5000", "/index.php?pageid=11539&topicid=7",
        "/2021/05/12/hoi-nghi-2030/", "/2012/05/", "/2026/06/", "/lich?month=4&year=2026", "/van-ban?nam=1976",
        "/van-ban?nam=2030", "/cl/2035/5", "/cl/1250/12", "/portal/pages/2031-05-12/a.aspx", "/quy-hoach/2050",
        "/?id=2031", "/tim?tu=nghien+cuu", "/bai/" + "a%CC%81" * 250,
    ],
)  # fmt: skip
def test_what_only_looks_like_a_trap_is_none(target):
    assert trap(f"http://a.vn{target}", "http://a.vn/tin-tuc/", ANY, TODAY) is None


def test_a_relative_link_that_is_resolved_once_too_often_is_known_by_its_page():
    site, page = ANY, "http://a.vn/su-kien/hoi-nghi/"

    assert trap(f"{page}su-kien/hop-bao/", page, site, TODAY) == "repeated_path"
    assert trap(f"{page}su-kien/hop-bao/", None, site, TODAY) is None
    assert trap(f"{page}hoi-nghi/hop-bao/", page, site, TODAY) is None  # a section within one of its name


def test_the_date_in_the_address_of_an_article_makes_no_calendar():
    site = filled(Site("x", "Sở", "Department", "active", layouts=(Layout("x", articles=(r"/\d+/\d\d",)),)))

    assert trap("http://a.vn/2031/05", None, ANY, TODAY) == "calendar"
    assert trap("http://a.vn/2031/05", None, site, TODAY) is None


@pytest.mark.parametrize("kind", TABLE)
def test_no_real_address_is_a_trap_on_any_site(kind):
    assert len(TABLE[kind]) >= 10
    for url in TABLE[kind]:
        assert [trap(url, None, site, TODAY) for site in (ANY, *map(filled, ALL))] == [None] * (1 + len(ALL)), url


def test_no_declared_address_is_a_trap():
    sites = list(Registry(ROOT / "spiders" / "sites").all())
    urls = [(site, seed.url) for site in sites for seed in site.seeds]
    for case in sorted((ROOT / "tests" / "sites").glob("*/*/case.toml")):
        if (url := tomllib.loads(case.read_text("utf-8")).get("url")) is not None:
            urls.append((ANY, url))

    assert len(urls) > 100
    assert [url for site, url in urls if trap(url, None, site, TODAY)] == []


@pytest.mark.skipif(not SAVED.exists(), reason="the saved pages are not beside the project")
def test_no_link_of_a_saved_page_is_a_trap_but_those_of_the_traps():
    rows = list(csv.DictReader((SAVED / "manifest.csv").open(encoding="utf-8")))
    found, count = {}, 0
    for row in rows:
        body = (SAVED / row["file"]).read_bytes()
        url = row["original_url"] or "https://ncov.moh.gov.vn/"
        page = ListingPage(ANY, url, datetime(2026, 3, 1, tzinfo=UTC), Payload(200, (), body))
        kinds = {kind for link, _, _ in page.links if (kind := trap(link, url, ANY, TODAY))}
        count += len(page.links)
        found |= {row["file"]: kinds} if kinds else {}

    assert count > 1500
    assert found == {f"hanoi_sotttt_trap_depth{depth}.html": {"language_chain"} for depth in (1, 3)}


@given(st.text(max_size=80), st.text(max_size=40))
def test_whatever_an_address_is_nothing_is_raised(target, via):
    trap(f"http://a.vn/{target}", f"http://a.vn/{via}", ANY, TODAY)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://a.vn/tin;jsessionid=0A1B/x?id=5", "http://a.vn/tin/x?id=5"),
        ("http://a.vn/(S(lit3py55t21z5v55vlm25s55))/tin.aspx", "http://a.vn/tin.aspx"),
        ("http://a.vn/(A(ab-_1)S(lit3py55))/tin.aspx", "http://a.vn/tin.aspx"),
        ("http://a.vn/tin?PHPSESSID=0a1b&id=5", "http://a.vn/tin?id=5"),
        ("http://a.vn/tin?sid=0a1b2c3d4e5f60718293a4b5c6d7e8f9", "http://a.vn/tin"),
        ("http://a.vn/tin?p_p_auth=NzLUVKZE&p_p_id=49", "http://a.vn/tin?p_p_id=49"),
        ("http://a.vn/tin?t=1711122067305&_=1711122067305", "http://a.vn/tin"),
        ("http://a.vn/tin?sid=1285&t=5&s=nghien-cuu-khoa-hoc-2025&token=", None),
        ("http://a.vn/chi-tiet-tin/-/view-article/1/1663228888354/1663239191717", None),
        ("http://a.vn/tin-(S)/a?time=2025", None),
    ],
)
def test_the_session_in_an_address_makes_no_other_page(url, same):
    assert without_junk(url) == (same or url)


def test_an_article_is_known_by_its_address_with_a_session_in_it():
    site = filled(Site("x", "Sở", "Department", "active", layouts=(Layout("x", articles=(r"/tin/(?P<id>\d+)",)),)))

    assert site.is_article("http://a.vn/tin/5;jsessionid=0A1B")
    assert site.source_id("http://a.vn/(S(0a1b))/tin/5?t=1711122067305") == "5"


def test_pages_of_a_list_and_of_a_calendar_are_told_apart():
    assert [page and (page.series, page.number) for page in (
        numbered("http://a.vn/tin?trang=2&id=1", ANY), numbered("http://a.vn/tin/page-3/", ANY), numbered("http://a.vn/tin", ANY)
    )] == [("http://a.vn/tin?id=1", 2), ("http://a.vn/tin", 3), None]  # fmt: skip
    assert dated("http://a.vn/lich/2026/02", ANY).calendar == dated("http://a.vn/lich/2026/03", ANY).calendar


def test_a_list_is_over_after_two_pages_that_name_nothing_new():
    traps = Traps(ANY, TODAY)
    pages = [["/a", "/b"], ["/b"], ["/c", "/a"], ["/c"], ["/a"]]

    assert [traps.is_past_the_last("x", page) for page in pages] == [False, False, False, False, True]
    assert traps.is_past_the_last("y", ["/a"]) is False


def test_each_address_is_counted_once_and_calendars_are_bounded():
    traps = Traps(ANY, TODAY)
    links = ["http://a.vn/tin?page=-1", "http://a.vn/tin?page=-1", "http://a.vn/tin?page=-2"]
    months = [f"http://a.vn/{name}/{2000 + n // 12}/{n % 12 + 1:02}" for name in range(5) for n in range(300)]

    assert all(traps.avoids(url, None) for url in links)
    assert sum(not traps.avoids(url, None) for url in months * 2) == 2 * CALENDAR_PAGES
    assert traps.counts == {"page_number": 2, "calendar": 5 * 300 - CALENDAR_PAGES}
    assert traps.examples["page_number"] == links[0]


def test_counting_goes_on_after_an_interruption():
    traps = Traps(ANY, TODAY)
    traps.go_on({"calendar": 3}, {"calendar": "http://a.vn/2031/05"})
    traps.note("calendar", "http://a.vn/2031/06")

    assert traps.counts == {"calendar": 4}
    assert traps.examples == {"calendar": "http://a.vn/2031/05"}


def test_every_kind_is_documented():
    from typing import get_args

    from crawler.url_traps import Kind

    text = (ROOT / "docs" / "operations.md").read_text("utf-8")

    assert set(get_args(Kind)) <= set(re.findall(r"`(\w+)`", text))
