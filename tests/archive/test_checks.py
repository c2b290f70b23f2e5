"""Which captures speak of an article: what is due, gone, back and moved, from the rows of the catalog alone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from archive.catalog import Catalog, checks, quiet
from archive.catalog.engine import reading
from archive.ledger import SPREAD, day_of
from archive.times import VN
from tests.archive.facts import PAGE, SITE, make_article, make_capture
from tests.engines import empty_catalog

pytestmark = pytest.mark.usefixtures("each_engine")

START = datetime(2025, 3, 1, 9, 0, tzinfo=VN).astimezone(UTC)
LISTING = "https://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/tin-tuc"
HOME = "https://skhcn.hatinh.gov.vn/"
OTHER = "https://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/tin-khac"


class Days:
    """A site that is crawled once a day; each answer is put into the catalog as a crawl would."""

    def __init__(self) -> None:
        self.catalog = empty_catalog()
        self.number = 0

    def capture(self, day, url=PAGE, reading=None, **changes):
        self.number += 1
        changes = {"date": START + timedelta(days=day, seconds=self.number), "crawl": f"crawl-{int(day)}"} | changes
        capture = make_capture(self.number, url, via=changes.pop("via", LISTING), **changes)
        self.catalog.add_captures([capture])
        if reading is not None:
            self.catalog.add_reading(capture.id, *reading)
        return capture

    def good(self, day, url=PAGE, title="Tin", article=None, **changes):
        capture = self.capture(day, url, ("article", "ha_tinh/1"), **changes)
        self.catalog.add_article(make_article(capture, title=title, **(article or {})))
        return capture

    def missing(self, *days, url=PAGE, status=404):
        for day in days:
            self.capture(day, url, status=status)

    def redirect(self, day, target, url=PAGE, status=302):
        self.capture(day, url, ("redirect", target), status=status)

    def due(self, day, **options):
        moment = START + timedelta(days=day)
        found = list(self.catalog.due(SITE, moment, **options))
        with reading(self.catalog._engine) as connection:
            told = list(checks._all_told(connection, SITE, None, options.get("spread", SPREAD)))
        # Most are left out before their checks are looked at: none that is due may be.
        assert found == [(each.url, each.via, each.ledger.due) for each in told if each.ledger.due <= moment]
        return sorted(url for url, _, _ in found)

    def events(self, day):
        return +self.catalog.events(SITE, f"crawl-{day}")

    def state(self, url=PAGE):
        return self.catalog.ledger(url).state


@pytest.fixture
def days():
    return Days()


def test_an_article_is_due_with_its_address_the_page_it_was_found_on_and_since_when(days):
    days.good(0)

    ((url, via, due),) = days.catalog.due(SITE, START + timedelta(days=1))
    assert (url, via) == (PAGE, LISTING)
    assert day_of(due) == day_of(START) + timedelta(days=1)
    assert days.due(0.5) == []
    assert days.catalog.ledger(PAGE).due == due


@pytest.mark.parametrize("few", [0, 1000])
def test_who_is_due_on_a_day_does_not_depend_on_how_many_are(days, few, monkeypatch):
    monkeypatch.setattr(quiet, "FEW", few)
    for number, day in enumerate((0, 0.58, 1, 3.3, 5, 9.58, 12, 40, 41)):  # 17:00 UTC is 0.58 of a day after the start
        days.good(day, f"{PAGE}-{number % 5}", title=f"Tin {number // 7}")
    days.missing(2, url=f"{PAGE}-1")
    days.missing(4, 5, 6, url=f"{PAGE}-2", status=410)
    days.redirect(7, f"{PAGE}-4", url=f"{PAGE}-3", status=301)
    days.capture(8, f"{PAGE}-0", ("rejected", "soft_404: Not found"))

    found = [len(days.due(day / 2, spread=timedelta(hours=day % 3))) for day in range(16, 440, 7)]
    assert len(set(found)) > 2


def test_each_article_is_due_by_its_own_history_under_its_last_address(days):
    days.good(0, article={"source_id": "7"})
    days.good(1, PAGE + "-moi", article={"source_id": "7"})
    days.good(0, OTHER)
    days.good(0, "https://other.vn/a", site="hau_giang")

    assert days.due(1) == [OTHER]
    assert days.due(2) == [PAGE + "-moi", OTHER]
    assert days.due(2, spread=timedelta(0)) == [PAGE + "-moi", OTHER]


def test_a_page_of_another_kind_is_never_due(days):
    days.capture(0, LISTING, ("listing", ""))
    days.capture(0, OTHER, ("rejected", "no_title"))
    days.missing(0, 1, 2, url=OTHER + "-2")

    assert days.due(400) == []
    assert days.catalog.ledger(OTHER) is None
    assert days.events(2) == Counter()


@pytest.mark.parametrize(
    "answer",
    [
        lambda days, day: days.missing(day),
        lambda days, day: days.missing(day, status=410),
        lambda days, day: days.missing(day, url=PAGE.replace("https://", "http://www.")),
        lambda days, day: days.capture(day, PAGE, ("rejected", "soft_404")),
        lambda days, day: days.capture(day, PAGE, ("rejected", "soft_404"), status=304, revisit_of="urn:uuid:x"),
        lambda days, day: [days.redirect(day, HOME), days.capture(day, HOME, ("rejected", "other_page"))],
        lambda days, day: [days.capture(day, LISTING, ("listing", "")), days.redirect(day, LISTING)],
        lambda days, day: [days.redirect(day, HOME, status=301), days.capture(day, HOME, ("listing", ""))],
        lambda days, day: [days.redirect(day, HOME + "404.aspx"), days.missing(day, url=HOME + "404.aspx")],
        lambda days, day: [
            days.redirect(day, HOME),
            days.redirect(day, LISTING, url=HOME),
            days.capture(day, LISTING, ("listing", "")),
        ],
    ],
    ids=[
        "404",
        "410",
        "under another spelling",
        "soft 404",
        "soft 404 not modified",
        "redirect to the home page",
        "redirect to a listing seen before",
        "permanent redirect to the home page",
        "redirect to a page that says 404",
        "chain of redirects",
    ],
)
def test_three_days_of_it_make_an_article_gone(days, answer):
    days.good(0)
    for day in (1, 2, 3):
        assert days.state() == "live"
        answer(days, day)

    assert days.state() == "gone"
    assert [days.events(day) for day in (0, 1, 2, 3)] == [Counter(), Counter(), Counter(), Counter(gone=1)]


@pytest.mark.parametrize(
    "answer",
    [
        lambda days, day: days.capture(day, PAGE, status=503),
        lambda days, day: days.capture(day, PAGE, status=403),
        lambda days, day: days.capture(day, PAGE, status=None),
        lambda days, day: days.capture(day, PAGE, status=404, purpose="image"),
        lambda days, day: days.capture(day, PAGE, ("rejected", "error: ValueError")),
        lambda days, day: days.capture(day, PAGE, ("rejected", "no_date")),
        lambda days, day: days.redirect(day, HOME),
        lambda days, day: [days.redirect(day, HOME), days.capture(day, HOME, status=503)],
        lambda days, day: [days.redirect(day, HOME), days.capture(day, HOME, ("rejected", "error: KeyError"))],
        lambda days, day: [days.redirect(day, HOME), days.capture(day, HOME, ("listing", ""), crawl="another")],
        lambda days, day: [days.redirect(day, HOME), days.redirect(day, PAGE, url=HOME)],
        lambda days, day: days.redirect(day, PAGE.replace("https", "http"), status=301),
        lambda days, day: [days.redirect(day, OTHER), days.good(day, OTHER)],
        lambda days, day: days.missing(day, url=PAGE + "-2"),
        lambda days, day: days.capture(day, PAGE, status=404, site="hau_giang"),
    ],
    ids=[
        "503",
        "403",
        "no answer",
        "a picture",
        "a page that broke the reader",
        "a page without a date",
        "redirect to what was not asked",
        "redirect to 503",
        "redirect to what could not be read",
        "redirect to what another crawl saw",
        "redirect back, with a cookie",
        "redirect to another scheme",
        "redirect to another article",
        "another address",
        "another site",
    ],
)
def test_what_does_not_speak_of_the_article_is_no_check(days, answer):
    days.good(0)
    before = days.catalog.ledger(PAGE)
    for day in (1, 2, 3, 4):
        answer(days, day)

    assert days.catalog.ledger(PAGE) == before


def test_back_is_an_event_of_the_crawl_that_saw_it_and_a_304_sees_it_too(days):
    first = days.good(0)
    days.missing(1, 2, 3)
    days.good(10, status=304, revisit_of=first.id)

    assert days.state() == "live"
    assert days.events(10) == Counter(back=1)
    ((site, url, title, gone, confirmed, back),) = [
        (each.site, each.url, each.title, each.gone, each.confirmed, each.back) for each in days.catalog.removed()
    ]
    assert (site, url, title) == (SITE, PAGE, "Tin")
    assert [day_of(moment).day for moment in (gone, confirmed, back)] == [2, 4, 11]
    assert list(days.catalog.removed("hau_giang")) == []


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_to_an_article_is_a_move(days, status):
    days.good(0)
    days.redirect(1, OTHER, status=status)
    days.good(1, OTHER)

    assert days.events(1) == Counter(moved=1)
    assert [event.what for event in days.catalog.ledger(PAGE).events] == ["new", "moved"]
    assert days.due(1.5) == []


def test_a_chain_moves_for_good_only_when_all_of_it_does(days):
    days.good(0)
    days.redirect(1, HOME + "a", status=301)
    days.redirect(1, OTHER, url=HOME + "a", status=302)
    days.good(1, OTHER)

    assert days.events(1) == Counter()


def test_an_article_that_moved_within_its_identity_is_asked_at_its_new_address(days):
    days.good(0, article={"source_id": "7"})
    days.redirect(1, OTHER, status=301)
    days.good(1, OTHER, article={"source_id": "7"})

    assert days.events(1) == Counter(moved=1)
    assert days.due(2) == [OTHER]


def test_many_redirects_in_a_circle_come_to_an_end(days):
    days.good(0)
    for step in range(30):
        days.redirect(1, f"{HOME}{step + 1}", url=PAGE if step == 0 else f"{HOME}{step}")
    days.redirect(1, f"{HOME}1", url=f"{HOME}30")

    assert days.state() == "live"


def test_events_are_those_of_all_articles_of_the_crawl_and_no_other(days):
    for number in range(8):
        days.good(0, f"{PAGE}-{number}")
    for number in range(5):
        days.missing(1, 2, 3, url=f"{PAGE}-{number}")
    days.missing(4, url=f"{PAGE}-0")
    days.good(4, f"{PAGE}-1")

    assert days.events(3) == Counter(gone=5)
    assert days.events(4) == Counter(back=1)
    assert days.events(9) == Counter()
    assert days.catalog.events(SITE, "crawl-9") == Counter(gone=0, back=0, moved=0)


def test_the_order_in_which_facts_came_says_nothing(days):
    captures = [make_capture(n, date=START + timedelta(days=n), crawl=f"c{n}") for n in range(1, 6)]
    statuses = [200, 404, 404, 404, 200]
    told = set()
    for order in ((0, 1, 2, 3, 4), (4, 2, 0, 3, 1), (3, 4, 1, 0, 2)):
        with empty_catalog() as catalog:
            for place in order:
                capture = captures[place]
                if statuses[place] == 200:
                    catalog.add_captures([capture])
                    catalog.add_reading(capture.id, "article", "x/1")
                    catalog.add_article(make_article(capture))
                else:
                    catalog.add_captures([make_capture(place + 1, date=capture.date, crawl=capture.crawl, status=404)])
            told.add(catalog.ledger(PAGE))

    assert len(told) == 1


@pytest.mark.many_databases
def test_the_catalog_may_be_written_while_what_is_due_is_read(tmp_path):
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        captures = [make_capture(n, f"{PAGE}-{n}") for n in range(2500)]
        with catalog.transaction():
            catalog.add_captures(captures)
            for capture in captures:
                catalog.add_article(make_article(capture))
        found = 0
        for url, _, _ in catalog.due(SITE, datetime(2026, 1, 1, tzinfo=UTC)):
            found += 1
            if found % 1000 == 1:
                catalog.add_captures([make_capture(10_000 + found, url, status=404)])

    assert found == 2500


def test_the_states_of_many_articles_come_at_once(days):
    gone, wavering, live = (days.good(0, f"{PAGE}-{name}") for name in ("gone", "wavering", "live"))
    elsewhere = days.good(0, "https://other.vn/a", site="hau_giang")
    days.missing(1, 2, 3, url=gone.url)
    days.missing(1, 1.1, 1.2, url=wavering.url)
    days.missing(1, 2, 3, url=elsewhere.url)
    ids = [days.catalog.observations(each.url)[0].article for each in (gone, wavering, live, elsewhere)]

    with days.catalog.following() as state:
        assert list(state.states(ids).values()) == ["gone", "live", "live", "live"]
