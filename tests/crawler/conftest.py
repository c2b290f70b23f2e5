"""Fixtures shared by the tests of the crawler."""

from tests.crawler.odd_session import odd_crawl

__all__ = ["odd_crawl"]
