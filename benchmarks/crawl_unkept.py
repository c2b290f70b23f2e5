"""``khcn crawl`` that keeps nothing: the same spider, manners and reading, with storage switched off.

    python benchmarks/crawl_unkept.py --data FOLDER crawl SITE

Run by :mod:`benchmarks.crawl`, to tell what storage costs: no record is made, hashed, packed or written, no line of an
index, no row of the catalog, no JSON Lines. All else stays: requests by way of the frontier, what each answer is read
as, facts of pictures and documents, reports.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

from archive.catalog import Catalog
from archive.model import Capture, Location
from archive.warc.records import LiveExchange
from crawler import recorder
from crawler.cli import main


class NoWriter:
    """Takes exchanges as the writer of WARC files does, and forgets them."""

    def __init__(self, root: Path, site: str, crawl: str, **options: Any) -> None:
        self._site, self._crawl = site, crawl
        self.written = self.durable = 0

    def write(self, exchange: LiveExchange, via: str | None = None, purpose: Any = "unknown") -> Capture | None:
        """Return the capture of an exchange, which lies nowhere."""
        self.written = self.durable = self.written + 1
        if not exchange.size:
            return None
        payload = exchange.payload()
        return Capture(
            id=f"urn:uuid:{uuid4()}",
            url=exchange.url,
            date=exchange.date,
            status=payload.status,
            mime=(payload.header("Content-Type") or "").partition(";")[0].strip().lower() or None,
            digest=None,
            site=self._site,
            crawl=self._crawl,
            location=Location("nowhere", 0, 0),
            via=via,
            purpose=purpose,
            method=exchange.method,
        )

    def sync(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def nothing(*arguments: object, **options: object) -> Counter[str]:
    """Do nothing; say so."""
    return Counter()


def forget() -> None:
    """Switch storage off, in this process."""
    for name in ("store_crawl", "store_all", "settle", "write_settled"):
        setattr(recorder, name, nothing)
    recorder.WarcWriter = NoWriter  # type: ignore[assignment, misc]
    Catalog.add_article = nothing  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    forget()
    main()
