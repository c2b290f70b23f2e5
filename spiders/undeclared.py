"""Find articles on sites of which nobody has said what their addresses mean."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response

from archive.digests import address_hash
from archive.model import Article
from archive.times import now
from crawler.feeds import read_feed
from crawler.files import payload_of
from crawler.known import KnownSet
from crawler.page import Page
from crawler.registry import page_class
from crawler.requisites import LINKED
from crawler.undeclared import family_of, listing_of
from spiders.finder import Finder, asked_url
from spiders.pages.generic_listing import GenericListing

if TYPE_CHECKING:
    from crawler.page import ArticlePage

logger = logging.getLogger(__name__)

LISTS_MAX = 200
"""So many lists that are known are looked at again in a crawl."""
LISTS_DEEP = 2
"""So many links from a seed they are away, at most."""


class UndeclaredFinder(Finder):
    """A spider that asks once for every page of an undeclared site, and in later crawls for what is new.

    What is new stands on a seed or on a list. So the pages that were lists, by what the archive holds of
    them, are asked for again when a seed links to them, or a list that one links to, and each is followed
    to further pages as a declared one is: until ``KNOWN_IN_A_ROW`` known articles in a row that are not due.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._files: set[str] = set()
        self._family: type[ArticlePage] = page_class("generic")
        """What its pages have shown the site to be: tells which addresses are copies of others."""
        self._lists_again = 0

    def asked_as(self, url: str) -> str:
        """Return what all addresses share of which one is asked for in a crawl: a copy's is that of its original."""
        return super().asked_as(url if self.site.layouts else self._family.original(url))

    def known(self, url: str) -> bool:
        """Say whether the archive has what is at *url*, or its original."""
        return super().known(url) or (not self.site.layouts and super().known(self._family.original(url)))

    def is_not_due(self, url: str) -> bool:
        """Say whether an article is known, and need not be asked for now."""
        raise NotImplementedError

    def follow_undeclared(
        self, response: Response, lists_deep: int = 0, known_in_a_row: int = 0, before: Sequence[int] = ()
    ) -> Iterator[Request]:
        """Ask for what a page of an undeclared site leads to.

        *lists_deep* is how many links from a seed it is as a list; of a further page of a list *before* are the keys
        of what the page before it named, and *known_in_a_row* counts up to that one's end.
        """
        payload = payload_of(response)
        feed = read_feed(payload, response.url)
        if feed is not None:
            yield from self.ask_found(((item.url, item.published) for item in feed), response.url)
            return
        page = Page(self.site, response.url, now(), payload)
        self._family = family_of(page) or self._family
        found = page.read_as(GenericListing)
        links = [url for url, _, rel in found.links if not LINKED & set(rel.lower().split())]
        links = [url for url in dict.fromkeys(links) if self.site.allows(url) and url not in self._files]
        links = self.recorder.traps.without_later_pages(response.url, links)
        if self.stops_at_known and (before or self._is_list(response)):
            if not before and lists_deep < LISTS_DEEP:
                yield from self._lists_of(found, links, response.url, lists_deep + 1)
            yield from self._walk(page, known_in_a_row, before)
        wanted = [url for url in links if self.is_wanted(url)]
        # An original before its copies: one of them is asked for.
        wanted.sort(key=lambda url: self._family.original(url) != url)
        for url in self.fresh(wanted, response.url):
            yield from self._ask(url, response.url, self.parse_page)

    def note_files(self, article: Article) -> None:
        """Note the files of an article: they are asked for as such."""
        self._files.update(image.url for image in article.images)
        self._files.update(attachment.url for attachment in article.attachments)

    def _is_list(self, response: Response) -> bool:
        """Say whether new articles may stand on a page: it is a seed, or was found to be a list."""
        return self.is_seed(asked_url(response)) or self.site.identity(response.url) in self._lists

    def _lists_of(self, page: GenericListing, links: Sequence[str], via: str, deep: int) -> Iterator[Request]:
        """Ask again for the lists that a page links to, each by its first page."""
        lists = [url for url in links if url not in page.pager and self.site.identity(url) in self._lists]
        for url in self.fresh(lists, via):
            if self._lists_again >= LISTS_MAX:
                logger.info("lists cut", extra={"url": via, "list": url})
                return
            self._lists_again += 1
            yield self.request(url, self.parse_page, via=via, lists_deep=deep)

    def _walk(self, page: Page, known_in_a_row: int, before: Sequence[int]) -> Iterator[Request]:
        """Ask for the next page of a list, unless enough of what this one names for the first time is known."""
        listing = listing_of(page)
        items = [item.url for item in listing.items if self.site.allows(item.url)]
        keys = {url: address_hash(url) for url in items if self.site.identity(url) not in self._lists}
        new = [url for url, key in keys.items() if key not in set(before)]
        for url in new:
            known_in_a_row = known_in_a_row + 1 if self.is_not_due(url) else 0
            if known_in_a_row >= self.settings.getint("KNOWN_IN_A_ROW"):
                return
        following = listing.next_url
        if not new or following is None or not self.site.allows(following) or self._is_full():
            return
        if not self.recorder.traps.avoids(following, listing.url):
            behind: dict[str, Any] = {"known_in_a_row": known_in_a_row, "before": list(keys.values())}
            yield self.request(following, self.parse_page, via=listing.url, **behind)

    @cached_property
    def _lists(self) -> KnownSet:
        return KnownSet(self.site.identity(url) for url in self.recorder.earlier.lists())
