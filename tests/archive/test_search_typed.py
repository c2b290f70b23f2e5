"""Where what is spelled as it was typed is enough, the rest is not looked at; the hits are the same."""

from __future__ import annotations

import random

import pytest

from archive.catalog import Catalog
from archive.search import Search
from archive.search import search as searching
from archive.search.ask import are_first_as_typed
from archive.search.index import Opened, current_folder
from archive.search.query import parse
from tests.archive.test_search import kept

WORDS = ("giống", "giông", "giong", "giọng", "lúa", "lùa", "lua", "mới", "Giống", "Lúa", "năm", "nam")
MANY = 150
QUERIES = (
    "giống",
    "giống lúa",
    "Giống lúa mới năm",
    "giống lua",
    "title:lúa",
    "lúa -năm",
    "lúa site:ha_tinh",
    "mới lừa",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    made, dice = tmp_path_factory.mktemp("typed"), random.Random(5)
    with Catalog.open(made / "catalog.sqlite3") as catalog, catalog.transaction():
        for number in range(MANY):
            title, text = (" ".join(dice.choices(WORDS, k=many)) for many in (4, dice.randrange(10, 60)))
            kept(catalog, f"bai-{number}", number, title, text)
    return made


@pytest.fixture(scope="module")
def search(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        made = Search(root, catalog)
        list(made.find("lua"))
        yield made
        made.close()


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("offset", [0, 7])
def test_the_hits_are_those_of_a_look_at_all(search, monkeypatch, query, offset):
    def found():
        hits = list(search.find(query, limit=10, offset=offset))
        return [(hit.rank, hit.article) for hit in hits], [hit.score for hit in hits]

    quick = found()
    monkeypatch.setattr(searching, "are_first_as_typed", lambda *_: False)
    every = found()

    assert quick[0] == every[0]
    # Sums of the same in another order.
    assert quick[1] == pytest.approx(every[1], rel=1e-5)


@pytest.mark.parametrize(
    ("query", "is_so"),
    [
        ("giống lúa", True),
        ("giong lua", False),  # nothing was typed with accents
        ("giống OR lúa", False),
        ('"giống lúa"', False),
        ("giố*", False),
        ("giống " * 20, False),  # so many words can give more than an accent
    ],
)
def test_it_is_so_while_words_give_less_than_an_accent(root, search, query, is_so):
    assert are_first_as_typed(Opened(current_folder(root)).searcher, parse(query)) is is_so
