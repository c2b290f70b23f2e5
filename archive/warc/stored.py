"""The records of one exchange, found again in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from archive import http
from archive.codings import MAX_BODY
from archive.errors import ArchiveError
from archive.model import Capture, Exchange, Location, Payload
from archive.times import parse_warc_date
from archive.warc.captures import ANSWERS, capture_of, declared_mime, head_of, informational_of, told_by, told_bytes
from archive.warc.files import Context
from archive.warc.framing import Member, Torn
from archive.warc.original import no_original
from archive.warc.record import FIELDS_TYPE, Record

FindOriginal = Callable[[Record], Record]
"""Gives the record that holds the body of a revisit; raises ArchiveError when there is none."""


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """The records of one exchange, as they follow each other in a file."""

    records: tuple[Record, ...]
    capture: Capture | None
    """Null when no byte of an answer came."""
    told: dict[str, str]
    """What the metadata record says: via, purpose, method, fetchTimeMs, error, truncated, head."""
    find_original: FindOriginal | None = field(default=None, repr=False, compare=False)

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
        """Return the exchange with all its bytes in memory.

        The body of a revisit is its original's, with that one's chunk framing.
        Raises ArchiveError when the original is missing.
        """
        request = next((record for record in self.records if record.type == "request"), None)
        first = self.records[0]
        return Exchange(
            url=self.url,
            date=self.date,
            ip=first.get("WARC-IP-Address"),
            tls=first.get("WARC-Cipher-Suite"),
            request=request.read() if request else b"",
            response=self._received(),
            error=self.told.get("error"),
        )

    def payload(self, *, max_size: int = MAX_BODY) -> Payload:
        """Return what the page is read from, exactly as the crawl saw it.

        That of a revisit is its original's. Raises ArchiveError when that is missing, and when
        there is no answer.
        """
        if self.answer is None:
            why = self.told.get("error", "no cause was noted")
            raise ArchiveError(f"{self.url}: no byte of an answer was received ({why})")
        return payload_of(self.answer, self._original(), max_size=max_size)

    def measure(self) -> tuple[int, str] | None:
        """Return size and SHA-256 of the body, see :func:`archive.http.measure_body`."""
        record = self._original() or self.answer
        if record is None or record.type != "response":
            return None
        return http.measure_body(record.block, is_wire=record.is_wire)

    def _original(self) -> Record | None:
        """Return the record that holds the body of a revisit, null for any other answer."""
        if self.answer is None or self.answer.type != "revisit":
            return None
        if self.find_original is None:
            raise no_original(self.answer)
        return self.find_original(self.answer)

    def _received(self) -> bytes:
        if self.answer is None:
            return b""
        if self.answer.type != "revisit":
            return self.answer.read()
        head = head_of(self.answer, self.told)
        if head.status == 304:
            return self.answer.read() or told_bytes(self.told, "head") + told_bytes(self.told, "excess")
        original = self._original()
        assert original is not None
        original.block.seek(original.start + original.head().length)
        return self.answer.read() + original.block.read()


def payload_of(record: Record, original: Record | None = None, *, max_size: int = MAX_BODY) -> Payload:
    """Return the payload of an answer's record; *original* holds the body of a revisit.

    A revisit has its own head and the original's body. A 304 has the original's head too:
    its own describes no body.

    Raises ArchiveError for a revisit without original.
    """
    if record.type == "revisit":
        if original is None:
            raise no_original(record)
        payload, head = payload_of(original, max_size=max_size), record.head()
        if head.status in (None, 304):
            return payload
        return replace(payload, status=head.status, headers=http.text_fields(head))
    if record.type == "resource":
        mime = declared_mime(record)
        record.block.seek(record.start)
        body = record.block.read(max_size + 1)
        notes = ("cut-at-limit",) if len(body) > max_size else ()
        return Payload(0, (("Content-Type", mime),) if mime else (), body[:max_size], notes)
    return http.read_payload(record.block, max_size=max_size, is_wire=record.is_wire)


def group(
    members: Iterator[Member], warc: str, context: Context, find_original: FindOriginal | None = None
) -> Iterator[StoredExchange]:
    """Group neighbours that name each other (``WARC-Concurrent-To``), whatever their order."""
    for found in group_members(members):
        yield stored_of(found, warc, context, find_original)


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
        if found and (member is None or not belongs(member.record, found)):
            yield found
            found = []
        if torn is not None:
            raise torn
        if member is None:
            return
        found.append(member)


def belongs(record: Record, members: list[Member]) -> bool:
    """Say whether a record is of the same exchange as those before it: one names the other.

    An exchange has one answer; in files of others a second one may name the first.
    """
    others = [member.record for member in members]
    if record.type in ANSWERS and any(other.type in ANSWERS for other in others):
        return False
    return any(other.id in record.concurrent_to or record.id in other.concurrent_to for other in others)


def stored_of(
    members: list[Member], warc: str, context: Context, find_original: FindOriginal | None = None
) -> StoredExchange:
    """Return the exchange that a group of members holds."""
    records = tuple(member.record for member in members)
    told = told_by(records)
    for record in records:
        record.is_wire = not context.is_foreign
    capture = None
    for member in members:
        if member.record.type in ANSWERS and member.record.get("Content-Type") != FIELDS_TYPE:
            location = Location(warc, member.offset, member.length)
            capture = capture_of(member.record, told, location, context.site, context.crawl, context.origin)
            break
    return StoredExchange(records, capture, told, find_original)
