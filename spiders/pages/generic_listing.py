"""Lists on sites that nobody declared: their headlines, the dates beside them, and the page behind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from archive.model import ListingItem
from archive.text import fold
from crawler.clean import line
from crawler.listed import dates_beside
from crawler.menus import HEADLINE_WORDS, is_in_menu
from crawler.numbers import number_in
from crawler.page import NEXT_SIGNS, NEXT_WORDS, NOTHING_TO_SAY, ListingPage
from crawler.sessions import without_junk
from crawler.sites import Site
from crawler.url_traps import numbered
from spiders.pages.evidence import FILE

HEADLINE = 20
"""Letters of a headline, at least."""
LEAD = 200
"""Letters from which on a link is a lead, and no headline."""
ALIKE = 2
"""Headlines without dates in one place of the markup, from which on they are a list."""
_LEVELS = 4
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|mp[34])(?:$|[?#])", re.I)
_PAGER = re.compile(r"\[?\d{1,5}\]?")


class GenericListing(ListingPage):
    """The headlines of a page outside of its menus; on a declared site what its patterns say."""

    def items(self) -> tuple[ListingItem, ...]:
        if self.site.layouts:
            return super().items()
        titles = self._titles
        return tuple(ListingItem(url, title or None, self._dates.get(url)) for url, title in titles.items())

    def next_url(self) -> str | None:
        """Return the next page: the next number of this list's pages, else what a link calls so."""
        if self.site.layouts:
            return super().next_url()
        own, pages = self._own_number, self._pages
        if own is None and (second := next((url for url, (_, said) in pages.items() if said == 2), None)) is not None:
            return second
        later = {number: url for url, (number, _) in reversed(pages.items()) if number > (1 if own is None else own)}
        if later:
            return later[min(later)]
        said = (url for url, text, rel in self.links if _is_next(text, rel) and self._leads_on(url))
        return next(said, None)

    @cached_property
    def pager(self) -> frozenset[str]:
        """Addresses of later pages of lists: asked for where a list is gone through, not by themselves."""
        named = {url for url, text, rel in self.links if is_pager(text, rel)}
        later = {url for url, _, _ in self.links if (page := numbered(url, self.site)) is not None and page.number > 1}
        return frozenset(named | later)

    @cached_property
    def series(self) -> str:
        """What the addresses of all pages of this list share."""
        return series_of(self.url, self.site)

    @property
    def own_pages(self) -> frozenset[str]:
        """Addresses of the other pages of this list, as far as they are linked to."""
        following = self.next_url()
        return frozenset((*self._pages, following) if following is not None else self._pages)

    def _leads_on(self, url: str) -> bool:
        """Say whether *url* is another page of this host."""
        is_here = url.partition("#")[0] == self.url.partition("#")[0]
        return not is_here and urlsplit(url).netloc.lower() == urlsplit(self.url).netloc.lower()

    @property
    def _own_number(self) -> int | None:
        page = numbered(self.url, self.site)
        if page is not None:
            return page.number
        keys = {key for url in self._pages for key, _ in _page_keys(url, self.url)}
        values = [value for key, value in parse_qsl(urlsplit(self.url).query) if key in keys]
        return number_in(values[0] if values else "", None)

    @cached_property
    def _pages(self) -> dict[str, tuple[int, int | None]]:
        """The other pages of this list: the number in the address, and the one that the link says, if it is one."""
        found: dict[str, tuple[int, int | None]] = {}
        for url, text, _ in self.links:
            said = int(text.strip("[] ")) if _PAGER.fullmatch(text) else None
            page = numbered(url, self.site)
            if page is not None and page.series.rstrip("/") == self.series:
                found.setdefault(url, (page.number, said))
            elif page is None and said is not None and (keys := _page_keys(url, self.url)):
                found.setdefault(url, (keys[0][1], said))
        return found

    @cached_property
    def _dates(self) -> dict[str, datetime]:
        return dates_beside(self._headlines)

    @cached_property
    def _headlines(self) -> list[tuple[etree._Element, str]]:
        """Links that may be items: all to one address, when one of them has a headline's words."""
        found = []
        for element, url in self._anchors:
            parts = urlsplit(url)
            if element.tag != "a" or not self._leads_on(url):
                continue
            is_page = not (FILE.search(parts.path) or _PICTURE.search(parts.path))
            if is_page and (parts.path.strip("/") or parts.query) and not is_in_menu(element):
                found.append((element, url))
        return found

    @cached_property
    def _titles(self) -> dict[str, str]:
        groups: dict[tuple[str, ...], dict[str, str]] = {}
        longest: dict[str, str] = {}
        for element, url in self._headlines:
            text = said(element)
            if is_pager(text, str(element.get("rel") or "")):
                continue
            if len(text) > len(longest.setdefault(url, "")) and len(text) <= LEAD:
                longest[url] = text
            if len(text) >= HEADLINE and len(text.split()) >= HEADLINE_WORDS - 1:
                groups.setdefault(_where(element), {})[url] = text
        wanted = {url for group in groups.values() for url in group if len(group) >= ALIKE or url in self._dates}
        return {url: title for url, title in longest.items() if url in wanted}


def series_of(url: str, site: Site) -> str:
    """Return what the addresses of all pages of one list share, as far as they are numbered in a usual way.

    >>> series_of("http://a.vn/tin/?page=2", Site("x", "Sở", "Department", "active"))
    'http://a.vn/tin'
    """
    page = numbered(url, site)
    return (page.series if page is not None else without_junk(url, site.junk)).rstrip("/")


def _is_next(text: str, rel: str) -> bool:
    """Say whether a link leads to the next page. ``Xem thêm`` leads to another list as often."""
    bare = fold(text).strip(" >»›.")
    said = text in NEXT_SIGNS or (NEXT_WORDS.fullmatch(bare) is not None and bare != "xem them")
    return said or "next" in rel.lower().split()


def is_pager(text: str, rel: str = "") -> bool:
    """Say whether a link leads to another page of its list.

    >>> [is_pager(text) for text in ("2", "[3]", "Trang sau", "›", "Tin hoạt động")]
    [True, True, True, True, False]
    """
    bare = text.strip()
    if _PAGER.fullmatch(bare) or bare in NEXT_SIGNS or {"next", "prev"} & set(rel.lower().split()):
        return True
    return NEXT_WORDS.fullmatch(fold(bare).strip(" >»›.")) is not None


def said(element: etree._Element) -> str:
    """Return the words of a link, else its title; none when they only say ``Xem thêm``."""
    text = line("".join(str(piece) for piece in element.itertext())) or line(str(element.get("title") or ""))
    return "" if NOTHING_TO_SAY.fullmatch(fold(text)) and not is_pager(text) else text


def _page_keys(url: str, other: str) -> list[tuple[str, int]]:
    """Return the numbers in the query by which alone two addresses differ, each with its key.

    >>> _page_keys("http://a.vn/tin?cid=5&p=3", "http://a.vn/tin?cid=5")
    [('p', 3)]
    """
    pairs = parse_qsl(urlsplit(url).query)
    return [
        (key, number)
        for key, value in pairs
        if (number := number_in(value, None)) is not None
        and without_junk(url, (key,)) == without_junk(other, (key,))
        and url != other
    ]


def _where(element: etree._Element) -> tuple[str, ...]:
    """Return the place of a link in the markup, as those of one list share it."""
    around: Iterable[etree._Element] = (element, *element.iterancestors())
    path = []
    for outer in around:
        if len(path) > _LEVELS:
            break
        path.append(f"{outer.tag}.{str(outer.get('class') or '').partition(' ')[0]}")
    return tuple(path)
