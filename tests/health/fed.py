"""A data root into which the days of the script are fed: reports of crawls, and articles in the catalog."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from archive.catalog import Catalog
from archive.health.expect import Expect
from archive.health.facts import RunFacts
from archive.health.history import recent_runs
from archive.health.judge import judge
from archive.report import ArticleCounts, CrawlReport, Failure, write_report
from archive.times import UTC, VN, timestamp14
from tests.health.year import DAY, FIRST, SITES, history, today


class Fed:
    """A data root into which days are fed."""

    reader = "nukeviet"
    """The page class that reads all of its sites."""
    empty: tuple[str, ...] = ()
    """Fields that none of its articles has."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        Catalog.open(f"sqlite:///{root / 'catalog.sqlite3'}").close()
        self.waiting: dict[str, list[date]] = {site: [] for site in SITES}
        """What a site published while nobody could see it."""
        self.days: dict[str, Counter[date]] = {site: Counter() for site in SITES}
        for site in SITES:
            self.publish(site, history(site))
        for ago in range(30, 0, -1):
            for site in SITES:
                self.crawl(site, FIRST - ago * DAY)

    def publish(self, site: str, days: list[date]) -> None:
        """Put an article a day into the catalog."""
        self.days[site].update(days)
        rows = [(f"{site}{day:%Y%m%d}", site, at(day)) for day in days]
        with closing(sqlite3.connect(self.root / "catalog.sqlite3")) as held, held:
            held.executemany("insert into articles values (?, ?, ?, ?, ?, ?)", [(i, s, i, t, t, i) for i, s, t in rows])
            held.executemany(
                "insert into versions (id, article, content, captured, capture, dated, url, title, text, authors,"
                " photographers, tags, parser, schema_version) values (?, ?, '', ?, '', ?, '', '', '', '[]', '[]', '[]', 'x', 1)",
                [(i, i, t, t) for i, _, t in rows],
            )

    def crawl(self, site: str, day: date) -> str:
        """Write what a crawl of a site on a day found; return its id."""
        does, ended = today(site, day), moment(day)
        crawl = f"{site}-{timestamp14(ended)}000"
        if day >= FIRST:
            self.waiting[site] += [day] * does.articles
        if not does.answers:
            lost = (Failure(f"https://{site}.vn/", "robots: no robots.txt, refused: Connection was refused", 3),)
            report = CrawlReport(crawl, site, ended, ended, 5, requests=3, failures=lost)
        else:
            new = self.waiting[site]
            self.publish(site, new if does.readable else [])
            found = does.articles if day < FIRST else len(new)
            read = found if does.readable else 0
            certificates = {f"{site}.vn": does.certificate_until} if does.certificate_until else {}
            report = CrawlReport(
                crawl,
                site,
                ended,
                ended,
                0,
                requests=20,
                captures=20,
                bytes=100_000,
                articles=ArticleCounts(new=read, rejected=found - read),
                complete=True,
                readers={self.reader: read} if read else {},
                empty={name: read for name in (*self.empty, *([] if does.has_author else ["authors"])) if read},
                certificates=certificates,
                robots={f"https://{site}.vn": does.robots},
            )
            self.waiting[site] = []
        if day >= FIRST:
            facts = RunFacts.of(report)
            found = judge(Expect(), [*recent_runs(self.root, site), facts], self.days[site], facts.ended)
            report = replace(report, expectations=found)
        write_report(self.root, report)
        return crawl


def moment(day: date) -> datetime:
    """Return when the crawls of a day end."""
    return datetime.combine(day, time(4, 0), VN).astimezone(UTC)


def at(day: date) -> str:
    """Return a time of a day as the catalog has it."""
    return f"{datetime.combine(day, time(3, 0), VN).astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
