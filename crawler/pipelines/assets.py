"""Every picture and document of an article gets a capture of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self, cast

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK

from archive.model import Article, Purpose

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import SiteSpider


class AssetsPipeline:
    """Fetch the pictures and documents of each article, each address once a crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._asked: dict[str, asyncio.Task[None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline."""
        return cls(crawler)

    async def process_item(self, article: Article) -> Article:
        """Pass the article on when all its files were asked for."""
        wanted: list[tuple[str, Purpose]] = [(image.url, "image") for image in article.images]
        wanted += [(attachment.url, "attachment") for attachment in article.attachments]
        await asyncio.gather(*(self._fetch(url, purpose, via=article.url) for url, purpose in wanted))
        return article

    def _fetch(self, url: str, purpose: Purpose, via: str) -> asyncio.Task[None]:
        if url not in self._asked:
            self._asked[url] = asyncio.create_task(self._fetch_once(url, purpose, via))
        return self._asked[url]

    async def _fetch_once(self, url: str, purpose: Purpose, via: str) -> None:
        spider = cast("SiteSpider", self._crawler.spider)
        try:
            request = Request(url, callback=NO_CALLBACK, meta={"via": via, "purpose": purpose})
        except ValueError as error:
            spider.note_failure(url, f"malformed: {error}")
            return
        try:
            response = await self._crawler.engine.download_async(request)
        except IgnoreRequest:
            spider.note_refusal(url)
        except Exception as error:
            # Whatever went wrong with one picture is that picture's failure, and is reported as such.
            spider.note_error(url, error)
        else:
            if response.status != 200:
                spider.note_asset_status(url, response.status)
