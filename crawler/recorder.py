"""The write side of one crawl of one site: exchanges in, records and catalog rows out."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from archive.catalog import Catalog
from archive.dedup import MIN_BYTES, Dedup
from archive.errors import ArchiveError, ConfigError, KhcnError
from archive.health.facts import ArticleFacts
from archive.http import measure_body
from archive.jsonl import write_settled
from archive.model import Article, Capture, Payload, Purpose
from archive.posts import address_of, read_request
from archive.report import Breaker, CrawlReport, Run, write_report
from archive.times import VN, warc_date
from archive.warc.records import LiveExchange
from archive.warc.stored import payload_of
from archive.warc.writer import WarcWriter
from crawler.assets import wire_form
from crawler.beside import Beside
from crawler.earlier import Earlier
from crawler.exits import SiteLocked
from crawler.failed import Failed
from crawler.held import Held
from crawler.known import KnownSet
from crawler.leads import Leads, PageLeads
from crawler.lock import SiteLock
from crawler.reading import Outcome, Result, files_mark, settle, store_all, store_crawl
from crawler.reading_process import Limits
from crawler.rebuild import note_again
from crawler.sending import sending
from crawler.sites import Site
from crawler.spool import Spool
from crawler.tally import owed_after
from crawler.trapped import Traps

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

ARTICLE_WAITS_S = 0.25
"""How long an article waits at most until its records are synced: those of its neighbours come with it."""


class Recorder:
    """Record every exchange of a crawl, and read what was recorded.

    A capture enters the catalog, and an article leaves :meth:`keep`, only after their
    records are on the disk. That is at most so many records, or so many seconds, behind
    (``WARC_SYNC_RECORDS``, ``WARC_SYNC_SECONDS``).
    What is read is decided by :class:`crawler.reading.CrawlReader`, as in a rebuild.

    When something can not be kept the recorder is :attr:`broken` for good: it takes
    nothing more, and the next crawl of the site repairs what this one leaves.
    """

    def __init__(
        self,
        root: Path,
        site: Site,
        catalog: Catalog,
        lock: SiteLock,
        *,
        crawl: str,
        started: datetime,
        info: Mapping[str, str],
        max_bytes: int,
        max_age: timedelta | None = None,
        sync_records: int = 100,
        sync_seconds: float = 2.0,
        owed: Iterable[str] = (),
        dedup_min_bytes: int = MIN_BYTES,
        conditional: bool = True,
        limits: Limits = Limits(),  # noqa: B008 (it never changes)
        barren_pages: int = 0,
    ) -> None:
        self.root = root
        self.site = site
        self.started = started
        self.info = {**info, "started": warc_date(started)}
        self.crawl = crawl
        self.counts: Counter[str] = Counter()
        self.failed = Failed()
        """What got no usable answer."""
        self.breaker: tuple[Breaker, ...] = ()
        """Hosts that earlier runs of the crawl left alone."""
        self.runs: tuple[Run, ...] = ()
        """The processes that worked on the crawl, this one last."""
        self.certificates: dict[str, datetime] = {}
        """Until when the certificates of the site's hosts are valid (UTC), by host."""
        self.tls_faults: dict[str, str] = {}
        """What is wrong with how the site's hosts speak TLS, by host."""
        self.robots: dict[str, str] = {}
        """A digest of the rules of each robots.txt of the site that was obeyed, by scheme and host."""
        self.traps = Traps(site, started.astimezone(VN).date(), barren_pages)
        """What leads nowhere, and is not asked for."""
        self.broken: KhcnError | None = None
        """Why something could not be kept."""
        self.on_broken: Callable[[KhcnError], object] = lambda error: None
        """Called once, when that happens."""
        self._spool = Spool(root, site.id, crawl)
        self.beside = Beside(site, crawl, limits, self._spool)
        """What reads beside the event loop."""
        self.reader = self.beside.reader
        # Of what the archive does not hold nothing is asked, for every answer, while it is fetched the first time.
        is_first = not catalog.crawls(site.id)
        self.earlier = Earlier(root, site, catalog, crawl, conditional=conditional and not is_first)
        """What earlier crawls left."""
        self._results: dict[str, Result] = {}
        self._pending: list[tuple[int, Capture, Outcome]] = []
        """What the catalog does not hold yet, each with the count of exchanges written then."""
        self._kept: list[tuple[int, str, asyncio.Future[Article]]] = []
        """Articles that wait until they are durable, by the capture of their page."""
        self._due: list[tuple[int, Callable[[], object]]] = []
        """What is to be done when the exchanges written then are durable."""
        self.held_now = Held(root, catalog.capture, self._spool)
        """What this crawl had captured before it was interrupted."""
        self.owed = tuple(owed)
        """Articles that the crawl before left unfinished, by their addresses."""
        self._asked = KnownSet()
        """Addresses of which the archive holds an exchange, as they are requested."""
        self._sync_seconds = sync_seconds
        self._sync_records = sync_records
        self._timer: asyncio.TimerHandle | None = None
        self.facts = ArticleFacts()
        """What its articles are like, known once they are settled."""
        self._is_closed = False
        self._is_told = False
        self._catalog = catalog
        self._lock = lock
        self._writer = WarcWriter(
            root,
            site.id,
            self.crawl,
            info=self.info,
            max_bytes=max_bytes,
            max_age=max_age,
            sync_records=sync_records,
            dedup=Dedup(
                root,
                partial(catalog.whole, site.id),
                min_bytes=dedup_min_bytes,
                written=KnownSet() if is_first else None,
            ),
            on_close=partial(sending.closed, root),
        )

    def go_on(self, before: CrawlReport, look: Callable[[], object] = lambda: None) -> None:
        """Take up the crawl where its last run, reported as *before*, was interrupted.

        *look* is called for every capture, and may raise to stop.
        """
        self.counts.update(requests=before.requests, bytes=before.bytes, captures=before.captures)
        self.counts.update(revisits=before.revisits, robots_refused=before.robots_refused)
        self.counts.update(
            {f"requisites_{name}": number for name, number in msgspec.to_builtins(before.requisites).items()}
        )
        self.failed.go_on(before)
        self.breaker = before.breaker or ()
        self.certificates.update(before.certificates)
        self.tls_faults.update(before.tls_faults)
        self.robots.update(before.robots)
        self.traps.go_on(before.traps, before.trap_examples, before.held_back)
        for capture, _ in note_again(self.root, self.site.id, self.reader, self._catalog):
            look()
            self.held_now.add(capture)
            self._asked.add(wire_form(address_of(capture.url, capture.method, capture.request_body)))

    def pages_before(self) -> Iterator[str]:
        """Yield the pages that this crawl had asked for before it was interrupted."""
        captures = self._catalog.captures(self.site.id, crawl=self.crawl)
        return (capture.url for capture in captures if capture.purpose == "page")

    def when_durable(self, call: Callable[[], object]) -> None:
        """Call *call* once all that is written by now is durable, and in the catalog; never, when that fails."""
        if self.broken is not None:
            return
        if self._writer.durable == self._writer.written and not self._pending:
            call()
        else:
            self._due.append((self._writer.written, call))

    def known(self) -> KnownSet:
        """Return the identities of the articles that the archive holds of this site, whole."""
        # Nor what this crawl itself has read: behind that nothing is known.
        return self.earlier.known((*self.owed, *self.reader.addresses()))

    def left(self, *, is_finished: bool) -> tuple[str, ...]:
        """Return the articles that the next crawl is to ask for again."""
        return owed_after([] if is_finished else self.reader.finish(), self._asked, self.owed)

    async def record(self, exchange: LiveExchange, *, via: str | None, purpose: Purpose) -> Capture | None:
        """Write one exchange and read it; return its capture, or None when no answer came.

        It is written before anything is waited for, so records lie in the order of the calls. *exchange* is
        needed until it was read. Raises DiskFull or ArchiveError when it could not be written whole.
        """
        self._check()
        try:
            capture = self._writer.write(exchange, via=via, purpose=purpose)
        except KhcnError as error:
            self.give_up(error)
            raise
        address = address_of(exchange.url, *read_request(exchange.request))
        self._asked.add(wire_form(address))
        self.counts["requests"] += 1
        if exchange.certificate_until is not None and self.site.claims(exchange.url):
            self.certificates[urlsplit(exchange.url).netloc] = exchange.certificate_until
            self._note_tls(urlsplit(exchange.url).netloc, exchange.tls_faults)
        is_answer = capture is not None and (capture.status == 200 or capture.revisit_of is not None)
        self.failed.tried(address, is_answered=is_answer and exchange.error is None)
        self.counts["bytes"] += exchange.size
        if capture is None:
            self._sync_soon()
            return None
        read: Callable[..., Payload] = exchange.payload
        measure = partial(measure_body, exchange.response)
        held = exchange.known.record if exchange.known and capture.status == 304 and capture.revisit_of else None
        if held is not None:
            read, measure = partial(payload_of, held), partial(measure_body, held.block)
        self.counts["revisits"] += capture.revisit_of is not None
        self.counts["captures"] += 1
        told = {"url": exchange.url, "status": capture.status, "purpose": purpose, "size_bytes": exchange.size}
        logger.info("captured", extra=told)
        written = self._writer.written
        self._sync_soon()  # the disk does not wait for the reader
        try:
            outcome = await self.beside.note(capture, read, measure, exchange.size)
        except KhcnError as error:
            self.give_up(error)
            raise
        self._pending.append((written, capture, outcome))
        if outcome.result is not None:
            self._results[capture.id] = outcome.result
        self._sync_soon()
        return capture

    def _note_tls(self, host: str, faults: tuple[str, ...]) -> None:
        told = ", ".join(faults)
        if told and self.tls_faults.get(host) != told:
            self.tls_faults[host] = told
            logger.warning("tls faults", extra={"host": host, "faults": told})

    def result(self, capture: Capture) -> Result | None:
        """Hand over, once, what the page of a capture was read as; None when it was not read."""
        return self._results.pop(capture.id, None)

    def leads(self, capture: Capture) -> Leads | PageLeads | None:
        """Hand over, once, what a page leads to that was read beside; None of all others."""
        return self.beside.leads(capture)

    async def take_held(self, url: str, max_size: int) -> tuple[Capture, Payload] | None:
        """Hand over, once, the answer that this crawl had at *url* before it was interrupted."""
        found = self.held_now.take(url, max_size)
        if found is not None:
            outcome = await self.beside.look(*found)
            if outcome.result is not None:
                self._results[found[0].id] = outcome.result
        return found

    async def keep(self, article: Article) -> Article:
        """Put an article into the catalog, joined with its files; return it so, once all of it is durable.

        Waiting here, not later, is what keeps an item from everybody behind (Scrapy's exporters,
        extensions) that a power cut could make untrue.
        """
        assert article.capture is not None
        self._check()
        durable: asyncio.Future[Article] = asyncio.get_running_loop().create_future()
        self._kept.append((self._writer.written, article.capture, durable))
        self._sync_soon(ARTICLE_WAITS_S)
        kept = await durable
        logger.info("article kept", extra={"url": kept.url, "title": kept.title})
        return kept

    def _sync_soon(self, at_most: float = float("inf")) -> None:
        if self._writer.durable == self._writer.written and len(self._pending) >= self._sync_records:
            self.sync()  # the writer's batch was full: the catalog follows; not by one transaction for each capture
            return
        loop = asyncio.get_running_loop()
        seconds = min(self._sync_seconds, at_most)
        if self._timer is None or self._timer.when() > loop.time() + seconds:
            self._stop_timer()
            self._timer = loop.call_later(seconds, self.sync)

    def sync(self) -> None:
        """Bring everything to the disk, and the catalog up to it; on a failure give up."""
        # On the loop, not in a thread: a batch takes the disk some milliseconds, and order is free.
        self._stop_timer()
        try:
            self._writer.sync()
            self._commit()
        except KhcnError as error:
            self.give_up(error)
        except Exception as error:
            # Nobody waits for a timer: without this, articles would wait for what never comes.
            logger.exception("not synced")
            self.give_up(ArchiveError(f"{self.root}: {type(error).__name__}: {error}; this is a bug, keep the log"))

    def give_up(self, error: KhcnError) -> None:
        """Take nothing more, because of *error*."""
        if self.broken is not None:
            return
        self.broken = error
        self._stop_timer()
        kept, self._kept = self._kept, []
        for _, _, durable in kept:
            if not durable.done():
                durable.set_exception(error)
        self.on_broken(error)

    def _check(self) -> None:
        if self.broken is None:
            try:
                self._lock.check()
            except SiteLocked as error:
                self.give_up(error)
        if self.broken is not None:
            raise self.broken

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _commit(self) -> None:
        """Bring the catalog up to what is durable."""
        durable = self._writer.durable
        pending = [entry for entry in self._pending if entry[0] <= durable]
        kept = [entry for entry in self._kept if entry[0] <= durable]
        articles = [self.reader.article(capture) for _, capture, _ in kept]
        with self._catalog.transaction():
            if durable and not self._is_told:
                store_crawl(self._catalog, self.crawl, self.site.id, self.info)
            store_all(self._catalog, [(capture, outcome) for _, capture, outcome in pending], self.reader.states)
            for article in articles:
                self._catalog.add_article(article)
        # Not before the transaction ended well: what it could not take is told again.
        # Pages that took long to read come behind those that were written after them.
        self._is_told = bool(durable)
        for article in articles:
            self._spool.keep(article.capture or "", files_mark(article))
        self._pending = [entry for entry in self._pending if entry[0] > durable]
        del self._kept[: len(kept)]
        for (_, _, waiting), article in zip(kept, articles, strict=True):
            if not waiting.done():
                waiting.set_result(article)
        due = [call for written, call in self._due if written <= durable]
        del self._due[: len(due)]
        for call in due:
            call()

    def close(self) -> Counter[str]:
        """Close the WARC file, settle the catalog, write the JSON Lines; return articles by what became of them.

        Raises DiskFull, ArchiveError or CatalogError when not all of it could be done. The site
        stays locked until :meth:`end`.
        """
        self._stop_timer()
        self._writer.close()
        if self.beside.unread:
            raise ArchiveError(
                f"{self.site.id}: {self.beside.unread} answers are not read yet; the next crawl reads them"
            )
        self._commit()
        novelty = settle(self._catalog, self.reader, self.facts.add)
        if self._writer.durable:
            write_settled(self._catalog, self.root, self.site.id, self.crawl)
        self._is_closed = True
        return novelty + self._catalog.events(self.site.id, self.crawl)

    def end(self, report: CrawlReport) -> None:
        """Write the report and free the site.

        After a :meth:`close` that failed, the crawl stays one that has not ended, for the next one
        to repair. Raises DiskFull or ArchiveError when the report can not be written.
        """
        try:
            self._catalog.close()
            self._spool.close()
            write_report(self.root, report, ended=self._is_closed)
        finally:
            self._lock.__exit__(None, None, None)


def recorder_of(crawler: Crawler) -> Recorder:
    """Return the recorder of the crawl that *crawler* runs."""
    recorder = getattr(crawler.spider, "recorder", None)
    if recorder is None:
        raise ConfigError("capture needs a site spider; run one of `scrapy list`, or `khcn crawl`")
    return recorder  # type: ignore[no-any-return]
