"""An article whose address redirects for good to another one: one article, in whatever order that is told."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.archive import Archive
from archive.catalog import Catalog
from archive.catalog.bulk import Filling
from archive.catalog.identity import article_id
from archive.urls import identity_key
from tests.archive.facts import PAGE, SITE, START, make_article, make_capture
from tests.engines import empty_catalog

pytestmark = pytest.mark.usefixtures("each_engine")

NEW, NEWEST = PAGE.replace("skhcn", "sokhcn"), PAGE.replace("skhcn", "www2")
OTHER = PAGE + "-khac"
HOME = "https://skhcn.hatinh.gov.vn/"
NEWS = f"{HOME}tin/tuyen-dung"
NEWS_TEXT = "Sở Khoa học và Công nghệ thông báo tuyển dụng năm viên chức làm việc tại Trung tâm Ứng dụng tiến bộ."
REPORT = "Sáng nay, Sở Khoa học và Công nghệ khai mạc tuần lễ với ba mươi gian hàng, kéo dài đến hết ngày thứ sáu."


class Told:
    """Facts about a site, each as the calls of one capture: a letter and a target is a redirect, a title an article."""

    def __init__(self) -> None:
        self.facts: list[list[tuple]] = []
        self.captures: list[str] = []

    def _capture(self, day: float, url: str, **changes):
        number = len(self.facts) + 1
        moment = START + timedelta(days=day, seconds=number)
        capture = make_capture(number, url, date=moment, crawl=f"crawl-{int(day)}", **changes)
        self.captures.append(capture.id)
        return capture

    def read(self, day: float, url: str, title: str = "Tin", **changes) -> Told:
        capture = self._capture(day, url)
        article = make_article(capture, title=title, **changes)
        told = [("add_captures", [capture]), ("add_reading", capture.id, "article", "x/1"), ("add_article", article)]
        self.facts.append(told)
        return self

    def led(self, day: float, url: str, target: str, status: int = 301) -> Told:
        capture = self._capture(day, url, status=status)
        self.facts.append([("add_captures", [capture]), ("add_reading", capture.id, "redirect", target)])
        return self

    def into(self, catalog: Catalog, order=None, *, at_once: bool = False) -> list[str]:
        facts = self.facts if order is None else [self.facts[each] for each in order]
        if at_once:
            with catalog.transaction():
                return self._into(catalog, facts)
        return self._into(catalog, facts)

    @staticmethod
    def _into(catalog: Catalog, facts) -> list[str]:
        said = [getattr(catalog, name)(*arguments) for calls in facts for name, *arguments in calls]
        return [each for each in said if each is not None]

    def groups(self) -> list[set[str]]:
        with empty_catalog() as catalog:
            self.into(catalog)
            homes: dict[str, set[str]] = {}
            for url in dict.fromkeys(calls[0][1][0].url for calls in self.facts):
                for each in catalog.observations(url):
                    homes.setdefault(each.article, set()).add(catalog.capture(each.capture).url)
        return sorted(homes.values(), key=min)


def rows(told: Told, order=None, **options) -> list[str]:
    with empty_catalog() as catalog:
        told.into(catalog, order, **options)
        return list(catalog.dump())


def moved() -> Told:
    return Told().read(0, PAGE).led(1, PAGE, NEW).read(1, NEW)


def unlike(
    url: str, title: str = "Thông báo tuyển dụng viên chức", text: str = NEWS_TEXT, report: str = REPORT
) -> Told:
    """An article whose address leads to one that is new at *url*."""
    old = f"{HOME}tin/khai-mac-tuan-le-48213"
    told = Told().read(0, old, "Khai mạc tuần lễ đổi mới sáng tạo", text=report)
    return told.led(1, old, url).read(1, url, title, text=text)


@pytest.mark.many_databases
@pytest.mark.parametrize(
    ("told", "count"),
    [
        (moved(), 1),
        (Told().read(0, PAGE).led(1, PAGE, NEW, 308).read(1, NEW), 1),
        (Told().read(0, PAGE).read(1, NEW).led(1.1, PAGE, NEW), 1),
        (Told().read(0, PAGE).led(1, PAGE, HOME).led(1, HOME, NEW).read(1, NEW, "Tên khác"), 1),
        (moved().led(2, NEW, NEWEST).read(2, NEWEST).led(3, PAGE, NEWEST), 1),
        (moved().led(2, NEW, PAGE).read(2, PAGE), 1),
        (Told().read(0, PAGE).read(1, NEW).led(7, PAGE, NEW), 1),
        (Told().read(0, PAGE).led(1, PAGE, NEW, 302).read(1, NEW), 2),
        (Told().read(0, PAGE).read(1, NEW), 2),
        (Told().read(0, PAGE).read(1, NEW, "Tin khác").led(7, PAGE, NEW), 2),
        (Told().read(0, PAGE).read(0, NEW, "Tin khác").led(1, PAGE, NEW).read(1, NEW, "Tin khác"), 2),
        (Told().read(0, NEW).read(0, PAGE, "Tin khác").led(1, PAGE, NEW).read(1, NEW), 2),
        (moved().read(2, PAGE), 2),
        (Told().read(0, PAGE).read(0, OTHER, "Tin khác").led(1, PAGE, NEW).led(1, OTHER, NEW).read(1, NEW), 3),
        (unlike(NEWS), 2),
        (unlike(NEWS, text=REPORT.replace("ba mươi", "bốn mươi") + " Xem thêm."), 1),
        (unlike(NEWS, title="Khai mạc tuần lễ đổi mới, sáng tạo"), 1),
        (unlike(HOME + "goc-nhin/khai-mac-tuan-le-4821"), 1),
        (unlike(HOME + "?id=48213"), 1),
        (unlike(NEWS, text="Xem tệp.", report="Xem tệp."), 2),
        (Told().read(0, PAGE).led(1, PAGE, HOME).read(1, NEW), 2),
        (Told().read(0, PAGE).led(1, PAGE, PAGE.replace("https://", "http://www.")).read(1, NEW), 2),
    ],
    ids=[
        "301", "308", "read before the redirect is met", "over another page", "twice", "there and back",
        "met a week later, equal title", "for a time", "no redirect", "met a week later, another title",
        "both were there", "folded into an older one", "there again", "several to one",
        "to other news", "to an edited text", "to an edited title", "to the same slug", "to the same number",
        "to a text that says nothing", "to the home page", "to another spelling",
    ],
)  # fmt: skip
def test_which_redirects_are_moves_in_whatever_order_they_are_told(told, count):
    expected = rows(told)

    assert len(told.groups()) == count
    orders = list(permutations(range(len(told.facts))))
    for number, order in enumerate(orders[1 :: max(1, len(orders) // 4)]):
        assert rows(told, order, at_once=number % 2 == 0) == expected


def test_one_that_moved_is_one_article_with_both_addresses(tmp_path):
    told = moved().led(2, PAGE, NEW).read(2, NEW).led(3, PAGE, HOME).read(4, NEW, "Sửa")
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        assert told.into(catalog) == ["new", "unchanged", "unchanged", "changed"]
        assert catalog.counts()["articles"] == 1
        assert catalog.article(PAGE) == catalog.article(NEW)
    with Archive(tmp_path) as archive:
        history = archive.history(PAGE)
        assert history == archive.history(NEW)

    assert (history.url, history.aliases, history.state) == (NEW, (PAGE,), "live")
    assert [(e.event, e.from_, e.to) for e in history.events] == [
        ("new", None, 1), ("moved", PAGE, NEW), ("changed", 1, 2),
    ]  # fmt: skip
    assert [version.changed for version in history.versions] == [(), ("title",)]


def test_what_becomes_of_the_old_address_does_not_make_it_gone(tmp_path):
    told = moved()
    for day in (2, 3, 4, 5):
        capture = told._capture(day, PAGE, status=404)
        told.facts.append([("add_captures", [capture])])
    with empty_catalog() as catalog:
        told.into(catalog)
        assert catalog.ledger(NEW).state == "live"


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_history_told_in_any_order_and_taken_back_leaves_the_same_rows(data):
    places = st.sampled_from([PAGE, NEW, NEWEST, OTHER, HOME])
    told = Told()
    for day in range(data.draw(st.integers(2, 8))):
        url, target = data.draw(places), data.draw(places)
        if data.draw(st.booleans()):
            told.led(day // 2, url, target, data.draw(st.sampled_from([301, 302])))
        else:
            source_id = data.draw(st.sampled_from([None, None, "7"]))
            told.read(day // 2, url, data.draw(st.sampled_from("AB")), source_id=source_id)
    everything = list(range(len(told.facts)))
    taken = data.draw(st.sampled_from(everything))

    assert rows(told, data.draw(st.permutations(everything))) == rows(told, at_once=True)

    with empty_catalog() as catalog, empty_catalog() as never:
        told.into(catalog)
        catalog.retract([told.captures[taken]])
        catalog.add_reading(told.captures[taken], "rejected", "no_title")
        told.into(never, [each for each in everything if each != taken])
        never.add_captures([told.facts[taken][0][1][0]])
        never.add_reading(told.captures[taken], "rejected", "no_title")
        assert list(catalog.dump()) == list(never.dump())


def test_where_many_addresses_lead_to_one_nothing_is_joined():
    told = moved()
    for number in range(20):
        told.led(1, f"{OTHER}-{number}", NEW)

    assert len(told.groups()) == 2


def test_a_rebuild_joins_what_its_parts_could_not(tmp_path):
    told = moved().led(2, NEW, NEWEST).read(2, NEWEST)
    live, parts, path = tmp_path / "live.sqlite3", tmp_path / "parts.sqlite3", tmp_path / "new.sqlite3"
    with Catalog.open(live) as catalog:
        told.into(catalog)
        expected = list(catalog.dump())
    with Catalog.open(parts) as catalog:
        told.into(catalog, [0, 2, 4])  # without redirects
        assert catalog.counts()["articles"] == 3
    with Filling(path) as filling:
        filling.take_articles(parts)
        filling.take(live, ("crawls", "captures", "readings"))
        filling.finish()
    with Catalog.open(path) as catalog:
        assert list(catalog.dump()) == expected


def test_what_must_not_be_shown_is_so_under_the_id_of_each_address():
    told = moved()
    with empty_catalog() as catalog:
        told.into(catalog)
        with catalog.browsing() as state:
            ids = {article_id(make_article(make_capture(1, url))) for url in (PAGE, NEW)}
            assert state.at([identity_key(PAGE)]) == ids


def test_a_site_is_replaced_with_its_moves():
    with empty_catalog() as catalog, empty_catalog() as other:
        moved().into(catalog)
        moved().into(other)
        other.replace_sites([SITE], catalog)
        assert list(other.dump()) == list(catalog.dump())


def test_on_a_new_host_without_a_redirect_it_is_another_article_that_is_linked():
    with empty_catalog() as catalog:
        Told().read(0, PAGE).read(1, NEW).into(catalog)

        assert catalog.counts()["articles"] == 2
        assert [each.url for each in catalog.same_as(PAGE).found] == [NEW]
        assert [event.what for event in catalog.ledger(NEW).events] == ["new"]


def test_a_whole_site_moves_to_a_new_host():
    told = Told()
    places = [(f"{PAGE}-{number}", f"{NEW}-{number}") for number in range(12)]
    for number, (old, _) in enumerate(places):
        told.read(0, old, f"Tin số {number}")
    for number, (old, new) in enumerate(places):
        told.led(1, old, new).read(1, new, f"Tin số {number}")
    with empty_catalog() as catalog:
        said = told.into(catalog, at_once=True)

        assert said == ["new"] * 12 + ["unchanged"] * 12
        assert catalog.counts()["articles"] == catalog.counts()["versions"] == 12
        assert +catalog.events(SITE, "crawl-1") == {"moved": 12}
        assert {due.url for due in catalog.due(SITE, START + timedelta(days=9))} == {new for _, new in places}
