"""The write side of one crawl of one site: exchanges in, records and catalog rows out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive.catalog import Catalog
from archive.errors import ConfigError, DiskFull
from archive.http import measure_body, read_payload
from archive.jsonl import write_articles
from archive.report import read_report, report_path
from archive.model import Article, Capture, Purpose
from archive.times import UTC, warc_date
from archive.warc.records import LiveExchange
from archive.warc.writer import WarcWriter
from crawler.derive import derive
from crawler.lock import SiteLock
from crawler.reading import CrawlReader, Outcome, Result, settle, store, store_crawl
from crawler.sites import Site

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings


class Recorder:
    """Record every exchange of a crawl, and read what was recorded.

    A capture enters the catalog only after its records are in the WARC file.
    What is read is decided by :class:`crawler.reading.CrawlReader`, as in a rebuild.
    """

    def __init__(
        self,
        root: Path,
        site: Site,
        catalog: Catalog,
        lock: SiteLock,
        *,
        started: datetime,
        info: Mapping[str, str],
        max_bytes: int,
    ) -> None:
        self.root = root
        self.site = site
        self.started = started
        self.info = {**info, "started": warc_date(started)}
        self.crawl = new_crawl_id(root, site.id, started)
        self.counts: Counter[str] = Counter()
        self.failures: dict[str, tuple[str, int]] = {}
        """Cause and attempts of every URL that got no usable answer."""
        self.requisite_failures: dict[str, tuple[str, int]] = {}
        """The same of what pages wanted from other hosts."""
        self.disk: DiskFull | None = None
        """Set when something could not be kept for want of space."""
        self.reader = CrawlReader(self.crawl, partial(derive, site))
        self._attempts: Counter[str] = Counter()
        self._results: dict[str, Result] = {}
        self._pending: list[tuple[Capture, Outcome]] = []
        self._catalog = catalog
        self._lock = lock
        self._writer = WarcWriter(root, site.id, self.crawl, info=self.info, max_bytes=max_bytes)

    def known(self) -> set[str]:
        """Return the addresses of the articles that the archive holds of this site."""
        return self._catalog.known(self.site.id)

    def answered(self) -> frozenset[int]:
        """Return the hashes of the addresses that the archive holds a final answer of (:meth:`Catalog.answered`)."""
        return self._catalog.answered(self.site.id)

    def follows_complete_crawl(self) -> bool:
        """Say whether the site's latest crawl saw all it set out to see (see ``CrawlReport.complete``)."""
        crawls = self._catalog.crawls(self.site.id)
        if not crawls:
            return True
        path = report_path(self.root, crawls[-1].id)
        return path.exists() and read_report(path).complete

    def record(self, exchange: LiveExchange, *, via: str | None, purpose: Purpose) -> Capture | None:
        """Write one exchange and read it; return its capture, or None when no answer came.

        Raises DiskFull when it could not be written whole.
        """
        capture = self._writer.write(exchange, via=via, purpose=purpose)
        self.counts["requests"] += 1
        if capture is None or capture.status != 200:
            self._attempts[exchange.url] += 1
        self.counts["bytes"] += exchange.size
        if capture is None:
            return None
        outcome = self.reader.note(
            capture, partial(read_payload, exchange.response), partial(measure_body, exchange.response)
        )
        self.counts["captures"] += 1
        self._pending.append((capture, outcome))
        if outcome.result is not None:
            self._results[capture.id] = outcome.result
        return capture

    def fail(self, url: str, why: str) -> None:
        """Note that *url* got no usable answer."""
        self.failures[url] = (why, max(1, self._attempts[url]))

    def fail_requisite(self, url: str, why: str) -> None:
        """Note that a page's requisite at *url*, on somebody else's host, got no answer."""
        self.requisite_failures[url] = (why, max(1, self._attempts[url]))

    def result(self, capture: Capture) -> Result | None:
        """Hand over, once, what the page of a capture was read as; None when it was not read."""
        return self._results.pop(capture.id, None)

    def keep(self, article: Article) -> Article:
        """Put an article into the catalog, joined with its files; return it so."""
        assert article.capture is not None
        self.commit()
        article = self.reader.article(article.capture)
        self._catalog.add_article(article)
        return article

    def commit(self) -> None:
        """Bring the catalog up to what has been recorded."""
        pending, self._pending = self._pending, []
        with self._catalog.transaction():
            if self.counts["requests"]:
                store_crawl(self._catalog, self.crawl, self.site.id, self.info)
            for capture, outcome in pending:
                store(self._catalog, capture, outcome)

    def close(self) -> Counter[str]:
        """Close the WARC file, settle the catalog, write the JSON Lines; return articles by novelty."""
        self._writer.close()
        self.commit()
        novelty = settle(self._catalog, self.reader)
        if self.counts["requests"]:
            write_articles(self._catalog, self.root, self.site.id, self.crawl)
        self._catalog.close()
        self._lock.__exit__(None, None, None)
        return novelty


def open_recorder(root: Path, site: Site, settings: BaseSettings, started: datetime) -> Recorder:
    """Take the site's lock and open the archive below *root* for one crawl.

    Raises SiteLocked, CatalogError, or ConfigError when *root* can not be written.
    """
    lock = SiteLock(root, site.id, started)
    lock.__enter__()
    try:
        catalog = Catalog.open(settings["KHCN_CATALOG_URL"])
        return Recorder(
            root,
            site,
            catalog,
            lock,
            started=started,
            info=warcinfo(site, settings),
            max_bytes=settings.getint("WARC_MAX_BYTES"),
        )
    except BaseException:
        lock.__exit__(None, None, None)
        raise


def warcinfo(site: Site, settings: BaseSettings) -> dict[str, str]:
    """Return what the warcinfo record says of a crawl of *site* under *settings*."""
    obeys = settings.getbool("ROBOTSTXT_OBEY")
    info = {
        "robots": "obey" if obeys else "ignore",
        "http-header-user-agent": settings["USER_AGENT"],
        "description": f"News of {site.name_en} ({site.name})",
        "settings-sha256": settings_digest(settings),
    }
    if settings["KHCN_CONTACT"]:
        info["operator"] = settings["KHCN_CONTACT"]
    return info


def recorder_of(crawler: Crawler) -> Recorder:
    """Return the recorder of the crawl that *crawler* runs."""
    recorder = getattr(crawler.spider, "recorder", None)
    if recorder is None:
        raise ConfigError("capture needs a site spider; run one of `scrapy list`, or `khcn crawl`")
    return recorder  # type: ignore[no-any-return]


def new_crawl_id(root: Path, site: str, started: datetime) -> str:
    """Return an id that no finished crawl of this data root has: ``<site>-<time to the millisecond>``.

    The caller holds the site's lock, so two crawls never ask at once.
    """
    moment = started.astimezone(UTC)
    stamp = int(moment.strftime("%Y%m%d%H%M%S") + f"{moment.microsecond // 1000:03d}")
    while (root / "crawls" / f"{site}-{stamp}.json").exists():
        stamp += 1
    return f"{site}-{stamp}"


def settings_digest(settings: BaseSettings) -> str:
    """Return the SHA-256 of the settings that steer a crawl: equal settings, equal digest.

    Where the archive lies and whom the log goes to steer nothing.
    """
    values = {key: settings[key] for key in settings if key.isupper() and not key.startswith("LOG_")}
    for key in ("KHCN_DATA", "KHCN_CATALOG_URL", "KHCN_RESOLVE"):
        values.pop(key, None)
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
