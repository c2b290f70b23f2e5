"""What becomes of an article by its checks, and when it is asked for again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.ledger import GONE_CHECKS, LEAD, MAX_DAYS, SPREAD, Check, day_of, due_moment, ledger
from archive.times import VN

URL = "https://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/chuyen-doi-so"
START = datetime(2025, 3, 1, 9, 0, tzinfo=VN)


def on(day: float, kind: str = "good", version: str | None = "a", crawl: str | None = None) -> Check:
    return Check(START + timedelta(days=day), kind, version if kind == "good" else None, crawl)


def told(*checks: Check):
    return ledger(checks, URL)


def due_in(*checks: Check) -> int:
    """Return the days from the first check to the day on which the article is due."""
    return (day_of(told(*checks).due) - START.date()).days


def happened(*checks: Check) -> list[tuple[float, str]]:
    return [((event.at - START).days, event.what) for event in told(*checks).events]


@pytest.mark.parametrize(
    ("days", "due"),
    [
        ([0], 1),
        ([0, 1], 2),
        ([0, 1, 2], 4),
        ([0, 3], 4),
        ([0, 4], 8),
        ([0, 5, 6, 7], 8),
        ([0, 100], 128),
        ([0, 128], 256),
        ([0, 256], 256 + MAX_DAYS),
        ([0, 1000], 1024),
        ([0, 1023.5], 1024),
    ],
    ids=str,
)
def test_an_unchanged_article_is_due_at_powers_of_two_days_after_its_last_change(days, due):
    assert due_in(*(on(day) for day in days)) == due


def test_a_change_begins_anew():
    assert due_in(on(0), on(1), on(2), on(4), on(8, version="b")) == 9
    assert due_in(on(0), on(8, version="b"), on(9, version="b"), on(10, version="b")) == 12


def test_it_is_gone_when_three_days_missed_it():
    checks = [on(0, crawl="0"), on(1, "missing", crawl="1"), on(2, "missing", crawl="2"), on(3, "missing", crawl="3")]
    seen = told(*checks)

    assert happened(*checks) == [(0, "new"), (3, "gone")]
    assert [event.crawl for event in seen.events] == ["0", "3"]
    assert (seen.state, seen.gone, seen.confirmed, seen.back) == ("gone", checks[1].at, checks[3].at, None)


@pytest.mark.parametrize(
    "checks",
    [
        [on(0), on(1, "missing"), on(2, "missing")],
        [on(0), on(1, "missing"), on(1.1, "missing"), on(1.2, "missing"), on(2, "missing")],
        [on(0), on(1, "missing"), on(2, "missing"), on(2.1), on(3, "missing"), on(4, "missing")],
        [on(0), on(1, "missing"), on(2, "moved"), on(3, "missing"), on(4, "missing")],
        [on(-3, "missing"), on(-2, "missing"), on(-1, "missing"), on(0)],
        [on(-3, "missing"), on(-2, "missing"), on(0), on(1, "missing")],
    ],
    ids=["two days", "many on two days", "good between", "moved between", "before it was there", "counts from then"],
)
def test_less_than_that_is_not_gone(checks):
    assert told(*checks).state == "live"
    assert "gone" not in {what for _, what in happened(*checks)}


def test_days_are_days_in_vietnam():
    late = datetime(2025, 3, 2, 16, 59, tzinfo=UTC)  # 23:59 of the second
    checks = [on(0)] + [Check(late + timedelta(minutes=minutes), "missing") for minutes in (0, 2, 24 * 60 + 2)]

    assert told(*checks).state == "gone"


def test_missing_is_asked_daily_until_it_is_confirmed():
    assert due_in(on(0), on(1), on(2), on(8, "missing")) == 9
    assert due_in(on(0), on(8, "missing"), on(9, "missing")) == 10
    assert due_in(on(0), on(8, "missing"), on(12, "missing")) == 13


@pytest.mark.parametrize(
    ("later", "due"), [([], 7), ([7], 30), ([8], 30), ([7, 30], 90), ([90], 180), ([100], 180), ([180], 270)], ids=str
)
def test_what_is_gone_is_asked_after_7_30_and_90_days(later, due):
    checks = [on(-3), *(on(day, "missing") for day in (-2, -1, 0)), *(on(day, "missing") for day in later)]

    assert due_in(*checks) == due


def test_it_is_back_at_the_next_good_check_and_watched_closely_again():
    checks = [on(0), on(1, "missing"), on(2, "missing"), on(3, "missing"), on(10)]
    seen = told(*checks)

    assert happened(*checks) == [(0, "new"), (3, "gone"), (10, "back")]
    assert (seen.state, seen.gone, seen.missing_since, seen.back) == ("live", None, None, checks[-1].at)
    assert seen.removals == ((checks[1].at, checks[3].at, checks[4].at),)
    assert due_in(*checks) == 11


def test_it_comes_back_with_another_text_and_goes_again():
    checks = [on(0), *(on(day, "missing") for day in (1, 2, 3)), on(4, version="b")]
    checks += [on(day, "missing") for day in (5, 6, 7)]

    assert happened(*checks) == [(0, "new"), (3, "gone"), (4, "back"), (4, "changed"), (7, "gone")]
    assert len(told(*checks).removals) == 2
    assert told(*checks).back is None


def test_a_move_is_an_event_once():
    checks = [on(0), on(1, "moved"), on(2, "moved"), on(4, "moved"), on(5), on(6, "moved")]

    assert happened(*checks) == [(0, "new"), (1, "moved"), (6, "moved")]
    assert due_in(*checks[:3]) == 3


def test_nothing_is_told_of_what_was_never_there():
    assert told() is None
    assert told(on(0, "missing"), on(1, "moved")) is None


def test_one_check_a_day_at_the_same_hour_or_an_hour_before_finds_it_due():
    for number in range(200):
        moment = ledger([on(0)], f"{URL}-{number}").due
        assert day_of(moment) == START.date() + timedelta(days=1)
        assert START + timedelta(days=1) - SPREAD - LEAD <= moment <= START + timedelta(days=1) - LEAD


def test_due_moments_of_one_day_are_spread_and_stay():
    checked = START.replace(hour=12)
    moments = [due_moment(START.date(), checked, f"{URL}-{number}", timedelta(hours=4)) for number in range(400)]
    by_hour = {hour: len(list(group)) for hour, group in groupby(sorted(moments), lambda moment: moment.hour)}

    assert len(by_hour) == 4
    assert min(by_hour.values()) > 60
    assert moments == [due_moment(START.date(), checked, f"{URL}-{n}", timedelta(hours=4)) for n in range(400)]


CHECKS = st.lists(
    st.builds(
        on,
        st.floats(0, 900, allow_nan=False),
        st.sampled_from(["good", "good", "missing", "moved"]),
        st.sampled_from("ab"),
    ),
    max_size=25,
).map(sorted)


@given(CHECKS)
def test_of_any_history_the_next_check_is_due_on_a_later_day_and_not_too_late(checks):
    seen = told(*checks)
    if seen is None:
        assert all(check.kind != "good" for check in checks)
        return

    assert seen.last_check == checks[-1].at
    assert seen.due > seen.last_check
    assert 1 <= (day_of(seen.due) - day_of(seen.last_check)).days <= MAX_DAYS
    assert seen.state == ("live" if checks[-1].kind != "missing" else seen.state)
    for removal in seen.removals:
        missed = {day_of(c.at) for c in checks if removal.gone <= c.at <= removal.confirmed}
        assert len(missed) == GONE_CHECKS
    assert all(
        earlier.back is not None and earlier.confirmed < earlier.back <= later.gone
        for earlier, later in pairwise(seen.removals)
    )
    states = [event.what for event in seen.events if event.what in ("gone", "back")]
    assert states == ["gone", "back"] * (len(states) // 2) + ["gone"] * (len(states) % 2)


@given(CHECKS, st.integers(0, 24))
def test_what_has_happened_stays_when_more_checks_come(checks, until):
    before, after = told(*checks[:until]), told(*checks)

    if before is not None:
        assert after.events[: len(before.events)] == before.events
