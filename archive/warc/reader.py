"""Reading WARC files: one record by its location, or a whole file in its order.

Reads files that are closed and those still ``.open``; a location names a file by its
final name, whichever of the two it has now.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from archive.codings import MAX_BODY
from archive.errors import DamagedRecord
from archive.model import Capture, Exchange, Location, Payload
from archive.warc.files import OPEN, Context, crawl_info, find_warc, list_warcs, warcinfo
from archive.warc.framing import Member, Torn, read_members
from archive.warc.lenient import next_member
from archive.warc.originals import Locate, Originals
from archive.warc.record import Record
from archive.warc.stored import StoredExchange, group, payload_of

__all__ = [
    "Context",
    "StoredExchange",
    "crawl_info",
    "find_warc",
    "iter_captures",
    "iter_exchanges",
    "list_warcs",
    "payload_of",
    "read_answer",
    "read_exchange",
    "read_payload",
    "read_record",
    "read_stored",
    "warcinfo",
]

logger = logging.getLogger(__name__)


def read_record(root: Path, location: Location) -> Record:
    """Return the record at a location, with one seek.

    Raises DamagedRecord when no whole record lies there or its length differs.
    """
    with find_warc(root, location.warc).open("rb") as file:
        record = _first(file, location).record
    record.is_wire = not Context.of(root, location.warc).is_foreign
    return record


def read_stored(root: Path, location: Location, locate: Locate | None = None) -> StoredExchange:
    """Return the answer at a location with the records of its exchange that follow it.

    *locate* finds the original of a revisit by its id when the record does not say where it lies.
    """
    with find_warc(root, location.warc).open("rb") as file:
        _first(file, location)
        context = Context.of(root, location.warc)
        find = Originals(root, location.warc, locate).find
        return next(group(read_members(file, location.offset), location.warc, context, find))


def read_exchange(root: Path, location: Location) -> Exchange:
    """Return the exchange whose answer lies at a location, with all its bytes in memory."""
    return read_stored(root, location).exchange()


def read_payload(root: Path, capture: Capture, *, max_size: int = MAX_BODY, locate: Locate | None = None) -> Payload:
    """Return what the page of a capture is read from, exactly as the crawl saw it.

    That of a revisit is its original's: *locate* finds originals by their ids when the
    record does not say where its own lies.

    Raises ArchiveError when the original is missing, DamagedRecord when another record than
    the capture's, or the original's, lies in its place.
    """
    record = read_answer(root, capture)
    original = None
    if record.type == "revisit":
        original = Originals(root, capture.location.warc, locate).find(record)
    return payload_of(record, original, max_size=max_size)


def read_answer(root: Path, capture: Capture) -> Record:
    """Return the record of a capture.

    Raises DamagedRecord when another record lies in its place.
    """
    record = read_record(root, capture.location)
    if record.id != capture.id:
        where = f"{capture.location.warc}: byte {capture.location.offset}"
        found = record.id or "a record without id"
        raise DamagedRecord(f"{where}: {found} lies there, not {capture.id}; rebuild the catalog")
    return record


def iter_captures(
    root: Path, warc: str, *, on_torn: Callable[[Torn], object] | None = None, locate: Locate | None = None
) -> Iterator[tuple[Capture, StoredExchange]]:
    """Yield the captures of a file in its order, each with its exchange to read from.

    They equal those that the writer returned. Damage: see :func:`iter_exchanges`.
    """
    for stored in iter_exchanges(root, warc, on_torn=on_torn, locate=locate):
        if stored.capture is not None:
            yield stored.capture, stored


def has_exchange(root: Path, warc: str) -> bool:
    """Say whether a file holds an exchange, answered or not; what ended before its first one holds a warcinfo alone.

    Raises DamagedRecord.
    """
    return any(True for _ in iter_exchanges(root, warc, on_torn=lambda torn: None))


def iter_exchanges(
    root: Path, warc: str, *, on_torn: Callable[[Torn], object] | None = None, locate: Locate | None = None
) -> Iterator[StoredExchange]:
    """Yield all exchanges of a file in its order, also those that got no answer.

    A block stays readable as long as its exchange is held; memory stays flat. *locate*
    finds the originals of revisits by their ids (see :mod:`archive.warc.originals`).

    Everything before a damaged member is given. Then *on_torn* is called, if given, and
    a closed file is read on at the next member; else the torn tail of an ``.open`` file,
    which a killed run leaves, is logged, and damage in a closed file raises DamagedRecord.
    """
    path = find_warc(root, warc)
    final = warc.removesuffix(OPEN)
    context = Context.of(root, warc)
    is_open = path.name.endswith(OPEN)
    start: int | None = 0
    with path.open("rb") as file:
        while start is not None:
            try:
                yield from group(read_members(file, start), final, context, Originals(root, final, locate).find)
                return
            except Torn as torn:
                if on_torn is not None:
                    on_torn(torn)
                    start = None if is_open else next_member(file, torn.offset + 1)
                elif is_open:
                    logger.warning("torn tail", extra={"warc": final, "offset": torn.offset, "detail": torn.detail})
                    return
                else:
                    raise DamagedRecord(f"{path}: {torn}; run `khcn verify`") from torn


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
