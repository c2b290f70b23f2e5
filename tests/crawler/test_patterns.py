"""Of addresses of which nothing ever comes no more are asked for than a budget, and none of any other is lost by it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from time import process_time

import pytest

from archive.model import Article
from archive.report import HeldBack
from crawler.patterns import MOST, Patterns, patterns
from tests.crawler.barren_site import FLOOD, HOST, articles, barren_site
from tests.crawler.scripted import crawl

ARTICLE = Article(
    "x", "http://a.vn/1", None, "Hội nghị", None, "Sở họp.", None, None, None, (), (), None, None, (), "vi", (), (),
    None, datetime(2026, 3, 1, tzinfo=UTC), "generic/1",
)  # fmt: skip
PAGES = 8


def article(number: int) -> Article:
    return replace(ARTICLE, text="Sở họp" + "x" * number)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.vn/loc?mau=do&co=1", "http://a.vn/loc?gia=3"),
        ("http://a.vn/lich/2024/05", "http://a.vn/lich/1/2"),
        ("http://a.vn/thu-muc/a/b/c/d/e/", "http://a.vn/thu-muc/a/b/c/d/e/f/g/"),
        ("http://a.vn/xyz-abc", "http://a.vn/mno"),
        ("http://a.vn/p12a9.html", "http://A.vn/q7.html"),
    ],
)
def test_addresses_of_one_trap_share_a_pattern(one, other):
    assert {name for name, _ in patterns(one)} & {name for name, _ in patterns(other)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.vn/tin/1.html", "http://b.vn/tin/1.html"),
        ("http://a.vn/tin/1.html", "http://a.vn/tin?id=1"),
        ("http://a.vn/tin", "http://a.vn/tin/1/anh.aspx"),
    ],
)
def test_others_share_none(one, other):
    assert not {name for name, _ in patterns(one)} & {name for name, _ in patterns(other)}


@pytest.mark.parametrize(
    "url", ["http://a.vn", "http://a.vn/", "http://a.vn/?", "http://a.vn/?=&&", "http://a.vn//x//", "http://a.vn/%"]
)
def test_whatever_the_address_it_has_a_pattern(url):
    assert all(name.startswith("http://a.vn/") and times > 0 for name, times in patterns(url))


def test_a_pattern_is_spent_after_so_many_pages_in_a_row_without_a_new_article():
    found = Patterns(3)
    for number in range(1000):
        found.note(f"http://a.vn/tin/{number}", None, article(number))
        found.note(f"http://a.vn/loc?p={number}", None, None)

    assert found.spent("http://a.vn/tin/1000") is None
    assert found.spent("http://a.vn/loc?p=1000") == "http://a.vn/loc?p"


def test_the_same_article_under_other_numbers_is_no_new_one():
    found = Patterns(3)
    for number in range(4):
        found.note(f"http://a.vn/tin/{number}", None, replace(ARTICLE, text=f"Lần {number}: Sở họp."))

    assert found.spent("http://a.vn/tin/9") is not None


def test_what_leads_to_articles_is_not_spent():
    found = Patterns(3)
    for number in range(99):
        found.note(f"http://a.vn/danh-muc/{number}", "http://a.vn/", None)
        found.note(f"http://a.vn/{number}.html", f"http://a.vn/danh-muc/{number}", article(number))

    assert found.spent("http://a.vn/danh-muc/100") is None


def test_a_redirect_counts_for_each_address_on_its_way():
    found = Patterns(11)
    found.note("http://a.vn/tim?tu=1", None, None, hops=10)

    assert found.spent("http://a.vn/tim?tu=12") == "http://a.vn/tim?tu"


def test_a_page_that_is_under_way_may_spend_it():
    found = Patterns(2)
    for number in range(2):
        found.begin(f"http://a.vn/loc?p={number}")

    assert (found.may_be_spent("http://a.vn/loc?p=9"), found.spent("http://a.vn/loc?p=9")) == (True, None)
    found.end("http://a.vn/loc?p=0")
    assert not found.may_be_spent("http://a.vn/loc?p=9")


def test_a_long_word_takes_no_long_time():
    found = Patterns(2)
    started = process_time()
    for number in range(50):
        found.note("http://a.vn/1", None, replace(ARTICLE, text="x" * 1_000_000 + str(number)))

    assert process_time() - started < 2


def test_without_a_budget_nothing_is_spent():
    found = Patterns(0)
    for number in range(999):
        found.note(f"http://a.vn/loc?p={number}", None, None)

    assert found.spent("http://a.vn/loc?p=1") is None


def test_patterns_without_end_take_no_room_without_end():
    found = Patterns(3)
    for number in range(MOST // 2):
        found.note(f"http://a.vn/{'x' * (number % 50)}/{chr(97 + number % 26)}/{number}a/y.html", None, None)
        found.note(f"http://a.vn/{number:x}z/", None, None)

    assert len(found._counts) <= MOST


def test_what_was_held_back_before_an_interruption_is_told_with_the_rest():
    found = Patterns(1)
    found.go_on([HeldBack("http://a.vn/loc?p", 5, 7, "http://a.vn/loc?p=3")])
    found.note("http://a.vn/loc?p=1", None, None)
    found.hold_back("http://a.vn/loc?p", "http://a.vn/loc?p=9")

    assert found.held_back() == (HeldBack("http://a.vn/loc?p", 6, 8, "http://a.vn/loc?p=3"),)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    data = tmp_path_factory.mktemp("barren") / "data"
    with barren_site() as server:
        options = ("-s", "REQUISITES_ENABLED=0", "-s", f"BARREN_PAGES={PAGES}")
        report = crawl(server, data, [f"http://{HOST}/"], *options)
        return next(iter(report.values())), server.asked(HOST), data


def test_every_article_is_asked_for_though_lists_without_one_came_first(crawled):
    report, asked, _ = crawled

    assert set(articles()) <= set(asked)
    assert report["articles"]["new"] >= len(list(articles()))


def test_each_trap_is_asked_for_a_bounded_number_of_pages(crawled):
    asked = Counter(re.match(r"/([a-z]*)", address)[1] for address in crawled[1])
    traps = {name: asked[name] for name in ("loc", "thu", "tim", "so", "nguon", "lu", "ve")}

    assert max(traps.values()) <= 3 * PAGES + 10, traps
    assert min(traps.values()) >= PAGES - 1, traps


def test_the_report_says_of_each_pattern_how_many_were_asked_for_and_how_many_not(crawled):
    report, asked, data = crawled
    held = {each["pattern"]: each for each in report["held_back"]}
    named = {re.match(r"http://[^/]*/([a-z*]*)", pattern)[1] for pattern in held}

    assert {"loc", "thu", "so", "nguon", "ve", "*"} <= named
    assert sum(each["held"] for each in held.values()) == report["traps"]["barren"]
    assert report["traps"]["link_flood"] == FLOOD - 1_000
    assert all(
        each["asked"] >= PAGES and each["example"].removeprefix(f"http://{HOST}") not in asked for each in held.values()
    )
    assert json.loads((data / "crawls" / f"{report['crawl']}.json").read_text())["held_back"] == report["held_back"]
    assert "pattern held back" in (data.parent / "data.log").read_text()
