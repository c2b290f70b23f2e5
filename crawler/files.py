"""The files of a crawl: whoever needs one, it is asked for once.

Pictures and documents of articles (:mod:`crawler.pipelines.assets`) and what
pages need to look as they did (:mod:`crawler.middlewares.requisites`) are often
the same files. Both ask here.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from archive.errors import KhcnError
from archive.model import Payload, Purpose
from crawler.assets import wire_form
from crawler.causes import cause
from crawler.known import KnownSet
from crawler.refusals import HostClosed, NotAsked, RobotsUnknown
from crawler.requisites import requisites

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import SiteSpider


@dataclass(frozen=True, slots=True)
class Fetched:
    """How the request for a file ended."""

    status: int | None = None
    """Status of the answer, null when none came."""
    failure: str | None = None
    """Why no answer came (:func:`crawler.causes.cause`)."""
    is_refused: bool = False
    """Whether robots.txt forbids the file, or that of another host answers with a server's error."""
    is_skipped: bool = False
    """Whether it was not asked for, because the crawl is ending, or its host has fallen silent."""
    needs: tuple[str, ...] = ()
    """What the file needs itself, when it is a style sheet."""


SKIPPED = Fetched(is_skipped=True)
SILENT_AFTER = 3
"""Requisites of another host that got no answer, one after the other, until that host is left alone."""


class Files:
    """Ask for each file of one crawl once, and tell everybody how it ended."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._answered: defaultdict[int, KnownSet] = defaultdict(KnownSet)
        """Files of which nothing but an answer is to be told, nearly all, by its status."""
        self._done: dict[str, Fetched] = {}
        """All others."""
        self._under_way: dict[str, asyncio.Task[Fetched]] = {}
        self._silent: Counter[str] = Counter()
        # Requisites must not crowd out the pages: a page's own hundred would fill the downloader.
        self._room = asyncio.Semaphore(max(1, crawler.settings.getint("CONCURRENT_REQUESTS") // 2))

    def knows(self, url: str) -> bool:
        """Say whether the file at *url* was asked for in this crawl."""
        key = wire_form(url)
        return key in self._under_way or self._ended(key) is not None

    def _ended(self, key: str) -> Fetched | None:
        status = next((status for status, keys in self._answered.items() if key in keys), None)
        return Fetched(status) if status is not None else self._done.get(key)

    async def fetch(self, url: str, purpose: Purpose, via: str | None) -> Fetched:
        """Ask for a file if nobody has yet; return how it ended. Never raises for what the network does."""
        key = wire_form(url)
        while True:
            fetched = self._ended(key)
            if fetched is None:
                if key not in self._under_way:
                    self._under_way[key] = asyncio.create_task(self._fetch(key, url, purpose, via))
                fetched = await self._under_way[key]
            if not fetched.is_skipped or purpose == "requisite" or self._spider.is_ending:
                return fetched
            # Given up as a requisite, and wanted as a part of an article.
            self._done.pop(key, None)

    async def _fetch(self, key: str, url: str, purpose: Purpose, via: str | None) -> Fetched:
        try:
            if purpose == "requisite":
                async with self._room:
                    fetched = SKIPPED if self._is_hopeless(url) else await self._ask(url, purpose, via)
            else:
                fetched = SKIPPED if self._spider.is_ending else await self._ask(url, purpose, via)
            if fetched.status is not None and fetched == Fetched(fetched.status):
                self._answered[fetched.status].add(key)
            else:
                self._done[key] = fetched
            return fetched
        finally:
            del self._under_way[key]

    async def _ask(self, url: str, purpose: Purpose, via: str | None) -> Fetched:
        meta: dict[str, Any] = {"via": via, "purpose": purpose}
        is_foreign = purpose == "requisite" and not is_own_host(self._spider, url)
        if is_foreign:
            meta["max_retry_times"] = 0  # of somebody else's server one refusal is enough
        try:
            response = await self._crawler.engine.download_async(Request(url, callback=NO_CALLBACK, meta=meta))
        except NotAsked:
            return SKIPPED
        except HostClosed as closed:
            return self._closed(url, closed, is_foreign)
        except IgnoreRequest:
            return Fetched(is_refused=True)
        except Exception as error:
            if isinstance(error, KhcnError):
                self._spider.recorder.give_up(error)  # no fault of the file: it could not be kept
            if self._spider.is_ending:
                return SKIPPED  # cut, because it took too long
            # Whatever went wrong with one file is that file's failure, and is reported as such.
            self._silent[host_of(url)] += is_foreign
            return Fetched(failure=cause(error))
        self._silent.pop(host_of(url), None)
        is_sheet = purpose == "requisite" and response.status == 200
        return Fetched(response.status, needs=tuple(_needs(response)) if is_sheet else ())

    def _closed(self, url: str, closed: HostClosed, is_foreign: bool) -> Fetched:
        """Return how a request ended that its host did not let us send."""
        failure = str(closed)
        if isinstance(closed, RobotsUnknown) and not is_own_host(self._spider, url):
            if closed.silence is None:
                return Fetched(is_refused=True)
            failure = closed.silence
        self._silent[host_of(url)] += is_foreign
        return Fetched(failure=failure)

    def _is_hopeless(self, url: str) -> bool:
        return self._spider.is_ending or self._silent[host_of(url)] >= SILENT_AFTER

    @property
    def _spider(self) -> SiteSpider:
        return cast("SiteSpider", self._crawler.spider)


def files_of(crawler: Crawler) -> Files:
    """Return the files of the crawl that *crawler* runs: one and the same for all who ask."""
    spider = crawler.spider
    files: Files | None = getattr(spider, "files", None)
    if files is None:
        files = Files(crawler)
        spider.files = files  # type: ignore[union-attr]
    return files


def is_own_host(spider: SiteSpider, url: str) -> bool:
    """Say whether *url* lies on a declared host of the site, inside its scope or not."""
    return host_of(url) in {host.host for host in spider.site.hosts}


def host_of(url: str) -> str:
    """Return the host of an address, with its port when it names one; empty for an address without."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def payload_of(response: Response) -> Payload:
    """Return an answer as reading takes it."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Payload(response.status, headers, response.body)


def _needs(response: Response) -> list[str]:
    mime = (response.headers.get("Content-Type") or b"").lower()
    return requisites(response.url, payload_of(response)) if b"html" not in mime else []
