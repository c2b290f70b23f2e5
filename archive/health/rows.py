"""A row a site: its last run, what it gave, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from archive.health.days import Days
from archive.health.expect import Expect
from archive.health.facts import RunFacts
from archive.health.files import expected_files
from archive.health.history import crawl_ids, runs_of
from archive.health.judge import judge
from archive.health.silence import months
from archive.report import Expectation
from archive.times import VN

RESULTS = {
    0: "OK",
    1: "ERROR",
    2: "USAGE",
    3: "DISK",
    4: "CONFIG",
    5: "PARTIAL",
    6: "EXPECTATION",
    7: "LOCKED",
    8: "INTERRUPTED",
    9: "DAMAGE",
}
"""Names of exit codes, as ``crawler.exits`` has them."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a site fares."""

    site: str
    """Site id."""
    last_run: datetime | None
    """When its last crawl ended (UTC), null when there was none."""
    result: str | None
    """Name of its exit code."""
    exit: int | None
    """Exit code."""
    articles: int
    """Articles that the archive holds of the site."""
    new: int
    """Of these, the ones that the last crawl saw for the first time."""
    newest: date | None
    """The day in Vietnam on which the newest of them was published (without a date: captured)."""
    silent_days: int | None
    """Days since then, by the calendar of Vietnam; null without any article."""
    expectations: tuple[Expectation, ...] = ()
    """What is expected of it, and whether it is so."""
    months: tuple[int, ...] = ()
    """Articles published in each of the last twelve spans of 30 days, the latest last."""
    run: RunFacts | None = None
    """The last crawl in figures."""
    is_watched: bool = True
    """Whether anything is expected of it; nothing is of sites that are paused, retired or undeclared."""

    @property
    def is_well(self) -> bool:
        """Whether no expectation is broken."""
        return all(each.ok for each in self.expectations)


def health_rows(root: Path, held: Days, expected: Mapping[str, Expect | None], now: datetime) -> list[Health]:
    """Return a row for each site of *expected*, and for each other one of which something is held, by site id.

    Of the others nothing is expected but sound files; of one with null it can not be said now what is.
    *held* are the days of the catalog (:mod:`archive.health.days`), empty where there is none yet. Nothing is written.
    """
    crawls = crawl_ids(root)
    files = expected_files(root)
    rows = []
    for site in sorted({*expected, *held, *crawls, *files}):
        mine = crawls.get(site, [])
        runs = runs_of(root, site, mine if site in expected else mine[-1:])
        row = row_of(site, runs, held.get(site, {}), expected.get(site), now)
        if site in files:
            row = replace(row, expectations=(*row.expectations, files[site]))
        # Files rot of sites too that nobody crawls any more.
        is_watched = site in expected or not row.is_well
        rows.append(row if is_watched else replace(row, expectations=(), is_watched=False))
    return rows


def row_of(
    site: str, runs: Sequence[RunFacts], days: Mapping[date, int], expect: Expect | None, now: datetime
) -> Health:
    """Return the row of one site. *runs* are in the order of time, *days* has the articles of each day.

    Without *expect* nothing is held against them.
    """
    today = now.astimezone(VN).date()
    newest = max((day for day in days if day <= today + timedelta(days=1)), default=None)
    last = runs[-1] if runs else None
    return Health(
        site=site,
        last_run=last.ended if last else None,
        result=RESULTS.get(last.exit, str(last.exit)) if last else None,
        exit=last.exit if last else None,
        articles=sum(days.values()),
        new=last.new if last else 0,
        newest=newest,
        silent_days=max(0, (today - newest).days) if newest else None,
        expectations=judge(expect, runs, days, now) if expect is not None else (),
        months=months(days, today),
        run=last,
    )
