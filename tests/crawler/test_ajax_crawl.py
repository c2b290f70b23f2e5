"""A site whose listings only scripts load: walked by POST, kept as POST, and walked again as far as is new."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy.http import Request

from archive import open_archive
from archive.catalog import Catalog
from archive.cdxj import read_lines
from archive.posts import address_of, read_request
from archive.warc.writer import WarcWriter
from crawler.found import Found
from crawler.held import Held
from crawler.requests import address_asked
from tests.archive.test_posts import posted
from tests.crawler.other_sites import other_sites
from tests.khcn import FAST, khcn
from tests.play import play
from tests.play.content import CATEGORIES
from tests.play.finds import HOST, LIST, LOAD

pytestmark = pytest.mark.xdist_group("ajax")
CATEGORY = "tin-tuc-su-kien"
LOADED = f"http://{HOST}{LOAD}"
SITE = f"""
id = "ninh_binh"
name = "Sở Khoa học và Công nghệ tỉnh Ninh Bình"
name_en = "Department of Science and Technology of Ninh Bình"
status = "active"

[[hosts]]
host = "{HOST}"

[[ajax]]
url = "http://{HOST}{LOAD}"
section = "{CATEGORIES[CATEGORY]}"
body = '{{"category": "{CATEGORY}", "page": {{page}}}}'
content_type = "application/json; charset=utf-8"
headers = {{ X-Requested-With = "XMLHttpRequest" }}
answer = "d"

[[ajax]]
url = "http://{HOST}{LIST}"
body = "token=&tukhoa=&perpage=15&page={{page}}"
answer = "d.DanhSach"
link = "{{Duong_Dan}}"
title = "TieuDe"

[[layouts]]
page = "ha_tinh"
articles = ['/chi-tiet-(tin-tuc|tap-san)/[^/?]+']
"""
OPTIONS = ("ninh_binh", "--json", *FAST, "-s", "REQUISITES_ENABLED=0", "-s", "DISCOVER_ENABLED=0")


class Crawls:
    """A first crawl, one more after a new article, and what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.path = other_sites(folder / "project", only=("ha_tinh",), ninh_binh=SITE)
        with play(seeds=False, oldest=40, hold_back=1, still=True, finds=True) as played:
            self.articles = {article.url: article for article in played.articles if article.site == "ha_tinh"}
            self.first, self.asked = self.crawl(played)
            with play(seeds=False) as whole:
                self.new = next(article for article in whole.articles if article.site == "ha_tinh")
            played.publish(self.new)
            self.second, self.asked_again = self.crawl(played)

    def crawl(self, played):
        before = len(played.log)
        done = khcn("crawl", *OPTIONS, data=self.data, resolve=played.resolve, PYTHONPATH=self.path)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), Counter((hit.method, hit.target) for hit in played.log[before:])


@pytest.fixture(scope="module")
def crawls(tmp_path_factory):
    return Crawls(tmp_path_factory.mktemp("ajax"))


def test_every_article_is_found_page_by_page(crawls):
    with open_archive(crawls.data) as archive:
        held = {article.url: article for article in archive.articles()}

    assert set(held) == {*crawls.articles, crawls.new.url}
    # 39 articles, 15 a page: three pages, and that of the category until one names nothing new.
    assert crawls.asked["POST", LIST] == 4
    assert crawls.asked["POST", LOAD] >= 2
    assert crawls.first["complete"] is True


def test_an_article_has_the_section_of_its_listing(crawls):
    with open_archive(crawls.data) as archive:
        sections = {article.url: article.section for article in archive.articles()}
        vias = {capture.url: capture.via for capture in archive.captures(site="ninh_binh")}

    ours = [url for url in sections if f"{LOAD}?__wb_method=POST&category={CATEGORY}&page=" in (vias[url] or "")]
    assert ours
    assert {sections[url] for url in ours} == {CATEGORIES[CATEGORY]}


def test_the_second_crawl_posts_until_it_knows_and_finds_the_new_article(crawls):
    assert crawls.second["articles"]["new"] == 1
    assert 1 <= crawls.asked_again["POST", LIST] <= 2
    assert crawls.asked_again["GET", crawls.new.url.partition(HOST)[2]] == 1
    articles = [target for method, target in crawls.asked_again if target.startswith("/chi-tiet")]
    assert len(articles) == 1


def test_each_page_is_a_capture_of_its_own_and_no_answer_to_a_get(crawls):
    with open_archive(crawls.data) as archive:
        posts = [capture for capture in archive.captures(site="ninh_binh") if capture.method == "POST"]
        assert archive.capture(f"http://{HOST}{LIST}") is None
        second = archive.capture(f"http://{HOST}{LIST}?__wb_method=POST&token=&tukhoa=&perpage=15&page=2")

    assert Counter(capture.purpose for capture in posts) == {"listing": len(posts)}
    assert len({(capture.crawl, capture.url, capture.request_body) for capture in posts}) == len(posts)
    assert not any(capture.revisit_of for capture in posts)
    assert second is not None
    assert json.loads(json.loads(second.payload().body)["d"])["DanhSach"]


