"""What a crawl made known is found without going through all that was known before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.catalog import Catalog
from archive.catalog.known import _AT, _LED_TO
from archive.catalog.read import MAX_REDIRECTS
from tests.archive.facts import CRAWL, SITE, make_article, make_capture
from tests.engines import empty_catalog, is_postgres

pytestmark = pytest.mark.usefixtures("each_engine")
LATER = "ha_tinh-20250401000000000"
READINGS = [
    ("article", "ha_tinh/1"),
    ("rejected", "no_title"),
    ("rejected", "empty"),
    ("listing", ""),
    ("redirect", ""),
]


def page(name: object) -> str:
    return f"https://a.vn/{name}"


def read(catalog: Catalog, crawl: str, pages: list[tuple[object, str, str]], first: int = 0) -> None:
    """Keep pages (name, kind, detail) as a crawl has read them; the detail of a redirect is a name."""
    captures = [make_capture(first + n, page(name), crawl=crawl) for n, (name, _, _) in enumerate(pages)]
    with catalog.transaction():
        catalog.add_captures(captures)
        for capture, (_, kind, detail) in zip(captures, pages, strict=True):
            catalog.add_reading(capture.id, kind, page(detail) if kind == "redirect" else detail)


PAGES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(READINGS), st.integers(0, 5)).map(
        lambda told: (told[0], told[1][0], str(told[2]) if told[1][0] == "redirect" else told[1][1])
    ),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(PAGES, PAGES)
def test_what_was_known_and_what_a_crawl_made_known_is_all_that_is_known(before, after):
    with empty_catalog() as catalog:
        read(catalog, CRAWL, before)
        known = set(catalog.known(SITE))
        read(catalog, LATER, after, first=100)

        assert known | set(catalog.known_by(SITE, LATER)) == set(catalog.known(SITE))
        assert set(catalog.known_by(SITE, "ha_tinh-none")) == set()


@pytest.mark.parametrize("length", [1, MAX_REDIRECTS, MAX_REDIRECTS + 1])
@pytest.mark.parametrize("is_end_new", [True, False])
def test_a_chain_of_redirects_counts_as_far_as_one_is_followed(length, is_end_new):
    chain = [(n, "redirect", n + 1) for n in range(length)]
    end = [(length, "article", "ha_tinh/1")]
    with empty_catalog() as catalog:
        read(catalog, CRAWL, chain if is_end_new else end)
        read(catalog, LATER, end if is_end_new else chain, first=100)

        assert set(catalog.known(SITE)) >= set(catalog.known_by(SITE, LATER))
        assert (page(0) in set(catalog.known_by(SITE, LATER))) == (length <= MAX_REDIRECTS)


def test_what_a_page_of_another_site_or_a_post_leads_to_is_not_known():
    with empty_catalog() as catalog:
        read(catalog, LATER, [("b", "article", "ha_tinh/1")])
        theirs = make_capture(7, page("a"), site="hau_giang", crawl="hau_giang-1")
        posted = replace(make_capture(8, page("c")), method="POST", request_body="x=1")
        catalog.add_captures([theirs, posted])
        catalog.add_readings([(each.id, "redirect", page("b"), "") for each in (theirs, posted)])

        assert list(catalog.known_by(SITE, LATER)) == [page("b")]
        assert list(catalog.known_by("hau_giang", LATER)) == []


@pytest.mark.parametrize(
    ("question", "index"), [(_LED_TO, "readings_by_target (target=?)"), (_AT, "captures_by_key (key=?)")]
)
def test_a_redirect_is_followed_by_an_index_in_both_directions(tmp_path, question, index):
    if is_postgres():
        pytest.skip("the plan is SQLite's")
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog, catalog._engine.connect() as connection:
        names = {"site": SITE, "key": "vn,a)/", "url": page("")}
        written = question._write(connection, names)
        values = tuple((written.values | names)[name] for name in written.order)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written.sql}", values).all()

    details = [row.detail for row in plan if "captures" in row.detail or "readings" in row.detail]
    assert details[0].endswith(f"USING INDEX {index}")
    assert not [detail for detail in details if detail.startswith("SCAN")]


def test_the_mark_of_the_readings_is_another_one_when_any_is_written():
    with empty_catalog() as catalog, empty_catalog() as fresh:
        marks = [catalog.reading_mark(SITE)]
        read(catalog, CRAWL, [("a", "article", "ha_tinh/1")])
        marks.append(catalog.reading_mark(SITE))
        catalog.add_reading(make_capture(0).id, "rejected", "empty")
        marks.append(catalog.reading_mark(SITE))
        catalog.replace_sites([SITE], fresh)
        marks.append(catalog.reading_mark(SITE))
        read(catalog, "hau_giang-1", [])
        catalog.add_captures([make_capture(9, site="hau_giang")])
        catalog.add_reading(make_capture(9).id, "listing")

        assert len(set(marks)) == 4
        assert catalog.reading_mark(SITE) == marks[-1]
        assert fresh.reading_mark(SITE) not in marks


def test_the_days_of_articles_that_changed_are_told_and_of_a_site_all():
    first, second = make_capture(1), make_capture(2, page("b"))
    with empty_catalog() as catalog:
        catalog.add_captures([first, second])
        catalog.add_article(make_article(first))
        with catalog.following() as state:
            seq = state.last()
        catalog.add_article(make_article(second))
        catalog.retract([first.id])

        with catalog.following() as state:
            (gone, fresh), all_of_it = state.dated_after(seq, 2), list(state.dated(SITE))
            assert state.dated_after(seq, 1) is None
            assert list(state.dated_after(state.last(), 2)) == []
            assert list(state.dated("hau_giang")) == []

    gone, fresh = sorted((gone, fresh), key=lambda row: row.site is not None)
    assert (gone.site, gone.dated) == (None, None)
    assert (fresh.site, fresh.dated) == (SITE, "2025-02-28T07:30:00.000000Z")
    assert all_of_it == [(fresh.article, fresh.dated)]
