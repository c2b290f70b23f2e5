"""The ASP.NET portal of "UI" modules (``UIArticleInMenu``, ``UIListNews``).

Odd: only the first page of a list has an address; the others are asked for with a POST to
``/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle``, with the ids
``article_category_id`` and ``site_id`` of an inline script: the site's file declares them as
``[[ajax]]``. The writer is named within the body after ``Tác giả:``; boxes of other articles stand
within the body's element. An id that is not known gives the section's list, with status 200.
"""

from __future__ import annotations

import re
from typing import ClassVar

from crawler.page import ListingPage, Page
from spiders.pages.marked import MarkedArticle
from spiders.pages.marked_listing import MarkedListing

_ITEMS = (".UIListNews_Default .item", ".list-news .item")
_MARKS = re.compile(r"/DesktopModule/UI\w+/|\bUIListNews_Default\b")
_IDS = re.compile(r"\b(article_category_id|site_id)\b[\"']?\s*[:=]\s*[\"']?(\d+)")


class UiPortalListing(MarkedListing):
    """The first page of a section."""

    items_at: ClassVar[tuple[str, ...]] = _ITEMS

    def next_url(self) -> str | None:
        return None if self.ids().keys() >= {"article_category_id", "site_id"} else super().next_url()

    def ids(self) -> dict[str, str]:
        """Return the ids that the POST for later pages has to name."""
        return dict(_IDS.findall(self.markup))


class UiPortalArticle(MarkedArticle):
    """Article of the portal."""

    name: ClassVar[str] = "ui_portal"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (r"/(?:[^/?]+/)?[^/?]+-(?P<id>\d+)(?:\.html)?",)
    listings: ClassVar[tuple[str, ...]] = (r"/(?![^?]*-\d+(?:\.html)?$)[a-z0-9-]+(?:/[a-z0-9-]+)?(?:\?page=\d+)?",)
    page_param: ClassVar[str | None] = "page"
    listing_page: ClassVar[type[ListingPage]] = UiPortalListing
    title_at: ClassVar[tuple[str, ...]] = (".ArticleHeader h1", ".ArticleHeader")
    date_at: ClassVar[tuple[str, ...]] = (".PostDate",)
    summary_at: ClassVar[tuple[str, ...]] = (".ArticleSummary",)
    body_at: ClassVar[tuple[str, ...]] = (".ArticleContent",)
    files_at: ClassVar[tuple[str, ...]] = (".ArticleFile", ".AttachFile")
    section_at: ClassVar[tuple[str, ...]] = (".breadcrumb a", ".Breadcrumb a", ".UIBreadcrumb a")
    tags_at: ClassVar[tuple[str, ...]] = (".ArticleTag a",)
    noise_at: ClassVar[tuple[str, ...]] = (".relate-news", ".box-relate", ".ArticleHeader", ".PostDate")
    items_at: ClassVar[tuple[str, ...]] = _ITEMS

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        if page.find(".ArticleHeader") and page.find(".ArticleContent"):
            return 1.0
        # A word looked for first: of most pages the pattern would be tried at every letter.
        if ("/DesktopModule/UI" in page.markup or "UIListNews" in page.markup) and _MARKS.search(page.markup):
            return 1.0
        return 0.6 if page.find(".ArticleContent .ArticleSummary, .ArticleSummary") else 0.0
