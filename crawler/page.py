"""What a page class promises: one method a field, and an honest None.

A page class reads one payload. It is pure: address, bytes and capture date in,
values out. Page classes live in ``spiders/pages`` and are found by name
(:mod:`crawler.registry`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import ClassVar, TypeVar
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from archive.model import (
    Article,
    Attachment,
    Capture,
    Image,
    Listing,
    ListingItem,
    NotAnArticle,
    Payload,
    Precision,
)
from archive.text import fold
from crawler.blocks import Block, blocks_of
from crawler.clean import absolute, decode, line, parse
from crawler.listed import dates_beside
from crawler.numbers import number_in
from crawler.selecting import Elements
from crawler.side_boxes import own_articles
from crawler.sites import Site

NEXT_WORDS = re.compile(
    r"(?:trang )?(?:sau|tiep|tiep theo|ke tiep|next|cu hon|xem them|trang tiep(?: theo)?)(?: page)?"
)
"""What links to the next page of a list say, folded."""
NEXT_SIGNS = frozenset((">", "›", "»", "→", "▶", "►"))
NOTHING_TO_SAY = re.compile(r"(?:xem (?:them|tiep|chi tiet)|chi tiet|doc (?:them|tiep)|more|read more|\W*)")
"""What links say beside those that bear the headline, folded."""

_PRINTED = re.compile(r"(?:print|printview|printable|forprint)=(?:1|true|yes)|format=print|tmpl=component", re.I)

PAGE_PARAM = "page"
"""Query key that holds a listing's page number where none is declared."""

_P = TypeVar("_P", bound="Page")


class Page:
    """One payload, parsed when first asked."""

    def __init__(self, site: Site, url: str, captured: datetime, payload: Payload, via: str | None = None) -> None:
        self.site, self.url, self.captured, self.payload, self.via = site, url, captured, payload, via
        self.recognised: type[ArticlePage] | None = None
        """The class whose marks it bears (:func:`crawler.derive.recognised`); None while nobody has asked."""

    def blind(self) -> tuple[str, ...]:
        """Return the names of the attributes of which no CSS selector finds anything on the page."""
        return ()

    def read_as(self, reader: type[_P]) -> _P:
        """Return the same page for *reader* to read; it is parsed once for all who read it."""
        _ = self.root
        page = reader(self.site, self.url, self.captured, self.payload, self.via)
        vars(page).update(vars(self))
        return page

    @cached_property
    def _decoded(self) -> tuple[str, str]:
        return decode(self.payload)

    @property
    def encoding(self) -> str:
        """Name of the page's character encoding."""
        return self._decoded[0]

    @property
    def markup(self) -> str:
        """The page's source, decoded."""
        return self._decoded[1]

    @property
    def is_parsed(self) -> bool:
        """Whether its tree was made already."""
        return "root" in vars(self)

    @cached_property
    def root(self) -> etree._Element | None:
        """Root of the tree; None for an empty page."""
        return parse(self._decoded[1])

    @cached_property
    def blocks(self) -> list[Block]:
        """Lines and pictures in source order."""
        return [] if self.root is None else blocks_of(self.root)

    def find(self, *selectors: str) -> list[etree._Element]:
        """Return the elements that the first of the CSS selectors with any match finds, in source order."""
        if self.root is None:
            return []
        elements = self._elements
        for selector in selectors:
            if found := elements.find(selector):
                return found
        return []

    @cached_property
    def _elements(self) -> Elements:
        assert self.root is not None
        return Elements(self.root)

    @cached_property
    def base(self) -> str:
        """Address that relative links are read against."""
        bases = () if self.root is None else self.root.iter("base")
        href = next((element.get("href") for element in bases if element.get("href") is not None), None)
        return (absolute(str(href), self.url, self.encoding) if href else None) or self.url

    def absolute(self, href: str) -> str | None:
        """Return the address a link leads to, as it will be requested; None when it is none."""
        return absolute(href, self.base, self.encoding)

    @cached_property
    def head_title(self) -> str:
        """Text of ``<title>``, folded to one line."""
        element = None if self.root is None else next(self.root.iter("title"), None)
        return line("".join(str(text) for text in element.itertext())) if element is not None else ""

    @cached_property
    def generator(self) -> str:
        """What the page says made it, in lower case: its ``<meta name="generator">`` and ``X-Generator``."""
        metas = [] if self.root is None else self.root.iter("meta")
        named = [str(meta.get("content") or "") for meta in metas if str(meta.get("name") or "").lower() == "generator"]
        return " ".join([*named, self.payload.header("X-Generator") or ""]).lower()


