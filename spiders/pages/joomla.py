"""Joomla 2.5 to 4: articles of ``com_content``, and lists of a category.

Odd:

- Above the headline or below it stand ``Email``, ``In`` and ``PDF`` (``Email In PDF``), with pictures of their own.
- ``Viết bởi Super User`` names an account, and no writer. Date, change and counter stand in one ``dl``, each with
  its label; ``datetime`` beside the date is exact, and often in the zone of Greenwich.
- One article has an address under each menu item; the number before the slug is the article. Copies for printing have
  ``tmpl=component``, and ``format=pdf`` gives a file.
- The page of a list is told by its first item: ``?start=20`` or ``?limitstart=20`` follows ``?start=10``.
- The lead is cut off from the body at ``readmore`` on lists, and stands unmarked in the article.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from crawler.dates import PrintedDate, parse_vi_datetime
from crawler.numbers import number_in
from crawler.page import ListingPage, Page
from spiders.pages.marked import MarkedArticle
from spiders.pages.marked_listing import MarkedListing


class JoomlaListing(MarkedListing):
    """A category as a blog, or as a table of headlines."""

    items_at: ClassVar[tuple[str, ...]] = (
        ".items-leading [itemprop=blogPost], .items-row [itemprop=blogPost], .blog-item",
        ".blog .item, .blog .items-leading > div, .blog .items-row > div",
        ".category-list tr:has(.list-title a), table.category tr:has(a)",
    )
    link_at: ClassVar[tuple[str, ...]] = ("h2 a, h3 a", ".list-title a", "a[href]")
    date_at: ClassVar[tuple[str, ...]] = ("dd.published, dd.create", ".list-date", "time")

    def next_url(self) -> str | None:
        """Return the nearest later page: the pager's links name the first item of theirs."""
        list_key = self.site.listing_key
        links = self.find(".pagination a[href], .pagenav[href]", "[class*=pagination] a[href]")
        urls = [self.absolute(str(link.get("href"))) for link in links]
        same = [url for url in urls if url is not None and list_key(url) == list_key(self.url)]
        later = [url for url in same if _start(url) > _start(self.url)]
        return min(later, key=_start) if later else None if same else super().next_url()


class JoomlaArticle(MarkedArticle):
    """An article of ``com_content``."""

    name: ClassVar[str] = "joomla"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"/(?:[\w.-]+/)+(?P<id>\d+)-[^/?]+?(?:\.html)?(?:\?(?!.*\bformat=(?:pdf|feed)).*)?",
        r"/(?:index\.php)?\?option=com_content&view=article&(?:.*&)?id=(?P<id>\d+)(?::[^&]*)?(?:&.*)?",
    )
    listings: ClassVar[tuple[str, ...]] = (
        r"/(?!component/)(?:index\.php/)?(?:[a-z][\w-]*/)*(?!\d+-)[a-z][\w-]*(?:\.html)?"
        r"(?P<page>\?(?:limit)?start=(?P<number>\d+))?",
        r"/index\.php\?option=com_content&view=category&(?:(?!(?:limit)?start=).)*"
        r"(?P<page>&(?:limit)?start=(?P<number>\d+))?",
    )
    first_page: ClassVar[int] = 0
    junk: ClassVar[tuple[str, ...]] = ("Itemid", "tmpl", "print", "page", "layout", "limitstart", "lang")
    listing_page: ClassVar[type[ListingPage]] = JoomlaListing

    title_at: ClassVar[tuple[str, ...]] = (
        ".item-page [itemprop=headline]",
        ".item-page h1, .item-page h2",
        ".contentheading",
    )
    date_at: ClassVar[tuple[str, ...]] = ("dd.published", "dd.create", ".item-page time", ".createdate")
    body_at: ClassVar[tuple[str, ...]] = ("[itemprop=articleBody]", ".article-content", ".item-page")
    section_at: ClassVar[tuple[str, ...]] = ("dd.category-name a", ".breadcrumb a")
    tags_at: ClassVar[tuple[str, ...]] = (".item-page .tags a",)
    noise_at: ClassVar[tuple[str, ...]] = (
        "dl.article-info, .icons, ul.actions, .buttonheading, .content_rating, .pager, ul.pagenav, .tags",
        "h1, .page-header",
    )
    items_at: ClassVar[tuple[str, ...]] = (".blog [itemprop=blogPost], .blog .item",)

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        if "joomla" in page.generator:
            return 0.9
        marks = ("/media/jui/", "option=com_content", "joomla-script-options", "/media/system/js/")
        return min(0.9, 0.35 * sum(mark in page.markup for mark in marks))

    def modified(self) -> datetime | None:
        for element in self.find("dd.modified time[datetime]", "dd.modified"):
            return parse_vi_datetime(str(element.get("datetime") or "".join(map(str, element.itertext())))).value
        return None

    def _date(self, text: str) -> PrintedDate | None:
        for element in self.find("dd.published time[datetime]", "dd.create time[datetime]"):
            found = parse_vi_datetime(str(element.get("datetime")))
            if found.value is not None:
                return found
        return super()._date(text)


def _start(url: str) -> int:
    """Return the number of a page's first item, 0 without one."""
    query = dict(parse_qsl(urlsplit(url).query))
    value = query.get("start") or query.get("limitstart") or "0"
    return number_in(value, 0)
