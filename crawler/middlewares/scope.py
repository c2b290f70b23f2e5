"""No page outside the site's declared hosts and paths is asked for, wherever a redirect leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, cast

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import SiteSpider


PAGES = ("page", "listing", "feed", "sitemap")
"""Purposes of what is asked for at addresses of the site; files may lie anywhere."""


class OffScope(IgnoreRequest):
    """A page whose address lies outside the scope; the message is that address."""


class ScopeMiddleware:
    """Drop requests for pages that lie outside the scope of the site.

    Pictures, documents and other parts of a page may lie on other hosts.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise OffScope for a page outside the scope."""
        spider = cast("SiteSpider", self._crawler.spider)
        if request.meta.get("purpose") in PAGES and not spider.site.allows(request.url):
            raise OffScope(request.url)
