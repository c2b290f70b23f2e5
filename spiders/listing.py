"""Find articles by the listings of a site, newest first, until nothing is new."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from scrapy import signals
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Request, Response

from archive.digests import address_hash
from archive.errors import KhcnError
from archive.model import Article, Listing
from archive.times import UTC
from crawler.known import KnownSet
from crawler.page import PAGE_PARAM
from crawler.registry import page_class
from spiders.ajax import AjaxFinder
from spiders.feed import FeedFinder
from spiders.finder import asked_url
from spiders.noticing import NoticingFinder
from spiders.sitemap import SitemapFinder
from spiders.undeclared import UndeclaredFinder

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

HELD_AT_ONCE = 500
"""Requests for known articles that are made at once."""


class ListingSpider(UndeclaredFinder, NoticingFinder, FeedFinder, SitemapFinder, AjaxFinder):
    """Follow a Department's listings and ask for the articles they name.

    Listings are found from the seeds by their links, so a section that the
    site adds is found too. A chain of listing pages ends where no older page
    is linked, where a page names nothing that the chain has not named yet, or at
    ``KNOWN_IN_A_ROW`` known articles in a row that are not due: but not with ``full``, nor when
    the crawl before saw less than it set out to see, for then there may be
    holes behind what is known. With ``since`` it also ends where it becomes older than that.
    Known articles that a page shows in another way than when it was captured last are asked for.
    Feeds and sitemaps are read after the listings, for what those do not name. The articles that are
    due and that nothing named are asked for at the end; with ``full`` all that are held.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider (see :meth:`SiteSpider.from_crawler`)."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.since is None and spider.seeds == spider.site.seeds:
            crawler.signals.connect(spider.ask_unlisted if spider.full else spider.ask_due, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the seeds, and for what else the site file declares."""
        for seed in self.seeds:
            yield self.request(seed.url, self.parse_listing if self.site.is_listing(seed.url) else self.parse_page)
        for request in (*self.start_ajax(), *self.start_feeds(), *self.start_sitemaps()):
            yield request

    def parse_page(self, response: Response, **how: Any) -> Iterator[Request | Article]:
        """Follow what a page links to, whatever it turns out to be; yield the article it may be.

        *how* is for :meth:`follow_undeclared`.
        """
        result = self.read(response)
        if isinstance(result, Article):
            yield result
        if self.is_seed(asked_url(response)):
            yield from self.open_sitemaps(response)
            yield from self.open_feeds(response)
        if not self.site.layouts:
            assert response.request is not None
            self.note_page(response.request, result if isinstance(result, Article) else None)
            if isinstance(result, Article):
                self.note_files(result)
                if self.is_left(result, response):
                    return
            yield from self.follow_undeclared(response, **how)
            return
        if isinstance(result, Listing):  # a seed can redirect to a listing
            yield from self.walk(result)
        elif self._is_way_in(asked_url(response)) and not self._leads_on(response):
            assert response.request is not None
            self.note_failed_page(response.request, "malformed: a seed that links to nothing of the site")
        yield from self._open_listings(response)

    def parse_listing(
        self, response: Response, known_in_a_row: int = 0, before: Sequence[int] = ()
    ) -> Iterator[Request]:
        """Ask for the fresh articles of a listing page, then for the next page.

        *before* are the keys of what the page before it named, *known_in_a_row* counts up to its end.
        """
        if self.is_seed(asked_url(response)):
            yield from self.open_sitemaps(response)
        if self._is_first_page(response.url):
            yield from self.open_feeds(response)
        yield from self._open_listings(response)
        listing = self.read(response)
        if isinstance(listing, Listing) and (listing.items or self._leads_on(response)):
            yield from self.walk(listing, known_in_a_row, before)
        elif not (before and self._is_empty_end(response)):
            assert response.request is not None
            self.note_failed_page(response.request, "malformed: no listing at a listing's address")

    def _is_empty_end(self, response: Response) -> bool:
        """Say whether a page is the empty one with which lists of its family end."""
        layout = self.site.layout_of("listings", response.url)
        return not response.body.strip() and layout is not None and page_class(layout.page).listing_page.ends_empty

    def _is_way_in(self, url: str) -> bool:
        return any(seed.url == url for seed in self.site.seeds) and not self.site.is_article(url)

    def _leads_on(self, response: Response) -> bool:
        """Say whether a page links to a listing or an article of the site: one that says "maintenance" does not."""
        links = (url for url in self.links(response) if url != response.url)
        return any(self.site.is_listing(url) or self.site.is_article(url) for url in links)

    def ask_unlisted(self) -> None:
        """Ask for the articles held that no listing has named, when all listings were walked."""
        with self._at_idle():
            pages = self.recorder.earlier.article_pages().items()
            self._ask_held({url: via for url, via in pages if self.site.allows(url)})

    def ask_due(self) -> None:
        """Ask for the articles held that are due and that no listing has named, when all listings were walked."""
        with self._at_idle():
            self._ask_held(self._due)

    @contextmanager
    def _at_idle(self) -> Iterator[None]:
        """Let no error pass: Scrapy would log it, and end the crawl as one that came to its end."""
        try:
            yield
        except DontCloseSpider:
            raise
        except KhcnError as error:
            self.recorder.give_up(error)
        except Exception as error:
            logger.exception("known articles not asked for", extra={"crawl": self.recorder.crawl})
            raise CloseSpider(f"error: {type(error).__name__}") from error

    def _ask_held(self, held: Mapping[str, str | None]) -> None:
        callback = self.parse_article if self.site.layouts else self.parse_page
        engine = self.crawler.engine
        assert engine is not None
        asked, urls = self._asked, iter(held)
        while some := list(islice(urls, HELD_AT_ONCE)):  # there may be as many as the site has articles
            for url in self.fresh(some, None):
                for request in self._ask(url, held[url], callback):
                    engine.crawl(request)
        if self._asked > asked:
            raise DontCloseSpider

    @cached_property
    def _due(self) -> dict[str, str | None]:
        spread = timedelta(seconds=self.settings.getfloat("DUE_SPREAD_S"))
        due = self.recorder.earlier.due(datetime.now(UTC), spread)
        return {each.url: each.via for each in due if self.site.allows(each.url)}

    @cached_property
    def _due_identities(self) -> KnownSet:
        return KnownSet(self.site.identity(url) for url in self._due)

    def is_not_due(self, url: str) -> bool:
        """Say whether an article is known, and need not be asked for now."""
        return self.known(url) and not self.full and self.site.identity(url) not in self._due_identities

    def walk(self, listing: Listing, known_in_a_row: int = 0, before: Sequence[int] = ()) -> Iterator[Request]:
        """Ask for the fresh articles that a listing page names, and for the page behind it."""
        yield from self.ask_noticed(listing)
        keys = {item: address_hash(item.url) for item in listing.items if self.site.allows(item.url)}
        items = [item for item, key in keys.items() if key not in set(before)]
        fresh = set(self.fresh((item.url for item in items), listing.url))
        for item in items:
            if self.is_not_due(item.url):
                known_in_a_row += 1
                if self.stops_at_known and known_in_a_row >= self.settings.getint("KNOWN_IN_A_ROW"):
                    return
            elif self._since.wants(item.published):
                known_in_a_row = 0
                if item.url in fresh:
                    yield from self._ask(item.url, listing.url, self.parse_article)
        has_next = self._has_next(listing, bool(items))
        goes_on = has_next and self._since.goes_on(self.site.listing_key(listing.url), items)
        self.is_complete = self.is_complete and not self._since.has_cut
        if goes_on and listing.next_url:
            behind: dict[str, Any] = {"known_in_a_row": known_in_a_row, "before": list(keys.values())}
            ajax = self.next_ajax(listing.next_url, via=listing.url, **behind)
            yield ajax or self.request(listing.next_url, self.parse_listing, via=listing.url, **behind)

    def _has_next(self, listing: Listing, names_more: bool) -> bool:
        """Say whether to go on behind a page; pages that are linked behind the last one are counted as a trap."""
        traps, key, following = self.recorder.traps, self.site.listing_key(listing.url), listing.next_url
        is_past = traps.is_past_the_last(key, (item.url for item in listing.items)) or not names_more
        if following is None or not (self.site.ajax_of(following) is not None or self.site.allows(following)):
            return False
        if self.site.ajax_of(following) is not None:  # no page says that another follows
            return not is_past and not self._is_full()
        if is_past:
            traps.note("past_last_page", following)
        return not is_past and not traps.avoids(following, listing.url) and not self._is_full()

    def asked_as(self, url: str) -> str:
        """Return what all addresses share of which one is asked for in a crawl; a listing has one first page."""
        if self.site.is_listing(url) and self._is_first_page(url):
            return f"listing:{self.site.listing_key(url)}"
        return super().asked_as(url)

    def _open_listings(self, response: Response) -> Iterator[Request]:
        listings = [url for url in self.links(response) if self.site.is_listing(url) and self.site.allows(url)]
        for url in self.fresh(filter(self._is_first_page, listings), response.url):
            yield self.request(url, self.parse_listing, via=response.url)

    def _is_first_page(self, url: str) -> bool:
        if (numbered := self.site.numbered(url)) is not None:
            return numbered[1] == self.site.first_page(url)
        param = self.site.page_param(url) or PAGE_PARAM
        first = str(self.site.first_page(url))
        return dict(parse_qsl(urlsplit(url).query)).get(param, first) == first
