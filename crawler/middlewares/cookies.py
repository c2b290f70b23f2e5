"""Cookies as Scrapy keeps them, without asking a third party whom a domain belongs to."""

from __future__ import annotations

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract

# Scrapy's own extractor downloads the public suffix list at the first cookie. A crawl contacts the
# sites it was asked to crawl and nobody else, so the list that the library ships has to do.
cookies._split_domain = TLDExtract(include_psl_private_domains=True, suffix_list_urls=(), cache_dir=None)


class CookiesMiddleware(cookies.CookiesMiddleware):
    """Keep the cookies of each site within one crawl."""
