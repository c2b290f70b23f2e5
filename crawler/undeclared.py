"""What a page of a site that no file declares lists, and what its addresses mean. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.model import Listing
from crawler.derive import recognised
from crawler.proposal import reading_site
from crawler.registry import page_class

if TYPE_CHECKING:
    from crawler.page import ArticlePage, ListingPage, Page


def family_of(page: Page) -> type[ArticlePage] | None:
    """Return the family whose marks an undeclared page bears; None when no family's are sure."""
    reader = recognised(page)
    return reader if reader.name != "generic" else None


def list_page(page: Page) -> ListingPage:
    """Return a page as one that lists articles: read as its family's lists if that finds any, else by headlines."""
    family = family_of(page)
    if family is not None and family.articles:
        as_family = page.read_as(family.listing_page)
        as_family.site = reading_site(page.site, family.name)
        if as_family.items():
            return as_family
    return page.read_as(page_class("generic").listing_page)


def listing_of(page: Page) -> Listing:
    """Return the articles that an undeclared page seems to list, in its order, and the page behind it."""
    return list_page(page).listing()
