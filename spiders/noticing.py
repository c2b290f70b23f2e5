"""Ask for known articles that a listing page shows in another way than before."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy.http import Request

from archive.model import Listing
from crawler.noticed import noticed
from spiders.finder import Finder


class NoticingFinder(Finder):
    """A spider that looks at what became of a listing page since it was captured last."""

    def ask_noticed(self, listing: Listing) -> Iterator[Request]:
        """Ask for known articles that look changed or taken away; with ``full`` they are asked for anyway."""
        before = None if self.full else self.recorder.earlier.listing_before(listing.url)
        urls = noticed(before, listing) if before is not None else []
        known = [url for url in urls if self.known(url) and self.site.allows(url)]
        for url in self.fresh(known, listing.url):
            yield from self._ask(url, listing.url, self.parse_article)
