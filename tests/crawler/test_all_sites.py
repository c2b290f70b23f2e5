"""Every active Department in one run: each played by the family that its file declares, or that its pages show."""

from __future__ import annotations

import json
import socket
from collections import Counter
from pathlib import Path

import pytest

from archive import open_archive
from crawler.cli.common import registry
from tests.crawler.reading_helpers import told, true_of
from tests.crawler.whole import check_whole
from tests.khcn import FAST, khcn
from tests.play import play
from tests.play.departments import all_hosts, declared, department_articles
from tests.play.places import PLACES

pytestmark = pytest.mark.xdist_group("all sites")

FEW = {"seeds": False, "oldest": 4, "all_sites": True}
ACTIVE = {name for name, site in declared().items() if site["status"] == "active"}
LATER = {
    f"http://{place.host}{place.listing(section, page)}"
    for place in PLACES
    for section in place.sections
    for page in (2, 3)
    if place.later
}


class Crawled:
    """All sites crawled, and crawled again."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        with play(**FEW) as played:
            self.truth = {one.url: one for one in (*played.articles, *department_articles()) if one.site in ACTIVE}
            options = ("crawl", "--all", "--jobs", "8", "--json", *FAST)
            self.first = khcn(*options, data=self.data, resolve=played.resolve)
            self.fetched = list(played.log)
            self.second = khcn(*options, "-s", "KNOWN_IN_A_ROW=2", data=self.data, resolve=played.resolve)
            self.refetched = played.log[len(self.fetched) :]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    return Crawled(tmp_path_factory.mktemp("all"))


@pytest.fixture(scope="module")
def articles(crawled):
    with open_archive(crawled.data) as archive:
        return {article.url: article for article in archive.articles()}


def test_every_active_site_is_played():
    assert {place.site for place in PLACES} | {"ha_tinh"} == ACTIVE
    assert {site.family for site in registry().all() if site.status == "active"} >= {
        "nukeviet", "liferay_7", "sharepoint", "drupal", "dotnetnuke", "ui_portal", "aspx_default", "slug_id", "generic",
    }  # fmt: skip


def test_all_sites_are_crawled_without_a_loss(crawled):
    assert (crawled.first.returncode, crawled.first.stderr) == (0, "")
    reports = [json.loads(line) for line in crawled.first.stdout.splitlines()]
    assert {report["site"] for report in reports} == ACTIVE
    wanted = Counter(one.site for one in crawled.truth.values())
    assert {report["site"]: report["articles"]["new"] for report in reports} == wanted
    assert [failure for report in reports for failure in report["failures"]] == []


def test_every_article_is_held_once_and_a_rebuild_gives_the_same(crawled):
    check_whole(crawled.data, crawled.truth)


def test_every_field_is_what_is_true(crawled, articles):
    wrong = {}
    for url, true in crawled.truth.items():
        found, wanted = told(articles[url]), true_of(true)
        if true.site != "ha_tinh":
            told_beside = (articles[url].section, articles[url].summary, articles[url].tags)
            found, wanted = (
                found | {"beside": told_beside},
                wanted | {"beside": (true.section, true.summary, true.tags)},
            )
        wrong |= {(url, field): (found[field], wanted[field]) for field in wanted if found[field] != wanted[field]}

    assert wrong == {}


def test_pictures_and_documents_are_captured(articles):
    files = [file for article in articles.values() for file in (*article.images, *article.attachments)]

    assert len(files) > 200
    assert [file.url for file in files if not (file.capture and file.sha256)] == []


def test_each_site_is_read_by_its_family(articles):
    readers = {(article.site, article.parser.partition("/")[0]) for article in articles.values()}

    assert readers >= {
        ("an_giang", "vccorp"), ("bac_ninh", "liferay_6"), ("can_tho", "aspx_default"), ("cao_bang", "nukeviet"),
        ("dak_lak", "slug_id"), ("dien_bien", "wordpress"), ("dong_nai", "nukeviet"), ("dong_nai", "sharepoint"),
        ("dong_thap", "liferay_7"), ("khanh_hoa", "dotnetnuke"), ("lang_son", "joomla"), ("ninh_binh", "ui_portal"),
        ("quang_ninh", "sharepoint"), ("quang_tri", "liferay_7"), ("quang_tri", "vnpt_portal"), ("tay_ninh", "nukeviet"),
        ("vinh_long", "drupal"), ("thanh_hoa", "generic"),
    }  # fmt: skip


def test_only_hosts_that_are_known_and_active_were_asked(crawled):
    known = {
        entry["host"] for site in ACTIVE for entry in declared()[site]["hosts"] if entry.get("evidence") != "inferred"
    }
    asked = {hit.host for hit in (*crawled.fetched, *crawled.refetched)}

    assert asked <= known
    assert len(set(all_hosts()) - asked) > 50
    assert not [hit for hit in crawled.fetched if hit.target.startswith("/tim-kiem")]


def test_nothing_was_asked_for_twice(crawled):
    answered = [hit for hit in crawled.fetched if hit.status == 200 and hit.target != "/robots.txt"]
    pages = Counter(f"{hit.method} http://{hit.host}{hit.target}" for hit in answered)

    assert [asked for asked, count in pages.items() if count > 1] == []


def test_the_second_run_asks_for_first_screens_only(crawled):
    assert (crawled.second.returncode, crawled.second.stderr) == (0, "")
    asked = {f"http://{hit.host}{hit.target}" for hit in crawled.refetched}

    assert asked & {*crawled.truth, *LATER} == set()
    assert {hit.host for hit in crawled.refetched} == {hit.host for hit in crawled.fetched}
    for report in map(json.loads, crawled.second.stdout.splitlines()):
        counts = report["articles"] | {"rejected": 0}  # home pages of undeclared sites are looked at for what is new
        assert counts == dict.fromkeys(counts, 0), report["site"]


def test_a_dead_site_takes_none_with_it(tmp_path):
    dead, living = "vinh_long", ("cao_bang", "ninh_binh")
    with socket.socket() as closed, play(**FEW) as played:
        closed.bind(("127.0.0.1", 0))  # bound, and nobody listens
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        host = next(place.host for place in PLACES if place.site == dead)
        resolve = played.resolve.replace(f"{host}=127.0.0.1:{played.port}", f"{host}={address}")

        done = khcn("crawl", dead, *living, "--json", *FAST, data=tmp_path / "data", resolve=resolve)

    assert done.returncode == 5
    reports = {report["site"]: report for report in map(json.loads, done.stdout.splitlines())}
    assert {site: report["exit"] for site, report in reports.items()} == {dead: 5} | dict.fromkeys(living, 0)
    assert [failure["url"] for failure in reports[dead]["failures"]] == [f"http://{host}/"]
    check_whole(tmp_path / "data", [one.url for one in department_articles() if one.site in living])
