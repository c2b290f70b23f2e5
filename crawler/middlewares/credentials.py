"""What proves who we are goes to the hosts of the site, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, cast

from scrapy.http import Request

from crawler.attempt import CREDENTIALS
from crawler.files import is_own_host

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import SiteSpider


class CredentialsMiddleware:
    """Send credentials among ``DEFAULT_REQUEST_HEADERS`` to the site's own hosts only.

    Scrapy gives them to every request: one for a picture elsewhere, or one that a page redirects away.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Take credentials out of a request that goes elsewhere."""
        if is_own_host(cast("SiteSpider", self._crawler.spider), request.url):
            return
        for name in [name for name in request.headers if CREDENTIALS.fullmatch(name) or name == b"Cookie"]:
            # Cookies that the host has set come behind, from the jar.
            request.headers.pop(name)
