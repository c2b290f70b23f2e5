"""NukeViet 4: the default theme with its children, and the eGovernment theme.

Odd:

- Each article has copies at ``print/`` and ``savefile/``, and at ``index.php?nv=news&op=...`` beside its
  short address. The id behind the slug is the module's: module and id together name the article.
- The visible date has the weekday first (``Thứ hai - 25/06/2018 16:24``). ``article:published_time`` reads like
  ``2018-06-25+0716:24:00``, because the zone's name stands where ``T`` was meant; it is not asked.
- The second page of a listing is ``page-2``; the first has no suffix.
- ``Người đăng`` and ``post name`` on the date's line are accounts, and no writers.
- The English edition says ``Posted at: MONday - 25/06/2018 16:24 - post name: ...``, and names Vietnamese places
  with their accents: ``lang`` tells the language.
- Documents stand in a panel of their own, with a preview of each in a frame.
- The eGovernment theme keeps the ids of the body, but has its own row for the date, the counter and the comments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from lxml import etree

from archive.model import Attachment
from crawler.bylines import Byline, parse_byline
from crawler.page import ListingPage, Page
from crawler.sites import split_target
from spiders.pages.evidence import Item
from spiders.pages.marked import MarkedArticle, said
from spiders.pages.marked_listing import MarkedListing

_COPY = re.compile(r"(?<=[/=])(?:print|savefile)/(?=[^?#]*-\d+(?:\.html|/|&|$))")
_SAID = re.compile(r"""\bnv_(lang_data|module_name)\s*=\s*["']([\w-]+)["']""")
_LABEL = re.compile(r"^(?:tác giả(?: bài viết)?|author|nguồn(?: tin)?|source)\s*:?\s*", re.I)


class NukeVietListing(MarkedListing):
    """A category: headlines with leads (``viewcat_page``), or headlines alone (``viewcat_list``)."""

    items_at: ClassVar[tuple[str, ...]] = (
        ".news_column.panel:has(h2 > a), .news_column.panel:has(h3 > a)",
        "li:has(> a.show.h4), .news_column li:has(a.show.h4)",
        "a.show.h4",
    )
    link_at: ClassVar[tuple[str, ...]] = ("h2 > a, h3 > a", "a[href]")
    date_at: ClassVar[tuple[str, ...]] = (".list-inline li", ".text-muted")


class NukeVietArticle(MarkedArticle):
    """An article of the module ``news``, or of a copy of it under another name."""

    name: ClassVar[str] = "nukeviet"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"/(?:(?P<lang>[a-z]{2})/)?(?P<module>[\w-]+)/(?:(?:print|savefile)/)?(?!detail/)[^/?]+/[^/?]+-(?P<id>\d+)\.html",
        # The site's first module may be left out of the address.
        r"/[\w-]+/[^/?]+-(?P<id>\d+)\.html",
        r"/(?:index\.php)?\?(?:language=(?P<lang>[a-z]{2})&)?nv=(?P<module>[\w-]+)"
        r"&op=(?:(?:print|savefile)/)?[^/&]+/[^/&]+-(?P<id>\d+)(?:\.html|/)?",
    )
    listings: ClassVar[tuple[str, ...]] = (
        r"/(?:[a-z]{2}/)?(?:news|tin-tuc|tin-tuc-su-kien|thong-bao)(?:/(?!page-)[\w-]+)?(?P<page>/page-(?P<number>\d+))?/?",
        r"/(?:index\.php)?\?(?:language=[a-z]{2}&)?nv=news(?:&op=[\w-]+)?(?P<page>/page-(?P<number>\d+))?/?",
    )

    listing_page: ClassVar[type[ListingPage]] = NukeVietListing

    title_at: ClassVar[tuple[str, ...]] = (
        "h1[itemprop=headline]",
        ".news_column h1.title",
        "h1.title",
        "#print h1, #content h1",
    )
    date_at: ClassVar[tuple[str, ...]] = (
        ".newsdetailmetatop .h5",
        ".news_column span.h5",
        "#print .list-inline li, #content .list-inline li",
        "[itemprop=datePublished]",
    )
    summary_at: ClassVar[tuple[str, ...]] = (".hometext", "#hometext")
    body_at: ClassVar[tuple[str, ...]] = ("#news-bodyhtml", "#bodytext", ".bodytext")
    section_at: ClassVar[tuple[str, ...]] = (".breadcrumbs a, .breadcrumb a, .breadcrumbs-wrap a",)
    files_at: ClassVar[tuple[str, ...]] = (".news-download-file",)
    items_at: ClassVar[tuple[str, ...]] = (".news_column h2 > a, .news_column h3 > a", "a.show.h4")
    tags_at: ClassVar[tuple[str, ...]] = ("a[href*='/tag/'], a[href*='op=tag']",)

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        body = page.find("#news-bodyhtml", ".news_column[itemtype*=NewsArticle]", "#print #bodytext")
        if "nukeviet" in page.generator:
            return 1.0 if body else 0.8
        return 0.8 if body else 0.6 if "nv_base_siteurl" in page.markup else 0.0

    @classmethod
    def original(cls, url: str) -> str:
        """Return the address of which *url* is the copy for the printer, or the file.

        >>> NukeVietArticle.original("http://a.vn/vi/news/savefile/tin-tuc/le-khai-mac-12.html")
        'http://a.vn/vi/news/tin-tuc/le-khai-mac-12.html'
        """
        return _COPY.sub("", super().original(url), count=1)

    def own_id(self) -> str | None:
        """Return language, module and id: an address may leave out the first two, which the page's scripts name."""
        target = split_target(self.original(self.url))[2]
        shapes = (re.fullmatch(pattern, target) for pattern in self.articles)
        named = next((shape.groupdict() for shape in shapes if shape is not None), None)
        if named is None:
            return None
        said = dict(_SAID.findall(self.markup))
        edition = str(self.root.get("lang") or "") if self.root is not None else ""
        language = said.get("lang_data") or named.get("lang") or edition[:2].lower()
        module = said.get("module_name") or named.get("module")
        if module is not None and len(module) == 2 and not named.get("lang"):
            module = None  # of an address that names a language and no module
        return f"{language}.{module}.{named['id']}" if language and module else None

    def language(self) -> str | None:
        edition = str(self.root.get("lang") or "") if self.root is not None else ""
        return "en" if edition.lower().startswith("en") else super().language()

    def attachments(self) -> tuple[Attachment, ...]:
        files = {file.url: file for file in super().attachments()}
        for link in self.find(".news-download-file a[download]"):
            url = self.absolute(str(link.get("href") or ""))
            if url is not None and url not in files:
                files[url] = Attachment(url, len(files), title=said(link) or None)
        return tuple(files.values())

    def _own(self, elements: Sequence[etree._Element], title: str) -> list[Item]:
        return super()._own([*self.find("figure.article"), *elements], title)

    def _byline(self, byline: Byline) -> Byline:
        for element in self.find("p.h5.text-right", "#author p"):
            text = said(element)
            value = _LABEL.sub("", text)
            is_source = text.lower().startswith(("nguồn", "source"))
            names = parse_byline(text) or (parse_byline(f"Tác giả: {value}") if value and not is_source else None)
            if names is not None and names.source is not None:
                byline = byline._replace(source=names.source)
            elif names is not None and names.authors:
                byline = byline._replace(authors=names.authors)
            elif value and is_source:
                byline = byline._replace(source=value)
            elif value:
                byline = byline._replace(authors=(value,))
        return byline
