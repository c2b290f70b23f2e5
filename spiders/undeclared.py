"""Find articles on sites of which nobody has said what their addresses mean."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scrapy.http import Request, Response

from archive.digests import address_hash
from archive.model import Article, Listing
from crawler.known import KnownSet
from crawler.leads import Leads, PageLeads
from crawler.registry import page_class
from crawler.trapped import LOOKED_AT
from spiders.finder import Finder, asked_url
from spiders.pages.generic_listing import series_of

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

    With ``since`` no article is asked for that any list dates before that day, lists are gone through page by page
    and left where they have become older, as declared ones are, and nothing behind an older article is looked at.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._files: set[str] = set()
        self._family: type[ArticlePage] = page_class("generic")
        """What its pages have shown the site to be: tells which addresses are copies of others."""
        self._lists_again = 0
        self._too_old: set[int] = set()
        """Articles that a list dates before the day of ``since``: another page may name them without a date."""

    def asked_as(self, url: str) -> str:
        """Return what all addresses share of which one is asked for in a crawl: a copy's is that of its original."""
        return super().asked_as(url if self.site.layouts else self._family.original(url))

    def known(self, url: str) -> bool:
        """Say whether the archive has what is at *url*, or its original."""
        return super().known(url) or (not self.site.layouts and super().known(self._family.original(url)))

    def may_be_barren(self, url: str) -> bool:
        """Say whether an address is only asked for as long as articles come of those like it."""
        if self.site.layouts or self.is_seed(url):
            return False
        return not self.known(url) and self.site.identity(url) not in self._lists

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
        leads = self.leads(response)
        if leads.feed is not None:
            yield from self.ask_found(((item.url, item.published) for item in leads.feed), response.url)
            return
        self._family = page_class(leads.family) if leads.family is not None else self._family
        links = [url for url in leads.links if self.site.allows(url) and url not in self._files]
        links = self.recorder.traps.without_flood(links, LOOKED_AT)
        links = self.recorder.traps.without_later_pages(response.url, links)
        stops_at_known = self.stops_at_known and bool(before or self._is_list(response))
        if stops_at_known and not before and lists_deep < LISTS_DEEP:
            yield from self._lists_of(leads, links, response.url, lists_deep + 1)
        listing = leads.listing if stops_at_known or self.since is not None else None
        if listing is not None:
            if self.since is not None and listing.items:
                links = self._of_its_time(leads, listing, links)
            yield from self._walk(leads, listing, known_in_a_row if stops_at_known else None, before)
        wanted = [url for url in links if self.is_wanted(url)]
        # An original before its copies: one of them is asked for.
        wanted.sort(key=lambda url: self._family.original(url) != url)
        for url in self.recorder.traps.without_flood(self.fresh(wanted, response.url)):
            yield from self._ask(url, response.url, self.parse_page)

    def note_files(self, article: Article) -> None:
        """Note the files of an article: they are asked for as such."""
        self._files.update(image.url for image in article.images)
        self._files.update(attachment.url for attachment in article.attachments)

    def _is_list(self, response: Response) -> bool:
        """Say whether new articles may stand on a page: it is a seed, or was found to be a list."""
        return self.is_seed(asked_url(response)) or self.site.identity(response.url) in self._lists

    def _lists_of(self, page: Leads | PageLeads, links: Sequence[str], via: str, deep: int) -> Iterator[Request]:
        """Ask again for the lists that a page links to, each by its first page."""
        lists = [url for url in links if url not in page.pager and self.site.identity(url) in self._lists]
        for url in self.fresh(lists, via):
            if self._lists_again >= LISTS_MAX:
                logger.info("lists cut", extra={"url": via, "list": url})
                return
            self._lists_again += 1
            yield self.request(url, self.parse_page, via=via, lists_deep=deep)

    def is_left(self, article: Article, response: Response) -> bool:
        """Say whether to look at nothing that the page of an article leads to: it is older than ``since`` asks for."""
        if via := response.meta.get("via"):
            self._since.note(series_of(via, self.site), article.published)
        is_left = not self._since.wants(article.published) and not self.is_seed(asked_url(response))
        self.is_complete = self.is_complete and not self._since.has_cut
        return is_left

    def _of_its_time(self, page: Leads | PageLeads, listing: Listing, links: Sequence[str]) -> list[str]:
        """Return the links of a list, without its own pages, which are gone through, and what is dated too early."""
        for item in listing.items:
            identity = self.site.identity(item.url)
            if identity not in self._lists and not self.is_seed(item.url) and not self._since.wants(item.published):
                self._too_old.add(address_hash(identity))
        own = page.own_pages if listing.next_url is not None else frozenset()
        return [url for url in links if url not in own and address_hash(self.site.identity(url)) not in self._too_old]

    def _walk(
        self, page: Leads | PageLeads, listing: Listing, known_in_a_row: int | None, before: Sequence[int]
    ) -> Iterator[Request]:
        """Ask for the next page of a list, unless enough of what this one names for the first time is known, or old.

        *known_in_a_row* is null where what is known ends no list.
        """
        items = [item for item in listing.items if self.site.allows(item.url)]
        keys = {item.url: address_hash(item.url) for item in items if self.site.identity(item.url) not in self._lists}
        new = [item for item in items if item.url in keys and keys[item.url] not in set(before)]
        if known_in_a_row is not None:
            for item in new:
                known_in_a_row = known_in_a_row + 1 if self.is_not_due(item.url) else 0
                if known_in_a_row >= self.settings.getint("KNOWN_IN_A_ROW"):
                    return
        goes_on = self._since.goes_on(page.series, new)
        self.is_complete = self.is_complete and not self._since.has_cut
        following = listing.next_url
        if not new or not goes_on or following is None or not self.site.allows(following) or self._is_full():
            return
        if known_in_a_row is None and not self.is_wanted(following):
            return
        if not self.recorder.traps.avoids(following, listing.url):
            behind: dict[str, Any] = {"known_in_a_row": known_in_a_row or 0, "before": list(keys.values())}
            yield self.request(following, self.parse_page, via=listing.url, **behind)

    @cached_property
    def _lists(self) -> KnownSet:
        return KnownSet(self.site.identity(url) for url in self.recorder.earlier.lists())
