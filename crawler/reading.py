"""The one rule of what is read in a crawl, for the live crawl and for the rebuild.

How it is used, by both::

    reader = CrawlReader(crawl_id, partial(derive, site))

    outcome = reader.note(capture, payload)      # every capture, in any order, each once
    store_crawl(catalog, crawl_id, site.id, info)  # once, after the first record was written
    store(catalog, capture, outcome)             # the capture's row and how it was read
    outcome.result                               # Article | Listing | NotAnArticle | None

    article = reader.article(capture.id)         # as complete as it is by now, to show early
    catalog.add_article(article)                 # optional; `settle` corrects it

    counts = settle(catalog, reader)             # at the end: every article, joined with its files

*payload* is what :func:`archive.warc.reader.read_payload` gives for the record
(the whole body, also when the engine was handed none of it), or a function
without arguments that gives it: robots.txt and failures are then never read.

Where nothing may be waited for, :meth:`CrawlReader.steps` gives the same outcome step by step: the costly ones
may be done elsewhere (:mod:`crawler.beside`).

A crawl which goes on after an interruption under the same id first notes what
it already holds (:func:`crawler.rebuild.note_again`), else its pictures and
its articles would not meet.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from archive.errors import KhcnError
from archive.http import media_type
from archive.jsonform import to_json
from archive.model import Article, Capture, Listing, NotAnArticle, Payload, Purpose
from archive.times import parse_warc_date
from crawler.assets import BEGINNING, Measure, complete, file_facts, is_web_page, redirect_target
from crawler.clean import MAX_PAGE_BYTES
from crawler.doubts import Sayings
from crawler.found import Found

if TYPE_CHECKING:
    from archive.catalog import Catalog
    from archive.catalog.write import State

logger = logging.getLogger(__name__)

Result = Article | Listing | NotAnArticle
Derive = Callable[[Capture, Payload], Result]
States = Callable[[Capture], str]
Kind = Literal["article", "listing", "rejected", "redirect", "asset", "other"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a capture was in its crawl."""

    kind: Kind
    """``asset``: a file, or the way to one; ``other``: nothing to be read (robots.txt, failures)."""
    detail: str = ""
    """Why a page was rejected (``no_title``, ``error: ValueError``); where a redirect leads."""
    result: Result | None = None
    """What was derived from the page."""

    @property
    def is_reading(self) -> bool:
        """Whether the catalog keeps it: pages do, files and failures do not."""
        return self.kind not in ("asset", "other")


@dataclass(frozen=True, slots=True)
class Step:
    """A part of reading that may take long."""

    kind: Literal["load", "page", "file"]
    """Get a payload, read a page, look at a file."""
    do: Callable[[], Any]
    """Does it."""
    payload: Payload | None = None
    """What is read or looked at."""


Steps = Generator[Step, Any, Outcome]
"""Yields each step, takes what came of it (or the exception), and returns the outcome."""


class NoReader(KhcnError):
    """No page can be read now, whatever page it is."""


class Broken(Exception):
    """The reading code broke on a page, in another process."""

    def __init__(self, name: str, trace: str) -> None:
        super().__init__(f"{name}\n{trace}")
        self.name = name
        """Name of the exception."""


SURE = 0.5
"""A field whose confidence is less should be looked at by a person."""
OTHER = Outcome("other")
UNREAD: frozenset[Purpose] = frozenset({"robots", "feed", "sitemap"})
"""What steers a crawl, and is no page."""


