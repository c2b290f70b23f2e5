"""Reading WARC files: one record by its location, or a whole file in its order.

Reads files that are closed and those still ``.open``; a location names a file by its
final name, whichever of the two it has now.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from archive import http
from archive.cdxj import OPEN, SUFFIX
from archive.codings import MAX_BODY
from archive.errors import ArchiveError, DamagedRecord
from archive.model import Capture, Exchange, Location, Payload
from archive.times import parse_warc_date
from archive.warc.captures import ANSWERS, capture_of, declared_mime, informational_of, told_by
from archive.warc.framing import Member, Torn, read_members
from archive.warc.records import FIELDS_TYPE, Record, parse_fields
from archive.warc.writer import OWN_INFO

logger = logging.getLogger(__name__)


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


def find_warc(root: Path, warc: str) -> Path:
    """Return the file that *warc* (below *root*) names, closed or still ``.open``.

    Raises ArchiveError when there is none, or when the name leads out of *root*.
    """
    pure = PurePosixPath(warc)
    if pure.is_absolute() or ".." in pure.parts:
        raise ArchiveError(f"{warc!r} is no path below the data root")
    path = root / warc
    for candidate in (path, path.with_name(path.name + OPEN)):
        if candidate.is_file():
            return candidate
    raise ArchiveError(f"{path}: no such WARC file; look for it in quarantine/, or rebuild the catalog")


def list_warcs(root: Path, site: str | None = None) -> list[str]:
    """Return the WARC files of a site or of all, paths below *root*, in order of their names.

    Files still ``.open`` are among them, with that suffix.
    """
    top = root / "warcs" / site if site else root / "warcs"
    paths = (path for pattern in (SUFFIX, SUFFIX + OPEN) for path in top.rglob("*" + pattern))
    return sorted(path.relative_to(root).as_posix() for path in paths)


def read_record(root: Path, location: Location) -> Record:
    """Return the record at a location, with one seek.

    Raises DamagedRecord when no whole record lies there or its length differs.
    """
    with find_warc(root, location.warc).open("rb") as file:
        return _first(file, location).record


def read_stored(root: Path, location: Location) -> StoredExchange:
    """Return the answer at a location with the records of its exchange that follow it."""
    with find_warc(root, location.warc).open("rb") as file:
        _first(file, location)
        context = Context.of(root, location.warc)
        return next(_stored(read_members(file, location.offset), location.warc, context))


def read_exchange(root: Path, location: Location) -> Exchange:
    """Return the exchange whose answer lies at a location, with all its bytes in memory."""
    return read_stored(root, location).exchange()


def read_payload(root: Path, capture: Capture, *, max_size: int = MAX_BODY) -> Payload:
    """Return what the page of a capture is read from, exactly as the crawl saw it.

    Raises ArchiveError for a revisit, whose body another record holds, DamagedRecord when
    another record than the capture's lies at its location.
    """
    record = read_record(root, capture.location)
    if record.id != capture.id:
        where = f"{capture.location.warc}: byte {capture.location.offset}"
        found = record.id or "a record without id"
        raise DamagedRecord(f"{where}: {found} lies there, not {capture.id}; rebuild the catalog")
    return payload_of(record, max_size=max_size)


def iter_captures(
    root: Path, warc: str, *, on_torn: Callable[[Torn], object] | None = None
) -> Iterator[tuple[Capture, StoredExchange]]:
    """Yield the captures of a file in its order, each with its exchange to read from.

    They equal those that the writer returned. Damage: see :func:`iter_exchanges`.
    """
    for stored in iter_exchanges(root, warc, on_torn=on_torn):
        if stored.capture is not None:
            yield stored.capture, stored


def iter_exchanges(
    root: Path, warc: str, *, on_torn: Callable[[Torn], object] | None = None
) -> Iterator[StoredExchange]:
    """Yield all exchanges of a file in its order, also those that got no answer.

    A block stays readable as long as its exchange is held; memory stays flat.

    Everything before a damaged member is given. Then *on_torn* is called, if given;
    else the torn tail of an ``.open`` file, which a killed run leaves, is logged, and
    damage in a closed file raises DamagedRecord.
    """
    path = find_warc(root, warc)
    final = warc.removesuffix(OPEN)
    context = Context.of(root, warc)
    with path.open("rb") as file:
        try:
            yield from _stored(read_members(file), final, context)
        except Torn as torn:
            if on_torn is not None:
                on_torn(torn)
            elif path.name.endswith(OPEN):
                told = {"warc": final, "offset": torn.offset, "detail": torn.detail}
                logger.warning("torn tail", extra=told)
            else:
                raise DamagedRecord(f"{path}: {torn}; run `khcn verify`") from torn


def warcinfo(path: Path) -> dict[str, str]:
    """Return the fields of the warcinfo record that opens a file; none when it has none.

    Raises DamagedRecord when the file does not begin with a whole record.
    """
    with path.open("rb") as file:
        try:
            member = next(read_members(file), None)
        except Torn as torn:
            raise DamagedRecord(f"{path}: {torn}; run `khcn verify`") from torn
    if member is None or member.record.type != "warcinfo":
        return {}
    fields: dict[str, str] = {}
    for name, value in parse_fields(member.record.read()):
        fields.setdefault(name, value)
    return fields


def crawl_info(fields: dict[str, str]) -> dict[str, str]:
    """Return of a warcinfo's fields those that the crawl gave to its writer."""
    return {name: value for name, value in fields.items() if name not in OWN_INFO}


