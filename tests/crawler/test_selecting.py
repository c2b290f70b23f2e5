"""Selectors over an index find what they find as XPath."""

from __future__ import annotations

import pytest
from cssselect import SelectorError
from lxml import etree

from crawler.registry import page_classes
from crawler.selecting import MAX_SORTED, Elements, _chains, xpath_find
from tests.sites.cases import all_cases

PAGE = """<html><body id="top"><div class="a  b\tc" id="x"><p class="b">một<b class="b">hai</b></p></div>
<div class="A"><p><span class="b"><i href="" rel="next">ba</i></span></p></div>
<ul><li class="a b" id="x"><a HREF="/tag/1" class="b">bốn</a><ul><li><a href="/tin/2">năm</a></li></ul></li></ul>
<p class=""></p><p class="a\u00a0b"></p></body></html>"""
SELECTORS = (
    "p", "P", "*", ".b", ".a.b", "p.b", "#x", "div#x", "#x#x", "#x.b", "#x#y", ".A", ".a .b", ".a > .b", ".a > p > .b",
    "div p .b", "body > div > p b", "ul ul a", "ul > li > a", "li li", "a[href]", "i[href]", "a[HREF*='/tag/']", "a[href^='/t']",
    "[href='']", "[href*='']", "[href^='']", "a[href$='2']", "[class~=b]", "[class~='a b']", "[class~='']", "[class$='']", "p:not(.b)", "div:has(> p)", "h1 + p",
    "#x, .b", "a, b, .b", ".nowhere .b", "#nowhere > p", "html", "body.b", "p > *", ".a *", "i[rel=next][href]",
)  # fmt: skip


@pytest.mark.parametrize("selector", SELECTORS)
def test_a_selector_finds_what_xpath_finds(selector):
    root = etree.HTML(PAGE)

    assert Elements(root).find(selector) == xpath_find(root, selector)


@pytest.mark.parametrize("number", [1, 2, MAX_SORTED // 2, MAX_SORTED // 2 + 1, 3 * MAX_SORTED])
def test_what_is_found_is_in_the_order_of_the_source_however_much_it_is(number):
    root = etree.HTML('<p class="b">hai</p><div class="a"><p class="b">một</p></div>' * number)

    assert Elements(root).find(".a, .b") == xpath_find(root, ".a, .b")
    assert Elements(root).find(".a p, .b") == xpath_find(root, ".a p, .b")


def test_the_families_selectors_find_on_saved_pages_what_xpath_finds():
    readers = [each for reader in page_classes().values() for each in (reader, reader.listing_page)]
    told = {name: each for reader in readers for name, each in _declared(reader)}
    selectors = sorted({selector for each in told.values() for selector in each})
    assert len(selectors) > 50

    for case in all_cases():
        root = etree.HTML((case.folder / "page.html").read_bytes())
        if root is not None:
            elements = Elements(root)
            assert {s: elements.find(s) for s in selectors} == {s: xpath_find(root, s) for s in selectors}, str(case)


def _declared(reader: type):
    names = {name for each in reader.__mro__ for name in vars(each) if name.endswith("_at")}
    return [(f"{reader.__name__}.{name}", getattr(reader, name)) for name in names]


def test_most_selectors_of_the_families_need_no_xpath():
    readers = {each for reader in page_classes().values() for each in (reader, reader.listing_page)}
    selectors = {selector for reader in readers for _, told in _declared(reader) for selector in told}

    assert sum(_chains(selector) is None for selector in selectors) < 0.25 * len(selectors)


def test_a_selector_that_is_none_is_an_error():
    with pytest.raises(SelectorError):
        Elements(etree.HTML(PAGE)).find("div >")
