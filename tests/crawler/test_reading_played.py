"""Whatever skeleton carries an article, plain or decomposed, it is read exactly."""

from functools import cache

import pytest

from tests.crawler.reading_helpers import read_page, told, true_of
from tests.play.chrome import Chrome, chrome_of
from tests.play.content import articles
from tests.play.seeds import seed_articles
from tests.play.skeletons import BLIND, LATER, NAMES, render
from tests.play.truth import PlayedArticle

FORMS = [f"{name}{form}" for name in (*NAMES, *LATER, *BLIND) for form in ("", "+nfd")]
SHARE = 19
"""Each skeleton shows one article in so many, the next skeleton the next one."""


@cache
def surroundings(article: PlayedArticle) -> Chrome:
    """Return what stands around an article: its own generation's neighbours."""
    return chrome_of(article, [one for one in articles() if one.layout == article.layout])


def misread(article: PlayedArticle, form: str) -> dict[str, object]:
    """Return the fields that are read otherwise than they are true."""
    found = told(read_page(render(article, surroundings(article), 7, name=form), article.url))
    wanted = true_of(article)
    return {field: found.get(field, found) for field in wanted if found.get(field) != wanted[field]}


@pytest.mark.parametrize("form", FORMS)
def test_played_articles_are_read_exactly(form):
    chosen = articles()[FORMS.index(form) % SHARE :: SHARE]

    wrong = {article.url: fields for article in chosen if (fields := misread(article, form))}

    assert {article.layout for article in chosen} == {"ha_tinh", "hau_giang_1", "hau_giang_2"}
    assert wrong == {}


@pytest.mark.skipif(len(seed_articles()) < 2, reason="the seed documents (../shared/seeds) are not here")
@pytest.mark.parametrize("form", FORMS)
def test_seeds_are_read_exactly(form):
    wrong = {article.url: fields for article in seed_articles() if (fields := misread(article, form))}

    assert wrong == {}


def test_every_article_is_read_in_some_skeleton():
    shown = {article.url for at in range(len(FORMS)) for article in articles()[at % SHARE :: SHARE]}

    assert shown == {article.url for article in articles()}
