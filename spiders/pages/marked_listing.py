"""Listings of known markup: the items of the list itself, and not what boxes beside it link to."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import ClassVar

from lxml import etree

from archive.model import ListingItem
from crawler.clean import line
from crawler.dates import parse_vi_datetime, split_edge_date
from crawler.listed import dates_beside
from crawler.page import ListingPage
from spiders.pages.marked import blind_of, find, said


class MarkedListing(ListingPage):
    """Base of the families' listings: of CSS selectors the first with any match counts; without one all links do."""

    needed: ClassVar[tuple[str, ...]] = ("items_at",)
    items_at: ClassVar[tuple[str, ...]] = ()
    """The element of each item, or its link."""
    link_at: ClassVar[tuple[str, ...]] = ("a[href]",)
    """The headline's link in an item."""
    date_at: ClassVar[tuple[str, ...]] = ()
    """Where an item's date stands."""

    def blind(self) -> tuple[str, ...]:
        return blind_of(self)

    def items(self) -> tuple[ListingItem, ...]:
        found: dict[str, ListingItem] = {}
        for element in self.find(*self.items_at):
            item = self._item(element)
            if item is not None and item.url not in found:
                found[item.url] = item
        return tuple(found.values()) or super().items()

    def _item(self, element: etree._Element) -> ListingItem | None:
        """Return the article that an item links to; its headline is the longest text that does."""
        links = [(link, self.absolute(str(link.get("href")))) for link in find(element, *self.link_at)]
        articles = [(link, url) for link, url in links if url is not None and self.site.is_article(url)]
        if not articles:
            return None
        url = articles[0][1]
        texts = [self.headline(link) or line(str(link.get("title") or "")) for link, other in articles if other == url]
        title = max(texts, key=len)
        marked = parse_vi_datetime(" ".join(said(date) for date in find(element, *self.date_at)[:1])).value
        glued = split_edge_date(title)
        if glued is not None:
            title, marked = glued[0], marked or glued[1].value
        return ListingItem(url, title or None, marked or self._dates.get(url))

    def headline(self, link: etree._Element) -> str:
        """Return the words of a link to an article."""
        return said(link)

    @cached_property
    def _dates(self) -> dict[str, datetime]:
        """Dates that stand beside links, of all articles on the page: what is between two of them is neither's."""
        return dates_beside((link, url) for link, url in self._anchors if self.site.is_article(url))
