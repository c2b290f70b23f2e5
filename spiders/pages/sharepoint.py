"""SharePoint 2010 and 2013: pages of news lists, each portal with web parts of its own.

Odd:

- The text begins with ``Skip Ribbon Commands`` and ``Skip to main content``; one form holds the whole page.
- Ids of panels hold a GUID that differs from site to site: nothing is found by id.
- The date line goes on after its date: ``01/04/2022 10:22:23 Xem cỡ chữ Google``.
- The article's number is one of its list: list and ``ItemID`` together name it, in any order of the query.
- Neighbours stand below ``Các tin đã đưa ngày:``, each with its date.
- Buttons are pictures of the product, below ``/_layouts/``.
- The next page of a list is in the script of a link: ``RefreshPageTo(event, "...Paged=TRUE...")``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from archive.model import Image
from crawler.numbers import number_in
from crawler.page import ListingPage, Page
from spiders.pages.anchors import DatePlace
from spiders.pages.evident import EvidenceArticle
from spiders.pages.marked_listing import MarkedListing

_PRODUCT = re.compile(r"/_(?:layouts|catalogs)/", re.I)
_REFRESH = re.compile(r"RefreshPageTo\(event,\s*[\"']([^\"']+)")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


class SharePointListing(MarkedListing):
    """A view of a news list, or a page of web parts."""

    needed: ClassVar[tuple[str, ...]] = ()
    items_at: ClassVar[tuple[str, ...]] = (".ms-listviewtable tr",)

    def next_url(self) -> str | None:
        """Return the nearest later page of the view; by the words of links when it has no pages."""
        found = [url for url in self._pages() if _first_row(url) > _first_row(self.url)]
        return min(found, key=_first_row) if found else super().next_url()

    def _pages(self) -> list[str]:
        """Return the addresses of the view's pages, also those that stand in scripts."""
        hrefs = [str(link.get("href") or "") for link in self.find("a[href]")]
        for link in self.find("a[onclick]"):
            for script in _REFRESH.findall(str(link.get("onclick"))):
                hrefs.append(_ESCAPE.sub(lambda code: chr(int(code.group(1), 16)), script))
        urls = [self.absolute(href) for href in hrefs if "Paged=TRUE" in href and "PagedPrev" not in href]
        return [url for url in urls if url is not None]


class SharePointArticle(EvidenceArticle):
    """Headline, date line, lead, body, ``Các tin đã đưa ngày:``; read by evidence."""

    name: ClassVar[str] = "sharepoint"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"(?i)/(?:[^/?]+/)*lists/(?P<list>[^/?]+)/[^/?]+\.aspx\?(?:.*&)?(?:ItemID|ID)=(?P<id>\d+)(?:&.*)?",
        r"(?i)/(?:[^/?]+/)*(?:pages|trang)/[^/?]+\.aspx\?(?:(?=(?:.*&)?l=(?P<list>\w+)))?"
        r"(?:.*&)?(?:ItemID|NewsID|nid)=(?P<id>\d+)(?:&.*)?",
    )
    listings: ClassVar[tuple[str, ...]] = (
        r"(?i)/(?:[^/?]+/)*(?:pages|trang|lists/[^/?]+)/[^/?]+\.aspx"
        r"(?:\?(?!(?:.*&)?(?:ItemID|NewsID|nid|ID)=)(?!Paged=).*?)?"
        r"(?P<page>[?&]Paged=TRUE&(?:.*&)?PageFirstRow=(?P<number>\d+)(?:&.*)?)?",
    )
    junk: ClassVar[tuple[str, ...]] = ("lv", "IsDlg", "Source", "ContentTypeId")
    listing_page: ClassVar[type[ListingPage]] = SharePointListing
    date_place: ClassVar[DatePlace] = "after"

    def images(self) -> tuple[Image, ...]:
        own = [image for image in super().images() if not _PRODUCT.search(image.url)]
        return tuple(replace(image, position=position) for position, image in enumerate(own))

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        if "sharepoint" in page.generator or page.payload.header("MicrosoftSharePointTeamServices"):
            return 0.9
        marks = ("_spPageContextInfo", "Skip Ribbon Commands", "s4-workspace", "/_layouts/")
        return min(0.9, 0.4 * sum(mark in page.markup for mark in marks))


def _first_row(url: str) -> int:
    """Return the number of the first row that a page of a view shows, 1 without one."""
    value = dict(parse_qsl(urlsplit(url).query)).get("PageFirstRow", "1")
    return number_in(value, 1)
