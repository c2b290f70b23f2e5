"""Which class reads a page: the layout in use, confirmed by the page's marks; without layouts the surest family."""

from datetime import date

import pytest

from archive.model import Article, Listing, ListingItem, NotAnArticle, Payload
from crawler import derive as deriving
from crawler.page import ArticlePage, ListingPage, Page
from crawler.sites import Host, Layout, Site
from tests.crawler.reading_helpers import CAPTURED, HA_TINH, read_page

URL = "http://example.vn/tin/1"
LIST = "http://example.vn/ds"


class Unmarked(ArticlePage):
    """Knows no marks; everything else is its name."""

    name = "unmarked"

    def title(self) -> str | None:
        return "Tin"

    def text(self) -> str:
        return "Nội dung"


class FarList(ListingPage):
    """Its next page is another's."""

    def next_url(self) -> str | None:
        return "http://example.vn/ds/2"


class Marked(Unmarked):
    """Knows the word in its ``mark``."""

    name = "marked"
    mark = "một"
    listing_page = FarList

    @classmethod
    def fingerprint(cls, page):
        found = cls.mark in page.markup
        return (0.9 if "chắc chắn" in page.markup else 0.4) if found else 0.0


class Other(Marked):
    """Knows another word."""

    name = "other"
    mark = "hai"
    listing_page = ListingPage


CLASSES = {reader.name: reader for reader in (Unmarked, Marked, Other)}


@pytest.fixture(autouse=True)
def _classes(monkeypatch):
    monkeypatch.setattr(deriving, "page_class", lambda name: CLASSES.get(name, Unmarked))
    monkeypatch.setattr(deriving, "page_classes", lambda: CLASSES)


def site_of(*pages, **keys):
    layouts = tuple(Layout(page, articles=("/tin/.*",), listings=("/ds",), **keys.get(page, {})) for page in pages)
    return Site("x", "Sở", "Department", "active", hosts=(Host("example.vn"),), layouts=layouts)


def parser(html, *pages, **keys):
    got = read_page(html, URL, site=site_of(*pages, **keys))
    assert isinstance(got, Article)
    return got.parser


@pytest.mark.parametrize(
    ("html", "pages", "expected"),
    [
        ("<p>một", ("marked", "other"), "marked/1"),
        ("<p>hai", ("marked", "other"), "other/1"),
        ("<p>một hai", ("marked", "other"), "marked/1"),
        ("<p>ba", ("marked", "other"), "marked/1"),
        ("<p>hai", ("unmarked", "other"), "unmarked/1"),
        ("<p>ba", ("marked", "unmarked"), "marked/1"),
        ("<p>hai", ("marked",), "marked/1"),
    ],
)
def test_a_layout_without_its_marks_gives_way_to_one_whose_marks_are_there(html, pages, expected):
    assert parser(html, *pages) == expected


def test_the_layout_in_use_on_the_day_is_asked_first():

    gone = {"until": date(2024, 1, 1)}

    assert parser("<p>một hai", "marked", "other", marked=gone) == "other/1"
    assert parser("<p>một", "marked", "other", marked=gone) == "marked/1"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>một chắc chắn", "marked/1"),
        ("<p>hai chắc chắn", "other/1"),
        ("<p>hai", "unmarked/1"),
        ("<p>ba", "unmarked/1"),
    ],
)
def test_an_undeclared_page_is_read_by_the_family_that_is_sure(html, expected):
    assert parser(html) == expected


@pytest.mark.parametrize(
    ("host", "text", "expected"),
    [
        ("example.com", "một chắc chắn, and not a word more", "marked/1"),
        ("example.com", "marked for sure", "unmarked/1"),
        ("example.vn", "marked for sure", "marked/1"),
        ("example.vn.com", "marked for sure", "unmarked/1"),
    ],
)
def test_families_read_what_is_vietnamese_by_its_words_or_its_host(monkeypatch, host, text, expected):
    monkeypatch.setattr(Marked, "fingerprint", classmethod(lambda cls, page: 0.9))
    got = read_page(f"<p>{text}", f"http://{host}/tin/1", site=site_of())
    assert isinstance(got, Article)
    assert got.parser == expected


def test_a_family_reads_its_listings_with_its_own_class():
    html = "<a href='/tin/1'>Tin</a> một"
    got = read_page(html, LIST, site=site_of("marked"))
    other = read_page(html, LIST, site=site_of("unmarked"))

    assert got == Listing(LIST, (ListingItem(URL, "Tin"),), "http://example.vn/ds/2")
    assert isinstance(other, Listing)
    assert other.next_url is None


def test_a_page_of_no_layout_is_none_of_a_declared_site():
    got = read_page("<p>một", "http://example.vn/khac", site=site_of("marked"))

    assert isinstance(got, NotAnArticle)
    assert got.reason == "other_page"


def test_a_page_is_parsed_once_for_all_that_read_it():

    page = Page(HA_TINH, URL, CAPTURED, Payload(200, (), b"<p>m\xe1\xbb\x99t"))

    assert page.root is page.read_as(Marked).root
