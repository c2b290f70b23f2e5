"""An article is in the catalog when its page and its files are in the WARC, on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from archive.model import Article
from crawler.recorder import recorder_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class CatalogPipeline:
    """Keep each article, joined with its files."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline."""
        return cls(crawler)

    async def process_item(self, article: Article) -> Article:
        """Pass on the article as the catalog holds it, once its records are on the disk."""
        return await recorder_of(self._crawler).keep(article)
