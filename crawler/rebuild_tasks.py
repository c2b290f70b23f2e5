"""The parts of a rebuild that can be done at once, each in any process.

:class:`ReadStretch` reads a stretch of a WARC file, :class:`ReadDeferred` what could not be read in the first pass,
:class:`Settle` makes the articles of a share. What they make lies in files whose names they return.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache, cached_property, partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NoReturn

from archive.catalog import Catalog
from archive.catalog.bulk import Filling, open_scratch
from archive.errors import ArchiveError, DamagedRecord
from archive.model import Capture, Location, Payload
from archive.storage import attach, url_behind
from archive.warc.framing import Torn
from archive.warc.reader import read_stored
from archive.warc.stored import StoredExchange
from archive.warc.stretch import Stretch
from crawler.assets import complete
from crawler.exits import UnknownSite
from crawler.reading import OTHER, CrawlReader, Outcome, Result, States
from crawler.rebuild_parts import Part, Work
from crawler.sites import Site

DeriveForSite = Callable[[Site, Capture, Payload], Result]
LoadSite = Callable[[str], Site]
StatesForSite = Callable[[Site], States | None]

FRESH, WORK = "catalog.sqlite3", "work.sqlite3"
"""Names in the scratch folder: the catalog that is filled, and what it is filled from."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a WARC file from which nothing could be read."""

    warc: str
    """Path below the data root."""
    offset: int | None
    """Where the record starts, null when that is not known."""
    detail: str
    """What is wrong there."""