@dataclass(frozen=True, slots=True)
class Context:
    """What a file says of all its captures."""

    site: str
    crawl: str

    @classmethod
    def of(cls, root: Path, warc: str) -> Context:
        """Read it from warcinfo; in files of others from the path: folder and name."""
        try:
            fields = warcinfo(find_warc(root, warc))
        except DamagedRecord:
            fields = {}
        parts = PurePosixPath(warc).parts
        name = parts[-1].removesuffix(OPEN).removesuffix(SUFFIX)
        folder = parts[1] if len(parts) > 2 and parts[0] == "warcs" else ""
        return cls(fields.get("site", folder), fields.get("crawl") or fields.get("isPartOf") or name)


def _first(file: BinaryIO, location: Location) -> Member:
    where = f"{location.warc}: byte {location.offset}"
    try:
        member = next(read_members(file, location.offset), None)
    except Torn as torn:
        raise DamagedRecord(f"{where}: {torn.detail}; run `khcn verify`") from torn
    if member is None:
        raise DamagedRecord(f"{where}: the file ends before it; run `khcn verify`")
    if member.length != location.length:
        lengths = f"the record is {member.length} bytes long, not {location.length}"
        raise DamagedRecord(f"{where}: {lengths}; run `khcn index`")
    return member


def _stored(members: Iterator[Member], warc: str, context: Context) -> Iterator[StoredExchange]:
    """Group neighbours that name each other (``WARC-Concurrent-To``), whatever their order."""
    group: list[Member] = []
    torn: Torn | None = None
    while True:
        try:
            member = next(members, None)
        except Torn as error:
            member, torn = None, error
        if member is not None and member.record.type == "warcinfo":
            continue
        if group and (member is None or not _belongs(member.record, group)):
            yield _grouped(group, warc, context)
            group = []
        if torn is not None:
            raise torn
        if member is None:
            return
        group.append(member)


def _belongs(record: Record, group: list[Member]) -> bool:
    others = [member.record for member in group]
    return any(other.id in record.concurrent_to or record.id in other.concurrent_to for other in others)


def _grouped(group: list[Member], warc: str, context: Context) -> StoredExchange:
    records = tuple(member.record for member in group)
    told = told_by(records)
    capture = None
    for member in group:
        if member.record.type in ANSWERS and member.record.get("Content-Type") != FIELDS_TYPE:
            location = Location(warc, member.offset, member.length)
            capture = capture_of(member.record, told, location, context.site, context.crawl)
            break
    return StoredExchange(records, capture, told)
