"""A page that was missed once is found later: whatever a crawl does not see, it does not forget."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive import open_archive
from tests.khcn import FAST, khcn
from tests.play import play, world

pytestmark = pytest.mark.xdist_group("holes")
# Few known articles in a row end a listing, so that a small site shows a hole as a large one would.
BARE = (*FAST, "-s", "KNOWN_IN_A_ROW=3", "-s", "REQUISITES_ENABLED=0", "-s", "ROBOTS_CACHE_S=0")
SECOND_PAGE = "tin-tuc-su-kien?page=2"


@pytest.fixture
def played():
    with play(seeds=False, oldest=45) as sites:
        yield sites


@pytest.fixture
def crawl(played, tmp_path):
    def run(*arguments: str) -> dict:
        done = khcn("crawl", "ha_tinh", "--json", *BARE, *arguments, data=tmp_path, resolve=played.resolve)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    return run


def missing(played, data: Path) -> set[str]:
    with open_archive(data) as archive:
        return {article.url for article in played.articles if article.site == "ha_tinh"} - {
            article.url for article in archive.articles()
        }


@contextmanager
def answering(answer):
    """Let *answer* (of host and target) stand in for what the sites answer, where it gives something."""
    usual = world.World.answer
    world.World.answer = lambda self, host, target: answer(target) or usual(self, host, target)
    try:
        yield
    finally:
        world.World.answer = usual


def page(status: int, text: str) -> world.Answer:
    return world.Answer(status, world.HTML, f"<html><title>{text}</title><p>{text}".encode())


def test_what_a_limit_left_out_is_found_although_the_next_crawl_was_interrupted(crawl, played, tmp_path):
    assert crawl("--limit", "25")["complete"] is False
    cut = crawl("-s", "CRAWL_MAX_REQUESTS=1")
    assert (cut["exit"], cut["bound"]) == (0, "CRAWL_MAX_REQUESTS=1")

    resumed = crawl()

    assert resumed["crawl"] == cut["crawl"]
    assert missing(played, tmp_path) == set()


def test_a_resumed_crawl_remembers_that_it_was_limited(crawl, played, tmp_path):
    first = crawl("--limit", "25", "-s", "CRAWL_MAX_REQUESTS=60")
    resumed = crawl("--limit", "25")

    assert resumed["crawl"] == first["crawl"]
    assert (resumed["complete"], resumed["articles"]["new"]) == (False, 25)
    crawl()
    assert missing(played, tmp_path) == set()


def test_what_robots_txt_forbids_for_a_time_is_asked_for_afterwards(crawl, played, tmp_path, monkeypatch):
    crawl("-s", "CRAWL_MAX_REQUESTS=80")
    with monkeypatch.context() as patched:
        patched.setitem(world.ROBOTS, "skhcn.hatinh.gov.vn", "User-agent: *\nDisallow: /\n")
        refused = crawl()

    assert refused["robots_refused"] > 0
    assert missing(played, tmp_path)
    crawl()
    assert missing(played, tmp_path) == set()


@pytest.mark.parametrize("status", [404, 200])
def test_a_listing_that_breaks_off_is_a_failure_and_is_gone_on_with(crawl, played, tmp_path, status):
    with answering(lambda target: page(status, "Bảo trì") if target.endswith(SECOND_PAGE) else None):
        broken = crawl()

    assert broken["exit"] == 5
    assert [failure["url"].endswith(SECOND_PAGE) for failure in broken["failures"]] == [True]
    assert missing(played, tmp_path)
    assert crawl()["exit"] == 0
    assert missing(played, tmp_path) == set()


def test_a_seed_that_stays_dead_is_told_by_every_crawl(crawl):
    with answering(lambda target: page(200, "Bảo trì") if target == "/" or "iso-9001" in target else None):
        exits = [crawl()["exit"] for _ in range(5)]

    assert exits == [5] * 5


def test_an_undeclared_site_is_walked_through_known_pages_where_holes_may_be(played, tmp_path):
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("http://khong-khai-bao.vn/\n", "utf-8")
    pages = {"/": "tin/1", **{f"/tin/{number}": f"tin/{number + 1}" for number in range(1, 8)}}

    def answer(target: str) -> world.Answer | None:
        if target not in pages:
            return page(404, "Không tìm thấy")
        body = f'<html><title>Trang {target}</title><h1>Trang {target}</h1><a href="/{pages[target]}">tiếp</a>'
        return world.Answer(200, world.HTML, body.encode())

    resolve = f"khong-khai-bao.vn=127.0.0.1:{played.port}"
    run = ("crawl", "--seeds", str(seeds), "--json", *BARE)
    with answering(answer):
        khcn(*run, "--limit", "3", data=tmp_path, resolve=resolve)
        khcn(*run, data=tmp_path, resolve=resolve)
        with open_archive(tmp_path) as archive:
            asked = {capture.url for capture in archive.captures(site="host__khong_khai_bao_vn")}

    assert {f"http://khong-khai-bao.vn/tin/{number}" for number in range(1, 8)} <= asked
