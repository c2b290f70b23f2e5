"""``--since``: dates beside links, where a listing is left, and what a run of the command asks for."""

from __future__ import annotations

import json
from datetime import date, datetime
from urllib.parse import urlsplit

import pytest
from lxml import etree

from archive.model import ListingItem, Payload
from archive.times import VN
from crawler.listed import dates_beside
from crawler.page import ListingPage
from crawler.since import Since
from crawler.site_files import load_site
from tests.crawler.other_sites import SITES
from tests.khcn import FAST, khcn
from tests.play import play
from tests.play.content import articles
from tests.play.world import World

DAY = date(2025, 6, 10)
NEWER, OLDER = datetime(2025, 6, 10, 0, 0, tzinfo=VN), datetime(2025, 6, 9, 23, 59, tzinfo=VN)


def beside(html: str) -> dict[str, str]:
    links = [(link, str(link.get("href"))) for link in etree.HTML(html).iter("a")]
    return {url: f"{when:%d/%m/%Y}" for url, when in dates_beside(links).items()}


@pytest.mark.parametrize(
    ("html", "dates"),
    [
        ("<ul><li><a href=a>A</a> (12/05/2020)</li><li><a href=b>B</a> (11/05/2020)</li></ul>", ("12/05", "11/05")),
        ("<p><a href=a>A</a> <i>12/05/2020</i></p><p><a href=b>B</a></p>", ("12/05", None)),
        ("<p>12/05/2020 <a href=a>A</a> <a href=b>B</a></p>", (None, None)),
        ("<p><i>12/05/2020 08:00</i><b>01/01/2021</b><a href=a>A</a></p><a href=b>B</a>", ("12/05", None)),
        ("<p><a href=a>Kế hoạch ngày 12/05/2020</a></p><p><a href=b>12/05/2020</a></p>", (None, "12/05")),
        ("<h4>12/05/2020</h4><li><a href=a>A</a></li><li><a href=b>B</a></li>", (None, None)),
        (
            "<div><p><a href=a><img></a></p><p><a href=a>A</a><i>12/05/2020</i></p></div><a href=b>B</a>",
            ("12/05", None),
        ),
        ("<p><a href=a>A</a><i>32/13/2020</i></p><p><a href=b>B</a><i>00/00/0000</i></p>", (None, None)),
        ("<p><a href=a>A</a>" + "<b>x</b>" * 300 + "<i>12/05/2020</i></p><a href=b>B</a>", (None, None)),
    ],
)
def test_a_date_belongs_to_the_only_article_in_its_element(html, dates):
    found = beside(html)

    assert tuple(found.get(url, "")[:5] or None for url in ("a", "b")) == dates


def test_a_page_that_is_one_item_has_no_date_of_the_page():
    assert beside("<html><body>12/05/2020 <p><a href=a>A</a></p></body></html>") == {}


def test_links_without_end_cost_no_square():
    links = "".join(f"<li><a href={number}>A</a></li>" for number in range(20_000))

    assert beside(f"<ul>{links}</ul>") == {}


def items(*published: datetime | None) -> list[ListingItem]:
    return [ListingItem(f"http://x.vn/{number}", None, when) for number, when in enumerate(published)]


@pytest.mark.parametrize(
    ("page", "goes_on"),
    [
        ((NEWER, OLDER, OLDER), True),
        ((OLDER, NEWER, NEWER), True),  # pinned to the top
        ((OLDER, OLDER, OLDER), False),
        ((OLDER, None), False),
        ((OLDER, None, None), True),  # most of it says nothing
        ((None, None), True),
        ((), True),
    ],
)
def test_a_listing_is_left_behind_a_page_on_which_all_is_older(page, goes_on):
    since = Since(DAY, 15)

    assert since.goes_on("chain", items(*page)) is goes_on
    assert since.has_cut is not goes_on


def test_a_listing_without_dates_is_left_after_so_many_older_articles_in_a_row():
    since = Since(DAY, 3)

    for published in (OLDER, OLDER, NEWER, OLDER, OLDER):
        since.note("chain", published)
    assert since.goes_on("chain", items(None))
    since.note("chain", OLDER)
    assert not since.goes_on("chain", items(None))
    assert since.goes_on("other chain", items(None))


def test_an_article_is_wanted_from_that_day_in_vietnam_on_and_when_nobody_says():
    since = Since(DAY, 15)

    assert since.wants(NEWER)
    assert since.wants(None)
    assert not since.has_cut
    assert not since.wants(OLDER)
    assert since.has_cut


def test_without_a_day_everything_is_wanted():
    since = Since(None, 1)

    since.note("chain", OLDER)
    assert since.wants(OLDER)
    assert since.goes_on("chain", items(OLDER))


def test_a_run_asks_for_nothing_that_its_listings_date_before_that_day(tmp_path):
    with play(seeds=False, oldest=40) as played:
        truth = [article for article in played.articles if "hatinh" in article.url]
        day = truth[9].published.astimezone(VN).date()
        wanted = {article.url for article in truth if article.published.astimezone(VN).date() >= day}

        done = khcn("crawl", "ha_tinh", "--since", str(day), "--json", *FAST, data=tmp_path, resolve=played.resolve)

        asked = {f"http://{fetch.host}{fetch.target}" for fetch in played.log} & {article.url for article in truth}
        report = json.loads(done.stdout)
        assert done.returncode == 0, done.stderr
        assert wanted <= asked
        assert len(asked - wanted) <= 5  # a side column names them without a date
        assert report["articles"]["new"] == len(asked)
        assert report["complete"] is False

        whole = json.loads(khcn("crawl", "ha_tinh", "--json", *FAST, data=tmp_path, resolve=played.resolve).stdout)
        assert whole["articles"]["new"] == len(truth) - len(asked)
        assert whole["complete"] is True


@pytest.mark.parametrize(
    ("site", "address"),
    [
        ("ha_tinh", "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/tin-tuc-su-kien?page={}"),
        ("hau_giang", "http://skhcn.haugiang.gov.vn/danh-sach/-/tin-tuc?page={}"),
    ],
)
def test_no_date_of_a_played_listing_is_another_articles(site, address):
    world = World(articles())
    truth = {article.url: article.published.astimezone(VN).date() for article in world.articles}
    found = []
    for number in range(1, 6):
        parts = urlsplit(address.format(number))
        answer = world.answer(parts.netloc, f"{parts.path}?{parts.query}")
        payload = Payload(200, (("Content-Type", answer.mime),), answer.body)
        page = ListingPage(load_site(SITES / f"{site}.toml"), parts.geturl(), NEWER, payload)
        found += page.listing().items

    dated = [item for item in found if item.published is not None]
    assert len(dated) > len(found) * 2 / 3  # the rest stands in a side column
    assert [item for item in dated if item.published.date() != truth[item.url]] == []
