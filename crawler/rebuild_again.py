"""Read captures again by what the catalog knows of them, and join what they give with the files of their crawls."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from archive.catalog import Catalog
from archive.catalog.revision import Reading, article_of_capture, captures_at, reading_of
from archive.errors import ArchiveError
from archive.model import Article, Attachment, Image, Location
from archive.warc.reader import read_stored
from crawler.assets import AssetBook, AssetFacts, complete, wire_form
from crawler.drift import Drift, Drifts
from crawler.images import ImageFacts
from crawler.reading import CrawlReader, Outcome
from crawler.reading_process import DIED
from crawler.rebuild_parts import Part, Work
from crawler.rebuild_tasks import WORK, At, Damage, Setup


@dataclass(slots=True)
class ReadAgainTold:
    """What came of it."""

    part: Path
    drifts: list[Drift] = field(default_factory=list)
    captures: Counter[str] = field(default_factory=Counter)
    """Captures by what they are now."""
    damage: list[Damage] = field(default_factory=list)


@dataclass(frozen=True)
class ReadAgain:
    """Read a span of the captures that are listed in the scratch folder."""

    number: int
    catalog: str
    """URL of the catalog."""
    span: tuple[int, int]
    samples: int
    died: frozenset[int] = frozenset()
    """Of those the ones that are not to be read."""

    def __str__(self) -> str:
        return f"captures {self.span[0]} to {self.span[1] - 1} of those that are read again"

    def run(self, setup: Setup, at: At) -> ReadAgainTold:
        """Read them into a part, articles complete."""
        told = ReadAgainTold(setup.scratch / f"part-{self.number}.sqlite3")
        drifts = Drifts(self.samples)
        with (
            Catalog.open(self.catalog, read_only=True) as catalog,
            Work(setup.scratch / WORK) as work,
            Part(told.part, "", 0) as part,
        ):
            reader_of = cache(lambda site, crawl: _Reader(setup, catalog, site, crawl))
            for number, record in work.listed(self.span):
                at(number)
                before = reading_of(catalog, record)
                assert before is not None
                capture = before.capture
                reader = reader_of(capture.site, capture.crawl)
                article = article_of_capture(catalog, record)
                try:
                    outcome = Outcome("rejected", DIED) if number in self.died else reader.read(before, article)
                except ArchiveError as error:
                    told.damage.append(Damage(capture.location.warc, capture.location.offset, str(error)))
                    continue
                told.damage += reader.damage
                reader.damage.clear()
                part.add_outcome(capture, outcome, reader.states)
                told.captures[outcome.kind] += 1
                now = outcome.result if isinstance(outcome.result, Article) else None
                drifts.note(
                    capture.site,
                    record,
                    capture.url,
                    _what(before.kind, before.detail, article),
                    _what(outcome.kind, outcome.detail, now),
                    (article, now),
                )
        told.drifts = drifts.all()
        return told


def _what(kind: str, detail: str, article: Article | None) -> str:
    if kind == "article":
        return article.parser if article is not None else detail
    return f"{kind}: {detail}" if detail else kind


class _Reader:
    """Reads single captures of a crawl, with the files that they need."""

    def __init__(self, setup: Setup, catalog: Catalog, site: str, crawl: str) -> None:
        found = setup.reader(site, crawl)
        assert found is not None  # sites without a file are not asked for
        self._reader: CrawlReader = found
        self._root = setup.root
        self._catalog = catalog
        self.states = found.states
        self.damage: list[Damage] = []
        """Files that can not be read."""

    def read(self, before: Reading, article: Article | None) -> Outcome:
        """Return what a capture is, its article complete; *article* is what it was.

        Raises ArchiveError when a record can not be read.
        """
        stored = read_stored(self._root, before.capture.location, self._locate)
        outcome = self._reader.look(before.capture, stored.payload, stored.measure)
        if not isinstance(outcome.result, Article):
            return outcome
        book = _Files(self, self._reader.book, outcome.result, article)
        return replace(outcome, result=complete(outcome.result, book))

    def note_files(self, url: str) -> None:
        """Let the book know what the crawl fetched at an address."""
        for capture in captures_at(self._catalog, self._reader.crawl, url):
            if wire_form(capture.url) == url and reading_of_page(self._catalog, capture.id) is None:
                try:
                    stored = read_stored(self._root, capture.location, self._locate)
                    self._reader.look(capture, stored.payload, stored.measure)
                except ArchiveError as error:
                    self.damage.append(Damage(capture.location.warc, capture.location.offset, str(error)))

    def _locate(self, record: str) -> Location | None:
        capture = self._catalog.capture(record)
        return capture.location if capture else None


def reading_of_page(catalog: Catalog, capture: str) -> Reading | None:
    """Return how a page was read; null for what is none."""
    found = reading_of(catalog, capture)
    return found if found is not None and found.kind != "redirect" else None


class _Files(AssetBook):
    """The files of one article: those that it had are known, others are looked for in its crawl.

    Files do not change, and the code that looks at them is not what is new.
    """

    def __init__(self, reader: _Reader, book: AssetBook, article: Article, before: Article | None) -> None:
        super().__init__(book.crawl)
        self._reader = reader
        self._book = book
        self._known: dict[str, AssetFacts | None] = {}
        self._noted: set[str] = set()
        if before is not None:
            pictures = {image.url for image in article.images}
            for entry in before.attachments:
                if entry.url not in pictures:
                    self._known[entry.url] = _facts(entry, None, before.captured)
            documents = {entry.url for entry in article.attachments}
            for image in before.images:
                if image.capture is not None or image.url not in documents:  # what is no picture may be a document
                    self._known[image.url] = _facts(image, image, before.captured)

    def resolve(self, url: str) -> AssetFacts | None:
        if url in self._known:
            return self._known[url]
        return super().resolve(url)

    def file_at(self, key: str) -> AssetFacts | None:
        if key not in self._noted:
            self._noted.add(key)
            if self._book.file_at(key) is None:
                self._reader.note_files(key)
        return self._book.file_at(key)

    def target_of(self, key: str) -> str | None:
        return self._book.target_of(key)


def _facts(entry: Image | Attachment, image: Image | None, date: datetime) -> AssetFacts | None:
    if entry.capture is None:
        return None
    facts = None
    if image is not None:
        facts = ImageFacts(
            size_bytes=image.size_bytes or 0,
            sha256=image.sha256 or "",
            mime=image.mime,
            width=image.width,
            height=image.height,
            dhash=image.dhash,
            exif=image.exif,
        )
    return AssetFacts(
        capture=entry.capture,
        date=date,
        mime=entry.mime,
        size_bytes=entry.size_bytes,
        sha256=entry.sha256,
        image=facts,
    )