@dataclass(frozen=True)
class Setup:
    """What every task needs; goes to each process once."""

    root: Path
    scratch: Path
    """Folder for what tasks make."""
    load_site: LoadSite
    derive: DeriveForSite | None = None
    """Reads a page; null: :meth:`crawler.reading_process.Reader.derive`."""
    states: StatesForSite | None = None
    """Names the code that would read a page; null: :func:`crawler.readers.states_of`, or with *derive* none."""

    def __getstate__(self) -> dict[str, object]:
        """Return the fields alone: what was made of them is made again by another process."""
        return {**{each.name: getattr(self, each.name) for each in fields(self)}, "behind": url_behind(self.root)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the fields, and let the process look where this one does for what is not below the data root."""
        behind = state.pop("behind")
        for name, value in state.items():
            object.__setattr__(self, name, value)
        attach(self.root, behind)

    @cached_property
    def deriving(self) -> DeriveForSite:
        """What reads a page."""
        if self.derive is not None:
            return self.derive
        from crawler.reading_process import reader

        return reader().derive

    def states_of(self, site: Site) -> States | None:
        """Return what names the code that would read a page of a site."""
        if self.states is not None or self.derive is not None:
            return self.states(site) if self.states is not None else None
        from crawler.readers import states_of

        return states_of(site)

    @cached_property
    def site(self) -> LoadSite:
        """Gives a site, read once."""
        return cache(self.load_site)

    def reader(self, site: str, crawl: str) -> CrawlReader | None:
        """Return a reader for a crawl, null when no file declares its site."""
        try:
            declared = self.site(site)
            return CrawlReader(crawl, partial(self.deriving, declared), self.states_of(declared))
        except UnknownSite:
            return None


At = Callable[[int], object]
"""Told at which offset the task is at work now: should the process die, that is the page to blame."""


@dataclass(slots=True)
class Told:
    """What a task that reads has found."""

    part: Path
    captures: Counter[str] = field(default_factory=Counter)
    """Captures by what they were."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Pages by the reason of their rejection."""
    damage: list[Damage] = field(default_factory=list)
    deferred: int = 0
    """Captures that can be read only when all others are known."""
    first: int | None = None
    """Where the stretch began, null for nowhere."""
    following: int | None = None
    """Where the next stretch begins, null when nothing follows."""
    earliest: datetime | None = None
    """Date of the first capture."""

    def count(self, kind: str, outcome: Outcome) -> None:
        """Count a capture."""
        self.captures[kind] += 1
        if outcome.kind == "rejected":
            self.rejected[outcome.detail] += 1


class Deferred(Exception):
    """A revisit does not say where its original lies, and not all captures are known yet."""


def _defer(record: str) -> NoReturn:
    raise Deferred(record)


@dataclass(frozen=True)
class ReadStretch:
    """Read the captures of a stretch of a WARC file."""

    number: int
    site: str
    crawl: str
    position: int
    """Place of the crawl in the order in which crawls are settled."""
    warc: str
    begin: int
    end: int | None
    is_guessed: bool
    died: Mapping[int, str] = field(default_factory=dict)
    """Offsets of captures that are not to be read, with the reason."""

    def __str__(self) -> str:
        return f"{self.warc}: from byte {self.begin} on"

    def run(self, setup: Setup, at: At) -> Told:
        """Read them into a part."""
        told = Told(setup.scratch / f"part-{self.number}.sqlite3")
        reader = setup.reader(self.site, self.crawl)

        def note_damage(offset: int | None, detail: str) -> None:
            told.damage.append(Damage(self.warc, offset, detail))

        def note_torn(torn: Torn) -> None:
            note_damage(torn.offset, torn.detail)

        stretch = Stretch(
            setup.root,
            self.warc,
            self.begin,
            self.end,
            is_guessed=self.is_guessed,
            on_torn=note_torn,
            locate=_defer,
        )
        with Part(told.part, self.crawl, self.position) as part:
            try:
                for stored in stretch.exchanges():
                    capture = stored.capture
                    if capture is None:
                        continue
                    told.earliest = min(told.earliest or capture.date, capture.date)
                    part.add_capture(capture)
                    at(capture.location.offset)
                    try:
                        outcome = self._read(reader, capture, stored)
                    except Deferred:
                        part.defer(capture)
                        told.deferred += 1
                        continue
                    except ArchiveError as error:
                        note_damage(capture.location.offset, str(error))
                        outcome = OTHER
                    part.add_outcome(capture, outcome, reader.states if reader else None)
                    told.count(outcome.kind if reader else "unread", outcome)
            except DamagedRecord as error:
                note_damage(None, str(error))
            if reader is not None:
                part.add_book(reader.book)
        told.first, told.following = stretch.first, stretch.following
        return told

    def _read(self, reader: CrawlReader | None, capture: Capture, stored: StoredExchange) -> Outcome:
        if reader is None:
            return OTHER
        if capture.location.offset in self.died:
            return Outcome("rejected", self.died[capture.location.offset])
        return reader.look(capture, stored.payload, stored.measure)


@dataclass(frozen=True)
class ReadDeferred:
    """Read revisits whose originals only the whole catalog knows."""

    number: int
    captures: tuple[tuple[str, int], ...]
    """Captures by id, each with the position of its crawl."""

    def __str__(self) -> str:
        return f"{len(self.captures)} revisits from {self.captures[0][0]} on"

    def run(self, setup: Setup, at: At) -> list[Told]:
        """Read them, into a part a crawl."""
        found: list[Told] = []
        with Catalog.open(setup.scratch / FRESH, read_only=True) as catalog:

            def locate(record: str) -> Location | None:
                capture = catalog.capture(record)
                return capture.location if capture else None

            by_crawl: dict[tuple[str, str, int], list[Capture]] = {}
            for record, position in self.captures:
                capture = catalog.capture(record)
                assert capture is not None
                by_crawl.setdefault((capture.site, capture.crawl, position), []).append(capture)
            for (site, crawl, position), captures in by_crawl.items():
                told = Told(setup.scratch / f"part-{self.number}-{len(found)}.sqlite3")
                reader = setup.reader(site, crawl)
                with Part(told.part, crawl, position) as part:
                    for capture in captures:
                        outcome = OTHER
                        try:
                            stored = read_stored(setup.root, capture.location, locate)
                            if reader is not None:
                                outcome = reader.look(capture, stored.payload, stored.measure)
                        except ArchiveError as error:
                            told.damage.append(Damage(capture.location.warc, capture.location.offset, str(error)))
                        part.add_outcome(capture, outcome, reader.states if reader else None)
                        told.count(outcome.kind if reader else "unread", outcome)
                    if reader is not None:
                        part.add_book(reader.book)
                found.append(told)
        return found


@dataclass(slots=True)
class Settled:
    """The articles of a share."""

    path: Path
    articles: Counter[str]
    """Readings by novelty."""


@dataclass(frozen=True)
class Settle:
    """Make the articles of a share, each joined with its files."""

    number: int
    share: tuple[int, int]

    def __str__(self) -> str:
        return f"articles of share {self.number}"

    def run(self, setup: Setup, at: At) -> Settled:
        """Make them in a catalog of their own."""
        path = setup.scratch / f"share-{self.number}.sqlite3"
        counts: Counter[str] = Counter()
        path.unlink(missing_ok=True)
        empty = Filling.empty(setup.scratch / FRESH)
        with Work(setup.scratch / WORK) as work, open_scratch(path, empty) as fresh:
            book_of = cache(work.book)
            for identity, readings in groupby(work.articles(self.share), key=itemgetter(0)):
                counts.update(fresh.add(identity, [complete(each, book_of(crawl)) for _, crawl, each in readings]))
        return Settled(path, counts)
