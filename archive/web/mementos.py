"""The captures of one address as mementos (RFC 7089): which one is meant, and how they refer to each other."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property

from archive.errors import ArchiveError
from archive.merged import Entry, MergedIndex
from archive.model import Location
from archive.posts import address_of
from archive.times import parse_timestamp14
from archive.urls import surt
from archive.web.lookup import written_safely
from archive.web.withheld import shown
from archive.withheld import Withheld

MAX_REDIRECTS = 20
"""Captures that are looked into at most, for one that does not lead back to its own address."""

_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d{2}):(\d{2}):(\d{2}) GMT",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Memento:
    """One capture, as its line in the index tells of it."""

    entry: Entry

    @cached_property
    def timestamp(self) -> str:
        """14 digits (UTC)."""
        return self.entry.line.split(b" ", 2)[1].decode()

    @cached_property
    def fields(self) -> dict[str, str]:
        """What the line says: url, mime, status, digest, length, offset, filename."""
        try:
            found = json.loads(self.entry.line.split(b" ", 2)[2])
        except (ValueError, IndexError, RecursionError):
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("url"), str):
            where = f"cdxj/{self.entry.sidecar}.cdxj"
            raise ArchiveError(f"{where}: not a CDXJ line: {self.entry.line[:80]!r}; run `khcn index`")
        return found

    @property
    def url(self) -> str:
        """The address that was asked for."""
        return self.fields["url"]

    @property
    def address(self) -> str:
        """The same, with what was posted: as the index has it in its key."""
        return address_of(self.url, self.fields.get("method", "GET"), self.fields.get("requestBody"))

    @property
    def date(self) -> datetime:
        """When it was captured, to the second (UTC)."""
        return parse_timestamp14(self.timestamp)

    @property
    def http_date(self) -> str:
        """The same as HTTP writes it."""
        return http_date(self.date)

    @property
    def site(self) -> str:
        """Site id."""
        return self.entry.sidecar.partition("/")[0]

    @property
    def location(self) -> Location:
        """Where its record lies."""
        folder = self.entry.sidecar.rpartition("/")[0]
        try:
            place = int(self.fields["offset"]), int(self.fields["length"])
        except (KeyError, ValueError):
            where = f"cdxj/{self.entry.sidecar}.cdxj"
            raise ArchiveError(f"{where}: a line without offset and length; run `khcn index`") from None
        return Location(f"warcs/{folder}/{self.fields.get('filename', '')}", *place)

    @property
    def is_redirect(self) -> bool:
        """Whether it may lead back to its own address, as from ``http`` to ``https``."""
        return self.fields.get("status", "").startswith("3")

    @property
    def path(self) -> str:
        """Where its raw bytes are served."""
        return raw_path(self.timestamp, self.address)


def raw_path(timestamp: str, url: str) -> str:
    """Return the path of the raw bytes of a capture.

    >>> raw_path("20250301000000", "https://example.vn/tin?a=1")
    '/web/20250301000000id_/https://example.vn/tin?a=1'
    """
    return f"/web/{timestamp}id_/{written_safely(url)}"


def mementos_of(index: MergedIndex, url: str, hidden: Withheld) -> list[Memento]:
    """Return the captures of an address by GET, under any spelling that has the same SURT key, by time."""
    key = surt(url).encode(errors="surrogateescape")
    lines: Iterable[Entry] = index.lines(key + b" ", key + b"!")
    return [Memento(entry) for entry in (shown(hidden, lines) if hidden else lines)]


def closest(mementos: Sequence[Memento], at: datetime | None, leads_back: Callable[[Memento], bool]) -> Memento | None:
    """Return the memento closest in time to *at*, by default the last; null when there is none.

    One that *leads_back* to its own address is passed over when there is another.
    """
    first = None
    for number, each in enumerate(_by_distance(mementos, at)):
        first = first or each
        if number >= MAX_REDIRECTS:
            break
        if not (each.is_redirect and leads_back(each)):
            return each
    return first


def _by_distance(mementos: Sequence[Memento], at: datetime | None) -> Iterator[Memento]:
    if at is None:
        yield from reversed(mementos)
        return
    wanted = at.astimezone(UTC)
    after = bisect_left(mementos, wanted.strftime("%Y%m%d%H%M%S").rjust(14, "0"), key=lambda each: each.timestamp)
    before = after - 1
    while before >= 0 or after < len(mementos):
        # Of two that are equally far the earlier one, as pywb chooses.
        if after >= len(mementos) or (
            before >= 0 and abs(wanted - mementos[before].date) <= abs(mementos[after].date - wanted)
        ):
            # Of several in one second the first.
            same = [each for each in mementos[: before + 1][-10:] if each.timestamp == mementos[before].timestamp]
            yield from same
            before -= len(same)
        else:
            yield mementos[after]
            after += 1


def exact(mementos: Sequence[Memento], timestamp: str, url: str) -> Memento | None:
    """Return the memento of a second whose address is written just so; null when there is none."""
    for each in mementos:
        if each.timestamp == timestamp and written_safely(each.address) == url:
            return each
    return None


def http_date(moment: datetime) -> str:
    """Return a time as HTTP writes it.

    >>> http_date(datetime(2025, 3, 1, tzinfo=UTC))
    'Sat, 01 Mar 2025 00:00:00 GMT'
    """
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def parse_http_date(text: str) -> datetime:
    """Return the time of an ``Accept-Datetime``. Raises ValueError when it is none.

    >>> parse_http_date("Sat, 01 Mar 2025 00:00:00 GMT").isoformat()
    '2025-03-01T00:00:00+00:00'
    """
    match = _HTTP_DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no time such as Sat, 01 Mar 2025 00:00:00 GMT")
    day, month, year, hour, minute, second = match.groups()
    # A weekday that does not fit is passed over, as a client's misreckoning.
    clock = int(hour), int(minute), int(second)
    return datetime(int(year), _MONTHS.index(month) + 1, int(day), *clock, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Link:
    """One link, of a header or of a TimeMap."""

    uri: str
    rel: str
    attributes: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        more = "".join(f'; {name}="{value}"' for name, value in self.attributes)
        return f'<{self.uri}>; rel="{self.rel}"{more}'


def neighbours(mementos: Sequence[Memento], shown: Memento, base: str) -> list[Link]:
    """Return the links to the first, the last, the one before and the one after, and to the one *shown* itself.

    Each memento is one link, with all that it is (RFC 7089, section 2.2.4). *base* is what paths are put behind.
    """
    place = next(number for number, each in enumerate(mementos) if each.entry is shown.entry)
    rels: dict[int, list[str]] = {}
    for number, rel in (
        (0, "first"),
        (place - 1, "prev"),
        (place, ""),
        (place + 1, "next"),
        (len(mementos) - 1, "last"),
    ):
        if 0 <= number < len(mementos):
            rels.setdefault(number, []).append(rel)
    return [
        Link(
            base + mementos[number].path,
            " ".join([*filter(None, names), "memento"]),
            (("datetime", mementos[number].http_date),),
        )
        for number, names in sorted(rels.items())
    ]
