"""What a crawl did, counted from its WARC files; and what one that was stopped leaves to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from archive.model import Article
from archive.posts import address_of
from archive.report import Failure, RequisiteCounts
from archive.warc.reader import StoredExchange, iter_exchanges
from crawler.assets import wire_form
from crawler.known import KnownSet

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
    requisites: RequisiteCounts = field(default_factory=RequisiteCounts)
    """Of what pages need, the files asked for, and those missing; a file that moved is counted where it went."""
    asked: KnownSet = field(default_factory=KnownSet)
    """Addresses of all exchanges, as they were requested."""
    first: datetime | None = None
    """When the first request was sent."""
    last: datetime | None = None
    """When the last exchange ended."""


def tally(root: Path, warcs: Iterable[str]) -> Tally:
    """Count the exchanges of WARC files, paths below *root*; up to the damage in a damaged one."""
    found = Tally()
    causes: dict[str, str | None] = {}
    attempts: Counter[str] = Counter()
    needed: dict[str, int] = {}
    for warc in warcs:
        for stored in iter_exchanges(root, warc, on_torn=lambda torn: None):
            found.requests += 1
            found.asked.add(wire_form(stored.url))
            found.bytes += stored.answer.size if stored.answer is not None else 0
            found.captures += stored.capture is not None
            found.revisits += stored.capture is not None and stored.capture.revisit_of is not None
            found.first = min(found.first or stored.date, stored.date)
            found.last = max(found.last or stored.date, stored.date + _duration(stored))
            why = _cause(stored)
            address = address_of(stored.url, stored.told.get("method", "GET"), stored.told.get("request-body"))
            attempts[address] += why is not None
            status = (stored.capture.status if stored.capture is not None else None) or 0
            if stored.told.get("purpose") != "requisite":
                causes[address] = why
            elif not 300 <= status < 400 or status == 304:
                needed[wire_form(address)] = status
    found.requisites = RequisiteCounts(len(needed), sum(status >= 400 for status in needed.values()))
    found.failures = tuple(Failure(url, why, attempts[url]) for url, why in sorted(causes.items()) if why is not None)
    return found


def owed_after(crawl: Iterable[Article], asked: Container[str], owed_before: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the articles that a crawl which was stopped leaves to the next one, by their addresses.

    *crawl* are the articles it read, *asked* the addresses it asked for, as they are requested
    (:func:`crawler.assets.wire_form`); *owed_before* is what the crawl before left to it.
    """
    left = {url for url in owed_before if wire_form(url) not in asked}
    for article in crawl:
        files = [image.url for image in article.images] + [entry.url for entry in article.attachments]
        if any(wire_form(url) not in asked for url in files):
            left.add(article.url)
    return tuple(sorted(left))


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
