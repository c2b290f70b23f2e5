"""A crawl of a site that is full of traps ends, has every article, and says what it did not ask for."""

from __future__ import annotations

import json
import re
from datetime import datetime
from urllib.parse import urlsplit

import pytest

from archive import open_archive
from archive.times import VN
from tests.crawler.scripted import crawl
from tests.crawler.trap_site import ARTICLES, DECLARED, MARKED, OPEN, PAGES, WORDPRESS, trap_site

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=VN)
pytestmark = pytest.mark.xdist_group("traps")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """The two sites crawled at once: their reports, what was asked for, and the data root."""
    data = tmp_path_factory.mktemp("traps") / "data"
    with trap_site() as server:
        reports = crawl(server, data, [f"http://{OPEN}/", f"http://{DECLARED}/category/tin-tuc/"], at=NOW)
        return list(reports.values()), server, data


def report(crawled, host: str) -> dict:
    return next(each for each in crawled[0] if (each["site"] == "phu_yen") == (host == DECLARED))


def held(crawled, host: str) -> set[str]:
    with open_archive(crawled[2]) as archive:
        return {urlsplit(article.url).path for article in archive.articles() if urlsplit(article.url).netloc == host}


@pytest.mark.parametrize(("host", "articles"), [(OPEN, ARTICLES), (DECLARED, WORDPRESS)])
def test_every_article_is_there_and_the_crawl_ends_well(crawled, host, articles):
    assert set(articles) <= held(crawled, host)
    assert report(crawled, host)["exit"] == 0
    assert report(crawled, host)["failures"] == []
    assert report(crawled, host)["complete"] is (host == OPEN)  # of a declared site only one listing was a seed


def test_traps_are_counted_by_kind_with_an_example_of_each(crawled):
    found = report(crawled, OPEN)

    assert set(found["traps"]) == {
        "calendar", "language_chain", "page_number", "past_last_page", "repeated_path", "repeated_query", "session",
    }  # fmt: skip
    assert found["traps"]["language_chain"] == 2 * (len(ARTICLES) + 1)  # one of them has a second address
    assert found["traps"]["page_number"] == 2
    assert found["traps"]["past_last_page"] in (1, 2)  # pages that are asked for at once find one each
    assert found["traps"]["session"] == 1
    assert found["trap_examples"].keys() == found["traps"].keys()
    assert found["trap_examples"]["language_chain"].endswith((".html/en", ".html/vi"))
    assert found["trap_examples"]["past_last_page"] in [f"http://{OPEN}/tin?page={PAGES + n}" for n in (3, 4)]


def test_a_trapped_site_is_asked_for_a_bounded_number_of_pages(crawled):
    asked = crawled[1].asked(OPEN)

    months = [path for path in asked if re.fullmatch(r"/lich/\d+/\d+", path)]
    assert (min(months), max(months), len(months)) == ("/lich/1997/01", "/lich/2026/06", 8)
    assert len(asked) - len(months) < len(ARTICLES) + 20
    assert not [path for path in asked if re.search(r"\.html/|(bai-viet/.*){3}|page=(-1|999999)", path)]
    assert len([path for path in asked if "jsessionid" in path]) == 1


def test_a_list_that_begins_again_behind_its_last_page_ends(crawled):
    asked = crawled[1].asked(DECLARED)

    lists = [path for path in asked if "category" in path]
    assert lists == ["/category/tin-tuc/", *(f"/category/tin-tuc/page/{number}/" for number in range(2, PAGES + 3))]
    assert report(crawled, DECLARED)["traps"] == {"past_last_page": 1, "session": 1}


def test_an_address_with_decomposed_letters_is_asked_for_as_it_was_found(crawled):
    assert MARKED in crawled[1].asked(OPEN)
    with open_archive(crawled[2]) as archive:
        assert archive.article(f"http://{OPEN}{MARKED}") is not None


def test_the_report_in_the_archive_says_the_same(crawled):
    found = report(crawled, OPEN)
    stored = json.loads((crawled[2] / "crawls" / f"{found['crawl']}.json").read_text())

    assert stored["traps"] == found["traps"]
    assert stored["trap_examples"] == found["trap_examples"]
