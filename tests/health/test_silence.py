"""How long a site may be silent, and how little it may give, by what it did before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from archive.health.silence import in_month, month_limit, months, silence_limit
from tests.health.made import TODAY, every

DAY = timedelta(days=1)


def without(days, first: date, last: date):
    return {day: number for day, number in days.items() if not first <= day <= last}


def test_twice_the_longest_silence_is_too_long_and_it_is_said_why():
    days = without(every(1, count=720), date(2025, 3, 1), date(2025, 3, 8))

    found = silence_limit(days, TODAY)

    assert found is not None
    assert (found.limit, found.told) == (18, "mean 30 a month, longest silence 9 days in 2 years")


def test_a_site_that_publishes_daily_may_bridge_a_holiday():
    found = silence_limit(every(1), TODAY)

    assert found is not None
    assert found.limit == 7


@pytest.mark.parametrize(
    "days",
    [{}, every(1, count=11), every(1, count=119), every(30, count=11), {TODAY + DAY: 5}],
    ids=["nothing", "few", "a burst", "seldom", "the future"],
)
def test_little_history_teaches_nothing(days):
    assert silence_limit(days, TODAY) is None
    assert month_limit(days, TODAY) is None


def test_what_is_older_than_two_years_is_forgotten():
    days = every(1, count=720) | every(20, until=TODAY - 740 * DAY, count=50)

    assert silence_limit(days, TODAY).limit == 7


def test_an_outage_is_no_habit_and_two_are():
    once = without(every(2, count=360), date(2024, 9, 1), date(2024, 10, 10))
    twice = without(once, date(2024, 12, 1), date(2025, 1, 5))

    assert silence_limit(once, TODAY).limit == 7
    assert silence_limit(twice, TODAY).limit > 70


# Tết was on 2025-01-29 and is on 2026-02-17.
QUIET_2025 = without(every(1, until=date(2026, 2, 10), count=700), date(2025, 1, 24), date(2025, 2, 9))
STEADY_2025 = every(1, until=date(2026, 2, 10), count=700)
NEW = every(1, until=date(2026, 2, 10), count=300)


@pytest.mark.parametrize(
    ("days", "today", "limit"),
    [
        (QUIET_2025, date(2026, 2, 15), 7),  # before the eve
        (QUIET_2025, date(2026, 2, 16), 36),
        (QUIET_2025, date(2026, 3, 10), 36),  # the silence began before and lasts on
        (STEADY_2025, date(2026, 2, 20), 7),  # this office publishes over Tết
        (NEW, date(2026, 2, 20), 16),  # nobody knows: public holidays are added
    ],
)
def test_over_tet_the_silence_of_former_years_counts(days, today, limit):
    assert silence_limit(days, today).limit == limit


def test_after_tet_a_silence_over_tet_is_no_excuse():
    days = QUIET_2025 | {date(2026, 2, 25): 1}

    assert silence_limit(days, date(2026, 3, 5)).limit < 36


def test_a_month_is_held_against_the_lowest_of_ten():
    found = month_limit(every(1, count=720), TODAY)

    assert (found.limit, found.told) == (15, "30 on average, 30 or more in nine of ten months")


def test_a_site_with_little_may_give_nothing_in_a_month():
    assert month_limit(every(25, count=28), TODAY) is None


def test_a_month_says_nothing_after_a_silence_of_which_was_told():
    silent = without(every(1, count=720), TODAY - 20 * DAY, TODAY - DAY)

    assert month_limit(silent, TODAY) is None
    assert month_limit(without(every(1, count=720), TODAY - 5 * DAY, TODAY - DAY), TODAY) is not None


def test_a_month_with_tet_is_held_against_months_with_tet():
    assert month_limit(QUIET_2025, date(2026, 2, 9)).limit == 15
    assert month_limit(QUIET_2025, date(2026, 2, 25)).limit == 6


def test_months_are_spans_of_thirty_days():
    assert in_month(every(1), TODAY) == 30
    assert months({TODAY: 2, TODAY - 30 * DAY: 3, TODAY - 400 * DAY: 9}, TODAY, 3) == (0, 3, 2)
