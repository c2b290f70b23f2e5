"""A server that says when to come back is left alone until then, with all of its host."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Self, cast

from scrapy import signals
from scrapy.http import Request, Response
from scrapy.utils.asyncio import call_later
from twisted.python.failure import Failure

from archive.times import UTC
from crawler.refusals import HostClosed

if TYPE_CHECKING:
    from scrapy.core.downloader import Downloader, Slot
    from scrapy.crawler import Crawler

    from crawler.spider import SiteSpider

logger = logging.getLogger(__name__)

# mypy: disable-error-code="no-untyped-call"

STATUSES = frozenset({429, 503})
MAX_S = 3600
"""A longer Retry-After is taken for this."""
_LOOK_S = 0.5
"""While a host is held: how often to look whether the crawl is being stopped."""


@dataclass
class Hold:
    """A host that is left alone."""

    until: float
    """Moment of the monotonic clock."""
    cause: str
    slot: Slot | None = None
    """Scrapy's queue for the host, when it is shut."""
    room: int = 0
    """By how many requests the downloader was widened, so that those that wait take nobody's place."""

    @property
    def left_s(self) -> float:
        """Seconds that are left."""
        return self.until - monotonic()


class RetryAfterMiddleware:
    """Hold a host for as long as the ``Retry-After`` of its answer 429 or 503 says.

    Up to ``RETRY_AFTER_MAX_S`` seconds its requests wait in their queue, and those to other hosts
    go on. For longer they fail at once, so that the crawl ends, and the next one asks again.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._max_s = crawler.settings.getint("RETRY_AFTER_MAX_S")
        self._holds: dict[str, Hold] = {}
        # This signal comes before the next request of the host is sent; process_response() after.
        crawler.signals.connect(self._look_at, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let a request into the queue of its host, held or not. Raises HostClosed when that is shut for too long."""
        # Redirects copy it, and would wait in the queue of the host they come from.
        request.meta.pop("download_slot", None)
        hold = self._holds.get(self._downloader.get_slot_key(request))
        if hold is None or hold.left_s <= 0:
            return
        if hold.left_s > self._max_s:
            raise HostClosed(hold.cause)
        self._shut(hold, request)
        self._widen(hold, 1)

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass on the answer, for another try. Raises HostClosed when the host is shut for too long."""
        if response.status in STATUSES:
            hold = self._holds.get(self._downloader.get_slot_key(request))
            if hold is not None and hold.left_s > self._max_s:
                raise HostClosed(hold.cause)
        return response

    def _look_at(self, response: Response, request: Request) -> None:
        if response.status not in STATUSES:
            return
        seconds = min(MAX_S, retry_after(_field(response, "Retry-After"), _clock(response)))
        if seconds <= 0:
            return
        key = self._downloader.get_slot_key(request)
        hold = self._holds.get(key)
        if hold is not None and hold.left_s >= seconds:
            return
        if hold is None:
            hold = self._holds[key] = Hold(0.0, "")
        hold.until = monotonic() + seconds
        hold.cause = f"status: {response.status}, Retry-After {seconds} s"
        logger.warning("host held", extra={"host": key, "seconds": seconds, "status": response.status})
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value("retry_after/held")
        if seconds > self._max_s:
            self._send_back(hold, request)
        elif self._shut(hold, request):
            assert hold.slot is not None
            self._widen(hold, len(hold.slot.queue))

    def _shut(self, hold: Hold, request: Request) -> bool:
        """Keep the queue of a host from being worked on; return whether it was not shut yet."""
        slot = self._downloader._get_slot(request)[1]
        if slot is hold.slot:
            return False
        hold.slot = slot
        self._wait(hold, slot)
        return True

    def _wait(self, hold: Hold, slot: Slot) -> None:
        if slot.latercall:
            slot.latercall.cancel()
        slot.latercall = call_later(max(0.0, min(hold.left_s, _LOOK_S)), self._look_again, hold, slot)

    def _look_again(self, hold: Hold, slot: Slot) -> None:
        slot.latercall = None
        is_ending = not self._crawler.crawling or self._spider.recorder.broken is not None
        if is_ending:
            self._fail(hold, slot)
        elif hold.left_s > 0:
            self._wait(hold, slot)
        else:
            logger.info("host asked again", extra={"waiting": len(slot.queue)})
            self._open(hold)
            self._downloader._process_queue(slot)

    def _send_back(self, hold: Hold, request: Request) -> None:
        slot = self._downloader._get_slot(request)[1]
        if slot.latercall:
            slot.latercall.cancel()
            slot.latercall = None
        self._fail(hold, slot)

    def _fail(self, hold: Hold, slot: Slot) -> None:
        """End the requests that wait, unsent."""
        self._open(hold)
        while slot.queue:
            _, waiting = slot.queue.popleft()
            waiting.errback(Failure(HostClosed(hold.cause)))

    def _open(self, hold: Hold) -> None:
        hold.slot = None
        self._widen(hold, -hold.room)

    def _widen(self, hold: Hold, number: int) -> None:
        if self._downloader.total_concurrency:  # 0 is without bound
            hold.room += number
            self._downloader.total_concurrency += number

    @property
    def _downloader(self) -> Downloader:
        assert self._crawler.engine is not None
        return self._crawler.engine.downloader

    @property
    def _spider(self) -> SiteSpider:
        return cast("SiteSpider", self._crawler.spider)


def retry_after(value: str, now: datetime) -> int:
    """Return the seconds from *now* that a ``Retry-After`` asks for; 0 when it does not, or can not be read.

    Source: RFC 9110, section 10.2.3: whole seconds, or a date.

    >>> noon = datetime(2025, 6, 11, 12, 0, tzinfo=UTC)
    >>> [retry_after(value, noon) for value in ("30", "Wed, 11 Jun 2025 12:02:00 GMT", "soon", "-5")]
    [30, 120, 0, 0]
    """
    text = value.strip()
    if re.fullmatch(r"[0-9]+", text):
        return int(text) if len(text) < 10 else MAX_S
    date = _date(text)
    return max(0, round((date - now).total_seconds())) if date else 0


def _clock(response: Response) -> datetime:
    """Return what time it is where an answer came from: that clock set the date in it, and may be wrong."""
    return _date(_field(response, "Date")) or datetime.now(UTC)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _field(response: Response, name: str) -> str:
    value: Any = response.headers.get(name) or b""
    return str(value.decode("latin-1"))
