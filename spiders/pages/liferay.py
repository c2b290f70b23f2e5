"""Liferay 6.2 and 7: articles and lists of the portlet "asset publisher".

Odd:

- The words of templates are missing on some sites, so that their keys are printed: ``cms-publish-date 11/05/2018``.
  Liferay 7 prints ``null`` before the headline.
- The clock has 12 hours with AM and PM; migrated articles have ``12:00 AM``, which is no time.
- The list under the clean address and under the portlet's query with ``cur=1`` are the same; the query's key
  holds the portlet's name (``_101_cur``, ``_101_INSTANCE_x_cur``, ``_com_liferay_..._INSTANCE_x_cur``).
  The pager's languages mix (``next``, ``Cuối cùng``), and a second set of page links stands in a menu.
- One article is found under each section, and under ``/-/<slug>`` without one: what follows ``/-/`` names it.
- Links to ``en`` and ``vi`` are relative: below an article's address they grow without end, and each answers
  with a list of the section. Such an address is no article's.
- ``p_p_auth`` and ``t`` change with every answer.
- Pages of plain content (portlet 56) have the same body element as articles; only the asset publisher has articles.
"""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from archive.model import NotAnArticle
from crawler.numbers import number_in
from crawler.page import ListingPage, Page
from spiders.pages.marked import MarkedArticle
from spiders.pages.marked_listing import MarkedListing

_CUR = re.compile(r"(?:_\w+)?_cur")
_DATE = ".assetPublishDate, .metadata-publish-date"
LISTINGS = (
    r"/(?!(?:documents|image|c|o|combo|group|user|html)/)(?!.*/-/)(?!-/)(?:[\w-]+/)*[\w-]+/?"
    r"(?P<page>\?(?:.*&)?_\w+_cur=(?P<number>\d+)(?:&.*)?)?",
)
_JUNK = (
    "p_p_auth", "p_p_id", "p_p_lifecycle", "p_p_state", "p_p_mode", "p_p_col_id", "p_p_col_pos", "p_p_col_count",
    "p_r_p_assetEntryId", "plidlayout", "redirect", "inheritRedirect", "t",
)  # fmt: skip


class LiferayListing(MarkedListing):
    """A list of the asset publisher, or the blocks of a home page."""

    needed: ClassVar[tuple[str, ...]] = ()
    items_at: ClassVar[tuple[str, ...]] = (
        ".asset-abstract",
        "[id*=AssetPublisherPortlet] .row:has(a.text-tletin), [id*=AssetPublisherPortlet] div:has(> a > h2)",
        ".title_news")  # fmt: skip
    link_at: ClassVar[tuple[str, ...]] = (".asset-title a", "a.text-tletin", "a:has(> h2)", "a[href]")
    date_at: ClassVar[tuple[str, ...]] = (_DATE, "small.text-muted", ".date_content_asset")

    def next_url(self) -> str | None:
        """Return the address in the list's own pager whose number is one more."""
        wanted = _cur(self.url) + 1
        for link in self.find(".lfr-pagination a[href]", ".taglib-page-iterator a[href]", "ul.pager a[href]"):
            url = self.absolute(str(link.get("href")))
            if url is not None and _cur(url) == wanted:
                return url
        return None if self.site.numbered(self.url) is not None else super().next_url()


class _LiferayArticle(MarkedArticle):
    listings: ClassVar[tuple[str, ...]] = LISTINGS
    junk: ClassVar[tuple[str, ...]] = _JUNK
    listing_page: ClassVar[type[ListingPage]] = LiferayListing

    date_at: ClassVar[tuple[str, ...]] = (
        _DATE,
        ".asset-full-content small.text-muted",
        "[id*=AssetPublisherPortlet] small.text-muted",
    )
    summary_at: ClassVar[tuple[str, ...]] = (".asset-full-content .asset-summary", ".asset-full-content .lead")
    body_at: ClassVar[tuple[str, ...]] = (
        ".asset-full-content .journal-content-article",
        ".asset-full-content .asset-content",
    )
    items_at: ClassVar[tuple[str, ...]] = (".asset-abstract", "a.text-tletin")
    section_at: ClassVar[tuple[str, ...]] = (".dd_chuyenmuc a", ".breadcrumb a", ".portlet-breadcrumb a")
    files_at: ClassVar[tuple[str, ...]] = (".asset-full-content .asset-links", ".asset-full-content .file-attachments")
    noise_at: ClassVar[tuple[str, ...]] = (
        ".taglib-social-bookmarks",
        ".taglib-ratings",
        ".asset-ratings",
        ".user-tool",
    )

    def refusal(self) -> NotAnArticle | None:
        refused = super().refusal()
        if refused is None and self.body is None and self.published()[0] is None:
            return NotAnArticle("no_date", self.title() or "")
        return refused

    def title(self) -> str | None:
        title = super().title()
        return (re.sub(r"^null\s+", "", title) or None) if title else None


class Liferay6Article(_LiferayArticle):
    """Liferay 6.2: the portlet is number 101, and its articles are at ``/-/view_content/<id>-<slug>``."""

    name: ClassVar[str] = "liferay_6"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"/(?:(?!-/)[\w-]+/)*-/view_content/(?P<id>\d+)(?:-[^/?]*)?(?:\?.*)?",
        r"/(?:(?!-/)[\w-]+/)*-/asset_publisher/\w+/content/(?P<slug>[^/?]+)(?:\?.*)?",
    )

    title_at: ClassVar[tuple[str, ...]] = (
        ".asset-full-content .asset-title",
        "[id^=p_p_id_101] .header-title",
        ".asset-full-content h1, .asset-full-content h2",
    )

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        return _sure(page, 6, re.search(r"p_p_id_\d+_", page.markup) is not None)


class Liferay7Article(_LiferayArticle):
    """Liferay 7: articles at ``/-/<slug>`` or ``/-/asset_publisher/<portlet>/content/id/<id>``."""

    name: ClassVar[str] = "liferay_7"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"/(?:(?!-/)[\w-]+/)*-/asset_publisher/\w+/content/(?:id/(?P<id>\d+)|(?P<slug>[^/?]+))(?:\?.*)?",
        r"/(?:(?!-/)[\w-]+/)*-/(?P<slug>[^/?]+)(?:\?.*)?",
    )

    title_at: ClassVar[tuple[str, ...]] = (
        ".asset-full-content h1, .asset-full-content h2, .asset-full-content .asset-title",
        "[id*=AssetPublisherPortlet] .header-title",
    )

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        return _sure(page, 7, "com_liferay_" in page.markup or "data-senna-track" in page.markup)


def _sure(page: Page, generation: int, marked: bool) -> float:
    """Return how sure the header, or the marks of a generation, are of it."""
    header = re.search(r"\b([67])\.\d", page.payload.header("Liferay-Portal") or "")
    if header is not None:
        return 0.9 if int(header.group(1)) == generation else 0.0
    return 0.8 if marked and "iferay" in page.markup else 0.0


def _cur(url: str) -> int:
    """Return the page number in a portlet's query, 1 without one."""
    return next((number_in(value, 1) for key, value in parse_qsl(urlsplit(url).query) if _CUR.fullmatch(key)), 1)
