"""The list of one site is read out of what is known of the whole archive, and is the list of the catalog all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from archive.archive import CATALOG
from archive.catalog import Catalog
from archive.catalog.browsing import Browsing
from archive.takedown import FILE
from archive.times import VN
from archive.web.api.cursors import cursor
from tests.archive.facts import PAGE, make_article, make_capture
from tests.web.served import API, asking, walk
from tests.web.test_indexed import wait_until

MANY = 40
SITE = "ha_tinh"


def keep(catalog, number, day):
    capture = make_capture(number, f"{PAGE}-{number}")
    published = datetime(2025, 1, 1, 9, 0, tzinfo=VN) + timedelta(days=day)
    catalog.add_captures([capture])
    catalog.add_article(make_article(capture, title=f"Bài {number}", published=published))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """An archive of which some articles are of one date: four at a time, and once as many as reach over a page."""
    made = tmp_path_factory.mktemp("kho")
    with Catalog.open(made / CATALOG) as catalog, catalog.transaction():
        for number in range(MANY):
            keep(catalog, number, 3 if number < 14 else number // 4)
    return made


@pytest.fixture(scope="module")
def client(root):
    with asking(root) as made:
        assert wait_until(lambda: made.app.state.served.counter.last is not None)
        yield made


@pytest.fixture
def looked(monkeypatch):
    """How often a list was looked for in the catalog."""
    found = []
    look = Browsing.articles
    monkeypatch.setattr(Browsing, "articles", lambda *given, **named: found.append(given) or look(*given, **named))
    return found


@pytest.mark.parametrize("limit", [3, 7, 100])
def test_page_after_page_is_the_list_of_the_catalog(client, looked, limit):
    path = f"{API}/articles"
    told = walk(client, path, site=SITE, limit=limit)
    asked = len(looked)
    every = walk(client, path, site=[SITE, "nghe_an"], limit=100)

    assert len(told) == MANY
    assert [each["id"] for each in told] == [each["id"] for each in every]
    # Only among more of one date than a page shows it is looked for.
    assert asked <= 14 // limit + 1 if limit < 14 else asked == 0


def test_who_makes_a_cursor_up_is_answered(client):
    of = ("articles", [SITE], None, None, "newest")
    answers = [
        client.get(f"{API}/articles", params={"site": SITE, "cursor": cursor(place, *of)})
        for place in (("2025-01-04", "no id"), ("2025-01-04", ""), ("2025-01-04", "00"), ("9999", "ff" * 16))
    ]

    assert [each.status_code for each in answers] == [200] * 4
    assert len(answers[3].json()["items"]) == 20


def test_what_is_new_or_taken_down_is_told_at_once(tmp_path):
    with Catalog.open(tmp_path / CATALOG) as catalog, asking(tmp_path) as client:
        for number in range(4):
            keep(catalog, number, number)

        def titles():
            return [each["title"] for each in walk(client, f"{API}/articles", site=SITE)]

        assert wait_until(lambda: client.app.state.served.counter.last is not None)
        first = titles()
        keep(catalog, 9, 9)
        then = titles()
        taken = f'[[takedown]]\nurl = "{PAGE}-3"\nreason = "Thử"\ndate = 2026-03-02\n'
        (tmp_path / FILE).write_text(taken)

        assert first == ["Bài 3", "Bài 2", "Bài 1", "Bài 0"]
        assert then == ["Bài 9", *first]
        assert titles() == ["Bài 9", "Bài 2", "Bài 1", "Bài 0"]
