"""What no honest page holds neither breaks a reader nor keeps it for minutes."""

from __future__ import annotations

import time
import tracemalloc
from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from lxml import etree

from archive.model import Article, Payload
from crawler.exits import UnknownSite
from crawler.page import Page
from crawler.registry import page_classes
from crawler.seeds import undeclared_site
from crawler.side_boxes import own_articles
from crawler.sites import Site
from crawler.trapped import Traps
from crawler.undeclared import listing_of
from crawler.url_traps import trap
from spiders.pages import candidates
from spiders.pages.json_ld import read_json
from tests.crawler.reading_helpers import SITES, read_page

STRANGER = Site(id="stranger", name="Báo", name_en="Paper", status="active")
ARTICLE = "http://bao.example.vn/tin/khai-mac-techfest-2024-123.html"
LIST = "http://bao.example.vn/tin?cid=5"
NUMBERS = ("2&p=x", "9" * 5_000, "%C2%B2", "-" * 9)
PARAGRAPHS = "<p>The river rose by two metres in one night, and three villages were cut off from the road.</p>" * 4


def page(html: str, url: str = LIST, site: Site = STRANGER) -> Page:
    return Page(
        site, url, datetime(2025, 7, 8, tzinfo=UTC), Payload(200, (("Content-Type", "text/html"),), html.encode())
    )


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_is_none_in_a_link_breaks_no_list(number):
    for link in (f"{LIST}&p={number}", f"/tin/page/{number}", f"?start={number}", f"?page={number}"):
        assert listing_of(page(f"<a href='{link}'>2</a>", f"http://bao.example.vn/{link}")).url
        assert listing_of(page(f"<a href='{link}'>2</a>")).url == LIST


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", sorted(page_classes()))
def test_it_breaks_no_list_of_a_family_either(name, number):
    reader = page_classes()[name].listing_page
    keys = ("page", "trang", "start", "limitstart", "PageFirstRow", "_101_INSTANCE_x_cur", "_x_cur")
    links = [f"/tin?{key}={number}" for key in keys] + [f"/tin/page/{number}", f"/timelinelist/5/{number}.htm"]
    html = "".join(f"<a href='{link}'>Trang sau</a>" for link in links) + f"<input id='hdZoneId' value='{number}'>"

    for link in links:
        url = f"http://bao.example.vn{link}"
        assert page(html, url).read_as(reader).listing().url == url


@pytest.mark.parametrize("site_id", ["ha_tinh", "hau_giang", "khanh_hoa"])
def test_it_is_a_number_of_no_declared_list(site_id):
    site = SITES.get(site_id)
    for seed in site.seeds:
        for tail in (f"?page={'9' * 5_000}", f"/{'9' * 5_000}", f"-trang-{'9' * 5_000}.html"):
            site.numbered(seed.url.rstrip("/") + tail)


def test_a_number_longer_than_python_reads_is_that_of_no_page():
    path = "http://bao.example.vn/tin/page/" + "9" * 1_500

    assert trap(path, None, STRANGER, date(2025, 7, 8)) == "page_number"
    assert Traps(STRANGER, date(2025, 7, 8)).without_later_pages(f"{LIST}&page=2", [path * 4]) == [path * 4]


@pytest.mark.parametrize("source", [
    '{"a":1' + " " * 200_000 + "x",
    '{"a":"b"' + "\n" * 200_000 + "x",
    '{"a":1}-->' + " " * 200_000 + "x",
    '{"a":1}' + " /*" * 60_000 + " x",
])  # fmt: skip
def test_json_with_endless_blanks_is_read_at_once(source):
    started = time.process_time()

    assert read_json(source) == []

    assert time.process_time() - started < 2


def test_a_page_that_names_a_thousand_writers_and_months_is_read_in_time():
    names = ("".join(letters) for letters in permutations("bcdfghkz", 6))
    said = (" ".join(f"{day} {next(names)} 2001" for day in range(1, 14)) for _ in range(300))
    metas = "".join(f"<meta name='author' content='{text}'>" for text in said)
    started = time.process_time()

    read_page(f"<html lang='en'><head>{metas}</head><body><h1>The river rose</h1>{PARAGRAPHS}", ARTICLE, site=STRANGER)

    assert time.process_time() - started < 5


def test_a_page_of_boxes_without_words_is_looked_at_once():
    root = etree.HTML("<a href='/1'>x</a>" + "<div>" * 200 + "<i> </i>" * 10_000)
    started = time.process_time()

    assert own_articles([(link, str(link.get("href"))) for link in root.iter("a")], lambda words: False) == {"/1"}

    assert time.process_time() - started < 2


def test_a_heading_in_pieces_is_one_still():
    root = etree.HTML("<a href='/1'>x</a><div><h4><b>Xem</b> <b>nhiều</b></h4><a href='/2'>y</a></div>")

    assert own_articles([(link, str(link.get("href"))) for link in root.iter("a")], lambda words: False) == {"/1"}


def test_a_page_of_elements_within_elements_is_not_given_to_libraries():
    deep = page(f"<body>{PARAGRAPHS}" + "<div>" * 5_000)

    assert candidates.is_nested(deep.root)
    assert not candidates.is_nested(page(f"<body>{PARAGRAPHS}" + "<div>" * 500).root)
    assert not candidates.is_nested(None)


def test_an_article_in_a_script_is_read_whatever_its_size():
    head = "<meta property='article:published_time' content='2025-01-02T03:04:05Z'><h1>The river rose in one night</h1>"
    script = '<script>{"articleBody": "' + 'A line \\"in quotes\\".\\n' * 20_000 + '"}</script>'

    got = read_page(f"<html lang='en'><body>{head}{script}", ARTICLE, site=STRANGER)

    assert isinstance(got, Article)
    assert got.text.count('A line "in quotes".') == 20_000


def test_a_site_of_many_lists_takes_little_memory():
    traps = Traps(STRANGER, date(2025, 7, 8))
    tracemalloc.start()

    for number in range(200):
        traps.without_later_pages(f"{LIST}&id={number}&page=2", [f"http://bao.example.vn/{number}.html"])
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert held < 1_000_000


@pytest.mark.parametrize("site_id", ["host__../../x", "host__/etc", "host__A", "host__a\n"])
def test_no_folder_elsewhere_is_called_by_an_undeclared_host(site_id):
    with pytest.raises(UnknownSite, match="no site"):
        undeclared_site(site_id)
