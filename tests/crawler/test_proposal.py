"""Menus, headlines and marks of pages that nobody has looked at, and the site file that is made of them."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ConfigError
from archive.model import Payload
from archive.times import UTC
from crawler.menus import headlines, pager_key, sections, shape_of
from crawler.page import Page
from crawler.proposal import Proposal
from crawler.scaffold import NameTaken, pattern_text, plain, quoted, site_file, write_new, write_site_file
from crawler.scaffold_family import family_module
from crawler.site_files import filled, load_site
from crawler.sites import Host, Seed, Site
from spiders.pages.marked import MarkedArticle
from spiders.pages.marked_listing import MarkedListing
from tests.sites.cases import HERE

HOST = "skhcn.hoaninh.example"
SITE = Site(
    id="hoa_ninh", name="Sở", name_en="Office", status="active",
    hosts=(Host(host=HOST, evidence="brief"),), seeds=(Seed(url=f"http://{HOST}/"),),
)  # fmt: skip


def page(body: str | bytes, url: str = f"http://{HOST}/", title: str = "") -> Page:
    markup = (
        body
        if isinstance(body, bytes)
        else f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()
    )
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return Page(filled(SITE), url, datetime(2026, 1, 1, tzinfo=UTC), Payload(200, headers, markup))


def menu(*entries: tuple[str, str]) -> str:
    return '<div class="main-menu">' + "".join(f'<a href="{href}">{text}</a>' for href, text in entries) + "</div>"


def test_sections_are_the_links_of_menus_whose_words_are_of_news():
    found = sections(
        page(
            menu(
                ("/", "Trang chủ"),
                ("/tin-tuc", "Tin tức"),
                ("/tin-tuc", "Tin tức - Sự kiện"),
                ("/gioi-thieu", "Giới thiệu hoạt động"),
                ("/khoa-hoc", "KHOA HỌC"),
                ("http://other.example/tin", "Tin khác"),
                ("javascript:void(0)", "Thông báo"),
            )
            + '<p><a href="/tin-khac">Tin</a></p>'
        ),
        None,
    )

    assert found == [("Tin tức", f"http://{HOST}/tin-tuc"), ("KHOA HỌC", f"http://{HOST}/khoa-hoc")]


def test_headlines_are_the_long_links_of_the_commonest_shape():
    list_ = "".join(
        f'<li><a href="/tin/bai-viet-so-{n}-{n}.html">Một hai ba bốn năm sáu {n}</a></li>' for n in range(4)
    )

    found = headlines(
        page(menu(("/a", "Một hai ba bốn năm sáu")) + list_ + '<a href="/khac">Bảy tám chín mười mười một</a>')
    )

    assert found == [f"http://{HOST}/tin/bai-viet-so-{n}-{n}.html" for n in range(4)]


SHAPES = {
    "/tin-tuc/le-khai-mac-tuan-le-1318.html": r"/tin-tuc/[^/?]+-(?P<id>\d+)\.html(?:\?.*)?",
    "/2024/05/mot-hai-ba-bon": r"/\d+/(?P<id>\d+)/[^/?]+(?:\?.*)?",
    "/le-khai-mac-n7505": r"/[^/?]+-n(?P<id>\d+)(?:\?.*)?",
    "/default.aspx?nid=12&page=1": r"/default\.aspx\?nid=(?P<id>\d+)(?:&.*)?",
    "/12/a?id=3": r"/\d+/a\?id=(?P<id>\d+)(?:&.*)?",
}


@pytest.mark.parametrize(("target", "pattern"), SHAPES.items())
def test_an_address_gives_the_pattern_of_its_like(target, pattern):
    assert shape_of(target) == pattern


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="#"), max_size=80))
def test_any_address_matches_its_own_pattern(text):
    target = "/" + text.replace("\n", "")

    assert re.fullmatch(shape_of(target), target, re.DOTALL) or "?" in target


@given(st.text(max_size=200))
def test_any_text_comes_back_from_toml_as_one_line_or_as_it_was(text):
    sound = text.encode("utf-8", "replace").decode()
    made = f"# {plain(text)}\na = {quoted(text)}\nb = {pattern_text(text)}\n"

    assert msgspec.toml.decode(made) == {"a": sound, "b": sound}


FAMILIES = {
    "nukeviet": "nukeviet/default_theme",
    "liferay_6": "liferay/listing_62_page_1",
    "liferay_7": "liferay/listing_7",
    "drupal": "drupal/drupal7_term_from_page_0",
    "joomla": "joomla/blog_from_the_tenth_item",
    "wordpress": "wordpress/listing_page_2",
    "sharepoint": "sharepoint/listing_with_scripted_pager",
    "vnpt_portal": "vnpt_portal/listing",
    "vccorp": "vccorp/article_with_related_box_in_the_body",
    "dotnetnuke": "dotnetnuke/pages_in_the_path",
}


@pytest.mark.parametrize(("family", "case"), FAMILIES.items(), ids=FAMILIES)
def test_the_family_of_a_page_is_proposed_and_its_file_loads(tmp_path, family, case):
    proposal = Proposal(filled(SITE), page((HERE / case / "page.html").read_bytes()), None)
    write_site_file(tmp_path / "hoa_ninh.toml", site_file(proposal))

    assert [layout.page for layout in load_site(tmp_path / "hoa_ninh.toml").layouts] == [family]


def odd_portal() -> Proposal:
    items = "".join(f'<h3><a href="/chi-tiet?id={n}">Một hai ba bốn năm sáu {n}</a></h3>' for n in range(10, 14))
    home = page(menu(("/muc/tin-tuc", "Tin tức"), ("/muc/thong-bao?a='", "Thông báo")), title="Trang tin")
    pager = '<a href="/muc/tin-tuc?trang=2">2</a> <a href="/muc/tin-tuc?trang=2">Trang sau</a>'
    return Proposal(filled(SITE), home, page(items + pager, f"http://{HOST}/muc/tin-tuc"))


def test_of_no_family_the_patterns_are_guessed(tmp_path):
    path = tmp_path / "hoa_ninh.toml"
    write_site_file(path, site_file(odd_portal()))

    site = load_site(path)
    assert site.family == "generic"
    assert site.source_id(f"http://{HOST}/chi-tiet?id=77") == "77"
    assert site.is_listing(f"http://{HOST}/muc/tin-tuc?trang=3")
    assert site.layouts[0].page_param == "trang"


def test_patterns_hold_for_the_other_sections_and_tell_lists_from_articles():
    list_ = "".join(f'<a href="/tin/bai-viet-hay-{n}-{n}.html">Một hai ba bốn năm sáu {n}</a>' for n in range(4))
    home = page(menu(("/tin", "Tin tức"), ("/a.php?muc=3", "Thông báo"), ("/a.php?muc=4", "Sự kiện")) + list_)

    proposal = Proposal(filled(SITE), home, None)

    assert proposal.articles == (r"/[^/?]+/[^/?]+-(?P<id>\d+)\.html(?:\?.*)?",)
    assert proposal.listings == (r"/tin(?:\?.*)?", r"/a\.php\?muc=\d+(?:&.*)?")


def test_sections_are_found_without_menus():
    assert sections(page('<p><a href="/tin">Tin tức</a> <a href="/x">Tin dài hơn năm chữ một</a></p>'), None) == [
        ("Tin tức", f"http://{HOST}/tin")
    ]


def test_of_an_empty_page_a_file_without_layout_is_made(tmp_path):
    path = tmp_path / "hoa_ninh.toml"
    write_site_file(path, site_file(Proposal(filled(SITE), page(""), None)))

    assert load_site(path).layouts == ()
    assert {"TODO name: not", "TODO seeds: no menu", "TODO layout: no family"} <= {
        line[2:].partition(" found")[0][: len(mark)]
        for line in path.read_text("utf-8").splitlines()
        for mark in ("TODO name: not", "TODO seeds: no menu", "TODO layout: no family")
    }


def test_a_file_that_is_there_is_not_replaced(tmp_path):
    path = tmp_path / "hoa_ninh.toml"
    path.write_text("mine")

    with pytest.raises(NameTaken, match="is there already"):
        write_new(path, "other")
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_can_not_be_written_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"missing/a\.toml: can not be written"):
        write_new(tmp_path / "missing" / "a.toml", "")


def test_a_text_that_is_no_site_file_is_not_written(tmp_path):
    with pytest.raises(ConfigError, match="is missing"):
        write_site_file(tmp_path / "hoa_ninh.toml", 'id = "hoa_ninh"\n')
    assert list(tmp_path.iterdir()) == []


def test_a_familys_module_is_python_within_the_bounds():
    text = family_module("cong_xa_2")

    compile(text, "cong_xa_2.py", "exec")
    assert "class CongXa2Article(MarkedArticle):" in text
    assert max(map(len, text.splitlines())) <= 120
    assert len(text.splitlines()) < 100


def test_the_key_of_page_numbers_is_that_of_the_pager():
    body = '<a href="/tin?trang=2&amp;muc=3">2</a><a href="/tin?muc=1&amp;nam=2">Năm 2</a><a href="/tin?muc=1&amp;trang=2">2</a>'

    assert pager_key(page(body, f"http://{HOST}/tin?muc=1")) == "trang"
    assert pager_key(page('<a href="/tin?nam=2">Năm thứ 2</a>', f"http://{HOST}/tin")) is None


def test_a_new_family_has_a_place_for_every_selector():
    module = family_module("cong_xa")

    names = {name for each in (MarkedArticle, MarkedListing) for name in vars(each) if name.endswith("_at")}
    assert {name for name in (*names, "page_param", "first_page", "source_id", "junk") if name not in module} == set()
    assert module.count("items_at: ClassVar") == 2
    assert "(?P<page>/trang-(?P<number>\\d+))?" in module
