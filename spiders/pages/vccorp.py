"""The government CMS of VCCorp, whose pictures and scripts come from mediacdn: the Government's own sites.

Odd: a list shows its first page only; a script asks for the others, fragments at
``/timelinelist/<zone>/<page>.htm``, with the zone in a hidden field, until one is empty. Lists print the month first
in a ``title`` attribute, the day first in words. A picture without caption has one for the editor
(``Nhập chú thích ảnh``). The generation before had ``.vgp`` addresses and a date line that begins
with the time. A page of the site's own addresses that shows a list is one whose article is gone.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import ClassVar

from crawler.dates import PrintedDate, parse_vi_datetime
from crawler.numbers import number_in
from crawler.page import ListingPage, Page
from spiders.pages.marked import MarkedArticle
from spiders.pages.marked_listing import MarkedListing

_ITEMS = (".box-stream-item", ".box-category-item", ".article-list .story")
_FRAGMENT = re.compile(r"(?P<head>.*/timelinelist/\d+/)(?P<number>\d+)\.htm")


class VccorpListing(MarkedListing):
    """A section, or a fragment of its later pages."""

    items_at: ClassVar[tuple[str, ...]] = _ITEMS
    ends_empty: ClassVar[bool] = True

    def next_url(self) -> str | None:
        if fragment := _FRAGMENT.fullmatch(self.url):
            return f"{fragment['head']}{number_in(fragment['number'], 0) + 1}.htm" if self.items() else None
        for zone in self.find("input#hdZoneId"):
            number = str(zone.get("value") or "")
            if number_in(number, 0) > 0:
                return self.absolute(f"/timelinelist/{number}/2.htm")
        for link in self.find("[id$=_pager] a"):
            url = self.absolute(str(link.get("href") or ""))
            if url is not None and self._number(url) == self._number(self.url) + 1:
                return url
        return super().next_url()


class VccorpArticle(MarkedArticle):
    """Both generations known."""

    name: ClassVar[str] = "vccorp"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"/(?:[^/?]+/)*[^/?]+-(?P<id>\d{8,})\.htm(?:\?.*)?",
        r"/(?:[^/?]+/)+(?P<id>\d+)\.vgp",
    )
    listings: ClassVar[tuple[str, ...]] = (
        r"/timelinelist/\d+/\d+\.htm",
        r"/(?![^?]*-\d{8,}\.htm)[a-z0-9-]+(?:/[a-z0-9-]+)?\.htm(?:\?trang=\d+)?",
        r"/[^/?.]+(?:/[^/?.]+)?\.vgp(?:\?trang=\d+)?",
    )
    page_param: ClassVar[str | None] = "trang"
    listing_page: ClassVar[type[ListingPage]] = VccorpListing
    title_at: ClassVar[tuple[str, ...]] = ("h1[data-role=title]", "h1.detail-title", ".article-header h1")
    date_at: ClassVar[tuple[str, ...]] = ("[data-role=publishdate]", ".detail-time", ".article-header p.meta")
    summary_at: ClassVar[tuple[str, ...]] = ("[data-role=sapo]", ".detail-sapo", ".article-header .summary")
    body_at: ClassVar[tuple[str, ...]] = (
        ".detail-content.afcbc-body", "[data-role=content].detail-content", ".article-body.cmscontents",
    )  # fmt: skip
    author_at: ClassVar[tuple[str, ...]] = (
        "[data-role=author]", ".detail-author-top", ".detail-author", ".article-body .author",
    )  # fmt: skip
    section_at: ClassVar[tuple[str, ...]] = (".detail-breadcrumb a", ".breadcrumb a")
    tags_at: ClassVar[tuple[str, ...]] = (".detail-tag a", "[data-role=tags] a")
    noise_at: ClassVar[tuple[str, ...]] = (
        ".react-relate", ".VCSortableInPreviewMode[type^=Related]", ".NLPlaceholderShow", ".button-dowload-img",
    )  # fmt: skip
    items_at: ClassVar[tuple[str, ...]] = _ITEMS

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        if page.find(".afcbc-body", ".box-stream-item", ".cmscontents", ".box-stream"):
            return 1.0 if re.search(r"mediacdn\.vn|cdnchinhphu\.vn|cmscontents", page.markup) else 0.4
        return 0.6 if "static.mediacdn.vn" in page.markup else 0.0

    def _date(self, text: str) -> PrintedDate | None:
        found = super()._date(text)
        return found if found is not None else self._meta("article:published_time")

    def modified(self) -> datetime | None:
        found = self._meta("article:modified_time")
        return found.value if found is not None else None

    def _meta(self, name: str) -> PrintedDate | None:
        for element in self.find(f"meta[property='{name}']"):
            return parse_vi_datetime(str(element.get("content") or ""))
        return None
