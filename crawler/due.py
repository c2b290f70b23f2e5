"""When a site is to be crawled again: sooner when its last crawls found something, later when they did not.

Pure, over what the reports of its crawls say. The interval begins with a day. A crawl that found
changes makes it half as long, or down to a quarter when they were many for their time; one that
found none makes it half as long again, though never longer than one and a half times what the
crawl has looked back on: two crawls within an hour say little of a week. Only whole crawls count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Literal

from archive.digests import address_hash
from archive.report import CrawlReport, latest_reports
from archive.times import UTC
from crawler.exits import Exit

Outcome = Literal["whole", "interrupted", "cut", "failed"]

DAY = timedelta(days=1)
RETRY = timedelta(hours=1)
"""A crawl that failed is due again after this time, after twice as long when it failed twice, and so on."""
REMEMBERED = 30
"""So many crawls of a site are looked at."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Past:
    """A crawl of a site, as far as it says when to crawl again."""

    started: datetime
    """When it began (UTC)."""
    ended: datetime
    """When it ended (UTC)."""
    outcome: Outcome
    """``interrupted`` by a signal or killed; ``cut`` by a bound that was asked for; ``failed`` in part or whole."""
    changes: int
    """Articles that were new, changed, gone, back or moved."""

    @classmethod
    def of(cls, report: CrawlReport) -> Past:
        """Return what a report says of its crawl."""
        found = report.articles
        changes = found.new + found.changed + found.gone + found.back + found.moved
        return cls(report.started, report.ended, _outcome(report), changes)


def _outcome(report: CrawlReport) -> Outcome:
    if report.exit == Exit.INTERRUPTED:
        return "interrupted"
    if report.exit not in (Exit.OK, Exit.EXPECTATION):
        return "failed"
    return "cut" if report.bound is not None else "whole"


def past_crawls(root: Path, site: str) -> list[Past]:
    """Return the latest crawls of a site below *root*, in the order of time, those that were killed too."""
    return [Past.of(report) for report in latest_reports(root, site, REMEMBERED)]


def site_due(history: Sequence[Past], site: str, now: datetime, *, least: timedelta, most: timedelta) -> datetime:
    """Return when *site* is to be crawled again (UTC); it is due when that is not after *now*.

    *history* is in the order of time. At once when it was never crawled, or its last crawl was
    interrupted; soon when that failed or was cut; else an interval after its last crawl, between
    *least* and *most*, at the moment of the day that is the site's own: so not all are due at once.
    Crawls of a clock that was ahead of *now* are not looked at.

    >>> start = datetime(2025, 3, 1, tzinfo=UTC)
    >>> seen = Past(start, start + timedelta(minutes=5), "interrupted", 3)
    >>> site_due([seen], "ha_tinh", start + DAY, least=timedelta(hours=6), most=timedelta(days=7)) == seen.ended
    True
    """
    past = [crawl for crawl in history if crawl.started <= now]
    if not past:
        return LONG_AGO
    last = past[-1]
    if last.outcome == "interrupted":
        return last.ended
    if last.outcome in ("failed", "cut"):
        in_a_row = sum(1 for _ in takewhile(lambda crawl: crawl.outcome == last.outcome, reversed(past)))
        return last.ended + min(least, RETRY * (1 << (in_a_row - 1)))
    wait = interval(past, least=least, most=most)
    return min(max(_own_moment(last.started + wait, site, min(wait, DAY)), last.started + least), last.started + most)


def interval(history: Sequence[Past], *, least: timedelta, most: timedelta) -> timedelta:
    """Return how long to wait after the last crawl of a history, before it is spread over the day.

    >>> start = datetime(2025, 3, 1, tzinfo=UTC)
    >>> days = [Past(start + DAY * n, start + DAY * n, "whole", 0) for n in range(3)]
    >>> interval(days, least=timedelta(hours=6), most=timedelta(days=7))
    datetime.timedelta(days=1, seconds=43200)
    """
    wait = max(least, min(most, DAY))
    for before, crawl in pairwise([crawl for crawl in history if crawl.outcome == "whole"]):
        gap = crawl.started - before.started
        shorter = max(wait / 4, min(wait / 2, gap / max(crawl.changes, 1)))
        longer = max(wait, min(wait, gap) * 1.5)
        wait = max(least, min(most, shorter if crawl.changes else longer))
    return wait


def _own_moment(moment: datetime, site: str, period: timedelta) -> datetime:
    """Return the moment nearest to *moment* that is the site's own within each *period*."""
    if not period:
        return moment
    phase = period * (address_hash(site) / 2**64)
    return moment + period / 2 - (moment + period / 2 - LONG_AGO - phase) % period
