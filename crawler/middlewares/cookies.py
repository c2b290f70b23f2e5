"""Cookies as Scrapy keeps them, without asking a third party whom a domain belongs to."""

from __future__ import annotations

from scrapy.downloadermiddlewares import cookies
from scrapy.http import Request, Response
from tldextract import TLDExtract

from crawler.downloader import service_of

# Scrapy's own extractor downloads the public suffix list at the first cookie. A crawl contacts the
# sites it was asked to crawl and nobody else, so the list that the library ships has to do.
cookies._split_domain = TLDExtract(include_psl_private_domains=True, suffix_list_urls=(), cache_dir=None)


class CookiesMiddleware(cookies.CookiesMiddleware):
    """Keep the cookies of one crawl, and bring each back to the scheme, host and port that set it, to nobody else.

    Browsers give some to other hosts of a domain, and to other ports. A crawl needs none there, and a hacked
    page could send it anywhere.
    """

    def process_request(  # type: ignore[override]  # without the argument that Scrapy warns of
        self, request: Request
    ) -> Request | Response | None:
        """Give a request the cookies of its service."""
        # Redirects copy meta, and the header, of the request before them.
        request.meta["cookiejar"] = service_of(request)
        return super().process_request(request)
