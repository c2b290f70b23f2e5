"""The records of an export: the one door through which anything leaves the catalog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from archive.catalog.holdings import Holdings
from archive.documents import DocumentTexts
from archive.errors import ArchiveError
from archive.export.form import Part
from archive.export.record import Record, RecoveredOf, record_of
from archive.takedown import NOTHING, Takedown
from archive.times import VN

_SITE = re.compile("[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    sites: tuple[str, ...]
    """Site ids, sorted."""
    since: date | datetime | None = None
    """First date of publication (without one: of capture); a ``date`` is a whole day in Vietnam."""
    until: date | datetime | None = None
    """Last date, included. Spans that follow one another have each article once."""
    every: bool = False
    """All versions, each under its own date; else the latest of each article."""


class Source:
    """The records that are wanted, from one state of the catalog, whoever writes to it meanwhile."""

    def __init__(
        self,
        holdings: Holdings,
        texts: DocumentTexts,
        wanted: Wanted,
        software: str,
        takedown: Takedown = NOTHING,
        recovered_of: RecoveredOf = lambda held: None,
    ) -> None:
        """Read from *holdings*; what *takedown* names is left out."""
        self._recovered_of = recovered_of
        self._holdings = holdings
        self._texts = texts
        self._takedown = takedown
        self._but = holdings.articles_at(takedown.keys)
        self.wanted = self._without_sites(wanted)
        self.software = software

    def records(self, wanted: Wanted | None = None) -> Iterator[Record]:
        """Yield all records, or those of a narrower span, by (date, version id)."""
        asked = self._without_sites(wanted or self.wanted)
        rows = self._holdings.rows(asked.sites, asked.since, asked.until, every=asked.every, but=self._but)
        # What must not leave the archive is left out here, and nowhere else.
        for row in rows:
            shown = replace(row, article=self._takedown.shown(row.article))
            yield record_of(shown, self._texts, self.software, self._recovered_of)

    def count(self) -> int:
        """Return how many records there are."""
        wanted = self.wanted
        return self._holdings.count(wanted.sites, wanted.since, wanted.until, every=wanted.every, but=self._but)

    def parts(self) -> Iterator[tuple[Part, Wanted]]:
        """Yield the parts, site by site, the oldest year first, with the span of each; some may have no record."""
        for site in self.wanted.sites:
            if not _SITE.fullmatch(site):
                raise ArchiveError(f'"{site}": a site of that name can have no folder; only a-z, 0-9 and _ can')
            for year in self._holdings.years(site):
                yield Part(site, year), self._within(site, year)

    def newest_first(self) -> Iterator[tuple[datetime, Iterator[Record]]]:
        """Yield the records by spans, the newest first, each span with its end."""
        for year in sorted({year for site in self.wanted.sites for year in self._holdings.years(site)}, reverse=True):
            yield _begin(year + 1), self.records(self._within(None, year))

    def mark(self) -> str:
        """Return what tells the state of all that the records are made from: an equal one means equal records."""
        files = (self._texts.path, self._texts.path.with_name(self._texts.path.name + "-wal"))
        stats = [(stat.st_size, stat.st_mtime_ns) for file in files if file.exists() for stat in [file.stat()]]
        return f"{self._holdings.mark(self.wanted.sites)} {stats} {self._takedown.digest}"

    def _without_sites(self, wanted: Wanted) -> Wanted:
        return replace(wanted, sites=tuple(site for site in wanted.sites if not self._takedown.hides_site(site)))

    def _within(self, site: str | None, year: int) -> Wanted:
        wanted = self.wanted
        first, last = _begin(year), _begin(year + 1) - timedelta(microseconds=1)
        since, until = _first(wanted.since), _last(wanted.until)
        return replace(
            wanted,
            sites=wanted.sites if site is None else (site,),
            since=max(first, since) if since else first,
            until=min(last, until) if until else last,
        )


def _begin(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=VN)


def _first(bound: date | datetime | None) -> datetime | None:
    return bound if bound is None or isinstance(bound, datetime) else datetime.combine(bound, time(), VN)


def _last(bound: date | datetime | None) -> datetime | None:
    return bound if bound is None or isinstance(bound, datetime) else datetime.combine(bound, time.max, VN)
