"""Whatever a page needs to look as it did is in the archive too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any, Self, cast

from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response

from archive.model import Article
from crawler.assets import wire_form
from crawler.files import Fetched, files_of, is_own_host
from crawler.known import KnownSet

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import SiteSpider

logger = logging.getLogger(__name__)

MAX_DEPTH = 4
"""A page's sheets are the first level, what they import the second ..."""


class RequisitesMiddleware:
    """Fetch the requisites of every page that the spider reads, each address once a crawl.

    What an earlier crawl has an answer to is not asked for again, nor what an
    article needs that reads as it did, but with ``full``. Pictures that a page's
    article claims are left to the pipeline.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._max = crawler.settings.getint("REQUISITES_MAX_PER_PAGE")
        self._asked = KnownSet()
        self._pages = KnownSet()
        self._answered = KnownSet()
        """Of which the archive was found to hold an answer: a site's pages need the same."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware. Raises NotConfigured when the settings turn it off."""
        if not crawler.settings.getbool("REQUISITES_ENABLED"):
            raise NotConfigured
        return cls(crawler)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Pass on what the spider found on the page, then wait for the page's requisites."""
        claimed: set[str] = set()
        is_held = False
        async for entry in result:
            if isinstance(entry, Article):
                is_held = self._spider.held_as_is(entry) is not None
                claimed.update(wire_form(image.url) for image in entry.images)
                claimed.update(wire_form(attachment.url) for attachment in entry.attachments)
            elif isinstance(entry, Request):
                self._pages.add(wire_form(entry.url))
            yield entry
        if not is_held:
            await self._fetch_all(response, claimed)

    async def _fetch_all(self, response: Response, claimed: set[str]) -> None:
        left = self._max
        found = [(url, response.url) for url in self._spider.leads(response).requisites]
        for _ in range(MAX_DEPTH):
            fresh = [(url, via) for url, via in found if wire_form(url) not in claimed and self._is_fresh(url)]
            if len(fresh) > left:
                self._count("cut", len(fresh) - left)
                logger.info("requisites cut", extra={"url": response.url, "cut": len(fresh) - left})
            fresh, left = fresh[:left], max(0, left - len(fresh))
            for url, _ in fresh:
                self._asked.add(wire_form(url))
            needs = await asyncio.gather(*(self._fetch(url, via) for url, via in fresh))
            if self._spider.is_ending and response.request is not None:
                self._spider.scheduler.note_unsent(response.request)  # for the next run to finish
                return
            found = [(url, via) for (via, _), more in zip(fresh, needs, strict=True) for url in more]
            if not found:
                return

    def _is_fresh(self, url: str) -> bool:
        """Say whether nobody has asked for *url*, in this crawl or with an answer in an earlier one."""
        key = wire_form(url)
        if key in self._asked or key in self._pages or files_of(self._crawler).knows(key):
            return False
        site = self._spider.site
        if site.is_article(url) or site.is_listing(url):
            return False  # a page is read as a page
        if self._spider.full:
            return True
        if key not in self._answered and self._spider.recorder.earlier.is_answered(key):
            self._answered.add(key)
        return key not in self._answered

    async def _fetch(self, url: str, via: str) -> Iterable[str]:
        fetched = await files_of(self._crawler).fetch(url, "requisite", via)
        self._note(url, fetched)
        return fetched.needs

    def _note(self, url: str, fetched: Fetched) -> None:
        """Count how it ended. Only silence of the site's own hosts is a failure of the crawl."""
        if fetched.is_skipped:
            # What a crawl that ends leaves out is asked for when it goes on.
            self._count("skipped", int(not self._spider.is_ending))
            return
        if fetched.is_refused:
            self._spider.note_refusal(url)
            return
        self._count("asked")
        if fetched.failure is None:
            self._count("missing", int((fetched.status or 0) >= 400))
        elif is_own_host(self._spider, url):
            self._spider.note_failure(url, fetched.failure)
        else:
            self._spider.recorder.failed.fail_requisite(url, fetched.failure)
            logger.info("requisite failed", extra={"url": url, "cause": fetched.failure})

    def _count(self, what: str, number: int = 1) -> None:
        self._spider.recorder.counts[f"requisites_{what}"] += number

    @property
    def _spider(self) -> SiteSpider:
        return cast("SiteSpider", self._crawler.spider)
