"""A list lends its section to its own articles, and to none that a box beside it links to."""

from __future__ import annotations

from functools import cache
from html import escape

import msgspec
import pytest

from archive.model import Article, Listing
from crawler.sites import Seed, Site
from tests.crawler.reading_helpers import SITES, read_page
from tests.play.departments import Department
from tests.play.places import PER_PAGE, PLACES, Place
from tests.play.truth import PlayedArticle

EACH = pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.family}-{place.host}")


@cache
def department(place: Place) -> Department:
    return Department(place)


def with_sections(place: Place) -> Site:
    """Return the site of a place as a person declares it who names each section."""
    site = SITES.get(place.site)
    seeds = (Seed(f"http://{place.host}{place.listing(each, 1)}", each.name) for each in place.sections)
    return msgspec.structs.replace(site, seeds=tuple(seeds))


def lists(place: Place) -> dict[str, tuple[set[str], str]]:
    """Return the articles that every list of a place names as its own, and its source, by its address."""
    played = department(place)
    found = {}
    for target, (section, number) in played.pages.items():
        listed = [url for url, one in played.articles.items() if one.category == section.slug]
        own = set(listed[(number - 1) * PER_PAGE : number * PER_PAGE])
        found[f"http://{place.host}{target}"] = own, played.answer(target).body.decode()
    return found


def linked(place: Place, html: str) -> list[PlayedArticle]:
    """Return the articles to which a page links, wherever on the page."""
    own = department(place).articles.values()
    return [one for one in own if f'"{escape(one.url.partition(place.host)[2])}"' in html]


@EACH
def test_each_article_has_its_own_section_whichever_list_led_to_it(place):
    site, wrong, read = with_sections(place), {}, set()
    for via, (_, html) in lists(place).items():
        for one in linked(place, html):
            body = department(place).answer(one.url.partition(place.host)[2]).body
            article = read_page(body, one.url, site=site, via=via)
            assert isinstance(article, Article)
            read.add(one.url)
            if article.section != one.section:
                wrong[via, one.url] = article.section, one.section

    assert read == set(department(place).articles)
    assert wrong == {}


DECLARED = [place for place in PLACES if SITES.get(place.site).layouts]


@pytest.mark.parametrize("place", DECLARED, ids=lambda place: f"{place.family}-{place.host}")
def test_a_list_names_its_own_articles_and_no_others(place):
    site = with_sections(place)
    for via, (own, html) in lists(place).items():
        listing = read_page(html, via, site=site)
        assert isinstance(listing, Listing), via
        named = {item.url for item in listing.items}
        # Below "Tin mới" a list may go on: where there is more than above, it is kept.
        assert named >= own if ">Tin mới<" in html else named == own


def test_lists_are_played_with_boxes_beside_them():
    has_box = {
        place.family for place in PLACES for own, html in lists(place).values() if len(linked(place, html)) > len(own)
    }

    assert has_box == {place.family for place in PLACES} - {"aspx", "ui_portal", "vccorp"}
