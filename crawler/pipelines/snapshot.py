"""No article without its capture."""

from __future__ import annotations

from scrapy.exceptions import DropItem

from archive.model import Article


class SnapshotPipeline:
    """Drop articles whose page is not in a WARC."""

    def process_item(self, article: Article) -> Article:
        """Pass on what has a capture."""
        if article.capture is None:
            raise DropItem(f"no capture for {article.url}")
        return article
