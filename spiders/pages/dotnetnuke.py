"""DotNetNuke (DNN) and the news modules that run in it.

Odd: what an address says stands in its path, keys and values in turn (``/vi-vn/tin-chi-tiet/id/4985/...``),
or in a query with ``tabid``; the page for printing is the same address with ``dnnprintmode``. The whole page
is one form. Ids of elements begin with the number of the module, another on every site: only their last
part tells. The date stands before the headline. An id that is not known gives the list of the
section in the same pane, with status 200. Modules are many: where none of the marks is, evidence reads.
"""

from __future__ import annotations

import re
from typing import ClassVar

from crawler.page import ListingPage, Page
from spiders.pages.marked import MarkedArticle
from spiders.pages.marked_listing import MarkedListing

_ITEMS = (".edn_articleList article", "[id$=_pnlList] .item", "[id$=_dlNews] td", ".news-list .item")
_MARKS = re.compile(r"dnnVariable|dnn_ctr\d+|DNNModuleContent|DnnModule-\d+|/js/dnncore\.js|dnn\.js\b")


class DotNetNukeListing(MarkedListing):
    """A module's list; its pager links to the next page or names it."""

    needed: ClassVar[tuple[str, ...]] = ()
    items_at: ClassVar[tuple[str, ...]] = _ITEMS

    def next_url(self) -> str | None:
        for link in self.find("a[id$=_lnkNext]", "a[id$=_hypNext]", ".edn_pager a.next", "a.CommandButton[rel=next]"):
            url = self.absolute(str(link.get("href") or ""))
            if url is not None and url != self.url:
                return url
        return super().next_url()


class DotNetNukeArticle(MarkedArticle):
    """An article in a pane of the page."""

    name: ClassVar[str] = "dotnetnuke"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"(?i)(?:/[a-z]{2}-[a-z]{2})?/[^/?]+/(?:id|articleid|itemid|newsid)/(?P<id>\d+)(?:/[^?]*)?(?:\?.*)?",
        r"(?i)/default\.aspx\?(?=(?:.*&)?tabid=\d+)(?=(?:.*&)?(?:id|articleid|itemid|newsid)=(?P<id>\d+)).*",
    )
    listings: ClassVar[tuple[str, ...]] = (
        r"(?i)(?:/[a-z]{2}-[a-z]{2})?/(?:tin|thong-bao|su-kien|danh-sach|chuyen-muc)(?:-(?!chi-tiet)[^/?]*)?"
        r"(?:/(?:cat|catid|idcat|categoryid)/\d+)?(?P<page>/(?:page|currentpage|pageindex)/(?P<number>\d+))?(?:/default\.aspx)?",
    )
    junk: ClassVar[tuple[str, ...]] = ("dnnprintmode", "mid", "SkinSrc", "ContainerSrc", "language")
    listing_page: ClassVar[type[ListingPage]] = DotNetNukeListing
    title_at: ClassVar[tuple[str, ...]] = (
        ".edn_articleTitle", ".DNNModuleContent [id$=_lblTitle]", "[id$=_lblTieuDe]",
        ".DNNModuleContent h1", ".DNNContainer_noTitle h1",
    )  # fmt: skip
    date_at: ClassVar[tuple[str, ...]] = (
        ".edn_articleDate", ".edn_metaDetails", "[id$=_lblDate]", "[id$=_lblNgayDang]", "[id$=_lblPublishDate]",
    )  # fmt: skip
    summary_at: ClassVar[tuple[str, ...]] = (
        ".edn_articleSummary", "[id$=_lblSummary]", "[id$=_lblTomTat]", "[id$=_lblDescription]",
    )  # fmt: skip
    body_at: ClassVar[tuple[str, ...]] = (
        ".edn_articleContent", "[id$=_lblContent]", "[id$=_lblNoiDung]", "[id$=_divContent]", "[id$=_pnlContent]",
    )  # fmt: skip
    author_at: ClassVar[tuple[str, ...]] = ("[id$=_lblAuthor]", "[id$=_lblTacGia]", ".edn_articleAuthor")
    source_at: ClassVar[tuple[str, ...]] = ("[id$=_lblSource]", "[id$=_lblNguon]")
    files_at: ClassVar[tuple[str, ...]] = ("[id$=_rptFiles]", ".edn_articleDocuments", "[id$=_pnlFiles]")
    section_at: ClassVar[tuple[str, ...]] = ("[id*=dnnBREADCRUMB] a", ".breadcrumb a", "a.SkinObject")
    needed: ClassVar[tuple[str, ...]] = ()
    items_at: ClassVar[tuple[str, ...]] = _ITEMS

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        if "dotnetnuke" in page.generator or "dnn platform" in page.generator:
            return 1.0
        marks = {mark[:6] for mark in _MARKS.findall(page.markup)}
        if marks:
            return min(1.0, 0.7 + 0.1 * len(marks))
        return 0.3 if "/DesktopModules/" in page.markup and "/Portals/" in page.markup else 0.0
