"""When a site is to be crawled again, by its own history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.report import ArticleCounts, CrawlReport, write_report
from crawler.due import DAY, LONG_AGO, Past, interval, past_crawls, site_due
from crawler.exits import Exit

START = datetime(2025, 3, 1, 2, 0, tzinfo=UTC)
LEAST, MOST = timedelta(hours=6), timedelta(days=7)
BOUNDS = {"least": LEAST, "most": MOST}
HOUR = timedelta(hours=1)


def past(*crawls: tuple[float, int | str]) -> list[Past]:
    """Return crawls by the day they began and what they found, or how they ended; each takes an hour."""
    return [
        Past(START + day * DAY, START + day * DAY + HOUR, found if isinstance(found, str) else "whole", 0)
        if isinstance(found, str)
        else Past(START + day * DAY, START + day * DAY + HOUR, "whole", found)
        for day, found in crawls
    ]


def due(history: list[Past], site: str = "ha_tinh", days: float = 400) -> datetime:
    return site_due(history, site, START + days * DAY, **BOUNDS)


@pytest.mark.parametrize(
    ("history", "hours"),
    [
        (past((0, 900)), 24),
        (past((0, 900), (1, 0)), 36),
        (past((0, 900), (1, 0), (2.5, 0)), 54),
        (past((0, 900), (1, 1)), 12),
        (past((0, 900), (1, 1), (1.5, 1)), 6),
        (past((0, 900), (1, 500)), 6),
        (past((0, 900), (1, 0), (1.01, 0), (1.02, 0), (1.03, 0)), 36),
        (past((0, 900), *((7 * week, 0) for week in range(1, 20))), 7 * 24),
        (past((0, 900), *((7 * week, 0) for week in range(1, 20)), (140, 2)), 84),
        (past((0, 900), (1, "failed"), (2, "cut"), (3, "interrupted")), 24),
    ],
    ids=[
        "the first says nothing",
        "nothing changed",
        "again nothing",
        "something changed",
        "again something",
        "very much changed",
        "looking often is no evidence",
        "never more than the longest",
        "half of that when something came",
        "only whole crawls count",
    ],
)
def test_the_interval_is_shorter_when_something_changed_and_longer_when_not(history, hours):
    assert interval(history, **BOUNDS) == timedelta(hours=hours)


def test_a_site_never_crawled_is_due():
    assert due([]) == LONG_AGO


def test_an_interrupted_crawl_is_due_at_once():
    history = past((0, 5), (1, "interrupted"))

    assert due(history) == history[-1].ended


@pytest.mark.parametrize("outcome", ["failed", "cut"])
def test_one_that_failed_is_due_soon_and_less_soon_when_it_fails_again(outcome):
    waits = []
    for failures in (1, 2, 3, 4, 20):
        history = past((0, 5), *((day, outcome) for day in range(1, failures + 1)))
        waits.append((due(history) - history[-1].ended) / HOUR)

    assert waits == [1, 2, 4, 6, 6]


def test_sites_crawled_at_one_moment_come_to_be_spread_over_the_day():
    moments = [due(past((0, 5)), f"site_{number}") for number in range(240)]
    away = [(moment - START) / HOUR for moment in moments]
    by_hour = [sum(hour <= each < hour + 1 for each in away) for hour in range(12, 36)]

    assert min(away) >= 12
    assert max(away) <= 36
    assert min(by_hour) >= 2
    assert max(by_hour) <= 25


def test_a_site_keeps_its_moment_of_the_day():
    moments = []
    history = past((0, 5))
    for _ in range(6):
        moments.append(due(history))
        history = [Past(moments[-1], moments[-1] + HOUR, "whole", 0)]

    assert all(later - earlier == DAY for earlier, later in pairwise(moments))


def test_crawls_of_a_clock_that_was_ahead_do_not_hold_a_site_back():
    history = past((0, 5), (9000, 5))

    assert due(history, days=2) == due(past((0, 5)))
    assert due(past((9000, 5)), days=2) == LONG_AGO


@given(
    st.lists(st.tuples(st.floats(0.001, 60), st.integers(0, 50) | st.sampled_from(["failed", "cut"])), max_size=12),
    st.text("abc_", min_size=1, max_size=8),
)
def test_whatever_happened_it_is_due_within_the_bounds(steps, site):
    day, crawls = 0.0, [(0.0, 3)]
    for gap, found in steps:
        day += gap
        crawls.append((day, found))
    history = past(*crawls)

    wait = due(history, site, days=day + 1) - history[-1].started
    least = LEAST if history[-1].outcome == "whole" else HOUR
    assert least <= wait <= MOST


@pytest.mark.parametrize("least", [timedelta(0), timedelta(days=2)])
def test_odd_bounds_hold(least):
    history = past((0, 5), (1, 9), (2, 9), (3, 9), (4, 9))
    moment = site_due(history, "ha_tinh", START + 9 * DAY, least=least, most=max(least, DAY))

    assert history[-1].started + least <= moment <= history[-1].started + max(least, DAY)


def report(day: int, exit: Exit = Exit.OK, site: str = "ha_tinh", **more: object) -> CrawlReport:
    started = START + day * DAY
    return CrawlReport(f"{site}-2025030{day + 1}020000000", site, started, started + HOUR, int(exit), **more)  # type: ignore[arg-type]


def test_the_reports_of_a_site_tell_its_history(tmp_path):
    found = ArticleCounts(new=1, changed=2, unchanged=50, gone=3, back=4, moved=5, rejected=60)
    for each in (
        report(0, articles=found),
        report(1, Exit.EXPECTATION),
        report(2, Exit.PARTIAL),
        report(3, bound="CRAWL_MAX_REQUESTS=5"),
        report(0, site="ha_tinh_2"),
        report(0, site="hau_giang"),
    ):
        write_report(tmp_path, each)
    write_report(tmp_path, report(5, Exit.INTERRUPTED), ended=False)
    (tmp_path / "crawls" / "ha_tinh-20250305020000000.json").write_text("{torn")

    history = past_crawls(tmp_path, "ha_tinh")

    assert [crawl.outcome for crawl in history] == ["whole", "whole", "failed", "cut", "interrupted"]
    assert [crawl.changes for crawl in history] == [15, 0, 0, 0, 0]
    assert past_crawls(tmp_path, "lam_dong") == []
