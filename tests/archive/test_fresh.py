"""Articles written with all their readings at once give the rows that they give one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.catalog import Catalog
from archive.catalog.fresh import Fresh
from archive.catalog.identity import article_id
from archive.model import Article, Attachment, Image
from tests.archive.facts import PAGE, keep, make_article, make_capture

FILE = make_capture(1, PAGE + "/k.pdf")
PAGES = (PAGE, PAGE.replace("https://", "http://www."))
"""Two addresses of one article."""
READ = st.fixed_dictionaries(
    {
        "url": st.sampled_from(PAGES),
        "title": st.sampled_from(["Tin", "Tin khác"]),
        "section": st.sampled_from([None, "Mục", "Mục khác"]),
        "width": st.sampled_from([None, 8, 9]),
        "dhash": st.sampled_from([None, "00ff" * 4, "ff00" * 4]),
        "has_file": st.booleans(),
        "tags": st.sampled_from([(), ("chuyển đổi số",)]),
    }
)


def article_of(number: int, read: dict) -> Article:
    held = FILE.id if read["has_file"] else None
    return make_article(
        make_capture(number, read["url"]),
        title=read["title"],
        printed_section=read["section"],
        tags=read["tags"],
        images=(Image(PAGE + "/a.jpg", 0, width=read["width"], dhash=read["dhash"]),),
        attachments=(Attachment(PAGE + "/k.pdf", 0, capture=held, sha256="a" * 64 if held else None),),
    )


def written_at_once(histories: list[list[Article]]) -> tuple[list[str], list[str]]:
    """Return the states of the readings and the rows."""
    with Catalog.open("sqlite://") as catalog:
        keep(
            catalog,
            [],
            [FILE, *(make_capture(int(each.capture[-12:]), each.url) for some in histories for each in some)],
        )
        with catalog.transaction():
            fresh = Fresh(catalog._writer)
            states = [state for told in histories for state in fresh.add(article_id(told[0]), told)]
            fresh.write()
        return states, list(catalog.dump())


def written_one_by_one(histories: list[list[Article]]) -> tuple[list[str], list[str]]:
    """Return the same, as a crawl writes them."""
    told = [each for some in histories for each in some]
    with Catalog.open("sqlite://") as catalog:
        states = keep(catalog, told, [FILE, *(make_capture(int(each.capture[-12:]), each.url) for each in told)])
        return states, list(catalog.dump())


@settings(max_examples=80, deadline=None)
@given(st.lists(READ, min_size=1, max_size=6), st.lists(READ, max_size=2))
def test_readings_in_the_order_of_time_give_the_rows_of_a_crawl(reads, others):
    one = [article_of(number, read) for number, read in enumerate(reads, 10)]
    other = [replace(article_of(number, read), url=PAGE + "-2") for number, read in enumerate(others, 20)]
    histories = [history for history in (one, other) if history]

    assert written_at_once(histories) == written_one_by_one(histories)


@settings(max_examples=30, deadline=None)
@given(st.lists(READ, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_readings_in_another_order_do_too(reads, chance):
    told = [article_of(number, read) for number, read in enumerate(reads, 10)]
    chance.shuffle(told)

    assert written_at_once([told]) == written_one_by_one([told])


def test_many_articles_are_written_in_several_goes(monkeypatch):
    monkeypatch.setattr("archive.catalog.fresh.BATCH", 3)
    histories = [[make_article(make_capture(number, f"{PAGE}-{number}"))] for number in range(8)]

    assert written_at_once(histories) == written_one_by_one(histories)


def test_an_article_without_a_capture_is_refused():
    article = replace(make_article(make_capture(1)), capture=None)

    with Catalog.open("sqlite://") as catalog, catalog.transaction(), pytest.raises(ValueError, match="a capture"):
        Fresh(catalog._writer).add(article_id(article), [article])
