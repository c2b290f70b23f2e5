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

A crawl which goes on after an interruption under the same id first notes what
it already holds (:func:`crawler.rebuild.note_again`), else its pictures and
its articles would not meet.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from archive.http import media_type
from archive.jsonform import to_json
from archive.model import Article, Capture, Listing, NotAnArticle, Payload, Purpose
from archive.times import parse_warc_date
from crawler.assets import BEGINNING, AssetBook, Measure, complete, is_web_page, redirect_target

if TYPE_CHECKING:
    from archive.catalog import Catalog

logger = logging.getLogger(__name__)

Result = Article | Listing | NotAnArticle
Derive = Callable[[Capture, Payload], Result]
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


SURE = 0.5
"""A field whose confidence is less should be looked at by a person."""
OTHER = Outcome("other")
UNREAD: frozenset[Purpose] = frozenset({"robots", "feed", "sitemap"})
"""What steers a crawl, and is no page."""


class CrawlReader:
    """Read the captures of one crawl: pages are derived, files are noted for the join.

    Pure but for the log: the outcome depends on nothing but the captures noted.
    """

    def __init__(self, crawl: str, derive: Derive) -> None:
        self.crawl = crawl
        self.book = AssetBook(crawl)
        self.counts: Counter[str] = Counter()
        """Captures by kind of outcome."""
        self.rejected: Counter[str] = Counter()
        """Pages by the reason of their rejection."""
        self.unsure: Counter[str] = Counter()
        """Articles by the fields of which their page class is not sure."""
        self._derive = derive
        self._articles: dict[str, Article] = {}

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
        outcome = self._read(capture, payload, measure)
        self.counts[outcome.kind] += 1
        if outcome.kind == "rejected":
            self.rejected[outcome.detail] += 1
        if isinstance(outcome.result, Article):
            self._articles[capture.id] = outcome.result
            self.unsure.update(unsure(outcome.result))
        return outcome

    def look(self, capture: Capture, payload: Payload) -> Outcome:
        """Return what a capture that was noted before is, without noting it again."""
        return self._read(capture, payload, None)

    def article(self, capture: str) -> Article:
        """Return the article read from a capture, joined with the files noted so far.

        Raises KeyError when that capture was not read as an article.
        """
        return complete(self._articles[capture], self.book)

    def addresses(self) -> Iterator[str]:
        """Yield the addresses of the articles noted so far."""
        return (article.url for article in self._articles.values())

    def finish(self) -> Iterator[Article]:
        """Yield every article, joined with its files, in the order of (captured, capture id)."""
        for article in sorted(self._articles.values(), key=lambda a: (a.captured, a.capture or "")):
            yield complete(article, self.book)

    def _read(self, capture: Capture, payload: Payload | Callable[..., Payload], measure: Measure | None) -> Outcome:
        if capture.purpose in UNREAD or capture.status is None or capture.truncated:
            return OTHER
        is_not_modified = capture.status == 304 and capture.revisit_of is not None
        is_redirect = 300 <= capture.status < 400 and capture.status != 304
        if capture.status != 200 and not is_redirect and not is_not_modified:
            return OTHER
        if callable(payload):
            is_document = capture.purpose == "attachment" and measure is not None
            payload = payload(max_size=BEGINNING) if is_document else payload()
        if is_not_modified:
            capture = replace(capture, status=payload.status, mime=media_type(payload.header("Content-Type")))
            if capture.status != 200:
                return OTHER
        if capture.purpose == "listing":
            return self._read_page(capture, payload) if capture.status == 200 else OTHER
        if capture.method != "GET":
            return OTHER  # one address, many answers: neither the page nor the file at it
        may_be_page = capture.purpose in ("page", "unknown")
        if may_be_page and capture.status == 200 and is_web_page(capture.mime, payload.body):
            return self._read_page(capture, payload)
        if not self.book.note(capture, payload, measure):
            return OTHER
        target = redirect_target(capture, payload)
        if may_be_page and target is not None:
            return Outcome("redirect", target)
        return Outcome("asset")

    def _read_page(self, capture: Capture, payload: Payload) -> Outcome:
        try:
            result = self._derive(capture, payload)
            if isinstance(result, Article):
                to_json(result)  # what can not be written must fail here, not at the end of the crawl
        except Exception as error:
            # One page must never end a crawl or a rebuild. The message may hold addresses of
            # objects, which differ from run to run: the catalog gets the exception's name only.
            logger.exception("page not readable", extra={"url": capture.url, "capture": capture.id})
            return Outcome("rejected", f"error: {type(error).__name__}")
        match result:
            case Article():
                return Outcome("article", result.parser, result)
            case Listing():
                return Outcome("listing", "", result)
            case NotAnArticle():
                return Outcome("rejected", result.reason, result)


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


def store(catalog: Catalog, capture: Capture, outcome: Outcome) -> None:
    """Keep a capture and how it was read; its article follows by :func:`settle`."""
    catalog.add_captures([capture])
    if outcome.is_reading:
        catalog.add_reading(capture.id, outcome.kind, outcome.detail)


def settle(catalog: Catalog, reader: CrawlReader) -> Counter[str]:
    """Keep every article of a crawl as its captures give it, in one transaction.

    Articles kept earlier with fewer files than were found in the end are
    corrected. Returns how many readings were ``new``, ``changed``,
    ``unchanged`` against the article's previous one, so crawls of one site are
    settled in the order in which they ran.
    """
    with catalog.transaction():
        return Counter(catalog.add_article(article) for article in reader.finish())
