"""A site crawled day after day: what is asked again, what was changed, taken away, and there again."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.times import VN
from archive.warc.reader import iter_captures, list_warcs
from tests.khcn import FAST, khcn
from tests.play import play

pytestmark = pytest.mark.xdist_group("days")
START = datetime(2027, 3, 1, 10, 0, tzinfo=VN)
OPTIONS = ("ha_tinh", "--json", *FAST, "-s", "REQUISITES_ENABLED=0")
ADDED = "Bổ sung: hội nghị lùi lại một ngày."


class Day:
    """One run of the crawl, and what it asked for."""

    def __init__(self, played, data: Path, day: float, known: dict[str, str]) -> None:
        before = len(played.log)
        self.at = START + timedelta(days=day)
        self.done = khcn("crawl", *OPTIONS, data=data, resolve=played.resolve, at=self.at)
        assert self.done.returncode == 0, self.done.stderr
        self.report = json.loads(self.done.stdout)
        self.articles = {name: number for name, number in self.report["articles"].items() if number}
        self.asked = Counter(f"http://{hit.host}{hit.target}" for hit in played.log[before:])
        self.asked_articles = sorted(known[url] for url in self.asked if url in known)
        self.statuses = {f"http://{hit.host}{hit.target}": hit.status for hit in played.log[before:]}


class Days:
    """The runs, by name of what happened before them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with play(seeds=False, oldest=20, hold_back=1, still=True) as played:
            shown = [article.url for article in played.articles if article.site == "ha_tinh"]
            new = next(one for one in everything() if one.site == "ha_tinh")
            self.names = {url: f"old {number}" for number, url in enumerate(shown)} | {new.url: "new"}
            self.edited, self.pinned, self.removed = shown[3], shown[-1], shown[5]
            self.names |= {self.edited: "edited", self.pinned: "pinned", self.removed: "removed"}
            self.count = len(shown)

            def run(day: float) -> Day:
                return Day(played, data, day, self.names)

            self.first = run(0)
            self.at_once = run(0.1)
            played.publish(new)
            played.edit(self.edited, ADDED)
            played.pin(self.pinned)
            removed = next(article for article in played.articles if article.url == self.removed)
            played.remove(self.removed)
            self.day = {day: run(day) for day in (1, 2, 3, 4, 5, 8, 9)}
            played.publish(removed)
            self.day |= {day: run(day) for day in (10, 11, 16)}


def everything():
    from tests.play.content import articles

    return articles()


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    return Days(tmp_path_factory.mktemp("days") / "data")


def test_a_run_that_finds_nothing_due_asks_for_the_first_screens_and_nothing_else(days):
    assert days.first.articles == {"new": days.count}
    assert days.at_once.articles == {}
    assert days.at_once.asked_articles == []
    assert all(url.endswith(("/", "/robots.txt")) or "/danh-sach-tin-tuc/" in url for url in days.at_once.asked)
    assert not any("page=" in url for url in days.at_once.asked)


def test_new_edited_pinned_and_deleted_are_each_seen_in_the_next_run(days):
    seen = days.day[1]

    assert seen.articles == {"new": 1, "changed": 1, "unchanged": days.count - 2}
    assert seen.statuses[days.removed] == 404
    assert {"pinned", "edited", "new", "removed"} <= set(seen.asked_articles)
    with open_archive(days.data) as archive:
        assert archive.article(days.edited).text.endswith(ADDED)


def test_each_is_asked_1_2_4_8_days_after_its_last_change(days):
    often = {"new", "edited", "removed"}
    expected = {
        1: set(days.names.values()),
        2: set(days.names.values()),
        3: often,
        4: set(days.names.values()) - often,
        5: {"new", "edited"},
        8: set(days.names.values()) - often,
        9: {"new", "edited"},
        10: {"removed"},
        11: {"removed"},
        16: set(days.names.values()) - {"new", "edited"},
    }

    assert {day: set(seen.asked_articles) for day, seen in days.day.items()} == expected
    assert all(max(seen.asked.values()) == 1 for seen in days.day.values())


def test_it_is_gone_on_the_third_day_and_back_a_week_later(days):
    names = ("gone", "back", "moved")
    told = {
        day: {name: seen.articles[name] for name in names if name in seen.articles} for day, seen in days.day.items()
    }

    assert {day: events for day, events in told.items() if events} == {3: {"gone": 1}, 10: {"back": 1}}
    with Catalog.open(days.data / "catalog.sqlite3", read_only=True) as catalog:
        ledger = catalog.ledger(days.removed)
        (removed,) = catalog.removed("ha_tinh")
    assert [event.what for event in ledger.events] == ["new", "gone", "back"]
    assert [(moment - START).days for moment in (removed.gone, removed.confirmed, removed.back)] == [1, 3, 10]
    assert removed.url == days.removed


