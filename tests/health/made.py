"""Crawls and days of publication that never were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from archive.health.facts import RunFacts
from archive.health.rows import Health
from archive.report import Expectation

TODAY = date(2025, 6, 12)
NOW = datetime(2025, 6, 11, 20, 0, tzinfo=UTC)  # the 12th in Vietnam


def run(ago: int = 0, **more: object) -> RunFacts:
    """Return a crawl that ended so many days before ``NOW``, and went well."""
    ended = NOW - timedelta(days=ago)
    facts = {"exit": 0, "captures": 20, "requests": 20, "bytes": 100_000, "seconds": 60.0, "readers": {"nukeviet": 2}}
    facts["new"] = sum(more.get("readers", facts["readers"]).values())
    return RunFacts(**{"crawl": f"x-{ended:%Y%m%d}", "started": ended, "ended": ended, **facts, **more})


def runs(count: int, **more: object) -> list[RunFacts]:
    """Return a crawl a day, the last one at ``NOW``."""
    return [run(count - 1 - number, **more) for number in range(count)]


def every(step: int, *, until: date = TODAY, count: int = 300) -> dict[date, int]:
    """Return an article every so many days, the last one on *until*."""
    return {until - timedelta(days=step * number): 1 for number in range(count)}


def by_name(found: tuple[Expectation, ...]) -> dict[str, Expectation]:
    return {each.name: each for each in found}


def row(site: str = "ha_tinh", *broken: str, ok: tuple[str, ...] = (), watched: bool = True) -> Health:
    """Return a row of which these expectations are broken, and those are as they should be."""
    found = [Expectation(name, False, 9, 3, f"{name} is broken") for name in broken]
    found += [Expectation(name, True, 1, 3, f"{name} is well") for name in ok]
    return Health(site, NOW, "OK", 0, 1, 0, TODAY, 0, tuple(found), is_watched=watched)
