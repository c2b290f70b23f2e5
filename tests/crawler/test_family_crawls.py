"""Families that no active Department declares, and lists that only scripts load: crawled whole from site files of their own."""

from __future__ import annotations

import json

import pytest

from archive import open_archive
from tests.crawler.other_sites import other_sites
from tests.crawler.reading_helpers import told, true_of
from tests.khcn import FAST, khcn
from tests.play import play
from tests.play.departments import department_articles
from tests.play.skeletons.family_ui_portal import LOAD

pytestmark = pytest.mark.xdist_group("family crawls")

NAMED = 'id = "{0}"\nname = "Sở"\nname_en = "Department"\nstatus = "active"\n'
NINH_BINH = (
    NAMED.format("ninh_binh") + 'layouts = [{ page = "ui_portal" }]\n[[hosts]]\nhost = "sokhcn.ninhbinh.gov.vn"\n'
)
BY_POST = """
[[ajax]]
url = "http://sokhcn.ninhbinh.gov.vn{load}"
section = "{name}"
body = '{{"article_category_id": {number}, "site_id": 62, "page": {{page}}, "page_size": 2}}'
content_type = "application/json; charset=utf-8"
"""
SECTIONS = {1042: "Tin hoạt động của tỉnh", 1043: "Tin hoạt động của Sở", 1044: "Tin KH&CN trong nước"}
AN_GIANG = (
    NAMED.format("an_giang") + 'seeds = [{ url = "http://skhcn.angiang.gov.vn/" }]\nlayouts = [{ page = "vccorp" }]\n'
    '[[hosts]]\nhost = "skhcn.angiang.gov.vn"\n'
)
LISTING = "/HtmlView.aspx?pageid=3129&mid=7506&pageindex=0&siteid=60"
HAU_GIANG = (
    NAMED.format("hau_giang") + f'seeds = [{{ url = "http://haugiang.gov.vn{LISTING}" }}]\n'
    'layouts = [{ page = "aspx_htmlview" }]\n'
    "[[hosts]]\nhost = \"haugiang.gov.vn\"\nscope = '/(?:robots.txt|(?:Html|Uploads).*)'\n"
)


class Crawled:
    """The three of them, crawled at once."""

    def __init__(self, folder):
        self.data = folder / "data"
        posts = "".join(BY_POST.format(load=LOAD, name=name, number=number) for number, name in SECTIONS.items())
        files = {"ninh_binh": NINH_BINH + posts, "an_giang": AN_GIANG, "hau_giang": HAU_GIANG}
        self.path = other_sites(folder / "project", only=("ha_tinh",), **files)
        with play(seeds=False, oldest=18, all_sites=True) as played:
            shown = [one for one in played.articles if one.layout == "hau_giang_1"]
            shown += [one for one in department_articles() if one.site in ("ninh_binh", "an_giang")]
            self.truth = {one.url: one for one in shown}
            self.done = khcn(
                "crawl", *files, "--json", *FAST, data=self.data, resolve=played.resolve, PYTHONPATH=self.path
            )
            self.asked = list(played.log)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    return Crawled(tmp_path_factory.mktemp("families"))


@pytest.fixture(scope="module")
def articles(crawled):
    with open_archive(crawled.data) as archive:
        return {article.url: article for article in archive.articles()}


def test_they_are_crawled_without_a_loss(crawled):
    assert (crawled.done.returncode, crawled.done.stderr) == (0, "")
    assert [json.loads(line)["failures"] for line in crawled.done.stdout.splitlines()] == [[], [], []]


def test_every_article_is_found_and_every_field_true(crawled, articles):
    assert set(articles) == set(crawled.truth)
    wrong = {url: told(articles[url]) for url, true in crawled.truth.items() if told(articles[url]) != true_of(true)}

    assert wrong == {}
    assert {article.parser for article in articles.values()} == {"ui_portal/1", "vccorp/1", "aspx_htmlview/1"}


def test_lists_were_loaded_as_scripts_do(crawled):
    posts = [hit for hit in crawled.asked if hit.method == "POST"]
    fragments = [hit.target for hit in crawled.asked if hit.target.startswith("/timelinelist/")]
    pages = [hit.target for hit in crawled.asked if "pageindex=1" in hit.target and "ItemID" not in hit.target]

    # Three articles a section, two a page, and a last page without any.
    assert len(posts) == 9
    assert "/timelinelist/12/2.htm" in fragments
    assert len(pages) == 1


def test_the_section_is_that_of_the_list(crawled, articles):
    departments = [true for true in crawled.truth.values() if true.site != "hau_giang"]

    assert {true.url: articles[true.url].section for true in departments} == {
        true.url: true.section for true in departments
    }