def test_what_has_validators_is_asked_conditionally_but_every_fourth_time(days):
    asked: dict[str, list[tuple[bool, int]]] = {}
    for warc in list_warcs(days.data):
        for capture, stored in iter_captures(days.data, warc):
            if days.names.get(capture.url, "").startswith("old"):
                is_conditional = b"\r\nIf-None-Match: " in stored.exchange().request
                asked.setdefault(capture.url, []).append((is_conditional, capture.status))
    # Seen on the days 0, 1, 2, 4, 8 and 16; on day 1 all pages differ, for each names the newest article.
    trusted = [history for history in asked.values() if history[2:5] == [(True, 304)] * 3]

    assert len(trusted) > 2
    assert {history[5] for history in trusted} == {(False, 200)}


def test_a_rebuild_tells_the_same(days, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(days.data, data)
    live = told_of(data, days)
    for path in data.glob("catalog.sqlite3*"):
        path.unlink()

    done = khcn("rebuild", data=data)

    assert done.returncode == 0, done.stderr
    assert told_of(data, days) == live


def test_other_ways_to_be_gone_and_to_move(tmp_path):
    with play(seeds=False, oldest=4, still=True) as played:
        older, newer = ([one.url for one in played.articles if one.layout == f"hau_giang_{n}"] for n in (1, 2))
        says_so, sent_home, moved = older[0], newer[0], newer[1]

        def run(day: int) -> dict[str, int]:
            options = ("hau_giang", "--json", *FAST, "-s", "REQUISITES_ENABLED=0")
            done = khcn("crawl", *options, data=tmp_path, resolve=played.resolve, at=START + timedelta(days=day))
            assert done.returncode == 0, done.stderr
            return {name: number for name, number in json.loads(done.stdout)["articles"].items() if number}

        run(0)
        played.remove(says_so)  # the older portal answers 200 then, and says so on the page
        played.move(sent_home, "http://skhcn.haugiang.gov.vn/danh-sach/-/tin-tuc", 302)
        played.move(moved, newer[2], 301)
        seen = [run(day) for day in (1, 2, 3)]

    assert [each.get("gone", 0) for each in seen] == [0, 0, 2]
    assert [each.get("moved", 0) for each in seen] == [1, 0, 0]
    with Catalog.open(tmp_path / "catalog.sqlite3", read_only=True) as catalog:
        assert {each.url for each in catalog.removed()} == {says_so, sent_home}
        assert [event.what for event in catalog.ledger(moved).events] == ["new", "moved"]


def told_of(data: Path, days: Days):
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        ledgers = {url: catalog.ledger(url) for url in days.names}
        events = [catalog.events("ha_tinh", crawl.id) for crawl in catalog.crawls("ha_tinh")]
        due = sorted(catalog.due("ha_tinh", START + timedelta(days=16)))
        return ledgers, events, due, list(catalog.dump())


def test_a_listing_betrays_at_once_what_was_renamed_taken_away_or_put_back(tmp_path):
    with play(seeds=False, oldest=20, still=True) as played:

        def run() -> tuple[dict[str, int], dict[str, int]]:
            before = len(played.log)
            done = khcn("crawl", *OPTIONS, data=tmp_path, resolve=played.resolve)
            assert done.returncode == 0, done.stderr
            asked = {f"http://{hit.host}{hit.target}": hit.status for hit in played.log[before:]}
            return {name: n for name, n in json.loads(done.stdout)["articles"].items() if n}, asked

        run()
        listed = [one for one in played.articles if one.category == "tin-tuc-su-kien"]
        renamed, removed = listed[1], listed[2]
        played.publish(replace(renamed, title="Tiêu đề đã sửa", odd=frozenset()))
        played.remove(removed.url)
        articles, asked = run()
        again = run()
        played.publish(removed)
        back = run()

    assert len(listed) > 4
    assert articles == {"changed": 1}
    assert {url: asked[url] for url in asked if "/chi-tiet-" in url} == {renamed.url: 200, removed.url: 404}
    assert again[0] == {}
    assert not [url for url in again[1] if "/chi-tiet-" in url]
    assert back[0] == {"unchanged": 1}
    assert {url: back[1][url] for url in back[1] if "/chi-tiet-" in url} == {removed.url: 200}
