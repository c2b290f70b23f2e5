"""WordPress, whatever the theme: the classes that nearly all themes keep.

Odd:

- The address of an article is its slug alone, as that of a page such as ``/gioi-thieu/`` is. Only an article has
  a date.
- The words of the date may be "3 giờ trước"; ``datetime`` beside them is exact. The date of the last change stands
  next to it with the same class, often hidden.
- Who stands on the date's line is an account, and no writer; writers sign below the text.
- Share buttons, counters, related articles and a box about the account are put into the body by plugins.
- ``/page/2/`` follows the listing's address; the same article is also at ``?p=<id>``, which is redirected.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from archive.model import NotAnArticle
from crawler.dates import PrintedDate, parse_vi_datetime
from crawler.page import ListingPage, Page
from spiders.pages.marked import MarkedArticle
from spiders.pages.marked_listing import MarkedListing

_MODIFIED = "meta[property='article:modified_time']"
_NO_ARTICLE = r"(?!(?:category|chuyen-muc|tag|author|page|feed|wp-[\w-]+|search|comments)(?:/|$))"


class WordPressListing(MarkedListing):
    """A category, or the latest articles."""

    items_at: ClassVar[tuple[str, ...]] = (
        "article:has(.entry-title a)",
        ".post:has(.entry-title a), .hentry:has(h2 a), .hentry:has(h3 a)",
    )
    link_at: ClassVar[tuple[str, ...]] = (".entry-title a", "h2 a, h3 a", "a[href]")
    date_at: ClassVar[tuple[str, ...]] = ("time.entry-date", ".posted-on", ".entry-date", ".post-date", ".entry-meta")


class WordPressArticle(MarkedArticle):
    """A post."""

    name: ClassVar[str] = "wordpress"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        rf"/(?:\d{{4}}/\d\d/(?:\d\d/)?)?{_NO_ARTICLE}(?P<slug>[^/?.]+-[^/?.]+)(?:\.html)?/?(?:\?(?!p=).*)?",
        rf"/{_NO_ARTICLE}[\w-]+/(?P<slug>[^/?.]+-[^/?.]+)(?:\.html)?/?(?:\?(?!p=).*)?",
    )
    listings: ClassVar[tuple[str, ...]] = (
        r"/(?:category|chuyen-muc)/[^?]+?(?P<page>/page/(?P<number>\d+))?/?",
        r"/[\w-]+(?P<page>/page/(?P<number>\d+))/?",
    )
    junk: ClassVar[tuple[str, ...]] = ("utm_source", "utm_medium", "utm_campaign", "fbclid", "replytocom", "share")
    listing_page: ClassVar[type[ListingPage]] = WordPressListing

    title_at: ClassVar[tuple[str, ...]] = ("h1.entry-title", ".single h1.post-title", "article h1")
    date_at: ClassVar[tuple[str, ...]] = ("time.entry-date.published", ".posted-on", ".entry-date", ".post-date")
    body_at: ClassVar[tuple[str, ...]] = (".entry-content", ".post-content", "[itemprop=articleBody]")
    section_at: ClassVar[tuple[str, ...]] = (".cat-links a", "a[rel~=category]", ".breadcrumb a, .breadcrumbs a")
    tags_at: ClassVar[tuple[str, ...]] = (".tags-links a", "a[rel=tag]:not([rel~=category])")
    noise_at: ClassVar[tuple[str, ...]] = (
        ".sharedaddy, .addtoany_share_save_container, .social-share, .fb-like",
        ".jp-relatedposts, .yarpp-related, .related-posts",
        ".post-views, .kk-star-ratings, .author-box, .saboxplugin-wrap",
    )
    items_at: ClassVar[tuple[str, ...]] = (".archive article, .blog article, .category article",)

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        if "wordpress" in page.generator:
            return 0.9
        marks = ("/wp-content/", "/wp-includes/", "/wp-json/", "wp-block-")
        return min(0.9, 0.35 * sum(mark in page.markup for mark in marks))

    def refusal(self) -> NotAnArticle | None:
        refused = super().refusal()
        if refused is None and self.published()[0] is None:
            return NotAnArticle("no_date", self.title() or "")
        return refused

    def modified(self) -> datetime | None:
        for element in self.find("time.updated[datetime]:not(.published)", "meta[property='article:modified_time']"):
            return parse_vi_datetime(str(element.get("datetime") or element.get("content"))).value
        return None

    def _date(self, text: str) -> PrintedDate | None:
        for element in self.find(
            "article time.published[datetime], .posted-on time.published[datetime]",
            "article time.entry-date[datetime], .posted-on time[datetime]",
            "meta[property='article:published_time']",
        ):
            found = parse_vi_datetime(str(element.get("datetime") or element.get("content")))
            if found.value is not None:
                return found
        return super()._date(text)
