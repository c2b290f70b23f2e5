"""Crawls that share a catalog, as the dedup index sees them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path

from archive.catalog import Catalog
from archive.dedup import Dedup
from archive.model import Capture
from archive.warc.original import Original
from archive.warc.reader import read_answer
from archive.warc.records import LiveExchange
from archive.warc.writer import WarcWriter
from tests.archive.exchanges import DATE, exchange

SITE = "ha_tinh"


class Site:
    """One site's archive, crawled several times."""

    def __init__(self, root: Path, *, min_bytes: int = 4096, durable: bool = True) -> None:
        self.root = root
        self.catalog = Catalog.open("sqlite://")
        self.crawls = 0
        self._min_bytes = min_bytes
        self._is_durable = durable

    def crawl(self, exchanges: Iterable[tuple[LiveExchange, str]], **more: int) -> list[Capture]:
        """Write exchanges, each with its purpose; the catalog learns of them when the crawl ended."""
        self.crawls += 1
        dedup = Dedup(self.root, partial(self.catalog.whole, SITE), min_bytes=self._min_bytes)
        with WarcWriter(self.root, SITE, f"{SITE}-{self.crawls}", info={}, dedup=dedup, **more) as writer:  # type: ignore[arg-type]
            found = [writer.write(each, purpose=purpose) for each, purpose in exchanges]
        captures = [capture for capture in found if capture is not None]
        if self._is_durable:
            self.catalog.add_captures(captures)
        return captures

    def known(self, capture: Capture) -> Original:
        """Return what a conditional request for a capture's address would refer to."""
        return Original.of(capture, record=read_answer(self.root, capture))


def at(minutes: int, response: bytes, url: str = "https://a.vn/a", **more: object) -> LiveExchange:
    """Return an exchange so many minutes after the first one."""
    date = DATE + timedelta(minutes=minutes)
    return exchange(response, url, date=date, ended=date + timedelta(milliseconds=5), **more)
