"""Portals of one ASP.NET page that shows everything: ``HtmlView.aspx?...ItemID=`` and ``default.aspx?nid=``.

Odd: what is shown is the query alone, in any order of its keys; all of the site has one path. The
pages of ``HtmlView.aspx`` are counted from 0 (``pageindex``), those of ``default.aspx`` from 1 (``p``).
An id that is not known is answered with 200 and ``Không tìm thấy thông tin``. Paragraphs are broken
in mid-sentence by ``<br>``. Portals with one file for each article (``/portal/pages/2023-10-03/...``)
print no date: that of the address is the only one. ``/<folder>/default.aspx`` is a static page.
Markup differs from site to site: ids of controls tell fields by their last part; where none is,
evidence reads.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import ClassVar

from archive.model import NotAnArticle, Precision
from crawler.dates import parse_vi_datetime
from crawler.page import Page
from crawler.sites import split_target
from spiders.pages.marked import MarkedArticle

_DAY = re.compile(r"/portal/pages/(\d{4}-\d{2}-\d{2})/", re.I)


class AspxHtmlView(MarkedArticle):
    """``HtmlView.aspx``: ``pageid`` is the menu's, ``mid`` the module's, ``ItemID`` the article's."""

    name: ClassVar[str] = "aspx_htmlview"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"(?i)/HtmlView\.aspx\?(?=(?:(?:.*&)?mid=(?P<mid>\d+))?)(?=(?:.*&)?ItemID=(?P<item>\d+)).*",
    )
    listings: ClassVar[tuple[str, ...]] = (r"(?i)/HtmlView\.aspx\?(?!(?:.*&)?ItemID=).*",)
    page_param: ClassVar[str | None] = "pageindex"
    needed: ClassVar[tuple[str, ...]] = ()
    first_page: ClassVar[int] = 0
    title_at: ClassVar[tuple[str, ...]] = ("[id$=lblTitle]", "[id$=lblTieuDe]", "[id$=lbTitle]")
    date_at: ClassVar[tuple[str, ...]] = ("[id$=lblDate]", "[id$=lblNgayDang]", "[id$=lblCreatedDate]", "[id$=lbDate]")
    summary_at: ClassVar[tuple[str, ...]] = ("[id$=lblDescription]", "[id$=lblTomTat]", "[id$=lblSummary]")
    body_at: ClassVar[tuple[str, ...]] = ("[id$=lblContent]", "[id$=lblNoiDung]", "[id$=divContent]", "[id$=lbContent]")
    author_at: ClassVar[tuple[str, ...]] = ("[id$=lblAuthor]", "[id$=lblTacGia]")
    source_at: ClassVar[tuple[str, ...]] = ("[id$=lblSource]", "[id$=lblNguon]")
    files_at: ClassVar[tuple[str, ...]] = ("[id$=rptNewsFiles]", "[id$=pnlFiles]", "[id$=divFiles]")

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        target = split_target(page.url)[2]
        here = any(re.fullmatch(pattern, target) for pattern in (*cls.articles, *cls.listings))
        return 0.6 if here and "__VIEWSTATE" in page.markup else 0.0

    def refusal(self) -> NotAnArticle | None:
        refused = super().refusal()
        if refused is not None and refused.reason == "no_date" and self.published()[0] is not None:
            return None
        return refused

    def printed_section(self) -> str | None:
        return super().printed_section() or self.evidence.section

    def published(self) -> tuple[datetime | None, Precision | None]:
        printed = super().published()
        named = _DAY.search(self.url)
        if printed[0] is not None or named is None:
            return printed
        found = parse_vi_datetime(named[1])
        return found.value, found.precision


class AspxDefault(AspxHtmlView):
    """``default.aspx``: ``nid`` or ``id`` is the article's, ``pid``, ``cid`` and ``catid`` the section's."""

    name: ClassVar[str] = "aspx_default"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"(?i)/default\.aspx\?(?=(?:.*&)?nid=(?P<nid>\d+)).*",
        r"(?i)/default\.aspx\?(?=(?:.*&)?sname=)(?=(?:.*&)?id=(?P<id>\d+)).*",
        r"(?i)/portal/pages/\d{4}-\d{2}-\d{2}/[^/?]+\.aspx",
    )
    listings: ClassVar[tuple[str, ...]] = (
        r"(?i)/default\.aspx\?(?!(?:.*&)?n?id=)(?=(?:.*&)?(?:cid|catid)=\d+).*",
        r"(?i)/portal/pages/(?:tin-tuc|chuyen-muc)[^/?]*\.aspx(?:\?.*)?",
    )
    page_param: ClassVar[str | None] = "p"
    first_page: ClassVar[int] = 1
