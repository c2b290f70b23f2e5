"""Families are told apart by their marks, and their address patterns answer at once whatever they are asked."""

from __future__ import annotations

import re
import time

import pytest

from archive.model import Payload
from crawler.derive import SURE, derive, recognised
from crawler.page import Page
from crawler.registry import page_classes
from crawler.site_files import filled
from crawler.sites import Host, Layout, Site
from tests.crawler.reading_helpers import CAPTURED
from tests.sites.cases import all_cases

BY_MARKS = {"nukeviet", "liferay", "wordpress", "joomla"}
FAMILIES = sorted((name, reader) for name, reader in page_classes().items() if reader.has_fingerprint())
BARE = Site("x", "Sở", "Department", "active", hosts=(Host("example.vn"),))
SEVERE = (
    "/" + "a-" * 3000,
    "/a" * 3000,
    "/-" * 3000,
    "/a/?" + "a=1&" * 1500,
    "/index.php?option=com_content&view=category&" + "start=" * 1000,
    "/lists/x/y.aspx?Paged=TRUE&" + "PageFirstRow=1&" * 500 + "\n",
    "/news/" + "page-1/" * 1000,
)


@pytest.mark.parametrize("case", [case for case in all_cases() if case.family in BY_MARKS], ids=str)
def test_a_page_bears_the_marks_of_its_family_alone(case):
    page = Page(BARE, "http://example.vn/", CAPTURED, case.payload)
    sure = {name for name, reader in FAMILIES if reader.fingerprint(page) >= SURE}

    assert recognised(page).__module__.endswith(f".{case.family}")
    assert {page_classes()[name].__module__.rpartition(".")[2] for name in sure} == {case.family}


@pytest.mark.parametrize("html", ["", "<p>", "<html><body><h1>Tin</h1><p>Ngày 18-05-2022</p>", "\0\ufffd<"])
@pytest.mark.parametrize(("name", "reader"), FAMILIES)
def test_a_page_of_no_family_bears_no_marks(name, reader, html):
    page = Page(BARE, "http://example.vn/tin/1", CAPTURED, Payload(200, (), html.encode()))

    assert reader.fingerprint(page) == 0


@pytest.mark.parametrize(("name", "reader"), FAMILIES)
def test_patterns_answer_at_once(name, reader):
    started = time.process_time()
    for pattern in (*reader.articles, *reader.listings):
        for target in SEVERE:
            re.fullmatch(pattern, target)

    assert time.process_time() - started < 2


@pytest.mark.parametrize("case", [case for case in all_cases() if isinstance(case.facts.get("site"), dict)], ids=str)
def test_an_address_is_an_article_or_a_listing_as_the_case_expects(case):
    url = case.facts["url"]

    assert case.kind == "rejected" or case.site.is_listing(url) == (case.kind == "listing")
    assert case.kind != "article" or case.site.is_article(url)


@pytest.mark.parametrize(
    ("family", "addresses"),
    [
        (
            "nukeviet",
            (
                "/vi/news/hoat-dong/hoi-nghi-12.html",
                "/vi/news/print/hoat-dong/hoi-nghi-12.html",
                "/vi/news/savefile/hoat-dong/hoi-nghi-12.html",
                "/index.php?language=vi&nv=news&op=hoat-dong/hoi-nghi-12",
            ),
        ),
        (
            "liferay_6",
            (
                "/tin-tuc/-/view_content/12-hoi-nghi.html",
                "/web/guest/trang-chu/-/view_content/12-hoi-nghi.html?p_p_auth=x",
            ),
        ),
        ("liferay_7", ("/-/hoi-nghi", "/web/skhcn/tin-tuc/-/hoi-nghi?redirect=%2F")),
        ("vnpt_portal", ("/chi-tiet-tin/-/view-article/1/1663228888354/12", "/tin/-/view-article/1/1663228888399/12")),
        ("sharepoint", ("/a/Pages/x.aspx?ItemID=12&l=Tin&lv=30", "/a/Pages/x.aspx?l=Tin&ItemID=12")),
        ("joomla", ("/tin-tuc/12-hoi-nghi", "/index.php/tin-tuc/4-so/12-hoi-nghi?tmpl=component&print=1")),
    ],
)
def test_all_addresses_of_one_article_are_one(family, addresses):
    site = filled(Site("x", "Sở", "D", "active", hosts=(Host("example.vn"),), layouts=(Layout(family),)))
    urls = [f"http://example.vn{address}" for address in addresses]

    assert all(site.is_article(url) and not site.is_listing(url) for url in urls)
    assert len({site.identity(url) for url in urls}) == 1


@pytest.mark.parametrize(
    ("family", "address"),
    [
        ("liferay_6", "/hot-news/-/view_content/12-tin.html/en"),
        ("liferay_6", "/hot-news/-/view_content/12-tin.html/en/vi/en"),
        ("liferay_6", "/x/-/view_content/web/x/-/view_content/12-tin.html"),
        ("nukeviet", "/vi/news/hoat-dong/page-2/"),
        ("nukeviet", "/vi/news/sendmail/hoat-dong/hoi-nghi-12.html/x"),
        ("wordpress", "/category/tin-tuc/page/2/"),
        ("wordpress", "/wp-content/uploads/2020/09/a-b.jpg"),
        ("joomla", "/tin-tuc/12-hoi-nghi?format=pdf"),
    ],
)
def test_what_looks_like_an_articles_address_is_none(family, address):
    site = filled(Site("x", "Sở", "D", "active", hosts=(Host("example.vn"),), layouts=(Layout(family),)))

    assert not site.is_article(f"http://example.vn{address}")


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_a_page_cut_off_anywhere_is_read_without_a_fault(case):
    body, headers = case.payload.body, case.payload.headers
    for share in range(1, 8):
        got = derive(case.site, case.capture, Payload(200, headers, body[: len(body) * share // 8]))

        assert got == derive(case.site, case.capture, Payload(200, headers, body[: len(body) * share // 8]))
