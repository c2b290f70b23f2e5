"""What a page leads to: all that a crawl takes from a page besides its article. Pure.

The same answers come from a page that is read in the crawl's own process (:class:`PageLeads`, which looks
when it is asked) and from one that was read beside it (:class:`Leads`, which :func:`leads_of` made there).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from archive.model import Listing, Payload
from crawler.feeds import FeedItem, feed_links, read_feed
from crawler.page import ListingPage, Page
from crawler.registry import page_class
from crawler.requisites import LINKED, requisites
from crawler.undeclared import family_of, listing_of


@dataclass(frozen=True, slots=True)
class Leads:
    """What a page leads to, once and for all."""

    links: tuple[str, ...] = ()
    """Addresses of pages that it links to, absolute, in source order, each once."""
    feeds: tuple[str, ...] = ()
    """Feeds that it names; of a declared site also what looks like one."""
    requisites: tuple[str, ...] = ()
    """What it needs to look as it did."""
    feed: tuple[FeedItem, ...] | None = None
    """Of an undeclared site: its entries, when it is a feed itself."""
    family: str | None = None
    """Of an undeclared site: name of the family whose marks it bears."""
    pager: frozenset[str] = frozenset()
    """Of an undeclared site: those of the links that are later pages of lists."""
    series: str = ""
    """Of an undeclared site: what the addresses of all pages of the list share that it may be."""
    own_pages: frozenset[str] = frozenset()
    """Of an undeclared site: the other pages of that list; none also when nobody asked for the listing."""
    listing: Listing | None = None
    """Of an undeclared site: the articles that it seems to list; null also when nobody asked."""
    failure: str | None = None
    """Why nothing of it is known."""


class PageLeads:
    """What a page leads to, each part found when first asked for."""

    failure: str | None = None

    def __init__(self, page: Page, payload: Payload) -> None:
        self._page, self._payload = page, payload

    @cached_property
    def links(self) -> tuple[str, ...]:
        found = dict.fromkeys(url for url, _, rel in self._linking.links if not LINKED & set(rel.lower().split()))
        return tuple(found)

    @cached_property
    def feeds(self) -> tuple[str, ...]:
        # Of an undeclared site every page is asked for: below /rss/ there may be articles, as at khcnhungyen.gov.vn.
        only_named = not self._page.site.layouts
        return tuple(feed_links(self._linking.root, self._linking.base, only_named=only_named))

    @cached_property
    def requisites(self) -> tuple[str, ...]:
        page = self._page
        return tuple(requisites(page.url, self._payload, lambda: (page.encoding, page.root)))

    @cached_property
    def feed(self) -> tuple[FeedItem, ...] | None:
        return read_feed(self._payload, self._page.url) if not self._page.site.layouts else None

    @cached_property
    def family(self) -> str | None:
        reader = family_of(self._page) if not self._page.site.layouts else None
        return reader.name if reader is not None else None

    @cached_property
    def pager(self) -> frozenset[str]:
        return frozenset(getattr(self._linking, "pager", ()))

    @cached_property
    def series(self) -> str:
        return str(getattr(self._linking, "series", ""))

    @cached_property
    def own_pages(self) -> frozenset[str]:
        return frozenset(getattr(self._linking, "own_pages", ()))

    @cached_property
    def listing(self) -> Listing:
        return listing_of(self._page)

    @cached_property
    def _linking(self) -> ListingPage:
        is_declared = bool(self._page.site.layouts)
        return self._page.read_as(ListingPage if is_declared else page_class("generic").listing_page)


def leads_of(page: Page, payload: Payload, *, with_listing: bool = False) -> Leads:
    """Return all that a page leads to; *with_listing* what it lists too, when its site is undeclared."""
    found = PageLeads(page, payload)
    if page.site.layouts:
        return Leads(found.links, found.feeds, found.requisites)
    if found.feed is not None:
        return Leads(requisites=found.requisites, feed=found.feed)
    own_pages, listing = (found.own_pages, found.listing) if with_listing else (frozenset(), None)
    return Leads(
        found.links,
        found.feeds,
        found.requisites,
        family=found.family,
        pager=found.pager,
        series=found.series,
        own_pages=own_pages,
        listing=listing,
    )
