"""What a crawl did, counted from its WARC files: for the report of one that could write none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archive.report import Failure
from archive.warc.reader import StoredExchange, iter_exchanges

GONE = (404, 410)
"""Statuses that are an answer: the server knows no such address (any more)."""


@dataclass(slots=True)
class Tally:
    """Counts as in :class:`archive.report.CrawlReport`."""

    requests: int = 0
    bytes: int = 0
    captures: int = 0
    revisits: int = 0
    failures: tuple[Failure, ...] = ()
    """Addresses whose last exchange gave no usable answer."""
    first: datetime | None = None
    """When the first request was sent."""
    last: datetime | None = None
    """When the last exchange ended."""


def tally(root: Path, warcs: Iterable[str]) -> Tally:
    """Count the exchanges of WARC files, paths below *root*; up to the damage in a damaged one."""
    found = Tally()
    causes: dict[str, str | None] = {}
    attempts: Counter[str] = Counter()
    for warc in warcs:
        for stored in iter_exchanges(root, warc, on_torn=lambda torn: None):
            found.requests += 1
            found.bytes += stored.answer.size if stored.answer is not None else 0
            found.captures += stored.capture is not None
            found.revisits += stored.capture is not None and stored.capture.revisit_of is not None
            found.first = min(found.first or stored.date, stored.date)
            found.last = max(found.last or stored.date, stored.date + _duration(stored))
            why = _cause(stored)
            attempts[stored.url] += why is not None
            if stored.told.get("purpose") != "requisite":
                causes[stored.url] = why
    found.failures = tuple(Failure(url, why, attempts[url]) for url, why in sorted(causes.items()) if why is not None)
    return found


def _cause(stored: StoredExchange) -> str | None:
    if stored.capture is None or stored.capture.truncated:
        return stored.told.get("error", "error: no cause was noted")
    status = stored.capture.status
    if status is None:
        return stored.told.get("error", "malformed: no status line")
    return f"status: {status}" if status >= 400 and status not in GONE else None


def _duration(stored: StoredExchange) -> timedelta:
    spent = stored.told.get("fetchTimeMs", "")
    return timedelta(milliseconds=int(spent)) if spent.isascii() and spent.isdigit() else timedelta()
