"""Feeds and sitemaps are what their readers expect, and name our pages."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from archive.web.feeds import _named, map_names
from tests.archive.example import COPY, GONE, RICE, make_example
from tests.web.served import asking

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"m": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    make_example(root)
    with asking(root) as client:
        yield client


def test_a_feed_of_a_site_has_its_newest_articles(client):
    answer = client.get("/feeds/ha_tinh.atom?limit=1")
    feed = etree.fromstring(answer.content)

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert feed.xpath("a:entry/a:link[@rel='alternate']/@href", namespaces=ATOM) == [GONE]
    assert feed.findtext("a:title", namespaces=ATOM) == "Sở Khoa học và Công nghệ tỉnh Hà Tĩnh"
    assert feed.xpath("a:link[@rel='self']/@href", namespaces=ATOM) == ["http://testserver/feeds/ha_tinh.atom?limit=1"]
    assert (
        client.get("/feeds/ha_tinh.atom?limit=1", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    )
    assert client.get("/feeds/quang_tri.atom").json()["type"] == "urn:khcn:problem:no-such-site"


def test_a_feed_of_a_search_has_its_hits_and_none_is_a_feed_too(client):
    found = etree.fromstring(client.get("/feeds/search.atom?q=giong+lua").content)
    none = etree.fromstring(client.get("/feeds/search.atom?q=khong+co+gi").content)

    assert set(found.xpath("a:entry/a:link[@rel='alternate']/@href", namespaces=ATOM)) == {RICE, COPY}
    assert none.xpath("count(a:entry)", namespaces=ATOM) == 0
    assert none.findtext("a:updated", namespaces=ATOM)
    assert client.get("/feeds/search.atom?q=-").json()["type"] == "urn:khcn:problem:bad-query"


def test_the_sitemap_names_a_page_for_each_article_and_each_is_there(client):
    index = etree.fromstring(client.get("/sitemap.xml").content)
    pages = []
    for address in index.xpath("m:sitemap/m:loc/text()", namespaces=MAP):
        listed = etree.fromstring(client.get(address).content)
        pages += listed.xpath("m:url/m:loc/text()", namespaces=MAP)
        assert all(
            re.fullmatch(r"[\d-]+T[\d:]+Z", day) for day in listed.xpath("m:url/m:lastmod/text()", namespaces=MAP)
        )

    assert len(pages) == 3
    assert {client.get(page).status_code for page in pages} == {200}
    assert client.get("/sitemaps/quang_tri.xml").status_code == 404


def test_the_sitemaps_of_a_large_site_have_all_of_it():
    names = list(map_names("bao.example.vn", 500_000))

    assert len(names) == 256
    assert {_named(name) for name in names} == {("bao.example.vn", f"{number:02x}") for number in range(256)}
    assert _named("bao.example.vn.xml") == ("bao.example.vn", "")
