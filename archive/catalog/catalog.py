"""The door to the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from sqlalchemy import Connection, Engine

from archive.catalog import checks, pages, read, write
from archive.catalog.answered import answered_hashes
from archive.catalog.checks import Due, Removed
from archive.catalog.engine import explained, open_engine, parse_url, reading, sqlite_path, writing
from archive.catalog.held import held_ids, last_readings
from archive.catalog.known import known_urls, list_urls
from archive.catalog.pages import Page
from archive.catalog.read import Crawl, Observation
from archive.catalog.write import State
from archive.ledger import SPREAD, Ledger
from archive.model import Article, Capture

T = TypeVar("T")
Place = tuple[str, str]


class Catalog:
    """Rows about crawls, captures and articles; used by one thread at a time.

    Each call is a transaction of its own, or part of the one around it::

        with catalog.transaction():
            catalog.add_captures(captures)
            catalog.add_article(article)

    The same facts give the same rows, whatever their order and however often
    they are told. Errors of the database are CatalogError or DiskError.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._transaction: Connection | None = None

    @classmethod
    def open(cls, url: str | Path, *, create: bool = True, read_only: bool = False) -> Catalog:
        """Open the catalog at a SQLAlchemy URL, or in a SQLite file.

        A missing one is made when *create*. *read_only* needs no write
        access to the file or its folder, and works while a crawl writes.
        Raises CatalogError, saying what to do, when it can not be opened.

        >>> with Catalog.open("sqlite://") as catalog:
        ...     catalog.counts()["articles"]
        0
        """
        parsed = parse_url(url)
        return cls(open_engine(parsed, create=create, read_only=read_only))

    @property
    def path(self) -> Path | None:
        """The SQLite file, null for a database elsewhere."""
        return sqlite_path(self._engine.url)

    def close(self) -> None:
        """Let go of the database."""
        with explained(self._engine.url):
            self._engine.dispose()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all calls inside one transaction: all of it is kept, or, on an error, nothing.

        SQLite has one writer at a time: leave it soon, others may wait.
        """
        if self._transaction is not None:
            yield
            return
        with writing(self._engine) as connection:
            self._transaction = connection
            try:
                yield
            finally:
                self._transaction = None

    # Facts in.

    def add_crawl(self, crawl: str, site: str, started: datetime, info: Mapping[str, str]) -> None:
        """Keep a crawl; of several descriptions of one the first by (started, info) stays."""
        with self.transaction():
            write.add_crawl(self._writer, crawl, site, started, info)

    def add_captures(self, captures: Iterable[Capture]) -> None:
        """Keep captures."""
        with self.transaction():
            write.add_captures(self._writer, captures)

    def add_reading(self, capture: str, kind: str, detail: str = "") -> None:
        """Keep how a capture (by id) was read: ``article``, ``listing``, ``rejected``, ``redirect``.

        *detail* is the parser of an article, the reason of a rejection, the
        target of a redirect.
        """
        with self.transaction():
            write.add_reading(self._writer, capture, kind, detail)

    def add_article(self, article: Article) -> State:
        """Keep what a capture of an article's page gave: an observation, and its version.

        Returns what it is against the article's previous observation in
        time: ``new`` when there is none, ``unchanged`` when it has the same
        version, else ``changed``. What is equal and what is not:
        :mod:`archive.catalog.identity`. A version is represented by its
        most complete capture, the earliest of these: the one whose article has
        the fewest pictures and documents without a file. Read differently than
        before, or with fewer files, the same capture's former reading is
        retracted.

        Raises ValueError when it has no capture.
        """
        with self.transaction():
            return write.add_article(self._writer, article)

    def retract(self, captures: Iterable[str]) -> set[str]:
        """Forget the articles that *captures* (ids) gave; versions and articles seen nowhere else go too.

        Returns captures that now represent a version in place of a retracted
        one: what does not belong to a version (section, tags, file facts) is
        still the retracted capture's until they are added again.
        """
        with self.transaction():
            return write.retract(self._writer, captures)

    def replace_sites(self, sites: Sequence[str] | None, source: Catalog) -> None:
        """Put *source*'s rows of *sites* (None: of all) in place of this catalog's, at once or not at all."""
        with self.transaction(), reading(source._engine) as other:
            write.remove_sites(self._writer, sites if sites is not None else self.sites())
            read.copy_rows(other, self._writer, sites)

    # Questions.

    def sites(self) -> list[str]:
        """Return the ids of all sites with a crawl, capture or article."""
        return self._ask(read.site_ids)

    def crawls(self, site: str | None = None) -> list[Crawl]:
        """Return all crawls, of one site or of all, by (started, id)."""
        return self._ask(lambda connection: read.crawl_rows(connection, site))

    def known(self, site: str) -> Iterator[str]:
        """Yield the addresses already read as an article, or rejected for good, and what redirects to them.

        A page on which reading broke, or which was empty or a soft 404, is not known. Some come more than once.
        """
        with reading(self._engine) as connection:
            yield from known_urls(connection, site)

    def lists(self, site: str) -> Iterator[str]:
        """Yield the addresses of pages read as lists, and of pages that are none and led to an article; some twice."""
        with reading(self._engine) as connection:
            yield from list_urls(connection, site)

    def article_pages(self, site: str) -> dict[str, str | None]:
        """Return the addresses that were read as articles, each with the page on which it was found last."""
        return self._ask(lambda connection: read.article_pages(connection, site))

    def answered(self, site: str) -> frozenset[int]:
        """Return :func:`archive.digests.address_hash` of every address of a site that has a final answer.

        That is 200, a redirect, 304, or "gone" (404, 410); servers that refuse or break may think again.
        """
        return self._ask(lambda connection: answered_hashes(connection, site))

    def articles(
        self,
        site: str | None = None,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
    ) -> Iterator[Article]:
        """Yield the latest version of each article, by date of publication (without one: of capture).

        *since* and *until* are included; a ``date`` is a whole day in Vietnam.
        Articles added while iterating may or may not come.
        """
        return self._pages(
            lambda connection, after: read.article_page(connection, site=site, since=since, until=until, after=after)
        )

    def newest(self, site: str, until: date | datetime) -> datetime | None:
        """Return when the newest article of a site was published (without a date: captured), until *until*.

        A date that lies in the future is a misprint, and would hide for years that a site fell silent.
        """
        return self._ask(lambda connection: read.newest(connection, site, until))

    def article(self, url: str, at: datetime | None = None) -> Article | None:
        """Return the article at *url*, under any of its addresses, as it was seen last.

        With *at*: as it read at that time, which is the last time it was seen
        until then; before the first, as it was seen first.
        """
        return self._ask(lambda connection: read.article_at(connection, url, at))

    def versions(self, url: str) -> list[Article]:
        """Return the versions of the article at *url*, each once, in the order in which they were first seen."""
        return self._ask(lambda connection: read.versions_of(connection, url))

    def observations(self, url: str) -> list[Observation]:
        """Return every time the article at *url* was seen, with its version then, in the order of time."""
        return self._ask(lambda connection: read.observations_of(connection, url))

    def due(self, site: str, now: datetime, *, spread: timedelta = SPREAD) -> Iterator[Due]:
        """Yield the articles of a site that are to be asked for again at *now*, in no useful order.

        By :mod:`archive.ledger`, from what the archive holds until now; removed articles too. The
        catalog may be written meanwhile: what is added then is not seen.
        """
        with reading(self._engine) as connection:
            yield from checks.due_articles(connection, site, now, spread)

    def ledger(self, url: str) -> Ledger | None:
        """Return what became of the article at *url*, under any of its addresses; null when there is none."""
        return self._ask(lambda connection: checks.ledger_of(connection, url))

    def removed(self, site: str | None = None) -> Iterator[Removed]:
        """Yield the confirmed removals of articles, also of those that came back, site by site."""
        for each in self.sites() if site is None else (site,):
            with reading(self._engine) as connection:
                yield from checks.removals(connection, each)

    def events(self, site: str, crawl: str) -> Counter[str]:
        """Count the articles that were confirmed as ``gone``, came ``back`` or ``moved`` by checks of one crawl."""
        return self._ask(lambda connection: checks.events_of(connection, site, crawl))

    def new_versions(self, site: str, crawl: str) -> list[Article]:
        """Return the versions that a capture of a crawl represents, by (captured, url)."""
        return self._ask(lambda connection: read.new_versions(connection, site, crawl))

    def crawls_beside(self, site: str, crawl: str) -> list[str]:
        """Return the other crawls that saw versions which a capture of *crawl* represents, sorted.

        Those are all whose :meth:`new_versions` the articles of *crawl* can have made fewer.
        """
        return self._ask(lambda connection: read.crawls_beside(connection, site, crawl))

    def captures(
        self,
        site: str | None = None,
        url: str | None = None,
        crawl: str | None = None,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
    ) -> Iterator[Capture]:
        """Yield captures by (date, id); those of *url* also under ``http``, ``https`` and ``www.``.

        *since* and *until*, of the capture's date, are included; a ``date`` is a whole day in Vietnam.
        """
        return self._pages(
            lambda connection, after: read.capture_page(
                connection, site=site, url=url, crawl=crawl, since=since, until=until, after=after
            )
        )

    def captures_by_warc(self, site: str) -> dict[str, int]:
        """Return how many captures of a site each of its WARC files holds."""
        return self._ask(lambda connection: read.captures_by_warc(connection, site))

    def pages(
        self, sites: Sequence[str], since: date | datetime | None = None, until: date | datetime | None = None
    ) -> Iterator[Page]:
        """Yield the pages captured in a span, each as it was last: articles, newest first, then all others."""
        with reading(self._engine) as connection:
            yield from pages.article_pages(connection, sites, since, until)
            yield from pages.other_pages(connection, sites, since, until)

    def capture(self, capture: str) -> Capture | None:
        """Return one capture by its id."""
        return self._ask(lambda connection: read.capture_by_id(connection, capture))

    def held(self, captures: Iterable[str]) -> set[str]:
        """Return those of *captures* (ids) that the catalog knows."""
        return self._ask(lambda connection: held_ids(connection, captures))

    def closest(self, url: str, at: datetime | None = None) -> Capture | None:
        """Return the capture of *url* closest in time to *at*, by default the latest.

        Captures of the exact address come before those under ``http``,
        ``https`` or ``www.``.
        """
        return self._ask(lambda connection: read.closest_capture(connection, url, at))

    def whole(self, site: str, digest: str, url: str | None = None) -> list[Capture]:
        """Return captures of *site* that hold the payload of a digest whole, earliest first, a few of them.

        Status 200, not truncated, no revisits; with *url* those of that exact address.
        """
        return self._ask(lambda connection: read.whole_captures(connection, site, digest, url))

    def last_readings(self, site: str, urls: Iterable[str]) -> dict[str, tuple[datetime, str | None]]:
        """Return, of those *urls* at which an article was read, when that was last, and where they were found."""
        return self._ask(lambda connection: last_readings(connection, site, urls))

    def latest(self, site: str, url: str, limit: int = 10) -> list[Capture]:
        """Return the latest captures of an exact address on *site*, newest first."""
        return self._ask(lambda connection: read.latest_captures(connection, site, url, limit))

    def counts(self, site: str | None = None) -> dict[str, int]:
        """Return how much there is: crawls, captures, articles, versions, images, attachments, pages.

        ``images`` and ``attachments`` are those of the latest versions;
        ``images_fetched`` those of them whose file is in the archive;
        ``listing`` and ``rejected`` count captures of pages.
        """
        return self._ask(lambda connection: read.count(connection, site))

    def dump(self) -> Iterator[str]:
        """Yield every row as a line of text, in fixed order: two catalogs are equal if these are."""
        with reading(self._engine) as connection:
            yield from read.dump_lines(connection)

    @property
    def _writer(self) -> Connection:
        assert self._transaction is not None
        return self._transaction

    def _ask(self, question: Callable[[Connection], T]) -> T:
        if self._transaction is not None:
            return question(self._transaction)
        with reading(self._engine) as connection:
            return question(connection)

    def _pages(self, page: Callable[[Connection, Place | None], tuple[list[T], Place | None]]) -> Iterator[T]:
        # A page at a time: an iterator left lying holds no transaction open.
        place: Place | None = None
        while True:
            entries, place = self._ask(lambda connection, after=place: page(connection, after))  # type: ignore[misc]
            yield from entries
            if place is None:
                return
