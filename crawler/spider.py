"""What every site's spider shares: the archive it writes to, its requests, its failures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.defer import deferred_from_coro

from archive.errors import KhcnError
from archive.model import Article, Attachment, Image, NotAnArticle, Purpose
from archive.times import UTC
from crawler.causes import cause
from crawler.downloader import stopped_by
from crawler.files import payload_of
from crawler.frontier import Frontier, url_key
from crawler.known import KnownSet
from crawler.leads import Leads, PageLeads
from crawler.middlewares.scope import OffScope
from crawler.opening import open_crawl
from crawler.page import Page
from crawler.private import declared_by
from crawler.reading import Result
from crawler.reading_process import DIED, TOO_COSTLY, is_small
from crawler.recorder import Recorder
from crawler.refusals import REFUSED, HostClosed, NotAsked
from crawler.requests import address_asked
from crawler.sessions import without_junk
from crawler.sites import Seed, Site

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.scheduler import FrontierScheduler

logger = logging.getLogger(__name__)


class SiteSpider(scrapy.Spider):
    """A crawl of one site. Subclasses say which pages to ask for."""

    site: ClassVar[Site]
    recorder: Recorder
    frontier: Frontier
    stops_at_known: bool
    _known: KnownSet

    def __init__(
        self,
        *,
        full: bool | str = False,
        limit: int | str | None = None,
        since: date | str | None = None,
        seeds: tuple[Seed, ...] = (),
    ) -> None:
        super().__init__()
        self.full = full in (True, "1", "true", "yes")
        self.limit = int(limit) if limit is not None else None
        self.since = date.fromisoformat(since) if isinstance(since, str) else since
        """Articles published before that day (in Vietnam) are not wanted."""
        self.seeds = seeds or self.site.seeds
        self.is_complete = self.seeds == self.site.seeds or not self.site.layouts
        """Whether the crawl has seen all it set out to see, so that the next may stop at what is known."""
        self.found_before = 0
        """Pages that the crawl had asked for, or meant to, before it was interrupted; against the limit."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider, take the site's lock and open the archive for writing.

        Raises SiteLocked when another run holds the site.
        """
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        root = Path(crawler.settings["KHCN_DATA"])
        opened = open_crawl(root, spider.site, crawler.settings, datetime.now(UTC), mode=spider.asked)
        spider.recorder, spider.frontier = opened.recorder, opened.frontier
        spider.recorder.on_broken = spider.stop
        spider.stops_at_known = not spider.full and opened.stops_at_known
        spider.recorder.beside.with_listings = spider.stops_at_known or spider.since is not None
        spider._known = spider.recorder.known()
        if opened.is_resumed:
            # What the run before has left out, for a limit or a failure, it did not leave word of.
            is_cut = spider.limit is not None or spider.since is not None or bool(spider.recorder.failed)
            spider.is_complete = spider.is_complete and not is_cut
            if spider.limit is not None:
                found = (*spider.recorder.pages_before(), *(entry.url for entry in spider.frontier.pending()))
                spider.found_before = len({spider.asked_as(url) for url in found if spider.counts_as_article(url)})
        return spider

    @property
    def asked(self) -> dict[str, Any]:
        """What the command line asks of the crawl: one that was interrupted goes on only under the same."""
        seeds = [seed.url for seed in self.seeds] if self.seeds != self.site.seeds else []
        since = self.since.isoformat() if self.since else None
        return {"full": self.full, "limit": self.limit, "since": since, "seeds": seeds}

    @cached_property
    def may_be_private(self) -> frozenset[tuple[str, int]]:
        """Hosts and ports that may lie at private addresses."""
        return declared_by((seed.url for seed in self.seeds), by_hand=self.seeds != self.site.seeds)

    @property
    def is_ending(self) -> bool:
        """Whether the crawl is being stopped, for whatever reason: nothing more is to be asked for."""
        slot = self.crawler.engine._slot if self.crawler.engine is not None else None
        return (
            self.recorder.broken is not None
            or not self.crawler.crawling
            or (slot is not None and (slot.closing is not None or stopped_by(self.crawler) is not None))
        )

    def counts_as_article(self, url: str) -> bool:
        """Say whether a page counts against the limit: on an undeclared site every page does."""
        return not self.site.layouts or self.site.is_article(url)

    def asked_as(self, url: str) -> str:
        """Return what all addresses share of which one is asked for in a crawl: those of one article, or page."""
        if self.site.is_article(url):
            return f"article:{self.site.identity(url)}"
        return without_junk(url, self.site.junk)

    def fresh(self, urls: Iterable[str], via: str | None) -> list[str]:
        """Return those of *urls* that the crawl has not found yet, each once: no request is made of the others.

        They were found on the page *via*. Those that lead into a trap are left out, and counted.
        """
        traps = self.recorder.traps
        named = [(url_key(self.asked_as(url)), url) for url in urls if not traps.avoids(url, via)]
        keys: dict[int, str] = {}
        for key, url in named:
            keys.setdefault(key, url)
        found = self.frontier.knows(keys)
        chosen = {key: url for key, url in keys.items() if key not in found}
        traps.note_sessions(chosen, named)
        return list(chosen.values())

    def may_be_barren(self, url: str) -> bool:
        """Say whether an address is only asked for as long as articles come of those like it."""
        return False

    def known(self, url: str) -> bool:
        """Say whether the article at *url* is in the archive already."""
        return self.site.identity(url) in self._known

    def held_as_is(self, article: Article) -> frozenset[str] | None:
        """Return the addresses of the files that are held of an article which reads as in an earlier crawl.

        Null when it does not, or with ``full``: then all that belongs to its page is asked for.
        """
        before = self.recorder.earlier.as_before(article) if not self.full and self.known(article.url) else None
        if before is None:
            return None
        files: list[Image | Attachment] = [*before.images, *before.attachments]
        return frozenset(file.url for file in files if file.capture is not None)

    def request(
        self,
        url: str,
        callback: Callable[..., Any] | None = None,
        *,
        via: str | None = None,
        purpose: Purpose = "page",
        priority: int = 0,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        **kwargs: Any,
    ) -> Request:
        """Return a request whose capture will say where its address was found and what it is for.

        *callback* is a method of the spider and *kwargs* are plain JSON, for the request may be sent by a later run.
        """
        return Request(
            url,
            callback=callback,
            errback=self.fail,
            method=method,
            headers=headers,
            body=body,
            priority=priority,
            meta={"via": via, "purpose": purpose},
            cb_kwargs=kwargs,
        )

    def read(self, response: Response) -> Result | None:
        """Return what the page was read as when it was captured."""
        capture = response.meta.get("capture")
        result = self.recorder.result(capture) if capture is not None else None
        if isinstance(result, NotAnArticle) and result.reason.startswith((TOO_COSTLY, DIED)):
            self._note_unread(response, result.reason)
        return result

    def leads(self, response: Response) -> Leads | PageLeads:
        """Return what a page leads to: read beside the event loop, or here if that takes but milliseconds."""
        leads: Leads | PageLeads | None = response.meta.get("leads")
        if leads is None:
            payload = payload_of(response)
            if is_small(payload):
                leads = PageLeads(Page(self.site, response.url, datetime.now(UTC), payload), payload)
            else:  # a feed, or an answer that was cut
                is_page = response.meta.get("purpose") == "page"
                leads = Leads(failure=f"{TOO_COSTLY} (links)" if is_page else None)
            response.meta["leads"] = leads
        if leads.failure is not None:
            self._note_unread(response, leads.failure)
        return leads

    def _note_unread(self, response: Response, why: str) -> None:
        """Note, once, a page that came and could not be read to its end."""
        if response.request is not None and not response.meta.get("unread"):
            response.meta["unread"] = True
            self.note_failed_page(response.request, why)

    def note_page(self, request: Request, article: Article | None) -> None:
        """Note for its pattern that a page came, and what came of it."""
        hops: list[str] = request.meta.get("redirect_urls", [])
        if request.meta.get("purpose") == "page":
            asked = hops[0] if hops else request.url
            self.recorder.traps.patterns.note(asked, request.meta.get("via"), article, len(hops))

    def links(self, response: Response) -> list[str]:
        """Return the addresses of pages that a page links to, absolute, in source order, each once."""
        return list(self.leads(response).links)

    def fail(self, failure: Failure) -> None:
        """Note a request that got no usable answer (errback of every request)."""
        request: Request = failure.request  # type: ignore[attr-defined]
        asked: str = request.meta.get("redirect_urls", [request.url])[0]
        error = failure.value
        if isinstance(error, NotAsked) or (self.is_ending and not isinstance(error, HttpError | OffScope | KhcnError)):
            self.scheduler.note_unsent(request)
        elif isinstance(error, OffScope):
            self.note_off_scope(asked, str(error), request)
        elif isinstance(error, HttpError) and error.response.status in (404, 410) and not self._is_vital(request):
            self.note_page(request, None)
            self.note_not_found(request.url, error.response.status)
        elif isinstance(error, HttpError):
            if error.response.status < 400:
                self.note_page(request, None)
            self.note_failed_page(request, f"status: {error.response.status}")
        elif isinstance(error, HostClosed):
            self.note_failed_page(request, str(error), again_at=error.until or datetime.now(UTC))
        elif isinstance(error, IgnoreRequest):
            self.note_refusal(request.url)
            # Not done: robots.txt may allow it again.
            self.scheduler.note_failure(request, f"{REFUSED} by robots.txt")
            self.is_complete = self.is_complete and not self.is_seed(asked)
        elif isinstance(error, KhcnError):
            self.recorder.give_up(error)  # no fault of the address: it could not be kept
            self.scheduler.note_unsent(request)
        elif error is not None:
            self.is_complete = False
            self.scheduler.note_failure(request, cause(error))
            self.note_failure(address_asked(request), cause(error))

    def _is_vital(self, request: Request) -> bool:
        """Say whether others can not be found without a page: a seed, and what a listing goes on with."""
        asked: str = request.meta.get("redirect_urls", [request.url])[0]
        return self.is_seed(asked) or bool(request.cb_kwargs.get("before"))

    def stop(self, error: KhcnError) -> None:
        """End the crawl: what comes could not be kept."""
        logger.error("crawl stopped", extra={"cause": str(error)})
        deferred_from_coro(self.crawler.engine.close_spider_async(reason="disk"))

    def note_asset_status(self, url: str, status: int) -> None:
        """Count a file's answer other than 200; it is a failure unless the server says "gone"."""
        if status in (404, 410):
            self.note_not_found(url, status)
        else:
            self.note_failure(url, f"status: {status}")

    def note_not_found(self, url: str, status: int) -> None:
        """Count an address that the server no longer knows: an answer, not a failure."""
        self.recorder.counts["not_found"] += 1
        logger.info("not found", extra={"url": url, "status": status})

    def note_off_scope(self, url: str, target: str, request: Request) -> None:
        """Count an address that redirects out of the site's scope; of a seed it is a failure."""
        self.recorder.counts["off_scope"] += 1
        logger.info("redirected out of scope", extra={"url": url, "target": target})
        if self.is_seed(url):
            why = f"scope: redirects to {target}, which the site's hosts do not declare"
            self.note_failed_page(request, why, url=url)

    @property
    def scheduler(self) -> FrontierScheduler:
        """What hands out the requests of the crawl."""
        assert self.crawler.engine is not None
        return cast("FrontierScheduler", self.crawler.engine.scheduler)

    def is_seed(self, url: str) -> bool:
        """Say whether the crawl starts at *url*."""
        return any(seed.url == url for seed in self.seeds)

    def note_failed_page(
        self, request: Request, why: str, *, url: str | None = None, again_at: datetime | None = None
    ) -> None:
        """Put a page on the report's list of failures, as *url* if that is another; a later crawl asks for it again."""
        self.is_complete = False
        self.scheduler.note_failure(request, why, again_at=again_at)
        self.note_failure(url or address_asked(request), why)

    def note_refusal(self, url: str) -> None:
        """Count an address that robots.txt forbids."""
        self.recorder.counts["robots_refused"] += 1
        logger.info("refused by robots.txt", extra={"url": url})

    def note_failure(self, url: str, why: str) -> None:
        """Put a URL on the report's list of failures."""
        self.recorder.failed.fail(url, why)
        logger.warning("request failed", extra={"url": url, "cause": why})
