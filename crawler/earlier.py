"""A listing page as an earlier crawl captured it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from archive.catalog import Catalog
from archive.errors import ArchiveError
from archive.model import Listing, Location
from archive.warc.reader import read_payload
from crawler.derive import derive
from crawler.reading import CrawlReader
from crawler.sites import Site


def listing_before(root: Path, site: Site, catalog: Catalog, url: str, crawl: str) -> Listing | None:
    """Return what the listing page at *url* was when another crawl than *crawl* captured it last.

    Null when none did, and when it can not be read: then nothing can be compared.
    """

    def locate(record: str) -> Location | None:
        capture = catalog.capture(record)
        return capture.location if capture is not None else None

    earlier = (each for each in catalog.latest(site.id, url) if each.crawl != crawl)
    last = next((each for each in earlier if each.status in (200, 304) and not each.truncated), None)
    if last is None:
        return None
    payload = partial(read_payload, root, last, locate=locate)
    try:
        result = CrawlReader(last.crawl, partial(derive, site)).note(last, payload).result
    except (ArchiveError, OSError):
        return None
    return result if isinstance(result, Listing) else None
