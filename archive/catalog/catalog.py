"""The door to the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from archive.catalog import checks, pages, read, reading_mark, similar, write
from archive.catalog.answered import is_answered
from archive.catalog.browsing import Browsing
from archive.catalog.changes import generation, note_documents
from archive.catalog.checks import Due, Removed
from archive.catalog.documents import Document, captures_of_document, documents_after
from archive.catalog.engine import reading
from archive.catalog.following import Following
from archive.catalog.harvesting import Harvesting
from archive.catalog.held import held_ids, last_readings
from archive.catalog.holdings import Holdings
from archive.catalog.known import known_by, known_urls, list_urls
from archive.catalog.opened import Opened
from archive.catalog.past import Past, nearest_address, past_of
from archive.catalog.plain import Page
from archive.catalog.read import Crawl, Observation
from archive.catalog.similar import Likeness
from archive.catalog.write import State
from archive.ledger import SPREAD, Ledger
from archive.model import Article, Capture


class Catalog(Opened):
    """Rows about crawls, captures and articles; used by one thread at a time.

    Each call is a transaction of its own, or part of the one around it::

        with catalog.transaction():
            catalog.add_captures(captures)
            catalog.add_article(article)

    The same facts give the same rows, whatever their order and however often
    they are told. Errors of the database are CatalogError or DiskError.
    """

    # Facts in.

    def add_crawl(self, crawl: str, site: str, started: datetime, info: Mapping[str, str]) -> None:
        """Keep a crawl; of several descriptions of one the first by (started, info) stays."""
        with self.transaction():
            write.add_crawl(self._writer, crawl, site, started, info)

    def add_captures(self, captures: Iterable[Capture]) -> None:
        """Keep captures."""
        with self.transaction():
            write.add_captures(self._writer, captures)

    def add_reading(self, capture: str, kind: str, detail: str = "", state: str = "") -> None:
        """Keep how a capture (by id) was read: ``article``, ``listing``, ``rejected``, ``redirect``.

        *detail* is the parser of an article, the reason of a rejection, the
        target of a redirect; *state* names the code that read it, so that what older code read can be found.
        """
        with self.transaction():
            write.add_readings(self._writer, [(capture, kind, detail, state)])

    def add_readings(self, readings: Sequence[tuple[str, str, str, str]]) -> None:
        """Keep how captures were read: of each its id, kind, detail and state, as :meth:`add_reading` takes them."""
        if readings:
            with self.transaction():
                write.add_readings(self._writer, readings)

    def add_article(self, article: Article) -> State:
        """Keep what a capture of an article's page gave: an observation, and its version.

        Returns what it is against the article's previous observation in
        time: ``new`` when there is none, ``unchanged`` when it has the same
        version, else ``changed``. What is equal and what is not:
        :mod:`archive.catalog.identity`. A version is represented by its
        most complete capture, the earliest of these: the one whose article has
        the fewest pictures and documents without a file. What the same capture
        gave before is forgotten.

        Raises ValueError when it has no capture.
        """
        with self.transaction():
            return write.add_article(self._writer, article)

    def state_of(self, article: Article) -> State:
        """Return what :meth:`add_article` would, of an article that it was given before, and was not retracted."""
        return self._ask(lambda connection: write.state_of(connection, article))

    def retract(self, captures: Iterable[str]) -> None:
        """Forget the articles that *captures* (ids) gave; versions and articles seen nowhere else go too."""
        with self.transaction():
            write.retract(self._writer, captures)

    def replace_sites(self, sites: Sequence[str] | None, source: Catalog) -> None:
        """Put *source*'s rows of *sites* (None: of all) in place of this catalog's, at once or not at all."""
        with self.transaction(), reading(source._engine) as other:
            write.remove_sites(self._writer, sites if sites is not None else self.sites())
            read.copy_rows(other, self._writer, sites)
            reading_mark.note_sites(self._writer, sites if sites is not None else self.sites())

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

    def known_by(self, site: str, crawl: str) -> Iterator[str]:
        """Yield those of the addresses :meth:`known` that are so by what a crawl read; some were so before.

        What is known and was not when the crawl began is among them, by no more questions than it has pages.
        """
        with reading(self._engine) as connection:
            yield from known_by(connection, site, crawl)

    def reading_mark(self, site: str) -> str:
        """Return the mark of a site's readings: another one when any of them may differ."""
        return self._ask(lambda connection: reading_mark.mark_of(connection, site))

    def lists(self, site: str) -> Iterator[str]:
        """Yield the addresses of pages read as lists, and of pages that are none and led to an article; some twice."""
        with reading(self._engine) as connection:
            yield from list_urls(connection, site)

    def article_pages(self, site: str) -> dict[str, str | None]:
        """Return the addresses that were read as articles, each with the page on which it was found last."""
        return self._ask(lambda connection: read.article_pages(connection, site))

    def is_answered(self, site: str, url: str) -> bool:
        """Say whether the archive has a final answer of an address of a site, as it is requested.

        That is 200, a redirect, 304, or "gone" (404, 410); servers that refuse or break may think again.
        """
        return self._ask(lambda connection: is_answered(connection, site, url))

    def articles(
        self,
        site: str | None = None,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
    ) -> Iterator[Article]:
        """Yield the latest version of each article, by date of publication (without one: of capture).

        *since* and *until* are included; a ``date`` is a whole day in Vietnam.
        The catalog may be written meanwhile: each article comes once, as it reads when its turn comes. One that is
        added while iterating does not come. An iterator left lying holds no transaction open.
        """
        packed = self._ask(lambda connection: read.articles_in_order(connection, site=site, since=since, until=until))
        size = read.BATCH * read.ID_BYTES
        for start in range(0, len(packed), size):
            some = packed[start : start + size]
            yield from self._ask(lambda connection, some=some: read.articles_by_id(connection, some))  # type: ignore[misc]

    def published_days(self, site: str | None = None) -> dict[str, dict[date, int]]:
        """Return, of each site, how many articles were published (without a date: captured) on which day in Vietnam."""
        return self._ask(lambda connection: read.published_days(connection, site))

    def article(self, url: str, at: datetime | None = None) -> Article | None:
        """Return the article at *url*, under any of its addresses, as it was seen last.

        With *at*: as it read at that time, which is the last time it was seen
        until then; before the first, as it was seen first.
        """
        return self._ask(lambda connection: read.article_at(connection, url, at))

    def versions(self, url: str) -> list[Article]:
        """Return the versions of the article at *url*, each once, in the order in which they were first seen."""
        return self._ask(lambda connection: read.versions_of(connection, url))

    def past(self, url: str, *, every: bool = False) -> Past | None:
        """Return all that is held of the past of the article at *url*, under any of its addresses; null without one.

        With *every* what each of its captures gave, too.
        """
        return self._ask(lambda connection: past_of(connection, url, every=every))

    def nearest(self, url: str) -> str | None:
        """Return the address of an article that begins most like *url*, for who mistyped it; null when none is near."""
        return self._ask(lambda connection: nearest_address(connection, url))

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

    def same_as(self, url: str) -> Likeness:
        """Return the articles elsewhere that say the same as the one at *url*; none when there is no such article.

        What is elsewhere, and what is the same: :mod:`archive.catalog.similar`, :mod:`archive.similar`.
        """

        def ask(connection: Connection) -> Likeness:
            article = checks.article_at(connection, url)
            return similar.same_as(connection, article) if article is not None else Likeness((), 0)

        return self._ask(ask)

    def removed(self, site: str | None = None) -> Iterator[Removed]:
        """Yield the confirmed removals of articles, also of those that came back, site by site."""
        for each in self.sites() if site is None else (site,):
            with reading(self._engine) as connection:
                yield from checks.removals(connection, each)

    def events(self, site: str, crawl: str) -> Counter[str]:
        """Count the articles that were confirmed as ``gone``, came ``back`` or ``moved`` by checks of one crawl."""
        return self._ask(lambda connection: checks.events_of(connection, site, crawl))

    def new_versions(self, site: str, crawl: str) -> Iterator[Article]:
        """Yield the versions that a capture of a crawl represents, by (captured, url), as they are at this moment."""
        if self._transaction is not None:
            yield from read.new_versions(self._transaction, site, crawl)
            return
        with reading(self._engine) as connection:
            yield from read.new_versions(connection, site, crawl)

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

    @contextmanager
    def snapshot(self) -> Iterator[Holdings]:
        """Give the articles as they are now, however long they are read and whoever writes meanwhile."""
        with reading(self._engine) as connection:
            yield Holdings(connection)

    @contextmanager
    def following(self) -> Iterator[Following]:
        """Give one state of the catalog to what follows its changes."""
        with reading(self._engine) as connection:
            yield Following(connection)

    @contextmanager
    def browsing(self) -> Iterator[Browsing]:
        """Give one state of the catalog to who reads it a page at a time."""
        with reading(self._engine) as connection:
            yield Browsing(connection)

    @contextmanager
    def harvesting(self) -> Iterator[Harvesting]:
        """Give one state of the catalog to who passes articles on."""
        with reading(self._engine) as connection:
            yield Harvesting(connection)

    def generation(self) -> str:
        """Return which catalog this is; one made anew in its place has another, and its changes begin again."""
        return self._ask(generation)

    def note_documents(self, documents: Iterable[str]) -> int:
        """Count the articles with *documents* (SHA-256) as changed, whose texts were got since; return how many."""
        with self.transaction():
            return note_documents(self._writer, documents)

    def documents(self, sites: Sequence[str] | None = None) -> Iterator[Document]:
        """Yield the documents of all versions of the articles of *sites* (None: of all), each file once."""
        last = ""
        while found := self._ask(lambda connection, after=last: documents_after(connection, sites, after)):  # type: ignore[misc]
            yield from found
            last = found[-1].sha256

    def captures_of_document(self, sha256: str) -> list[str]:
        """Return the captures (ids) that hold a document."""
        return self._ask(lambda connection: captures_of_document(connection, sha256))

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