class CrawlReader:
    """Read the captures of one crawl: pages are derived, files are noted for the join.

    Pure but for the log: the outcome depends on nothing but the captures noted.
    """

    def __init__(self, crawl: str, derive: Derive, states: States | None = None, found: Found | None = None) -> None:
        """*states* names the code that reads a capture's page (:func:`crawler.readers.states_of`).

        *found* holds what is found; by default it is in memory, all of it.
        """
        self.crawl = crawl
        self.states = states
        self.found = found or Found(crawl)
        """What was found."""
        self.book = self.found.book
        """What is known of files."""
        self.counts: Counter[str] = Counter()
        """Captures by kind of outcome."""
        self.rejected: Counter[str] = Counter()
        """Pages by the reason of their rejection."""
        self.unsure: Counter[str] = Counter()
        """Articles by the fields of which their page class is not sure."""
        self.sayings = Sayings()
        """What articles say, to count those that say what another one does."""
        self._derive = derive

    def note(
        self, capture: Capture, payload: Payload | Callable[..., Payload], measure: Measure | None = None
    ) -> Outcome:
        """Read one capture of this crawl; return what it was.

        A revisit is read as its original would be, as of the revisit's own date: *payload*
        gives the original's, also for a 304.

        With *measure* a document of any size is read with flat memory: *payload*
        is then asked for its beginning only (``payload(max_size=...)``).

        Never raises for what a site sends: a page on which the reading code
        breaks is rejected as ``error: <exception>``, and logged.
        """
        return self.noted(capture, _done(self.steps(capture, payload, measure)))

    def noted(self, capture: Capture, outcome: Outcome) -> Outcome:
        """Count the outcome of a capture, and hold its article."""
        self.counts[outcome.kind] += 1
        if outcome.kind == "rejected":
            self.rejected[outcome.detail] += 1
        if isinstance(outcome.result, Article):
            self.found.add(outcome.result)
            self.unsure.update(unsure(outcome.result))
            self.sayings.note(outcome.result)
        return outcome

    def look(
        self, capture: Capture, payload: Payload | Callable[..., Payload], measure: Measure | None = None
    ) -> Outcome:
        """Return what a capture is, without counting it and without holding its article; a file is noted."""
        return _done(self.steps(capture, payload, measure))

    def article(self, capture: str) -> Article:
        """Return the article read from a capture, joined with the files noted so far.

        Raises KeyError when that capture was not read as an article.
        """
        return complete(self.found.article(capture), self.book)

    def addresses(self) -> Iterator[str]:
        """Yield the addresses of the articles noted so far."""
        return self.found.addresses()

    def finish(self) -> Iterator[Article]:
        """Yield every article, joined with its files, in the order of (captured, capture id)."""
        return (complete(article, self.book) for article in self.found.in_order())

    def steps(
        self, capture: Capture, payload: Payload | Callable[..., Payload], measure: Measure | None = None
    ) -> Steps:
        """Read one capture step by step, as :meth:`note` does at once; its outcome is to be given to :meth:`noted`."""
        if capture.purpose in UNREAD or capture.status is None or capture.truncated:
            return OTHER
        is_not_modified = capture.status == 304 and capture.revisit_of is not None
        is_redirect = 300 <= capture.status < 400 and capture.status != 304
        if capture.status != 200 and not is_redirect and not is_not_modified:
            return OTHER
        if callable(payload):
            is_document = capture.purpose == "attachment" and measure is not None
            # In one name: what is long must not stay in memory while it waits to be read.
            payload = yield Step("load", partial(payload, max_size=BEGINNING) if is_document else payload)
        assert isinstance(payload, Payload)
        if is_not_modified:
            capture = replace(capture, status=payload.status, mime=media_type(payload.header("Content-Type")))
            if capture.status != 200:
                return OTHER
        if capture.purpose == "listing":
            return (yield from self._page_steps(capture, payload)) if capture.status == 200 else OTHER
        if capture.method != "GET":
            return OTHER  # one address, many answers: neither the page nor the file at it
        may_be_page = capture.purpose in ("page", "unknown")
        if may_be_page and capture.status == 200 and is_web_page(capture.mime, payload.body):
            if len(payload.body) > MAX_PAGE_BYTES:
                cut = (*payload.notes, "cut-at-limit")
                payload = replace(payload, body=payload.body[:MAX_PAGE_BYTES], notes=cut)  # no more of it is parsed
            return (yield from self._page_steps(capture, payload))
        target = redirect_target(capture, payload)
        if target is not None:
            is_noted = self.book.note_redirect(capture, target)
        else:
            facts = yield Step("file", partial(file_facts, capture, payload, measure), payload)
            is_noted = self.book.note_file(capture, facts)
        if not is_noted:
            return OTHER
        if may_be_page and target is not None:
            return Outcome("redirect", target)
        return Outcome("asset")

    def _page_steps(self, capture: Capture, payload: Payload) -> Steps:
        try:
            result: Result = yield Step("page", partial(self._derive, capture, payload), payload)
            if isinstance(result, Article):
                to_json(result)  # what can not be written must fail here, not at the end of the crawl
        except NoReader:
            raise
        except Exception as error:
            # One page must never end a crawl or a rebuild. The message may hold addresses of
            # objects, which differ from run to run: the catalog gets the exception's name only.
            logger.exception("page not readable", extra={"url": capture.url, "capture": capture.id})
            name = error.name if isinstance(error, Broken) else type(error).__name__
            return Outcome("rejected", f"error: {name}")
        match result:
            case Article():
                return Outcome("article", result.parser, result)
            case Listing():
                return Outcome("listing", "", result)
            case NotAnArticle():
                return Outcome("rejected", result.reason, result)


