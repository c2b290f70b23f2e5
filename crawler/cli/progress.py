"""What a person sees of a crawl: a live display on a terminal, a table at the end."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec
from rich.live import Live
from rich.table import Table

from crawler.cli.common import console, table, write_json
from crawler.exits import Exit

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.run import Ended


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
        if not self._live:
            return
        state = Table("site", "requests", "articles", "images", "received", "failed", box=None)
        for crawler in crawlers:
            recorder = getattr(crawler.spider, "recorder", None)
            if recorder is None:
                continue
            read = recorder.reader.counts
            state.add_row(
                recorder.site.id,
                str(recorder.counts["requests"]),
                str(read["article"]),
                str(read["asset"]),
                size(recorder.counts["bytes"]),
                str(len(recorder.failures)),
            )
        self._live.update(state, refresh=True)


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
        "site", "result", "new", "changed", "unchanged", "rejected", "requests", "received", "failed", "seconds"
    )
    for report in reports:
        articles = report.articles
        summary.add_row(
            report.site,
            Exit(report.exit).name,
            str(articles.new),
            str(articles.changed),
            str(articles.unchanged),
            str(articles.rejected),
            str(report.requests),
            size(report.bytes),
            str(len(report.failures)),
            f"{(report.ended - report.started).total_seconds():.1f}",
        )
    console().print(summary)
    errors = console(stderr=True)
    for report in reports:
        for failure in report.failures[:10]:
            errors.print(f"{report.site}: failed: {failure.url} ({failure.cause})", markup=False, highlight=False)
        if len(report.failures) > 10:
            errors.print(f"{report.site}: {len(report.failures) - 10} more in crawls/{report.crawl}.json")


def size(count: int) -> str:
    """Return a number of bytes for people.

    >>> size(999), size(1500), size(2_345_678)
    ('999 B', '1.5 kB', '2.3 MB')
    """
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
