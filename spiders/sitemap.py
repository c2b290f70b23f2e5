"""Find articles by the sitemaps of a site: declared, named by robots.txt, or at ``/sitemap.xml``."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.errors import KhcnError
from archive.times import now
from crawler.beside import steered_by
from crawler.feeds import read_feed
from crawler.files import payload_of
from crawler.refusals import NotAsked
from crawler.sitemaps import Entry, Sitemap, newest, read_sitemap, tells_changes
from spiders.finder import LATER, Finder, asked_url

logger = logging.getLogger(__name__)

MAX_DEPTH = 3
"""Indexes of indexes; the protocol allows none."""
_PAGES = ("text/html", "application/xhtml+xml")


class SitemapFinder(Finder):
    """Ask for the articles that sitemaps name and the archive lacks, and for those that they say have changed."""

    _sitemaps_found = 0
    _rechecks = 0

    def start_sitemaps(self) -> Iterator[Request]:
        """Ask for the sitemaps that the site file declares."""
        if self.seeds == self.site.seeds:
            for url in self.site.sitemaps:
                yield self.request(url, self.parse_sitemap, purpose="sitemap", priority=LATER, is_declared=True)

    def open_sitemaps(self, response: Response) -> Iterator[Request]:
        """Ask for the sitemaps of a seed's host: those that its robots.txt names, else the usual one."""
        if not self.discovers:
            return
        named = [url for url in response.meta.get("sitemaps", ()) if self.site.allows(url)]
        for url in self.fresh(named, None):
            yield from self._open(url, None, 0)
        parts = urlsplit(response.url)
        usual = f"{parts.scheme}://{parts.netloc}/sitemap.xml"
        if not named and self.site.allows(usual) and self.fresh([usual], None) and self._may_exist(usual):
            yield self.request(usual, self.parse_sitemap, purpose="sitemap", priority=LATER, is_guess=True)

    async def parse_sitemap(
        self, response: Response, depth: int = 0, is_declared: bool = False, is_guess: bool = False
    ) -> AsyncIterator[Request]:
        """Ask for what a sitemap names: pages, or further sitemaps. A feed in its place is one."""
        payload = payload_of(response)
        sitemap = await steered_by(read_sitemap, payload, response.url)
        if sitemap is None and (items := await steered_by(read_feed, payload, response.url)) is not None:
            sitemap = Sitemap(False, tuple(Entry(item.url, None, item.published) for item in items))
        if sitemap is None:
            self.recorder.counts["sitemaps_unreadable"] += 1
            logger.info("no sitemap", extra={"url": response.url})
            if is_declared and response.request is not None:
                self.note_failed_page(response.request, "malformed: no sitemap at a sitemap's address")
            return
        if sitemap.is_cut:
            logger.warning("sitemap cut", extra={"url": response.url, "entries": len(sitemap.entries)})
        if sitemap.is_index:
            for request in self._open_index(sitemap, response, depth):
                yield request
            return
        via = asked_url(response)
        for request in self.ask_found(((entry.url, newest(entry)) for entry in sitemap.entries), via):
            yield request
        if not self.full and tells_changes(sitemap, now()):
            for request in self._ask_changed(sitemap):
                yield request

    def fail(self, failure: Failure) -> None:
        """Note a request that got no usable answer; where we merely guessed a sitemap, none is no failure."""
        request: Request = failure.request  # type: ignore[attr-defined]
        if not request.cb_kwargs.get("is_guess") or self.is_ending or isinstance(failure.value, NotAsked | KhcnError):
            super().fail(failure)
        else:
            logger.info("no sitemap", extra={"url": request.url, "cause": failure.getErrorMessage()})

    def _open_index(self, index: Sitemap, response: Response, depth: int) -> Iterator[Request]:
        if depth >= MAX_DEPTH:
            logger.warning("sitemaps too deep", extra={"url": response.url})
            return
        entries = {entry.url: entry for entry in index.entries if self.site.allows(entry.url)}
        for url in self.fresh(entries, response.url):
            if self._is_changed(entries[url]):
                yield from self._open(url, response.url, depth + 1)

    def _open(self, url: str, via: str | None, depth: int) -> Iterator[Request]:
        if self._sitemaps_found >= self.settings.getint("SITEMAPS_MAX"):
            logger.warning("sitemaps cut", extra={"sitemap": url})
            return
        self._sitemaps_found += 1
        yield self.request(url, self.parse_sitemap, via=via, purpose="sitemap", priority=LATER, depth=depth)

    def _is_changed(self, entry: Entry) -> bool:
        """Say whether a sitemap may hold what its last capture did not, by what its index says."""
        if self.full or not self.stops_at_known or entry.modified is None:
            return True
        last = self.recorder.earlier.last_capture(entry.url)
        return last is None or last.status not in (200, 304) or last.date <= entry.modified

    def _may_exist(self, url: str) -> bool:
        """Say whether to look for a sitemap: not for a while after there was none."""
        last = self.recorder.earlier.last_capture(url)
        if last is None or (last.status in (200, 304) and last.mime not in _PAGES):
            return True
        return now() - last.date > timedelta(seconds=self.settings.getint("SITEMAP_GUESS_S"))

    def _ask_changed(self, sitemap: Sitemap) -> Iterator[Request]:
        """Ask again for the articles that changed since their last capture, as their sitemap says."""
        dated = {entry.url: entry.modified for entry in sitemap.entries if entry.modified and self.known(entry.url)}
        read = self.recorder.earlier.last_readings(dated)
        later = [url for url, (date, _) in read.items() if date < dated[url] <= now() + timedelta(days=1)]
        for url in self.fresh(sorted(later, key=lambda url: dated[url], reverse=True), None):
            if self._rechecks >= self.settings.getint("SITEMAP_RECHECKS_MAX") or self._is_full():
                return
            self._rechecks += 1
            yield from self._ask(url, read[url][1], self.parse_article if self.site.layouts else self.parse_page)