def _done(steps: Steps) -> Outcome:
    """Do all steps, one after the other."""
    try:
        step = next(steps)
        while True:
            try:
                came = step.do()
            except Exception as error:
                step = steps.throw(error)
            else:
                step = steps.send(came)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


def unsure(article: Article) -> list[str]:
    """Return the fields of which the reader of an article was not sure."""
    return [name for name, sure in (article.confidence or {}).items() if sure < SURE]


def store_crawl(
    catalog: Catalog, crawl: str, site: str, info: Mapping[str, str], first: datetime | None = None
) -> None:
    """Keep a crawl as its WARC files describe it; when its first record has been written, not before.

    *info* is what the crawl gives to its :class:`~archive.warc.writer.WarcWriter`,
    with the time it began as ``started`` (:func:`archive.times.warc_date`).
    *first*, its first capture, stands in for that in files of other programs.
    """
    try:
        started = parse_warc_date(info["started"])
    except (KeyError, ValueError):
        if first is None:
            return
        started = first
    catalog.add_crawl(crawl, site, started, info)


def store(catalog: Catalog, capture: Capture, outcome: Outcome, states: States | None = None) -> None:
    """Keep a capture and how it was read; its article follows by :func:`settle`. *states* is its reader's."""
    store_all(catalog, [(capture, outcome)], states)


def store_all(catalog: Catalog, entries: Sequence[tuple[Capture, Outcome]], states: States | None = None) -> None:
    """Keep captures and how they were read, as :func:`store` does one by one."""
    catalog.add_captures(capture for capture, _ in entries)
    catalog.add_readings(
        [
            (capture.id, outcome.kind, outcome.detail, state_of(capture, outcome, states))
            for capture, outcome in entries
            if outcome.is_reading
        ]
    )


def state_of(capture: Capture, outcome: Outcome, states: States | None) -> str:
    """Return the state of the code that read a capture; "" when it was no page."""
    return states(capture) if states is not None and outcome.kind != "redirect" else ""


def files_mark(article: Article) -> int:
    """Return what differs, in this process, when the facts of an article's files do."""
    return hash((article.images, article.attachments))


def settle(
    catalog: Catalog, reader: CrawlReader, told: Callable[[Article, State], object] = lambda article, state: None
) -> Counter[str]:
    """Keep every article of a crawl as its captures give it, in one transaction.

    Articles kept earlier with fewer files than were found in the end are
    corrected. Returns how many readings were ``new``, ``changed``,
    ``unchanged`` against the article's previous one, so crawls of one site are
    settled in the order in which they ran. *told* is told what each article is.
    What has the files still with which it was kept (:meth:`crawler.found.Found.keep`) is in the catalog as it is.
    """
    states: Counter[str] = Counter()
    with catalog.transaction():
        for article in reader.finish():
            is_kept = reader.found.mark_of(article.capture or "") == files_mark(article)
            state = catalog.state_of(article) if is_kept else catalog.add_article(article)
            states[state] += 1
            told(article, state)
    return states
