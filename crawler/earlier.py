"""What earlier crawls of a site left, as a crawl asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from archive.catalog import Catalog
from archive.catalog.checks import Due
from archive.catalog.identity import content_hash
from archive.catalog.variants import same_section
from archive.errors import ArchiveError
from archive.health.dated import kept_of
from archive.model import Article, Capture, Listing, Location
from archive.report import read_report, report_path
from archive.warc.reader import read_payload
from crawler.derive import derive
from crawler.known import KnownSet
from crawler.known_kept import KeptKnown
from crawler.reading import CrawlReader
from crawler.robots_cache import RobotsCache
from crawler.sites import Site
from crawler.validators import Known, Validators


class Earlier:
    """Answer what the archive holds of a site, for the crawl *crawl* of it.

    The catalog is asked as it stands: what *crawl* itself has brought there is part of an
    answer, unless the method says otherwise. Nothing here writes, but what is kept at hand.
    """

    def __init__(self, root: Path, site: Site, catalog: Catalog, crawl: str, *, conditional: bool = True) -> None:
        """Ask *catalog* and the files below *root*; without *conditional* nothing is :meth:`held`."""
        latest = partial(catalog.latest, site.id)
        self.robots = RobotsCache(root, latest, catalog.capture)
        """The robots.txt that was fetched last."""
        self._known = KeptKnown(root, site, catalog)
        self._root = root
        self._site = site
        self._catalog = catalog
        self._crawl = crawl
        self._is_first = not catalog.crawls(site.id)
        self._validators = Validators(root, latest, catalog.capture) if conditional else None

    def known(self, but: Iterable[str] = ()) -> KnownSet:
        """Return the identities of the articles that are held whole, without those at the addresses *but*."""
        return self._known.identities(but)

    def keep_known(self) -> None:
        """Keep at hand what is known now that *crawl* has ended (:meth:`KeptKnown.keep`)."""
        self._known.keep(self._crawl)

    def lists(self) -> Iterator[str]:
        """Yield the addresses of pages that list articles, as far as they were read (:meth:`Catalog.lists`)."""
        return self._catalog.lists(self._site.id)

    def due(self, now: datetime, spread: timedelta) -> Iterator[Due]:
        """Yield the articles that are to be asked for again (:meth:`Catalog.due`)."""
        return self._catalog.due(self._site.id, now, spread=spread)

    def article_pages(self) -> dict[str, str | None]:
        """Return the addresses of the articles held, each with the page on which it was found last."""
        return self._catalog.article_pages(self._site.id)

    def is_answered(self, url: str) -> bool:
        """Say whether the archive holds a final answer of an address (:meth:`Catalog.is_answered`).

        Of a site that was never crawled before it is not asked: what it holds is this crawl's own.
        """
        return not self._is_first and self._catalog.is_answered(self._site.id, url)

    def published_days(self) -> Mapping[date, int]:
        """Return how many articles of the site were published on which day (:meth:`Catalog.published_days`)."""
        with self._catalog.following() as state:
            kept = kept_of(self._root, state, self._site.id)
        return (
            kept.counted() if kept is not None else self._catalog.published_days(self._site.id).get(self._site.id, {})
        )

    def last_capture(self, url: str) -> Capture | None:
        """Return the latest capture of an address that the catalog holds."""
        return next(iter(self._catalog.latest(self._site.id, url, 1)), None)

    def last_readings(self, urls: Iterable[str]) -> dict[str, tuple[datetime, str | None]]:
        """Return, of those *urls* at which an article was read, when that was last, and where they were found."""
        return self._catalog.last_readings(self._site.id, urls)

    def held(self, url: str) -> Known | None:
        """Return the answer that is held of an address, to ask whether it is still current."""
        return self._validators.known(url) if self._validators is not None else None

    def as_before(self, article: Article) -> Article | None:
        """Return the version that an earlier crawl holds of an article which reads the same; else null."""
        before = self._catalog.article(article.url)
        if before is None or before.capture is None or content_hash(before) != content_hash(article):
            return None
        if before.site != article.site or not same_section(before, article):
            return None
        capture = self._catalog.capture(before.capture)
        return before if capture is not None and capture.crawl != self._crawl else None

    def listing_before(self, url: str) -> Listing | None:
        """Return what the listing page at *url* was when an earlier crawl captured it last.

        Null when none did, and when it can not be read: then nothing can be compared.
        """
        earlier = (each for each in self._catalog.latest(self._site.id, url) if each.crawl != self._crawl)
        last = next((each for each in earlier if each.status in (200, 304) and not each.truncated), None)
        if last is None:
            return None
        payload = partial(read_payload, self._root, last, locate=self._locate)
        try:
            result = CrawlReader(last.crawl, partial(derive, self._site)).note(last, payload).result
        except (ArchiveError, OSError):
            return None
        return result if isinstance(result, Listing) else None

    def _locate(self, record: str) -> Location | None:
        capture = self._catalog.capture(record)
        return capture.location if capture is not None else None

    def follows_complete_crawl(self) -> bool:
        """Say whether the site's latest crawl saw all it set out to see (see ``CrawlReport.complete``)."""
        crawls = self._catalog.crawls(self._site.id)
        if not crawls:
            return True
        path = report_path(self._root, crawls[-1].id)
        return path.exists() and read_report(path).complete
