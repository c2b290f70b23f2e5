"""The known articles that a crawl keeps at hand are those that the catalog tells."""

from __future__ import annotations

import msgspec
import pytest

from archive.catalog import Catalog
from crawler.exits import SiteLocked
from crawler.known import KnownSet
from crawler.known_kept import KeptKnown, rules_of
from tests.archive.facts import CRAWL, SITE, make_capture
from tests.archive.test_known_by import LATER, page, read
from tests.crawler.reading_helpers import SITES

KEPT = f"status/known/{SITE}"


@pytest.fixture
def catalog():
    with Catalog.open("sqlite://") as opened:
        read(opened, CRAWL, [("a", "article", "ha_tinh/1"), ("old", "redirect", "new"), ("c", "rejected", "no_title")])
        yield opened


@pytest.fixture
def site():
    return SITES.get(SITE)


def kept(root, site, catalog, crawl=CRAWL):
    """Let a crawl begin and end that has read what the catalog has of it."""
    known = KeptKnown(root, site, catalog)
    known.identities()
    known.keep(crawl)


def told(root, site, catalog, names=("a", "old", "new", "c", "d")):
    known = KeptKnown(root, site, catalog).identities()
    return [name for name in names if site.identity(page(name)) in known]


def test_a_crawl_that_finds_them_at_hand_does_not_ask_the_catalog(tmp_path, site, catalog, monkeypatch):
    kept(tmp_path, site, catalog)
    monkeypatch.setattr(catalog, "known", None)

    assert told(tmp_path, site, catalog) == ["a", "c"]


def test_what_a_crawl_has_read_is_there_for_the_next_one(tmp_path, site, catalog, monkeypatch):
    kept(tmp_path, site, catalog)
    known = KeptKnown(tmp_path, site, catalog)
    known.identities()
    read(catalog, LATER, [("new", "article", "ha_tinh/1"), ("d", "rejected", "empty")], first=100)
    known.keep(LATER)

    everything = KnownSet(map(site.identity, catalog.known(SITE)))
    monkeypatch.setattr(catalog, "known", None)
    assert told(tmp_path, site, catalog) == ["a", "old", "new", "c"]
    assert KeptKnown(tmp_path, site, catalog).identities().to_bytes() == everything.to_bytes()


def test_what_is_left_out_of_one_crawl_is_known_to_the_next(tmp_path, site, catalog):
    known = KeptKnown(tmp_path, site, catalog)
    left_out = known.identities(but=[page("a"), page("unknown")])
    assert site.identity(page("a")) not in left_out

    known.keep(CRAWL)

    assert told(tmp_path, site, catalog) == ["a", "c"]


def test_what_was_read_behind_its_back_is_known_all_the_same(tmp_path, site, catalog):
    kept(tmp_path, site, catalog)
    read(catalog, LATER, [("d", "article", "ha_tinh/1")], first=100)  # by a crawl that was killed
    catalog.add_reading(make_capture(0).id, "rejected", "error: ValueError")

    assert told(tmp_path, site, catalog) == ["c", "d"]


def test_other_rules_of_the_site_are_asked_anew(tmp_path, site, catalog):
    other = msgspec.structs.replace(site, ignore_case=not site.ignore_case)
    kept(tmp_path, site, catalog)
    before = (tmp_path / KEPT).read_bytes()

    assert rules_of(other) != rules_of(site)
    assert rules_of(msgspec.structs.replace(site, name="Sở", status="paused")) == rules_of(site)
    assert told(tmp_path, other, catalog) == ["a", "c"]
    kept(tmp_path, other, catalog)
    assert (tmp_path / KEPT).read_bytes() != before


@pytest.mark.parametrize("at", [0, 1, -1, -9])
def test_a_file_that_is_damaged_is_made_again(tmp_path, site, catalog, at):
    kept(tmp_path, site, catalog)
    path = tmp_path / KEPT
    whole = bytearray(path.read_bytes())
    whole[at] ^= 0x11
    path.write_bytes(whole)

    assert told(tmp_path, site, catalog) == ["a", "c"]


@pytest.mark.parametrize("there", [b"", b"{}", b"\x80", b"\xff" * 50])
def test_what_is_no_such_file_is_made_again(tmp_path, site, catalog, there):
    (tmp_path / KEPT).parent.mkdir(parents=True)
    (tmp_path / KEPT).write_bytes(there)

    assert told(tmp_path, site, catalog) == ["a", "c"]
    kept(tmp_path, site, catalog)
    assert (tmp_path / KEPT).read_bytes() != there


def test_where_it_can_not_be_written_the_crawl_goes_on(tmp_path, site, catalog):
    (tmp_path / "status").write_bytes(b"in the way")

    kept(tmp_path, site, catalog)

    assert told(tmp_path, site, catalog) == ["a", "c"]


def test_a_crawl_whose_site_another_one_has_taken_keeps_nothing(tmp_path, site, catalog):
    def fence(connection):
        raise SiteLocked("taken over")

    known = KeptKnown(tmp_path, site, catalog)
    known.identities()
    catalog.fence = fence

    with pytest.raises(SiteLocked):
        known.keep(CRAWL)
    assert not (tmp_path / KEPT).exists()


def test_a_crawl_that_never_asked_keeps_nothing(tmp_path, site, catalog):
    KeptKnown(tmp_path, site, catalog).keep(CRAWL)

    assert not (tmp_path / KEPT).exists()
