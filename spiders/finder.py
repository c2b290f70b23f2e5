"""What every way of finding articles shares: how one that was found is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from scrapy.http import Request, Response

from archive.model import Article
from crawler.since import Since
from crawler.spider import SiteSpider

LATER = -10
"""Priority of what is found beside the listings: they come first, for they tell an article's section."""


class Finder(SiteSpider):
    """A spider that asks for articles by their addresses, wherever it found them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asked = 0

    @cached_property
    def _since(self) -> Since:
        return Since(self.since, self.settings.getint("KNOWN_IN_A_ROW"))

    @property
    def discovers(self) -> bool:
        """Whether to look for feeds and sitemaps: not when the crawl is of a part of a declared site."""
        is_whole = self.seeds == self.site.seeds or not self.site.layouts
        return is_whole and self.site.discover and self.settings.getbool("DISCOVER_ENABLED")

    def parse_page(self, response: Response, **how: Any) -> Iterator[Request | Article]:
        """Read a page of unknown kind."""
        raise NotImplementedError

    def parse_article(self, response: Response) -> Iterator[Article]:
        """Yield the article, or leave a page that is none to the report."""
        result = self.read(response)
        if isinstance(result, Article):
            if via := response.meta.get("via"):
                self._since.note(self.site.listing_key(via), result.published)
            yield result

    def ask_found(self, found: Iterable[tuple[str, datetime | None]], via: str) -> Iterator[Request]:
        """Ask for the articles at addresses, each with its date, that are in scope and not known, in their order."""
        wanted = []
        for url, date in found:
            is_page = self.site.is_article(url) if self.site.layouts else True
            if is_page and self.site.allows(url) and self.is_wanted(url) and self._since.wants(date):
                wanted.append(url)
        self.is_complete = self.is_complete and not self._since.has_cut
        callback = self.parse_article if self.site.layouts else self.parse_page
        for url in self.fresh(wanted, via):
            yield from self._ask(url, via, callback)

    def is_wanted(self, url: str) -> bool:
        """Say whether a page that was found is to be asked for.

        On an undeclared site any page may be the only way to others: while there may be holes, known ones too.
        """
        return self.full or not self.known(url) or (not self.site.layouts and not self.stops_at_known)

    def _ask(self, url: str, via: str | None, callback: Callable[..., Any]) -> Iterator[Request]:
        if self._is_full():
            return
        self._asked += 1
        yield self.request(url, callback, via=via)

    def _is_full(self) -> bool:
        is_full = self.limit is not None and self.found_before + self._asked >= self.limit
        self.is_complete = self.is_complete and not is_full
        return is_full


def asked_url(response: Response) -> str:
    """Return the address that was asked for, before any redirect."""
    return str(response.meta.get("redirect_urls", [response.url])[0])
