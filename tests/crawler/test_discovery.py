"""Articles that no listing names are found by feeds and sitemaps, and changed ones are asked for again."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.times import VN
from archive.warc.reader import iter_captures, list_warcs
from tests.khcn import FAST, khcn
from tests.play import play
from tests.play.finds import HOST

pytestmark = pytest.mark.xdist_group("discovery")
START = datetime(2027, 3, 1, 10, 0, tzinfo=VN)
OPTIONS = ("ha_tinh", "--json", *FAST, "-s", "REQUISITES_ENABLED=0")
FEED, INDEX = f"http://{HOST}/rss/trang-chu.rss", f"http://{HOST}/sitemap_index.xml"
SITEMAPS = (f"http://{HOST}/sitemap-tin-moi.xml", f"http://{HOST}/sitemap-tin-cu.xml.gz")
GUESS = f"http://{HOST}/sitemap.xml"
ADDED = "Bổ sung: hội nghị lùi lại một ngày."


class Run:
    """One run of the crawl, and what it asked for."""

    def __init__(self, played, data: Path, hours: float, *more: str) -> None:
        before = len(played.log)
        self.done = khcn("crawl", *OPTIONS, *more, data=data, resolve=played.resolve, at=START + timedelta(hours=hours))
        assert self.done.stdout, self.done.stderr
        self.report = json.loads(self.done.stdout)
        self.asked = Counter(f"http://{hit.host}{hit.target}" for hit in played.log[before:])
        self.statuses = {f"http://{hit.host}{hit.target}": hit.status for hit in played.log[before:]}


class Finds:
    """Runs over a site whose newest and whose oldest article no listing names."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with play(seeds=False, oldest=30, still=True, finds=True) as played:
            self.shown = [article.url for article in played.articles if article.site == "ha_tinh"]
            self.newest, self.oldest, self.edited = self.shown[0], self.shown[-1], self.shown[20]
            played.unlist(self.newest)
            played.unlist(self.oldest)
            self.first = Run(played, data, 0)
            self.at_once = Run(played, data, 2)
            played.edit(self.edited, ADDED)
            played.world.modified[self.edited] = START + timedelta(hours=3)
            self.later = Run(played, data, 4)
            self.again = Run(played, data, 5)


@pytest.fixture(scope="module")
def finds(tmp_path_factory):
    return Finds(tmp_path_factory.mktemp("discovery") / "data")


def test_what_no_listing_names_is_found_by_the_feed_and_by_the_sitemap(finds):
    assert finds.first.report["exit"] == 0
    assert finds.first.report["complete"] is True
    with open_archive(finds.data) as archive:
        assert {article.url for article in archive.articles()} == set(finds.shown)
        via = {capture.url: capture.via for capture in archive.captures(site="ha_tinh") if capture.via}
    assert via[finds.newest] in (FEED, *SITEMAPS)
    assert via[finds.oldest] in SITEMAPS


def test_everything_is_asked_for_once(finds):
    pages = [FEED, INDEX, *SITEMAPS, *finds.shown]

    assert [finds.first.asked[url] for url in pages] == [1] * len(pages)
    assert f"http://{HOST}/lien-he" not in finds.first.asked
    assert GUESS not in finds.first.asked  # robots.txt names another


def test_captures_say_what_they_are(finds):
    with open_archive(finds.data) as archive:
        purposes = {capture.url: capture.purpose for capture in archive.captures(site="ha_tinh")}

    assert purposes[FEED] == "feed"
    assert {purposes[url] for url in (INDEX, *SITEMAPS)} == {"sitemap"}


def test_a_run_of_an_unchanged_site_asks_conditionally_and_for_no_article(finds):
    assert {finds.at_once.statuses[url] for url in (FEED, INDEX, *SITEMAPS)} == {304}
    assert not finds.at_once.asked.keys() & set(finds.shown)
    assert finds.at_once.report["exit"] == 0


def test_an_article_that_its_sitemap_calls_changed_is_asked_for_again_once(finds):
    assert finds.later.asked.keys() & set(finds.shown) == {finds.edited}
    assert finds.later.report["articles"]["changed"] == 1
    assert not finds.again.asked.keys() & set(finds.shown)


def test_the_rebuilt_catalog_is_the_one_written_live(finds):
    def dump() -> list[str]:
        with Catalog.open(finds.data / "catalog.sqlite3", read_only=True) as catalog:
            return list(catalog.dump())

    live = dump()
    done = khcn("verify", data=finds.data, at=START + timedelta(days=1))
    assert done.returncode == 0, done.stdout

    assert khcn("rebuild", data=finds.data).returncode == 0
    assert dump() == live


def test_where_no_sitemap_is_it_is_looked_for_once_a_month(tmp_path):
    with play(seeds=False, oldest=1, still=True) as played:
        runs = [Run(played, tmp_path, days * 24) for days in (0, 29, 31)]

    assert [run.asked[GUESS] for run in runs] == [1, 0, 1]
    assert [run.report["exit"] for run in runs] == [0] * 3
    assert all(run.report["complete"] for run in runs)


def test_discovery_can_be_turned_off(tmp_path):
    with play(seeds=False, oldest=6, still=True, finds=True) as played:
        hidden = next(article.url for article in played.articles if article.site == "ha_tinh")
        played.unlist(hidden)
        run = Run(played, tmp_path, 0, "-s", "DISCOVER_ENABLED=0")

    assert not run.asked.keys() & {FEED, INDEX, GUESS, hidden}
    assert run.report["articles"]["new"] == 5


def test_a_limit_holds_for_what_sitemaps_name_too(tmp_path):
    with play(seeds=False, oldest=12, still=True, finds=True) as played:
        for article in played.articles:
            played.unlist(article.url)
        run = Run(played, tmp_path, 0, "--limit", "4")

    assert run.report["articles"]["new"] == 4
    assert run.report["complete"] is False


def test_since_leaves_out_what_a_sitemap_calls_older(tmp_path):
    with play(seeds=False, oldest=12, still=True, finds=True) as played:
        ours = [article for article in played.articles if article.site == "ha_tinh"]
        for article in ours:
            played.unlist(article.url)
        run = Run(played, tmp_path, 0, "--since", ours[5].published.astimezone(VN).date().isoformat())

    day = ours[5].published.astimezone(VN).date()
    wanted = {article.url for article in ours if article.published.astimezone(VN).date() >= day}
    assert run.asked.keys() & {article.url for article in ours} == wanted


def test_records_of_feeds_and_sitemaps_are_kept_as_they_came(finds):
    bodies = {}
    for warc in list_warcs(finds.data):
        for capture, stored in iter_captures(finds.data, warc):
            if capture.purpose in ("feed", "sitemap") and capture.status == 200:
                bodies.setdefault(capture.url, stored.payload().body)

    assert bodies[FEED].startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<rss')
    assert bodies[SITEMAPS[1]].startswith(b"\x1f\x8b")
