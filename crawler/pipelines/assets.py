"""Every picture and document of an article gets a capture of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self, cast

from archive.model import Article, Purpose
from crawler.assets import wire_form
from crawler.files import files_of
from crawler.known import KnownSet
from crawler.refusals import Unfinished

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import SiteSpider


class AssetsPipeline:
    """Fetch the pictures and documents of each article, each address once a crawl.

    Those of an article that is asked for again, and reads as it did, are not: but with ``full``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._noted = KnownSet()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline."""
        return cls(crawler)

    async def process_item(self, article: Article) -> Article:
        """Pass the article on when all its files were asked for. Raises Unfinished when the crawl ends before."""
        wanted: list[tuple[str, Purpose]] = [(image.url, "image") for image in article.images]
        wanted += [(attachment.url, "attachment") for attachment in article.attachments]
        spider = cast("SiteSpider", self._crawler.spider)
        held = spider.held_as_is(article) or frozenset()
        wanted = [(url, purpose) for url, purpose in wanted if url not in held]
        done = await asyncio.gather(*(self._fetch(url, purpose, via=article.url) for url, purpose in wanted))
        if not all(done):
            raise Unfinished(f"{article.url}: the crawl ended before its files were fetched")
        return article

    async def _fetch(self, url: str, purpose: Purpose, via: str) -> bool:
        """Fetch a file; say whether it was asked for."""
        fetched = await files_of(self._crawler).fetch(url, purpose, via)
        if fetched.is_skipped:
            return False
        key = wire_form(url)
        if key in self._noted:
            return True
        self._noted.add(key)
        spider = cast("SiteSpider", self._crawler.spider)
        if fetched.is_refused:
            spider.note_refusal(url)
        elif fetched.failure is not None:
            spider.note_failure(url, fetched.failure)
        elif fetched.status not in (200, 304):
            spider.note_asset_status(url, fetched.status or 0)
        return True
