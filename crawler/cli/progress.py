"""What a person sees of a crawl: a live display on a terminal, a table at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec
from rich.live import Live
from rich.table import Table

from crawler.cli.common import console, size, table, write_json
from crawler.exits import Exit

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from archive.report import CrawlReport
    from crawler.run import Ended

NAMED = 10
"""So many failures of a crawl are printed; all are in its report."""


class Progress:
    """A row a site, redrawn a few times a second; nothing at all in a pipe."""

    def __init__(self) -> None:
        screen = console(stderr=True)
        self._live = Live(console=screen, auto_refresh=False, transient=True) if screen.is_terminal else None

    def __enter__(self) -> Self:
        """Start the display."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the display away."""
        if self._live:
            self._live.stop()

    def tick(self, crawlers: Sequence[Crawler]) -> None:
        """Draw the state of the running crawls."""
        if self._live:
            self.draw(states_of(crawlers))

    def draw(self, states: Iterable[SiteState], caption: str | None = None) -> None:
        """Draw a row a site."""
        if not self._live:
            return
        drawn = Table("site", "requests", "articles", "images", "received", "failed", box=None, caption=caption)
        for state in states:
            drawn.add_row(
                state.site,
                str(state.requests),
                str(state.articles),
                str(state.images),
                size(state.bytes),
                str(state.failed),
            )
        self._live.update(drawn, refresh=True)


@dataclass(frozen=True, slots=True)
class SiteState:
    """How far the crawl of a site is."""

    site: str
    requests: int
    articles: int
    images: int
    bytes: int
    failed: int


def states_of(crawlers: Sequence[Crawler]) -> list[SiteState]:
    """Return how far running crawls are; nothing of those that have not taken their site yet."""
    recorders = [
        recorder for crawler in crawlers if (recorder := getattr(crawler.spider, "recorder", None)) is not None
    ]
    return [
        SiteState(
            recorder.site.id,
            recorder.counts["requests"],
            recorder.reader.counts["article"],
            recorder.reader.counts["asset"],
            recorder.counts["bytes"],
            len(recorder.failed),
        )
        for recorder in recorders
    ]


def print_summary(ended: Sequence[Ended], *, as_json: bool) -> None:
    """Print what each crawl gave: a table, or with *as_json* its report a line."""
    reports = [crawl.report for crawl in ended if crawl.report is not None]
    if as_json:
        for report in reports:
            write_json(msgspec.to_builtins(report))
        return
    if not reports:
        return
    summary = table(
        "site", "result", "new", "changed", "unchanged", "gone", "rejected", "requests", "received", "failed", "time"
    )
    for report in reports:
        articles = report.articles
        summary.add_row(
            report.site,
            Exit(report.exit).name,
            str(articles.new),
            str(articles.changed),
            str(articles.unchanged),
            str(articles.gone),
            str(articles.rejected),
            str(report.requests),
            size(report.bytes),
            str(len(report.failures)),
            span(sum((run.ended - run.started).total_seconds() for run in report.runs)),
        )
    console().print(summary)
    errors = console(stderr=True)
    for report in reports:
        for remark in remarks(report):
            errors.print(f"{report.site}: {remark}", markup=False, highlight=False, soft_wrap=True)


def remarks(report: CrawlReport) -> Iterator[str]:
    """Yield what an operator is to know of a crawl beside its counts, a sentence each; nothing when all is well."""
    for failure in report.failures[:NAMED]:
        yield f"failed: {failure.url} ({failure.cause}){_times(failure.attempts)}"
    if len(report.failures) > NAMED:
        yield f"{len(report.failures) - NAMED} more failures are in crawls/{report.crawl}.json"
    for breaker in report.breaker or ():
        yield f"left alone: {breaker.host} ({breaker.cause})"
    for expectation in report.expectations:
        if not expectation.ok:
            yield f"not as expected: {expectation.told}"
    for kind, count in report.traps.items():
        yield f"trap: {kind}, {count} addresses not asked for, such as {report.trap_examples.get(kind, '(none kept)')}"
    for each in report.held_back:
        told = f"{each.asked} pages asked for and {each.held} not, because no article was on the last ones"
        yield f"held back: {each.pattern}, {told}; such as {each.example}"
    if report.low_confidence:
        told = ", ".join(f"{name} {count}" for name, count in report.low_confidence.items())
        yield f"not sure of: {told} (articles by field; `khcn show URL --json` tells the confidence)"
    if report.duplicates:
        yield f"duplicates: {report.duplicates} articles say what another address of the site says (`khcn history URL`)"
    if report.bound is not None:
        yield f"ended by {report.bound}; the next run goes on from there"
    elif report.exit == Exit.INTERRUPTED:
        yield "interrupted; the same command goes on from there"


def _times(attempts: int) -> str:
    return f", tried {attempts} times" if attempts > 1 else ""


def span(seconds: float) -> str:
    """Return a time for people.

    >>> span(1.25), span(75), span(7_384)
    ('1.2 s', '1 min 15 s', '2 h 3 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
