"""Which articles are gone is looked up for all at once, and holds until somebody writes to the catalog."""

from __future__ import annotations

import os
import time

import pytest

from archive.catalog import Catalog, gone
from archive.catalog.following import Following
from archive.catalog.gone import KnownGone
from archive.catalog.served import ServedCatalog
from tests.archive.facts import PAGE
from tests.archive.test_checks import Days

NAMES = ("gone", "wavering", "live", "soft", "led-away")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "catalog.sqlite3"


@pytest.fixture
def days(path):
    made = Days()
    made.catalog = Catalog.open(path)
    for name in NAMES:
        made.good(0, f"{PAGE}-{name}")
    made.missing(1, 2, 3, url=f"{PAGE}-gone")
    made.missing(1, 1.1, 1.2, url=f"{PAGE}-wavering")
    made.good(0, "https://other.vn/a", site="hau_giang")
    for day in (1, 2, 3):
        made.capture(day, f"{PAGE}-soft", ("rejected", "soft_404: words"))
        made.redirect(day, "https://skhcn.hatinh.gov.vn/", f"{PAGE}-led-away")
        made.capture(day, "https://skhcn.hatinh.gov.vn/", ("listing", "ha_tinh/1"))
    with made.catalog:
        yield made


def settle(path):
    """Let the catalog be one that nobody wrote to lately."""
    for each in path.parent.glob("catalog.sqlite3*"):
        os.utime(each, (time.time() - 60,) * 2)


def states(catalog, days, names=NAMES):
    ids = [days.catalog.observations(f"{PAGE}-{name}")[0].article for name in names]
    with catalog.following() as state:
        return list(state.states(ids).values())


def test_what_is_known_of_all_is_what_is_told_of_each(path, days):
    known = KnownGone(path)
    assert known.now() is None

    settle(path)
    known.keep_up()

    told = states(days.catalog, days)
    assert told == ["gone", "live", "live", "gone", "gone"]
    ids = [days.catalog.observations(f"{PAGE}-{name}")[0].article for name in NAMES]
    assert known.now() == {each for each, state in zip(ids, told, strict=True) if state == "gone"}


def test_a_server_asks_nothing_while_it_is_known_and_again_after_a_write(path, days, monkeypatch):
    asked = []
    ask = Following.states
    monkeypatch.setattr(Following, "states", lambda state, ids: asked.append(ids) or ask(state, ids))
    monkeypatch.setattr(gone, "REST", 0)
    known, served = KnownGone(path), ServedCatalog.open_served(path, 5)
    served.known_gone = known.now
    settle(path)
    known.keep_up()
    with served:
        before = states(served, days), len(asked)
        days.missing(4, 5, 6, url=f"{PAGE}-live")
        at_once = known.now(), states(served, days)
        settle(path)
        later = known.now(), states(served, days)
        known.keep_up()
        again = len(known.now()), states(served, days)

    assert before == (["gone", "live", "live", "gone", "gone"], 0)
    assert at_once == later == (None, ["gone", "live", "gone", "gone", "gone"])
    assert again == (4, later[1])
    assert len(asked) == 2


def test_what_changes_all_the_time_is_not_looked_up_all_the_time(path, days, monkeypatch):
    looked = []
    monkeypatch.setattr(gone, "gone_in", lambda connection: looked.append(connection) or frozenset())
    monkeypatch.setattr(gone, "REST", 1e9)
    known = KnownGone(path)
    known.keep_up()  # somebody may be writing
    settle(path)
    known.keep_up()
    days.missing(4, url=f"{PAGE}-live")
    settle(path)
    known.keep_up()

    assert len(looked) == 1


def test_of_too_many_none_is_kept(path, days, monkeypatch):
    monkeypatch.setattr(gone, "MOST", 2)
    known = KnownGone(path)
    settle(path)
    known.keep_up()

    assert known.now() is None


def test_of_a_catalog_on_a_server_nothing_is_known():
    known = KnownGone("postgresql+psycopg://nobody@localhost:1/none")
    known.keep_up()

    assert known.now() is None
