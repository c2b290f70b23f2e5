"""Which pages a crawl asks for: nothing is missed after a crawl that saw less, nothing lies outside the scope."""

from __future__ import annotations

import gc
import json
import subprocess
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Request

from archive import open_archive
from crawler.sites import Site
from spiders.listing import ListingSpider
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play

pytestmark = pytest.mark.xdist_group("finding")
NO_FILES = ("-s", "ITEM_PIPELINES={}")


@pytest.fixture(scope="module")
def played():
    with play(seeds=False) as sites:
        yield sites


def report(done) -> dict:
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def held(data: Path) -> set[str]:
    with open_archive(data) as archive:
        return {article.url for article in archive.articles()}


def test_a_limited_crawl_leaves_no_hole_behind_what_is_known(tmp_path, played):
    first = report(khcn("crawl", "ha_tinh", "--json", "--limit", "40", *FAST, data=tmp_path, resolve=played.resolve))
    assert first["articles"]["new"] == 40
    assert first["complete"] is False

    second = report(khcn("crawl", "ha_tinh", "--json", *FAST, data=tmp_path, resolve=played.resolve))

    assert second["complete"] is True
    assert held(tmp_path) == {article.url for article in played.articles if article.site == "ha_tinh"}
    third = report(khcn("crawl", "ha_tinh", "--json", *FAST, data=tmp_path, resolve=played.resolve))
    assert third["articles"]["new"] == 0
    assert third["requests"] < 10 < second["requests"]


def test_a_seed_that_redirects_to_a_listing_is_followed(tmp_path, played):
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("http://skhcn.haugiang.gov.vn/\n")

    done = khcn("crawl", "--seeds", str(seeds), "--json", *FAST, data=tmp_path / "data", resolve=played.resolve)

    assert done.returncode == 0, done.stderr
    assert held(tmp_path / "data") == {article.url for article in played.articles if article.layout == "hau_giang_2"}


def test_a_new_article_is_found_and_a_removed_one_is_no_failure(tmp_path):
    with play(seeds=False, hold_back=3) as sites:
        khcn("crawl", "ha_tinh", "--json", *FAST, data=tmp_path, resolve=sites.resolve)
        before = held(tmp_path)
        with play(seeds=False) as whole:
            fresh = [article for article in whole.articles if article.site == "ha_tinh" and article.url not in before]
        assert len(fresh) == 3
        for article in fresh:
            sites.publish(article)
        sites.remove(next(iter(before)))
        second = report(khcn("crawl", "ha_tinh", "--json", *FAST, data=tmp_path, resolve=sites.resolve))

    assert second["exit"] == 0
    assert second["articles"]["new"] == 3
    assert held(tmp_path) == before | {article.url for article in fresh}


def test_a_declared_host_and_a_stranger_in_one_seed_file(tmp_path, played):
    seeds = tmp_path / "seeds.txt"
    article = next(article for article in played.articles if article.layout == "ha_tinh")
    # The same player under a name that no site file declares is read by evidence alone.
    seeds.write_text(f"{article.url}\nhttp://khong-khai-bao.vn/\n")

    done = khcn(
        "crawl", "--seeds", str(seeds), "--json", *FAST, "--limit", "3",
        data=tmp_path / "data", resolve=f"{played.resolve},khong-khai-bao.vn=127.0.0.1:{played.port}",
    )  # fmt: skip

    assert article.url in held(tmp_path / "data")
    assert {json.loads(line)["site"] for line in done.stdout.splitlines()} == {"ha_tinh", "host__khong_khai_bao_vn"}


def test_a_file_that_may_not_grow_further_is_exit_3_and_the_next_run_mends_it(tmp_path, played):
    command = f"ulimit -f 300; exec {COMMAND} crawl hau_giang {' '.join(FAST)}"
    env = {"PATH": "/usr/bin:/bin", "KHCN_DATA": str(tmp_path), "KHCN_RESOLVE": played.resolve}

    done = subprocess.run(["bash", "-c", command], env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert khcn("crawl", "hau_giang", *FAST, data=tmp_path, resolve=played.resolve).returncode == 0
    assert held(tmp_path) == {article.url for article in played.articles if article.site == "hau_giang"}
    assert khcn("verify", data=tmp_path).returncode == 0


@pytest.mark.parametrize(("known", "limit", "expected"), [(0, None, 0), (95, None, 95), (95, 33, 33)])
def test_known_articles_are_asked_for_some_at_a_time(monkeypatch, known, limit, expected):
    monkeypatch.setattr("spiders.listing.HELD_AT_ONCE", 10)
    site = Site(id="ha_tinh", name="Hà Tĩnh", name_en="Ha Tinh", status="active")
    spider = type("Known", (ListingSpider,), {"name": site.id, "site": site})(limit=limit)
    looked, alive, asked = [], [], []

    def fresh(urls, via):
        looked.append(len(urls))
        return urls

    def crawl(request):
        asked.append((request.url, request.meta["via"]))
        alive.append(sum(type(each) is Request for each in gc.get_objects()))

    spider.fresh, spider.crawler = fresh, SimpleNamespace(engine=SimpleNamespace(crawl=crawl))
    held = {f"https://a.vn/{number}": f"https://a.vn/list/{number}" for number in range(known)}

    with pytest.raises(DontCloseSpider) if expected else nullcontext():
        spider._ask_held(held)

    assert asked == list(held.items())[:expected]
    assert sum(looked) == known
    assert max(looked, default=0) <= 10
    assert max(alive, default=0) - min(alive, default=0) <= 10
