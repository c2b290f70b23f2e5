"""What is kept at hand of a catalog and of the ledger of checks says what they say, or is not looked at."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta

import pytest

from archive.catalog import Catalog
from archive.catalog.following import Following
from archive.catalog.mark import Mark, mark_at
from archive.errors import CatalogError
from archive.fixity import ledger as ledgers
from archive.fixity.ledger import PLACE, Entry, opened
from archive.fixity.sums import FILE, Sum, keep_sums, sums_at
from archive.health import dated
from archive.health.dated import Dated, dated_of, kept_of
from archive.health.days import days_at, days_in, keep_days

DAY = "2026-01-05T03:00:00.000000Z"
EVENING = "2026-01-05T18:00:00.000000Z"  # the 6th in Vietnam


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    root = tmp_path_factory.mktemp("kept")
    Catalog.open(root / "catalog.sqlite3").close()
    return root


@pytest.fixture
def root(empty, tmp_path):
    made = shutil.copytree(empty, tmp_path / "data")
    write(made, *(publish(f"{site}{n}", site, DAY) for site in ("ha_tinh", "hau_giang") for n in range(3)))
    return made


def url(root):
    return f"sqlite:///{root / 'catalog.sqlite3'}"


def write(root, *statements):
    with closing(sqlite3.connect(root / "catalog.sqlite3")) as held, held:
        held.executescript(";".join(statements))


def publish(name, site, at):
    return (
        f"insert into articles values ('{name}', '{site}', '{name}', '{at}', '{at}', '{name}');"
        "insert into versions (id, article, content, captured, capture, dated, url, title, text, authors, photographers,"
        f" tags, parser, schema_version) values ('{name}', '{name}', '', '{at}', '', '{at}', '', '', '', '[]', '[]',"
        " '[]', 'x', 1)"
    )


def counted(root):
    with Catalog.open(root / "catalog.sqlite3", read_only=True, create=False) as catalog:
        return catalog.published_days()


CHANGES = {
    "another article": (publish("ha_tinh9", "ha_tinh", EVENING),),
    "another site": (publish("lam_dong1", "lam_dong", EVENING),),
    "another day": (f"update versions set dated = '{EVENING}' where id = 'ha_tinh1'",),
    "one taken away": ("delete from versions where id = 'ha_tinh1'", "delete from articles where id = 'ha_tinh1'"),
    "a site taken away": ("delete from versions where id like 'h_u%'", "delete from articles where id like 'h_u%'"),
    "another catalog": ("update meta set value = 'new' where key = 'generation'", "delete from changes"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_days_are_those_of_the_catalog_whatever_has_changed(root, change):
    keep_days(root, url(root))
    before = days_at(root, url(root))
    write(root, *CHANGES[change])

    assert before == {site: {date(2026, 1, 5): 3} for site in ("ha_tinh", "hau_giang")}
    assert days_at(root, url(root)) == counted(root)
    with Catalog.open(root / "catalog.sqlite3", read_only=True, create=False) as catalog:
        assert days_in(root, catalog) == counted(root)
    keep_days(root, url(root))
    assert days_at(root, url(root)) == counted(root)


def keep_sites(root):
    """Keep days, and of which articles they are, as crawls of both sites leave them."""
    keep_days(root, url(root))
    write(root, *(publish(f"{site}8", site, EVENING) for site in ("ha_tinh", "hau_giang")))
    keep_days(root, url(root))


@pytest.mark.parametrize("change", CHANGES)
def test_days_are_brought_up_by_the_articles_that_changed(root, monkeypatch, change):
    keep_sites(root)
    for statement in CHANGES[change]:
        write(root, statement)
        with Catalog.open(root / "catalog.sqlite3", read_only=True, create=False) as catalog, catalog.following() as it:
            found = {site: dated_of(root, it, site).counted() for site in ("ha_tinh", "hau_giang", "lam_dong")}
        assert {site: days for site, days in found.items() if days} == counted(root)

    assert days_at(root, url(root)) == counted(root)
    keep_days(root, url(root))
    assert days_at(root, url(root)) == counted(root)


def test_only_the_rows_of_what_changed_are_read(root, monkeypatch):
    keep_sites(root)
    write(root, *CHANGES["another article"], *CHANGES["another day"])
    expected = counted(root)
    monkeypatch.setattr(Catalog, "published_days", None)
    monkeypatch.setattr(Following, "dated", None)

    with Catalog.open(root / "catalog.sqlite3", read_only=True, create=False) as catalog, catalog.following() as state:
        changed = state.dated_after(Dated.read(root, "ha_tinh").mark.seq, 10)

    assert {(row.article, row.site, row.dated) for row in changed} == {
        ("ha_tinh9", "ha_tinh", EVENING),
        ("ha_tinh1", "ha_tinh", EVENING),
    }
    assert days_at(root, url(root)) == expected


def test_after_more_changes_than_can_be_looked_up_all_are_counted(root, monkeypatch):
    keep_sites(root)
    write(root, *CHANGES["another article"], *CHANGES["another day"])
    monkeypatch.setattr(dated, "CHANGES", 1)

    with Catalog.open(root / "catalog.sqlite3", read_only=True, create=False) as catalog, catalog.following() as state:
        assert kept_of(root, state, "ha_tinh") is None
        assert dated_of(root, state, "ha_tinh").counted() == counted(root)["ha_tinh"]


@pytest.mark.parametrize("at", [0, 5, 60, -30, -1])
def test_days_of_articles_that_are_damaged_are_not_believed(root, at):
    keep_sites(root)
    path = root / "status" / "days" / "ha_tinh"
    whole = bytearray(path.read_bytes())
    whole[at] ^= 0x01
    path.write_bytes(whole)

    with Catalog.open(root / "catalog.sqlite3", read_only=True, create=False) as catalog, catalog.following() as state:
        assert dated_of(root, state, "ha_tinh").counted() == counted(root)["ha_tinh"]


def test_the_last_day_there_is_has_no_day_after_it():
    dated = Dated(Mark("x", 1), [("a", "9999-12-31T18:00:00.000000Z"), ("b", "0001-01-01T17:00:00.000000Z")])

    assert dated.counted() == {date.max: 1, date(1, 1, 2): 1}


def test_days_are_not_counted_again_while_nothing_changes(root, monkeypatch):
    keep_days(root, url(root))
    monkeypatch.setattr(Catalog, "open", None)
    keep_days(root, url(root))

    assert days_at(root, url(root))["ha_tinh"] == {date(2026, 1, 5): 3}


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"mark":["x",1],"sites":{"a":{"no day":1}}}', b"\xff\xfe"])
def test_kept_days_that_can_not_be_read_are_counted(root, damage):
    keep_days(root, url(root))
    (root / "status" / "days.json").write_bytes(damage)

    assert days_at(root, url(root)) == counted(root)


def test_who_can_not_read_the_catalog_is_told_why_and_not_shown_what_was(root):
    keep_days(root, url(root))
    write(root, "update meta set value = '99' where key = 'schema_version'")

    assert mark_at(url(root)) is None
    with pytest.raises(CatalogError, match="newer khcn"):
        days_at(root, url(root))


@pytest.mark.parametrize("place", ["sqlite://", "sqlite:////nowhere/catalog.sqlite3", "postgresql+psycopg://x/y"])
def test_a_catalog_that_can_not_be_asked_in_short_has_no_mark(place):
    assert mark_at(place) is None


@pytest.fixture
def checked(tmp_path):
    """Return a data root whose ledger knows a file that is sound and one that is not."""
    with opened(tmp_path) as ledger:
        ledger.add(Entry(DAY, "sound", "warcs/ha_tinh/a.warc.gz"), Entry(DAY, "faulty", "warcs/ha_tinh/\udcff.warc.gz"))
        ledger.add(Entry(DAY, "seen", "cdxj/hau_giang/b.cdxj"), Entry(DAY, "seen", "elsewhere/c"))
        keep_sums(tmp_path, ledger)
    return tmp_path


SUMS = {"ha_tinh": Sum(2, 1, "warcs/ha_tinh/\udcff.warc.gz", "faulty"), "hau_giang": Sum(1)}


def test_sums_of_files_are_those_of_the_ledger_and_it_is_not_read(checked, monkeypatch):
    read = sums_at(checked)
    monkeypatch.setattr(ledgers.Ledger, "_load", None)

    assert sums_at(checked) == read == SUMS


def test_a_ledger_that_has_changed_is_read(checked):
    with opened(checked) as ledger:
        ledger.add(Entry(DAY, "gone", "warcs/ha_tinh/a.warc.gz"))

    assert sums_at(checked)["ha_tinh"] == Sum(2, 2, "warcs/ha_tinh/a.warc.gz", "gone")
    (checked / PLACE).unlink()
    assert sums_at(checked) == {}


def test_a_ledger_of_the_same_size_and_another_time_is_read(checked):
    path = checked / PLACE
    path.write_bytes(path.read_bytes().replace(b"hau_giang", b"han_giang"))
    os.utime(path, ns=(0, path.stat().st_mtime_ns + int(timedelta(days=1).total_seconds() * 1e9)))

    assert "hau_giang" not in sums_at(checked)


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"ledger": 1, "sites": {}}', b"\xff", b"null"])
def test_kept_sums_that_can_not_be_read_are_counted(checked, damage):
    (checked / FILE).write_bytes(damage)

    assert sums_at(checked) == SUMS


def test_status_loads_no_database_library():
    asked = "import sys, crawler.cli.status; print(*(each for each in ('sqlalchemy', 'scrapy') if each in sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
