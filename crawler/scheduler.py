"""Scrapy's scheduler over the frontier: what is found is stored, and done only when it is durable.

A request that the frontier handed out carries the key of its row in ``meta["row"]``, and so do the
redirects and retries which follow from it (Scrapy copies ``meta``): these are not rows of their own,
for after an interruption the row is asked for again from its beginning.

A row is done when everything that its request led to is over: the answer is read, the requests it
gave are stored, its article went through the pipelines, its files were asked for, and its records are
on the disk. Scrapy says so when it takes the request off its list of requests in progress.
"""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Self, cast

from scrapy import signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.dupefilters import BaseDupeFilter
from scrapy.http import Request, Response
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.misc import build_from_crawler, load_object

from archive.errors import KhcnError
from archive.times import UTC
from crawler.causes import cause
from crawler.frontier import Entry, Frontier
from crawler.refusals import Unfinished
from crawler.requests import entry_of, key_of, request_of

if TYPE_CHECKING:
    from scrapy.core.engine import _Slot
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.spider import SiteSpider

logger = logging.getLogger(__name__)

LAST = -1_000
"""Priority of pages like those of which nothing came: what is asked for before may show that articles do."""
HELD_AT_ONCE = 500
BATCH = 16
"""Rows leased at once; what is leased and not sent when a run ends is pending again."""
COMMIT_S = 0.5
RETRIED_AT_ONCE = 3
"""What failed in so many crawls in a row is asked for by the next one, whenever that begins."""
RETRY_FIRST = timedelta(hours=1)
RETRY_MAX = timedelta(days=7)
"""What failed more often waits 1, 2, 4 ... hours, at most so long."""


class FrontierDupeFilter(BaseDupeFilter):
    """Say whether this crawl has found an address already (``DUPEFILTER_CLASS``)."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the filter."""
        return cls(crawler)

    def request_seen(self, request: Request) -> bool:
        """Say whether the frontier knows the request, in whatever state."""
        spider = cast("SiteSpider", self._crawler.spider)
        return bool(spider.frontier.knows([key_of(request, spider)]))


@dataclass(slots=True)
class _Row:
    """A row that is being worked on."""

    entry: Entry
    is_watched: bool = False
    """Whether it is counted as one of its pattern that is under way."""
    targets: list[Entry] = field(default_factory=list)
    """Where its redirects led: asked for as well."""
    is_going_on: bool = False
    """Whether a redirect or a retry takes the place of the request that just ended."""
    failure: str | None = None
    again_at: datetime | None = None
    """When a host may be asked again that was not asked: that counts as no attempt."""
    is_unsent: bool = False