class ListingPage(Page):
    """A page that lists articles: which ones, and where the list goes on."""

    needed: ClassVar[tuple[str, ...]] = ()
    """Attributes of which a CSS selector must find something on every list."""
    ends_empty: ClassVar[bool] = False
    """Whether the page behind a list's last one is an empty answer."""

    def listing(self) -> Listing:
        """Return the links to articles in the page's order, each once, and the next page."""
        return Listing(self.url, self.items(), self.next_url())

    @cached_property
    def links(self) -> list[tuple[str, str, str]]:
        """Address, text and ``rel`` of every link, in source order."""
        found = []
        for element, url in self._anchors:
            text = line("".join(str(piece) for piece in element.itertext()))
            found.append((url, text or line(str(element.get("title") or "")), str(element.get("rel") or "")))
        return found

    @cached_property
    def _anchors(self) -> list[tuple[etree._Element, str]]:
        if self.root is None:
            return []
        hrefs = ((element, element.get("href")) for element in self.root.iter("a", "link"))
        urls = ((element, self.absolute(str(href)) if href else None) for element, href in hrefs)
        return [(element, url) for element, url in urls if url is not None]

    def items(self) -> tuple[ListingItem, ...]:
        """Return the articles the page links to, but for those that only boxes beside the list name."""
        own = own_articles([each for each in self._anchors if self.site.is_article(each[1])], self._is_named)
        titles: dict[str, str] = {}
        for url, text, _ in self.links:
            if url in own:
                said = "" if NOTHING_TO_SAY.fullmatch(fold(text)) else text
                if len(said) > len(titles.setdefault(url, "")):
                    titles[url] = said
        dates = dates_beside((element, url) for element, url in self._anchors if url in titles)
        return tuple(ListingItem(url, title or None, dates.get(url)) for url, title in titles.items())

    def _is_named(self, words: str) -> bool:
        """Say whether folded words are the list's name, or that of a section of the site."""
        return words in fold(self.head_title) or self.site.declared_section(words) is not None

    def next_url(self) -> str | None:
        """Return the address of the following page: its number is one more, or a link says that it is next."""
        wanted = self._number(self.url) + 1
        ours = self._list_key(self.url)
        same = [link for link in self.links if self._list_key(link[0]) == ours]
        for url, _, _ in same:
            if self._number(url) == wanted:
                return url
        if self.site.page_param(self.url) is not None or self.site.numbered(self.url) is not None:
            return None
        host = urlsplit(self.url).netloc
        for url, text, rel in self.links:
            said = text in NEXT_SIGNS or NEXT_WORDS.fullmatch(fold(text).strip(" >»›."))
            if (said or "next" in rel.lower().split()) and urlsplit(url).netloc == host and url != self.url:
                return url
        return None

    def _list_key(self, url: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """Return what the pages of one list share: all of the address but the page number."""
        if (numbered := self.site.numbered(url)) is not None:
            return "", numbered[0], ()
        parts = urlsplit(url)
        param = self._param.lower()
        pairs = sorted((name.lower(), value) for name, value in parse_qsl(parts.query) if name.lower() != param)
        return parts.netloc.lower(), parts.path.rstrip("/"), tuple(pairs)

    @cached_property
    def _param(self) -> str:
        return self.site.page_param(self.url) or PAGE_PARAM

    def _number(self, url: str) -> int:
        """Return the page number of a listing's address, that of the first page when it has none."""
        if (numbered := self.site.numbered(url)) is not None:
            return numbered[1]
        param = self._param.lower()
        values = [value for name, value in parse_qsl(urlsplit(url).query) if name.lower() == param]
        return number_in(values[0] if values else "", self.site.first_page(url))


class ArticlePage(Page):
    """Base of all article readers: subclasses override what they can read."""

    name: ClassVar[str] = "generic"
    """Name in site files and in ``Article.parser``."""
    version: ClassVar[int] = 1
    """Raised when the same bytes would give another article."""
    articles: ClassVar[tuple[str, ...]] = ()
    """Patterns of the targets at which the family has articles, for a layout that declares none."""
    listings: ClassVar[tuple[str, ...]] = ()
    """Patterns of the targets of its listings."""
    page_param: ClassVar[str | None] = None
    """Query key that holds a listing's page number."""
    first_page: ClassVar[int] = 1
    """Number of a listing's first page."""
    source_id: ClassVar[tuple[str, ...]] = ()
    """Query keys whose values are an article's id."""
    junk: ClassVar[tuple[str, ...]] = ()
    """Query keys that are no part of a page's identity."""
    surest: ClassVar[float] = 1.0
    """The most that :meth:`fingerprint` returns: less than 0.5 when no mark but the address is known."""
    needed: ClassVar[tuple[str, ...]] = ()
    """Attributes of which a CSS selector must find something on every article."""
    listing_page: ClassVar[type[ListingPage]] = ListingPage
    """What reads the family's listings."""

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        """Return how sure *page* shows that this class reads it: 0 (nothing does) to 1."""
        return 0.0

    @classmethod
    def has_fingerprint(cls) -> bool:
        """Say whether the class knows its pages by their marks."""
        return cls.fingerprint.__func__ is not ArticlePage.fingerprint.__func__  # type: ignore[attr-defined]

    @classmethod
    def original(cls, url: str) -> str:
        """Return the address of the article of which *url* is a copy, such as one for the printer; else itself.

        >>> ArticlePage.original("http://a.vn/tin?id=5&print=1"), ArticlePage.original("http://a.vn/tin?id=5")
        ('http://a.vn/tin?id=5', 'http://a.vn/tin?id=5')
        """
        address, _, query = url.partition("?")
        kept = [pair for pair in query.split("&") if pair and not _PRINTED.fullmatch(pair)]
        return "?".join([address, *(["&".join(kept)] if kept else [])]) if _PRINTED.search(query) else url

    def own_id(self) -> str | None:
        """Return the article's id as page and address tell it together, for a site whose file declares none."""
        return None

    def refusal(self) -> NotAnArticle | None:
        """Say why the page is no article, or None when it is one."""
        if not self.title():
            return NotAnArticle("no_title", self.head_title)
        if not self.text() and not self.images() and not self.attachments():
            return NotAnArticle("no_text", self.title() or "")
        return None

    def title(self) -> str | None:
        """Return the headline."""
        return None

    def summary(self) -> str | None:
        """Return the lead when the page sets it apart from the body."""
        return None

    def text(self) -> str:
        """Return the body: paragraphs parted by one blank line."""
        return ""

    def published(self) -> tuple[datetime | None, Precision | None]:
        """Return the printed date and what is printed of it."""
        return None, None

    def modified(self) -> datetime | None:
        """Return the printed date of the last change."""
        return None

    def authors(self) -> tuple[str, ...]:
        """Return the writers."""
        return ()

    def photographers(self) -> tuple[str, ...]:
        """Return the photographers."""
        return ()

    def source(self) -> str | None:
        """Return where the text was taken from."""
        return None

    def section(self) -> str | None:
        """Return the section: a declared one that the page prints, else that of its list, else what it prints.

        The page comes first because a box beside any list links to articles of other sections.
        """
        return self._section(self.printed_section())

    def _section(self, printed: str | None) -> str | None:
        return self.site.declared_section(printed) or self.site.section_of(self.via) or printed

    def printed_section(self) -> str | None:
        """Return the section that the page itself prints."""
        return None

    def tags(self) -> tuple[str, ...]:
        """Return the printed keywords."""
        return ()

    def language(self) -> str | None:
        """Return the BCP 47 tag of the text."""
        return None

    def images(self) -> tuple[Image, ...]:
        """Return the pictures."""
        return ()

    def attachments(self) -> tuple[Attachment, ...]:
        """Return the documents."""
        return ()

    def confidence(self) -> Mapping[str, float] | None:
        """Return how sure the fields are; None for a class whose selectors are exact."""
        return None

    def article(self, capture: Capture) -> Article | NotAnArticle:
        """Return the whole article, or why the page is none."""
        refused = self.refusal()
        if refused is not None:
            return refused
        published, precision = self.published()
        printed_section = self.printed_section()
        return Article(
            site=self.site.id,
            url=self.site.canonical(self.url),
            source_id=self.site.source_id(self.url),
            title=self.title() or "",
            summary=self.summary(),
            text=self.text(),
            published=published,
            published_precision=precision,
            modified=self.modified(),
            authors=self.authors(),
            photographers=self.photographers(),
            source=self.source(),
            section=self._section(printed_section),
            tags=self.tags(),
            language=self.language(),
            images=self.images(),
            attachments=self.attachments(),
            capture=capture.id,
            captured=self.captured,
            parser=f"{self.name}/{self.version}",
            confidence=self.confidence(),
            printed_section=printed_section,
        )