def test_the_index_tells_the_pages_apart(crawls):
    lines = [line for path in crawls.data.glob("cdxj/*/*/*.cdxj") for line in read_lines(path)]
    posts = [line for line in lines if line.fields.get("method") == "POST"]

    assert len({line.urlkey for line in posts}) >= 6
    assert {line.fields["url"] for line in posts} == {f"http://{HOST}{LIST}", f"http://{HOST}{LOAD}"}


def test_verify_is_clean_and_the_rebuilt_catalog_is_the_one_written_live(crawls):
    def dump() -> list[str]:
        with Catalog.open(crawls.data / "catalog.sqlite3", read_only=True) as catalog:
            return list(catalog.dump())

    live = dump()
    done = khcn("verify", data=crawls.data)
    assert done.returncode == 0, done.stdout

    assert khcn("rebuild", data=crawls.data, PYTHONPATH=crawls.path).returncode == 0
    assert dump() == live


def test_a_listing_whose_answer_changed_its_form_is_a_failure(tmp_path):
    wrong = SITE.replace('answer = "d"', 'answer = "data.html"').replace('link = "{Duong_Dan}"', 'link = "{Url}"')
    path = other_sites(tmp_path / "project", only=("ha_tinh",), ninh_binh=wrong)
    with play(seeds=False, oldest=2, finds=True) as played:
        done = khcn("crawl", *OPTIONS, data=tmp_path / "data", resolve=played.resolve, PYTHONPATH=path)

    assert done.returncode == 5
    report = json.loads(done.stdout)
    assert {failure["cause"] for failure in report["failures"]} == {
        "malformed: no page of a listing (no_answer)",
        "malformed: the first page of a listing names no article",
    }
    assert report["complete"] is False


def test_a_page_that_fails_is_named_with_what_was_posted_and_asked_for_by_the_next_crawl(tmp_path):
    path = other_sites(tmp_path / "project", only=("ha_tinh",), ninh_binh=SITE)
    options = (*OPTIONS, "-s", "RETRY_ENABLED=0")
    with play(seeds=False, oldest=32, finds=True) as played:
        count = len([article for article in played.articles if article.site == "ha_tinh"])
        post = played.world.post
        played.world.post = lambda host, target, body: post(host, "/no" if b"page=2" in body else target, body)
        first = khcn("crawl", *options, data=tmp_path / "data", resolve=played.resolve, PYTHONPATH=path)
        played.world.post = post
        later = datetime.now(UTC) + timedelta(hours=2)
        second = khcn("crawl", *options, data=tmp_path / "data", resolve=played.resolve, PYTHONPATH=path, at=later)

    assert (first.returncode, second.returncode) == (5, 0), second.stderr
    (failure,) = json.loads(first.stdout)["failures"]
    assert failure["url"] == f"http://{HOST}{LIST}?__wb_method=POST&token=&tukhoa=&perpage=15&page=2"
    assert failure["cause"] == "status: 405"
    with open_archive(tmp_path / "data") as archive:
        assert len(list(archive.articles())) == count


def test_what_was_held_of_one_page_is_not_handed_out_for_another(tmp_path):
    writer = WarcWriter(tmp_path, "ninh_binh", "ninh_binh-1", info={})
    captures = [
        writer.write(
            posted(LOADED, f'{{"page": {number}}}'.encode(), answer=f"<p>{number}".encode()), purpose="listing"
        )
        for number in (1, 2)
    ]
    writer.close()
    held = Held(tmp_path, {capture.id: capture for capture in captures}.get, Found("c"))
    for capture in captures:
        held.add(capture)

    assert held.take(LOADED, 100) is None
    assert held.take(f"{LOADED}?__wb_method=POST&page=1", 100)[1].body == b"<p>1"
    assert held.take(f"{LOADED}?__wb_method=POST&page=2", 100)[1].body == b"<p>2"
    assert held.take(f"{LOADED}?__wb_method=POST&page=2", 100) is None


def test_a_request_is_looked_up_by_the_address_of_its_capture():
    body, kind = b'{"page": 2}', "application/json"
    captured = posted(LOADED, body, kind)
    request = Request(f"{LOADED}#top", method="POST", body=body, headers={"Content-Type": kind})

    assert address_asked(request) == address_of(LOADED, *read_request(captured.request))
    assert address_asked(Request(f"{LOADED}?a=1#top")) == f"{LOADED}?a=1"
