"""A catalog asked without its library, against the same one asked with it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from archive.catalog import Catalog
from archive.catalog.plain import RETRIED, open_light
from archive.errors import CatalogError
from tests.archive.exchanges import DATE
from tests.archive.wacz_site import make_archive

DETAILS = (*RETRIED, *(f"{reason}x" for reason in RETRIED), "softX404", "ERROR: x", "cut", "")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    root = make_archive(tmp_path_factory.mktemp("data"))
    path = root / "catalog.sqlite3"
    with Catalog.open(path) as catalog, catalog.transaction():
        odd = [each for each in catalog.captures("ha_tinh") if "/odd/" in each.url and each.mime == "text/html"]
        for number, capture in enumerate(odd):
            catalog.add_reading(
                capture.id, "listing" if number % 4 == 3 else "rejected", DETAILS[number % len(DETAILS)]
            )
    assert len(odd) > len(DETAILS)
    return path


@pytest.mark.parametrize("sites", [("ha_tinh",), ("hau_giang", "ha_tinh"), ("nowhere",), ()])
@pytest.mark.parametrize("since", [None, DATE.date(), datetime(2024, 5, 30, tzinfo=UTC)])
@pytest.mark.parametrize("until", [None, date(2024, 5, 31), datetime(2024, 6, 5, 7, 8, 11, tzinfo=UTC)])
def test_its_pages_are_those_of_the_catalog(path, sites, since, until):
    with open_light(path) as light, Catalog.open(path, read_only=True) as catalog:
        assert list(light.pages(sites, since, until)) == list(catalog.pages(sites, since, until))


def test_there_are_pages_of_each_kind(path):
    with open_light(path) as light:
        pages = list(light.pages(("ha_tinh",)))

    assert {page.title is None for page in pages} == {True, False}
    assert len({page.url for page in pages if "/odd/" in page.url}) > 1


def test_it_knows_the_sites_and_leaves_the_rest_to_the_catalog(path):
    with open_light(f"sqlite:///{path}") as light, Catalog.open(path, read_only=True) as catalog:
        assert light.sites() == catalog.sites() == ["ha_tinh", "hau_giang"]
        assert list(light.captures("ha_tinh")) == list(catalog.captures("ha_tinh"))
        with pytest.raises(AttributeError, match="nothing_such"):
            light.nothing_such()


def test_the_library_is_not_loaded_for_it(path):
    told = (
        "import sys, archive.wacz.write\n"
        "from archive.catalog.plain import open_light\n"
        f"with open_light('sqlite:///{path}') as light:\n"
        "    assert light.sites() and list(light.pages(light.sites()))\n"
        "print('sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("False\n", "")


def test_what_is_none_is_told_as_the_catalog_tells_it(path, tmp_path):
    (tmp_path / "junk").write_bytes(b"junk" * 999)
    (tmp_path / "empty").touch()
    older = tmp_path / "older"
    older.write_bytes(path.read_bytes())
    with sqlite3.connect(older) as database:
        database.execute("update meta set value = '1' where key = 'schema_version'")

    for each in (tmp_path / "missing", tmp_path / "junk", tmp_path / "empty", older, tmp_path):
        with pytest.raises(CatalogError) as wanted, Catalog.open(each, read_only=True):
            pass
        with pytest.raises(CatalogError) as told, open_light(each):
            pass
        assert str(told.value) == str(wanted.value)


def test_what_breaks_while_it_is_asked_is_told(path, tmp_path):
    damaged = tmp_path / "damaged"
    damaged.write_bytes(path.read_bytes())
    with sqlite3.connect(damaged) as database:
        database.execute("drop table readings")

    with open_light(damaged) as light, pytest.raises(CatalogError, match="readings"):
        list(light.pages(("ha_tinh",)))
