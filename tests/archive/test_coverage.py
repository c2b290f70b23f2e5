"""How captures came into the archive, kept and counted by the catalog, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive.catalog.coverage import held_of
from archive.catalog.engine import reading
from archive.catalog.identity import article_id
from archive.model import Capture
from archive.times import VN
from archive.urls import identity_key
from tests.archive.facts import keep, make_article, make_capture
from tests.engines import empty_catalog

pytestmark = pytest.mark.usefixtures("each_engine")

OLD = make_capture(1, "https://skhcn.hatinh.gov.vn/a", date=datetime(2015, 12, 31, 18, tzinfo=UTC), origin="recover")
NEW = make_capture(2, "https://skhcn.hatinh.gov.vn/a", date=datetime(2025, 3, 1, 2, tzinfo=UTC))
OTHER = make_capture(3, "https://skhcn.hatinh.gov.vn/b", date=datetime(2018, 3, 1, 2, tzinfo=UTC), origin="import")
ELSEWHERE = make_capture(4, "http://skhcn.haugiang.gov.vn/c", site="hau_giang", origin="recover")


def held(captures: list[Capture]):
    published = datetime(2014, 5, 6, 9, tzinfo=VN)
    articles = [
        make_article(capture, title=capture.id, published=published, captured=capture.date) for capture in captures
    ]
    catalog = empty_catalog()
    keep(catalog, articles, captures)
    return catalog


@pytest.mark.parametrize("captures", [[OLD, NEW, OTHER, ELSEWHERE], [ELSEWHERE, OTHER, NEW, OLD]], ids=["old", "new"])
def test_what_is_held_is_counted_by_site_year_and_origin_of_the_latest_version(captures):
    with held(captures) as catalog:
        assert [catalog.capture(each.id) for each in captures] == captures
        with reading(catalog._engine) as connection:
            every = held_of(connection, ["ha_tinh", "hau_giang"], (), ())
            one = held_of(connection, ["ha_tinh"], (), ())

    assert +one.captures == {
        ("ha_tinh", 2016, "recover"): 1,
        ("ha_tinh", 2025, "crawl"): 1,
        ("ha_tinh", 2018, "import"): 1,
    }
    assert +one.articles == {("ha_tinh", 2014, "crawl"): 1, ("ha_tinh", 2014, "import"): 1}
    assert every.articles["hau_giang", 2014, "recover"] == 1


def test_what_must_not_be_shown_is_not_counted():
    with held([OLD, NEW, OTHER]) as catalog, reading(catalog._engine) as connection:
        named = article_id(make_article(NEW))
        found = held_of(connection, ["ha_tinh"], {named}, {identity_key(NEW.url)})

    assert +found.captures == {("ha_tinh", 2018, "import"): 1}
    assert +found.articles == {("ha_tinh", 2014, "import"): 1}


def test_a_capture_told_again_takes_the_origin_that_is_told():
    with held([OLD]) as catalog:
        catalog.add_captures([replace(OLD, origin="import")])
        found = catalog.capture(OLD.id)

    assert found is not None
    assert found.origin == "import"
