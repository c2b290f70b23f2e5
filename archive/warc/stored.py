"""The records of one exchange, found again in a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from archive import http
from archive.codings import MAX_BODY
from archive.errors import ArchiveError
from archive.model import Capture, Exchange, Location, Payload
from archive.times import parse_warc_date
from archive.warc.captures import ANSWERS, capture_of, declared_mime, informational_of, told_by
from archive.warc.files import Context
from archive.warc.framing import Member, Torn
from archive.warc.record import FIELDS_TYPE, Record


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """The records of one exchange, as they follow each other in a file."""

    records: tuple[Record, ...]
    capture: Capture | None
    """Null when no byte of an answer came."""
    told: dict[str, str]
    """What the metadata record says: via, purpose, method, fetchTimeMs, error, truncated."""

    @property
    def url(self) -> str:
        return self.records[0].url

    @property
    def date(self) -> datetime:
        return parse_warc_date(self.records[0].get("WARC-Date") or "")

    @property
    def answer(self) -> Record | None:
        """The record that holds what the server gave."""
        return next((record for record in self.records if record.type in ANSWERS), None)

    @property
    def informational(self) -> tuple[bytes, ...]:
        """1xx heads that came before the answer, bytes as received."""
        return informational_of(self.records)

    def exchange(self) -> Exchange:
        """Return the exchange with all its bytes in memory."""
        request = next((record for record in self.records if record.type == "request"), None)
        first = self.records[0]
        return Exchange(
            url=self.url,
            date=self.date,
            ip=first.get("WARC-IP-Address"),
            tls=first.get("WARC-Cipher-Suite"),
            request=request.read() if request else b"",
            response=self.answer.read() if self.answer else b"",
            error=self.told.get("error"),
        )

    def payload(self, *, max_size: int = MAX_BODY) -> Payload:
        """Return what the page is read from, exactly as the crawl saw it.

        Raises ArchiveError for a revisit, whose body lies elsewhere, and when there is no answer.
        """
        if self.answer is None:
            why = self.told.get("error", "no cause was noted")
            raise ArchiveError(f"{self.url}: no byte of an answer was received ({why})")
        return payload_of(self.answer, max_size=max_size)


    def measure(self) -> tuple[int, str] | None:
        """Return size and SHA-256 of the body, see :func:`archive.http.measure_body`."""
        if self.answer is None or self.answer.type != "response":
            return None
        return http.measure_body(self.answer.block)


def payload_of(record: Record, *, max_size: int = MAX_BODY) -> Payload:
    """Return the payload of an answer's record.

    Raises ArchiveError for a revisit.
    """
    if record.type == "revisit":
        original = record.get("WARC-Refers-To") or record.get("WARC-Refers-To-Target-URI") or "another record"
        raise ArchiveError(f"{record.url}: {record.id} is a revisit without a body; read that of {original}")
    if record.type == "resource":
        mime = declared_mime(record)
        record.block.seek(record.start)
        return Payload(0, (("Content-Type", mime),) if mime else (), record.block.read(max_size))
    return http.read_payload(record.block, max_size=max_size)


def group(members: Iterator[Member], warc: str, context: Context) -> Iterator[StoredExchange]:
    """Group neighbours that name each other (``WARC-Concurrent-To``), whatever their order."""
    for found in group_members(members):
        yield stored_of(found, warc, context)


def group_members(members: Iterator[Member]) -> Iterator[list[Member]]:
    """Yield the members of one exchange after the other; warcinfo belongs to none.

    Damage is raised after all exchanges before it are given.
    """
    found: list[Member] = []
    torn: Torn | None = None
    while True:
        try:
            member = next(members, None)
        except Torn as error:
            member, torn = None, error
        if member is not None and member.record.type == "warcinfo":
            continue
        if found and (member is None or not _belongs(member.record, found)):
            yield found
            found = []
        if torn is not None:
            raise torn
        if member is None:
            return
        found.append(member)


def _belongs(record: Record, members: list[Member]) -> bool:
    others = [member.record for member in members]
    return any(other.id in record.concurrent_to or record.id in other.concurrent_to for other in others)


def stored_of(members: list[Member], warc: str, context: Context) -> StoredExchange:
    """Return the exchange that a group of members holds."""
    records = tuple(member.record for member in members)
    told = told_by(records)
    capture = None
    for member in members:
        if member.record.type in ANSWERS and member.record.get("Content-Type") != FIELDS_TYPE:
            location = Location(warc, member.offset, member.length)
            capture = capture_of(member.record, told, location, context.site, context.crawl)
            break
    return StoredExchange(records, capture, told)
