"""The traps of one crawl: which addresses it does not ask for, how many of each kind, and an example of each."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache, partial

from archive.digests import address_hash
from archive.report import HeldBack
from crawler.known import KnownSet
from crawler.patterns import Patterns
from crawler.sessions import without_junk
from crawler.sites import Site
from crawler.url_traps import Kind, Numbered, dated, numbered, trap

logger = logging.getLogger(__name__)

BARREN = 2
"""So many pages of a list in a row that name nothing which others of it have not named: it is over."""
PAGE_LINKS = 1_000
"""As many new pages are asked for of those that one page of an undeclared site names; hacked pages name more."""
LOOKED_AT = 10_000
"""So many of its links are looked at, at most: to judge each takes time in which nothing else goes on."""
CALENDAR_PAGES = 1_000
"""Of calendars no more is asked for in a crawl: 40 years of two."""


class Traps:
    """Tell traps from pages, and count each of their addresses once. Nothing of them makes a crawl a failure."""

    def __init__(self, site: Site, today: date, barren: int = 0) -> None:
        """So many pages of a pattern in a row may be *barren*: without a new article; 0: any number."""
        self._site = site
        self.patterns = Patterns(barren)
        """Which patterns of addresses give articles."""
        self._kind = lru_cache(maxsize=8192)(partial(trap, site=site, today=today))
        self.counts: Counter[str] = Counter()
        """Addresses that were not asked for, by the kind of trap."""
        self.examples: dict[str, str] = {}
        """The first address of each kind."""
        self._noted = KnownSet()
        self._calendar_pages = KnownSet()
        self._sessions = KnownSet()
        # One set for all lists: an empty one takes 20,000 bytes, and a site can have a million lists.
        self._named = KnownSet()
        self._barren: dict[int, int] = {}

    def go_on(self, counts: Mapping[str, int], examples: Mapping[str, str], held_back: Iterable[HeldBack] = ()) -> None:
        """Take up what an earlier run of the crawl counted."""
        self.counts.update(counts)
        self.examples.update(examples)
        self.patterns.go_on(held_back)

    def hold_back(self, pattern: str, url: str) -> None:
        """Count an address that is not asked for because nothing comes of those of its pattern."""
        if self.patterns.hold_back(pattern, url):
            logger.warning("pattern held back", extra={"pattern": pattern, "url": url})
        self.note("barren", url)

    def note(self, kind: Kind, url: str) -> None:
        """Count an address that is not asked for."""
        address = f"{kind} {url}"
        if address in self._noted:
            return
        self._noted.add(address)
        self.counts[kind] += 1
        if kind not in self.examples:
            self.examples[kind] = url
            logger.info("trap", extra={"kind": kind, "url": url})

    def avoids(self, url: str, via: str | None) -> bool:
        """Say whether *url*, found on the page *via*, is a trap; then it is counted."""
        kind = self._kind(url, via) or ("calendar" if self._is_past_calendars(url) else None)
        if kind is not None:
            self.note(kind, url)
        return kind is not None

    def note_sessions(self, chosen: Mapping[int, str], found: Iterable[tuple[int, str]]) -> None:
        """Count addresses that differ only by their session, or mark of origin, from one that is asked for.

        *chosen* are those to be asked for now; *found* are all, each by the key of its page.
        """
        for key, url in found:
            page = without_junk(url)
            if page == url.partition("#")[0]:
                continue
            if chosen.get(key) == url:
                self._sessions.add(url)
            elif url not in self._sessions:
                self.note("session", page)

    def is_past_the_last(self, series: str, named: Iterable[str]) -> bool:
        """Say whether a list is over, by what one more page of it names."""
        fresh = [page for url in named if (page := f"{series} {without_junk(url)}") not in self._named]
        for page in fresh:
            self._named.add(page)
        key = address_hash(series)
        barren = 0 if fresh else self._barren.get(key, 0) + 1
        self._barren[key] = barren
        return barren >= BARREN

    def without_later_pages(self, url: str, links: list[str]) -> list[str]:
        """Return the links of a page, those to later pages of its list left out when that is over."""
        page = numbered(url, self._site)
        if page is None:
            return links
        numbers = {link: other.number for link in links if (other := self._of_series(link, page.series)) is not None}
        if not self.is_past_the_last(page.series, (link for link in links if link not in numbers)):
            return links
        later = [link for link, number in numbers.items() if number > page.number and not self._kind(link, url)]
        for link in later:
            self.note("past_last_page", link)
        return [link for link in links if link not in later]

    def without_flood(self, links: list[str], most: int = PAGE_LINKS) -> list[str]:
        """Return the first *most* of the pages that one page links to."""
        for url in links[most:]:
            self.note("link_flood", url)
        return links[:most]

    def _of_series(self, url: str, series: str) -> Numbered | None:
        page = numbered(url, self._site)
        return page if page is not None and page.series == series else None

    def _is_past_calendars(self, url: str) -> bool:
        if url in self._calendar_pages or dated(url, self._site) is None:
            return False
        if len(self._calendar_pages) >= CALENDAR_PAGES:
            return True
        self._calendar_pages.add(url)
        return False
