"""Drupal 7 and its successors.

Odd: the line below the headline names the account that entered the article (``Đăng bài
thanhsang T6, 01/09/2017 - 08:58``); the writer stands in capitals at the end of the body. Pages of
a list are counted from 0, and the first has no number. An article has its address by words
(``/content/...``), by number (``/node/12``) and a page for printing (``/print/12``), which is not
asked for: the number, which all three name somewhere, is the article's id.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from lxml import etree

from archive.model import Article, Capture, NotAnArticle
from crawler.dates import PrintedDate, parse_vi_datetime
from crawler.page import ListingPage, Page
from spiders.pages.marked import MarkedArticle, said
from spiders.pages.marked_listing import MarkedListing

_NUMBER = re.compile(r"/(?:node|print)/(\d+)$")
_ACCOUNT = re.compile(r"^(?:Đăng bài|Được đăng bởi|Gửi bởi|Submitted by|Người đăng)\s*:?\s*", re.I)
_ITEMS = (
    ".node-teaser", ".node--view-mode-teaser", "#content .views-row", ".region-content .views-row", "main .views-row",
)  # fmt: skip
_MORE = re.compile(r"^(?:Đọc tiếp|Đọc thêm|Xem tiếp|Xem thêm|Read more)(?:\s+(?:về|about)\s+|$)", re.I)


class DrupalListing(MarkedListing):
    """A view or a term's page; the pager says which page is next."""

    items_at: ClassVar[tuple[str, ...]] = _ITEMS

    @cached_property
    def links(self) -> list[tuple[str, str, str]]:
        """The links, without the words for screen readers before a headline."""
        return [(url, _MORE.sub("", text), rel) for url, text, rel in super().links]

    def headline(self, link: etree._Element) -> str:
        return _MORE.sub("", super().headline(link))

    def next_url(self) -> str | None:
        for link in self.find("li.pager-next a", "li.pager__item--next a", ".pager a[rel=next]"):
            return self.absolute(str(link.get("href") or ""))
        return super().next_url()


class DrupalArticle(MarkedArticle):
    """A node shown whole, with the theme's default marks."""

    name: ClassVar[str] = "drupal"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (r"/(?:vi/)?content/[^/?]+", r"/(?:vi/)?node/\d+")
    listings: ClassVar[tuple[str, ...]] = (
        r"/(?:vi/)?(?:taxonomy/term/\d+(?:/all)?|chuyen-muc/[^?]+|tin-tuc(?:/[^?]+)?)(?:\?page=\d+)?",
    )
    page_param: ClassVar[str | None] = "page"
    first_page: ClassVar[int] = 0
    listing_page: ClassVar[type[ListingPage]] = DrupalListing
    title_at: ClassVar[tuple[str, ...]] = (
        "h1#page-title", "h1.page-title", "h1.page-header", "h1.print-title", "h1.title", "[property='dc:title'] h1",
        ".node h2.title", "h1",
    )  # fmt: skip
    date_at: ClassVar[tuple[str, ...]] = (
        ".node .submitted", ".node__submitted", ".node__meta", ".print-submitted", ".submitted",
        ".field-name-post-date", ".field--name-created",
    )  # fmt: skip
    summary_at: ClassVar[tuple[str, ...]] = (".field-name-field-summary", ".field--name-field-summary")
    body_at: ClassVar[tuple[str, ...]] = (
        ".node .field-name-body", ".node .field--name-body", ".field--name-body", ".field-name-body",
        ".print-content", ".node > .content",
    )  # fmt: skip
    files_at: ClassVar[tuple[str, ...]] = (
        ".field-type-file", ".field--type-file", "table#attachments", "table.sticky-enabled[id^=attachments]",
    )  # fmt: skip
    section_at: ClassVar[tuple[str, ...]] = (".breadcrumb a", "nav.breadcrumb li", ".print-breadcrumb a")
    tags_at: ClassVar[tuple[str, ...]] = (
        ".field-name-field-tags .field-item a", ".field--name-field-tags .field__item a",
    )  # fmt: skip
    noise_at: ClassVar[tuple[str, ...]] = ("ul.links", ".print-source_url", ".print-links", ".field-label-hidden.share")
    items_at: ClassVar[tuple[str, ...]] = _ITEMS

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        if re.search(r"\bdrupal\b", page.generator):
            return 1.0
        if re.search(r"Drupal\.settings|data-drupal-|drupalSettings|X-Drupal-", page.markup):
            return 0.9
        headers = " ".join(name.lower() for name, _ in page.payload.headers)
        if "x-drupal" in headers:
            return 0.9
        return 0.5 if "/sites/default/files/" in page.markup or "/sites/all/" in page.markup else 0.0

    def _date(self, text: str) -> PrintedDate | None:
        for element in self.find(".node__submitted time[datetime]", ".node__meta time[datetime]"):
            found = parse_vi_datetime(said(element))
            if found.value is None:
                found = parse_vi_datetime(str(element.get("datetime")))
            return found
        return super()._date(_ACCOUNT.sub("", text))

    def modified(self) -> datetime | None:
        for element in self.find("meta[property='article:modified_time']"):
            return parse_vi_datetime(str(element.get("content"))).value
        return None

    def article(self, capture: Capture) -> Article | NotAnArticle:
        found = super().article(capture)
        return replace(found, source_id=self._node()) if isinstance(found, Article) else found

    def _node(self) -> str | None:
        """Return the node's number: of the short address, the page's own, or the element that shows it."""
        links = [str(link.get("href") or "") for link in self.find("link[rel=shortlink]")]
        for address in (*links, self.url.partition("?")[0]):
            if named := _NUMBER.search(address):
                return named[1]
        for element in self.find("[data-history-node-id]"):
            return str(element.get("data-history-node-id"))
        return None
