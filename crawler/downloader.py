"""Scrapy's downloader, which asks :mod:`crawler.hosts` before each request it sends.

Scrapy's own spaces the requests of a host, and can do no more: what is in its queue goes out when the
delay is over, and without a delay all of it at once. Here nothing leaves the queue of a host that is
held, so few or so many as it waits there, and what waits for a closed one fails.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, urlsplit

from scrapy.core import downloader
from scrapy.core.downloader import Slot
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.asyncio import CallLaterResult, call_later
from scrapy.utils.defer import _schedule_coro
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from archive.errors import KhcnError
from archive.times import now
from crawler.causes import cause
from crawler.files import is_own_host
from crawler.hosts import Hosts, Patience
from crawler.refusals import HostClosed, NotAsked
from crawler.retry_after import REFUSALS, http_date, retry_after

if TYPE_CHECKING:
    from scrapy.core.downloader.handlers import DownloadHandlers
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from crawler.spider import SiteSpider

# mypy: disable-error-code="no-untyped-call"

logger = logging.getLogger(__name__)

LOOK_S = 0.5
"""While a host is held: how often to look whether the crawl is ending."""
PARKED = 100
"""As many requests that wait for held hosts take nobody's place."""


class Downloader(downloader.Downloader):
    """Send requests when their hosts may be asked."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.hosts = Hosts(patience(crawler.settings), tell=_log)
        self.spent: Callable[[], str | None] = lambda: None
        """Asked before each request: the bound that is reached, null when there is none."""
        self.on_spent: Callable[[str], object] = lambda bound: None
        """Called when one is."""
        self.sending = 0
        """Requests under way."""
        self.stopped: str | None = None
        """Why nothing more is sent."""
        self.outside: Counter[str] = Counter()
        """Requests of a host that wait for its robots.txt."""
        self._held: dict[str, CallLaterResult] = {}
        self.handlers = cast("DownloadHandlers", _Telling(self.handlers, self))

    def stop(self, why: str) -> None:
        """Send nothing more: what waits, and what comes, fails with NotAsked; what is under way goes on."""
        self.stopped = self.stopped or why
        for slot in self.slots.values():
            self._drop(slot, lambda request: NotAsked(why))

    def needs_backout(self) -> bool:
        """Say whether no more requests are to be taken; those that wait for held hosts do not count."""
        parked = sum(len(self.slots[host].queue) + self.outside[host] for host in self._held if host in self.slots)
        return 0 < self.total_concurrency <= len(self.active) - min(parked, PARKED)

    def close(self) -> None:
        """End all timers."""
        for timer in self._held.values():
            timer.cancel()
        self._held.clear()
        super().close()

    def _process_queue(self, slot: Slot) -> None:
        while slot.queue and not slot.latercall and slot.free_transfer_slots() > 0:
            request, waiting = slot.queue[0]
            host = self.get_slot_key(request)
            refusal = self._refusal(host, request)
            if refusal is not None:
                slot.queue.popleft()
                waiting.errback(Failure(refusal))
                continue
            wait_s = self.hosts.wait_s(host)
            if wait_s > 0:
                self._look_later(host, wait_s)
                return
            delay_s = slot.download_delay()
            left_s = slot.lastseen + delay_s - monotonic()
            if delay_s and left_s > 0:
                slot.latercall = call_later(left_s, self._latercall, slot)
                return
            bound = self.spent()
            if bound is not None:
                self.stop(bound)
                self.on_spent(bound)
                return
            slot.lastseen = monotonic()
            slot.queue.popleft()
            # Now, not when the coroutine begins: or without a delay the whole queue would go at once.
            slot.transferring.add(request)
            self.sending += 1
            self.hosts.sending(host, request)
            _schedule_coro(self._wait_for_download(slot, request, waiting))

    async def _wait_for_download(self, slot: Slot, request: Request, queue_dfd: Deferred[Response]) -> None:
        host = self.get_slot_key(request)
        if self.hosts.wait_s(host) > 0 and not self.hosts.is_first(host, request):
            # Held between leaving the queue and here: back to its place.
            self.sending -= 1
            slot.transferring.discard(request)
            slot.queue.appendleft((request, queue_dfd))
            self._process_queue(slot)
            return
        await super()._wait_for_download(slot, request, queue_dfd)

    def _refusal(self, host: str, request: Request) -> IgnoreRequest | None:
        """Return why a request is not to be sent at all."""
        if self.stopped:
            return NotAsked(self.stopped)
        closed = self.hosts.closed(host, service_of(request))
        if closed is not None:
            return HostClosed(closed.cause, until=closed.until)
        if self.hosts.wait_s(host) > 0 and cast("SiteSpider", self.crawler.spider).is_ending:
            return NotAsked("the crawl ended while its host was held")
        return None

    def _look_later(self, host: str, wait_s: float) -> None:
        if host not in self._held:
            self._held[host] = call_later(min(wait_s, LOOK_S), self._look, host)
        engine = self.crawler.engine
        if engine is not None and engine._slot is not None:
            engine._slot.nextcall.schedule()  # there is room now for requests to other hosts

    def _look(self, host: str) -> None:
        del self._held[host]
        if host in self.slots:
            self._process_queue(self.slots[host])

    def _drop(self, slot: Slot, error: Callable[[Request], Exception]) -> None:
        waiting, slot.queue = slot.queue, type(slot.queue)()
        for request, deferred in waiting:
            deferred.errback(Failure(error(request)))


class _Telling:
    """The download handlers; how each request ended is told before the next one is sent."""

    def __init__(self, handlers: DownloadHandlers, downloader: Downloader) -> None:
        self._handlers = handlers
        self._downloader = downloader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handlers, name)

    async def download_request_async(self, request: Request) -> Response:
        """Return the answer. Raises what the handler raises."""
        hosts = self._downloader.hosts
        host, service = self._downloader.get_slot_key(request), service_of(request)
        try:
            response = await self._handlers.download_request_async(request)
        except KhcnError:
            raise  # our disk says nothing of the host
        except Exception as error:
            if "capture" in request.meta:  # it did answer
                hosts.answered(host, service, request.meta["capture"].status or 0)
            else:
                hosts.silent(host, service, cause(error), is_patient=self._is_patient(request))
            raise
        finally:
            self._downloader.sending -= 1
            hosts.ended(host, request)
        hosts.answered(host, service, response.status, wait_of(response) if response.status in REFUSALS else 0)
        return response

    def _is_patient(self, request: Request) -> bool:
        spider = cast("SiteSpider", self._downloader.crawler.spider)
        return request.meta.get("purpose") != "requisite" or is_own_host(spider, request.url)


def _log(event: str, facts: dict[str, object]) -> None:
    logger.log(logging.INFO if event == "host back" else logging.WARNING, event, extra=facts)


def patience(settings: BaseSettings) -> Patience:
    """Return what the settings say of hosts that refuse or stay silent."""
    return Patience(
        wait_s=settings.getfloat("RETRY_AFTER_MAX_S"),
        backoff_s=settings.getfloat("BACKOFF_START_S"),
        failures=settings.getint("BREAKER_FAILURES"),
        cool_s=settings.getfloat("BREAKER_COOL_S"),
    )


def hosts_of(crawler: Crawler) -> Hosts:
    """Return what is known of the hosts of the crawl that *crawler* runs."""
    assert crawler.engine is not None
    return cast("Downloader", crawler.engine.downloader).hosts


def stopped_by(crawler: Crawler) -> str | None:
    """Return why the crawl that *crawler* runs sends nothing more, null when it does."""
    assert crawler.engine is not None
    return cast("Downloader", crawler.engine.downloader).stopped


def delay_of(loader: downloader.Downloader, host: str) -> tuple[float, float]:
    """Return the seconds between two requests to a host when nothing makes it slower, and their jitter."""
    settings, own = loader.settings, loader.per_slot_settings.get(host, {})
    delay = float(own.get("delay", settings.getfloat("DOWNLOAD_DELAY")))
    return delay, float(own.get("jitter", settings.getfloat("DOWNLOAD_DELAY_JITTER")))


def service_of(request: Request) -> str:
    """Return scheme, host and, when it is not the usual one, port of a request.

    >>> service_of(Request("https://SKHCN.example:443/a")), service_of(Request("http://a.vn:8080/"))
    ('https://skhcn.example', 'http://a.vn:8080')
    """
    return _service(*urlsplit(request.url)[:2])


@lru_cache(1024)
def _service(scheme: str, netloc: str) -> str:
    parts = SplitResult(scheme, netloc, "", "", "")
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def wait_of(response: Response) -> int:
    """Return the seconds that an answer's ``Retry-After`` asks for, by the clock of where it came from."""
    return retry_after(_field(response, "Retry-After"), http_date(_field(response, "Date")) or now())


def _field(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")
