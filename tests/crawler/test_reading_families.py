"""Each place of the player is read exactly, page by page, without a crawl: articles, lists, and pages that are neither."""

import unicodedata

import pytest

from archive.model import Article, Listing, NotAnArticle
from crawler.cli.common import registry
from tests.crawler.reading_helpers import read_page, told, true_of
from tests.play.chrome import fill
from tests.play.departments import Department, declared, department_articles
from tests.play.places import PER_PAGE, PLACES

BY_HOST = {place.host: place for place in PLACES}


@pytest.fixture(params=sorted(BY_HOST))
def played(request):
    return Department(BY_HOST[request.param])


def read(played, target, *, decomposed=False):
    page = fill(played.answer(target).body.decode(), 7)
    page = unicodedata.normalize("NFD", page) if decomposed else page
    return read_page(page, f"http://{played.place.host}{target}", site=registry().get(played.place.site))


def test_every_place_is_known_and_active():
    for place in PLACES:
        site = declared()[place.site]
        evidence = {entry["host"]: entry.get("evidence", "pages") for entry in site["hosts"]}

        assert site["status"] == "active"
        assert evidence[place.host] != "inferred"


def test_addresses_are_unique_and_in_scope():
    urls = [article.url for article in department_articles()]

    assert len(set(urls)) == len(urls) == sum(section.size for place in PLACES for section in place.sections)
    assert all(registry().get(article.site).allows(article.url) for article in department_articles())


@pytest.mark.parametrize("decomposed", [False, True])
def test_articles_are_read_exactly(played, decomposed):
    wrong = {}
    for url, true in played.articles.items():
        found = read(played, url.partition(played.place.host)[2], decomposed=decomposed)
        wanted = true_of(true)
        wrong |= {
            (url, field): told(found).get(field, found) for field in wanted if told(found).get(field) != wanted[field]
        }
        if isinstance(found, Article):
            beside = (found.section, found.summary, found.tags)
            wrong |= {(url, "beside"): beside} if beside != (true.section, true.summary, true.tags) else {}

    assert wrong == {}


def test_lists_name_their_articles_and_go_on(played):
    place = played.place
    is_declared = bool(registry().get(place.site).layouts)
    for section in place.sections:
        listed = [url for url, one in played.articles.items() if one.category == section.slug]
        for page in range(1, played.count(section) + 1):
            found = read(played, place.listing(section, page))
            if not is_declared:
                assert isinstance(found, NotAnArticle)
                continue
            following = (
                f"http://{place.host}{place.listing(section, page + 1)}" if page < played.count(section) else None
            )
            assert isinstance(found, Listing)
            shown = listed[(page - 1) * PER_PAGE :][:PER_PAGE]
            assert [item.url for item in found.items][: len(shown)] == shown  # then what stands beside the list
            assert found.next_url == following


def test_other_pages_are_no_articles(played):
    for target in (played.place.home, *played.place.about):
        assert not isinstance(read(played, target), Article)
