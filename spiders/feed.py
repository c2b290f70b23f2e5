"""Find articles by the feeds of a site: those that its file declares, and those that its pages name."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

from scrapy.http import Request, Response

from crawler.beside import steered_by
from crawler.feeds import read_feed
from crawler.files import payload_of
from spiders.finder import LATER, Finder, asked_url

logger = logging.getLogger(__name__)


class FeedFinder(Finder):
    """Ask for the articles that feeds name and the archive lacks.

    A feed is a short view of what is new. It ends no listing's chain: what it lacks may be missing.
    """

    _feeds_found = 0

    def start_feeds(self) -> Iterator[Request]:
        """Ask for the feeds that the site file declares, before anything else: they may give a section."""
        if self.seeds == self.site.seeds:
            for feed in self.site.feeds:
                yield self.request(feed.url, self.parse_feed, purpose="feed", priority=-LATER, is_declared=True)

    def open_feeds(self, response: Response) -> Iterator[Request]:
        """Ask for the feeds that a page names."""
        if not self.discovers:
            return
        declared = {feed.url for feed in self.site.feeds}
        links = [url for url in self.leads(response).feeds if self.site.allows(url) and url not in declared]
        feeds = [url for url in links if not self.site.is_article(url) and not self.site.is_listing(url)]
        for url in self.fresh(feeds, response.url):
            if self._feeds_found >= self.settings.getint("FEEDS_MAX"):
                logger.info("feeds cut", extra={"url": response.url, "feed": url})
                return
            self._feeds_found += 1
            yield self.request(url, self.parse_feed, via=response.url, purpose="feed", priority=LATER)

    async def parse_feed(
        self, response: Response, is_declared: bool = False, is_named: bool = False
    ) -> AsyncIterator[Request]:
        """Ask for what a feed names; of a page that lists feeds for those feeds, once."""
        items = await steered_by(read_feed, payload_of(response), response.url)
        if items is not None:
            for request in self.ask_found(((item.url, item.published) for item in items), via=asked_url(response)):
                yield request
        elif is_declared:
            assert response.request is not None
            self.note_failed_page(response.request, "malformed: no feed at a feed's address")
        else:
            self.recorder.counts["feeds_unreadable"] += 1
            logger.info("no feed", extra={"url": response.url, "host": urlsplit(response.url).netloc})
            if not is_named:
                for request in self.open_feeds(response):
                    yield request.replace(cb_kwargs={"is_named": True})