class FrontierScheduler(BaseScheduler):
    """Hand out what the frontier holds, in its order, and tell it what became of it (``SCHEDULER``)."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._dupefilter = build_from_crawler(load_object(crawler.settings["DUPEFILTER_CLASS"]), crawler)
        self._hops: deque[Request] = deque()
        """Redirects and retries."""
        self._ready: deque[Entry] = deque()
        self._rows: dict[int, _Row] = {}
        self._targets: defaultdict[int, int] = defaultdict(int)
        self._commits = create_looping_call(self._commit)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the scheduler."""
        return cls(crawler)

    def open(self, spider: SiteSpider) -> None:  # type: ignore[override]
        """Begin to watch what becomes of the requests."""
        self._spider = spider
        self._frontier: Frontier = spider.frontier
        self._crawler.signals.connect(self._note_error, signals.spider_error)
        self._crawler.signals.connect(self._note_error, signals.item_error)
        self._crawler.signals.connect(self._note_dropped, signals.item_dropped)
        # Scrapy has no signal for the end of a request and of all that came of it; this is its own book.
        slot = self._engine_slot()
        remove = slot.remove_request

        def removed(request: Request) -> None:
            self._end(request)
            remove(request)

        slot.remove_request = removed  # type: ignore[method-assign]
        self._commits.start(COMMIT_S, now=False)

    def _engine_slot(self) -> _Slot:
        assert self._crawler.engine is not None
        slot = self._crawler.engine._slot
        assert slot is not None
        return slot

    def has_pending_requests(self) -> bool:
        """Say whether anything is left to be asked for now."""
        return bool(self._hops or self._fill())

    def enqueue_request(self, request: Request) -> bool:
        """Store a request; return False when this crawl has found it before."""
        row = self._rows.get(request.meta.get("row", 0))
        if row is not None:
            return self._go_on(row, request)
        entry = entry_of(request, self._spider)
        with self._kept():
            if request.dont_filter:
                self._frontier.again(entry)
                return True
            return bool(self._frontier.add([entry]))

    def next_request(self) -> Request | None:
        """Return what to ask for next; None when there is nothing now."""
        if self._hops:
            return self._hops.popleft()
        held = waits = 0
        while waits < len(self._ready) or (not waits and self._fill()):
            entry = self._ready.popleft()
            try:
                request = request_of(entry, self._spider)
            except ValueError as error:
                logger.error("frontier entry not readable", extra={"url": entry.url, "cause": str(error)})
                self._spider.is_complete = False
                self._spider.note_failure(entry.url, f"malformed: {error}")
                self._frontier.fail(entry.key, str(error), entry.attempts + 1, None)
                continue
            if may_be_barren := self._may_be_barren(request):
                patterns = self._spider.recorder.traps.patterns
                if (pattern := patterns.spent(entry.url)) is not None:
                    self._hold_back(entry, pattern)
                    held += 1
                    if held < HELD_AT_ONCE:
                        continue
                    self._engine_slot().nextcall.schedule()  # the loop has other work, too
                    return None
                if patterns.may_be_spent(entry.url):
                    self._ready.append(entry)
                    waits += 1
                    continue
                patterns.begin(entry.url)
            self._rows[entry.key] = _Row(entry, is_watched=may_be_barren)
            return request
        return None

    def close(self, reason: str) -> None:
        """Give back what was not sent."""
        self._commits.stop()
        with self._kept():
            self._frontier.release([entry.key for entry in self._ready])
        self._ready.clear()
        self._hops.clear()

    def note_failure(self, request: Request, why: str, *, again_at: datetime | None = None) -> None:
        """Note that a request got no usable answer: its row failed, unless it goes on.

        *again_at* is when a later crawl may ask, of a request that was not sent; else that
        follows from the attempts.
        """
        row = self._rows.get(request.meta.get("row", 0))
        if row is not None:
            row.failure, row.again_at = why, again_at

    def note_unsent(self, request: Request) -> None:
        """Note that a request was given up because the crawl ends: its row stays to be asked for."""
        row = self._rows.get(request.meta.get("row", 0))
        if row is not None:
            row.is_unsent = True

    def _may_be_barren(self, request: Request) -> bool:
        return request.meta.get("purpose") == "page" and self._spider.may_be_barren(request.url)

    def _hold_back(self, entry: Entry, pattern: str) -> None:
        """Put a row behind all others, and leave it when nothing has come of its pattern even then."""
        with self._kept():
            if entry.priority > LAST:
                self._frontier.again(replace(entry, priority=LAST))
            else:
                self._spider.recorder.traps.hold_back(pattern, entry.url)
                self._frontier.done([entry.key])

    def _fill(self) -> bool:
        if not self._ready and not self._spider.is_ending:
            with self._kept():
                self._ready.extend(self._frontier.lease(BATCH))
        return bool(self._ready)

    def _go_on(self, row: _Row, request: Request) -> bool:
        target = entry_of(request, self._spider)
        if target.key != row.entry.key:
            if not request.dont_filter and self._seen(request):
                return False
            if not self._is_for_its_own(request):
                row.targets.append(target)
                self._targets[target.key] += 1
        row.is_going_on = True
        self._hops.append(request)
        return True

    def _is_for_its_own(self, request: Request) -> bool:
        """Say whether the address that a redirect leads to is to be asked for in its own right all the same.

        An article's address that leads to a listing is no reason to leave that listing out.
        """
        site = self._spider.site
        return site.is_listing(request.url) and any(map(site.is_article, request.meta.get("redirect_urls", ())[:1]))

    def _seen(self, request: Request) -> bool:
        return key_of(request, self._spider) in self._targets or self._dupefilter.request_seen(request)

    def _end(self, request: Request) -> None:
        """Settle a request's row, for all that came of it is over."""
        row = self._rows.get(request.meta.get("row", 0))
        if row is None:
            return
        if row.is_going_on:
            row.is_going_on = False
            return
        del self._rows[row.entry.key]
        if row.is_watched:
            self._spider.recorder.traps.patterns.end(row.entry.url)
        self._spider.recorder.when_durable(partial(self._settle, row))

    def _settle(self, row: _Row) -> None:
        key, attempts = row.entry.key, row.entry.attempts + 1
        with self._kept():
            if row.is_unsent:
                self._frontier.release([key])
            elif row.failure is not None and row.again_at is not None:
                self._frontier.fail(key, row.failure, row.entry.attempts, row.again_at)
            elif row.failure is not None:
                # Only articles wait: behind a listing or a seed there may be many that nobody has seen.
                is_patient = self._spider.site.is_article(row.entry.url)
                again_at = _next_try(attempts, datetime.now(UTC)) if is_patient else None
                self._frontier.fail(key, row.failure, attempts, again_at)
            else:
                self._frontier.add(row.targets)
                self._frontier.done([key, *(target.key for target in row.targets)])
        for target in row.targets:
            self._targets[target.key] -= 1
            if not self._targets[target.key]:
                del self._targets[target.key]

    def _note_error(self, failure: Failure, response: Response | Failure | None = None) -> None:
        request = getattr(response, "request", None)
        if request is not None:
            self.note_failure(request, cause(failure))

    def _note_dropped(self, exception: BaseException, response: Response | Failure | None = None) -> None:
        request = getattr(response, "request", None)
        if request is not None and isinstance(exception, Unfinished):
            self.note_unsent(request)

    def _commit(self) -> None:
        with self._kept():
            self._frontier.commit()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """End the crawl when the frontier can not be written: what it does not hold would be lost."""
        try:
            yield
        except KhcnError as error:
            self._spider.recorder.give_up(error)


def _next_try(attempts: int, now: datetime) -> datetime | None:
    """Return when to ask again for what failed in so many crawls; null for the next crawl."""
    often = attempts - RETRIED_AT_ONCE
    return now + min(RETRY_FIRST * 2 ** min(often - 1, 10), RETRY_MAX) if often > 0 else None
