"""What one record says of itself: its fields, its date, its digests."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from archive.verify.records import Record, Report, label

FIRST_YEAR = 1996
CLOCK_ERROR = timedelta(days=1)

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_SHORT_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)Z)?)?)?", re.ASCII)
_ID = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]+>")

NEEDED = ("warc-type", "warc-record-id", "warc-date")
NEEDED_BY = {
    "response": ("warc-target-uri",),
    "resource": ("warc-target-uri",),
    "request": ("warc-target-uri",),
    "revisit": ("warc-target-uri", "warc-profile"),
    "conversion": ("warc-target-uri",),
    "continuation": ("warc-target-uri", "warc-segment-origin-id", "warc-segment-number"),
}
"""Fields without which a record is none: WARC 1.1, section 5; for all types, then for each."""


_ALL_NEEDED = {kind: (*NEEDED, *names) for kind, names in NEEDED_BY.items()}


@lru_cache(maxsize=64)
def moment_of(text: str) -> datetime | None:
    """Return the time (UTC) of a WARC-Date, None when it is none.

    >>> moment_of("2024-05-06T07:08:09.5Z").microsecond, moment_of("2024-05-06T07:08:09+07:00")
    (500000, None)
    """
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            short = _SHORT_DATE.fullmatch(text)
            if short is None:
                return None
            year, month, day, hour, minute = (int(part) if part else None for part in short.groups())
            return datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, tzinfo=UTC)
        *whole, fraction = match.groups()
        year, month, day, hour, minute, second = map(int, whole)
        micros = int((fraction or "0")[:6].ljust(6, "0"))
        return datetime(year, month, day, hour, minute, second, micros, UTC)
    except ValueError:
        return None


def check_fields(record: Record, report: Report, latest: datetime) -> datetime | None:
    """Report what is wrong with the fields of a record; return its date.

    *latest* is now and a day: no date lies behind it.
    """
    at, fields = record.offset, record.fields
    for rule, detail in record.faults:
        report(at, rule, detail)
    for name in _ALL_NEEDED.get(record.type, NEEDED):
        if not fields.get(name):
            report(at, "field-missing", f"a {record.type or 'record'} has no {name}")
    identity = fields.get("warc-record-id")
    if identity and _ID.fullmatch(identity) is None:
        report(at, "field-form", f"its WARC-Record-ID is {identity[:80]!r}")
    text = fields.get("warc-date")
    if not text:
        return None
    moment = moment_of(text)
    if moment is None:
        report(at, "date-form", f"its WARC-Date is {text[:60]!r}")
    elif moment.year < FIRST_YEAR or moment > latest:
        report(at, "date-range", f"its WARC-Date is {text}")
    return moment


def check_digests(record: Record, report: Report, *, is_ours: bool, is_wire: bool = True) -> None:
    """Report digests that the record states and its bytes do not give.

    A writer of others may have digested a chunked payload with its framing, as warcio does. What
    was imported need not be what went over the wire (*is_wire*): its length says nothing then.
    """
    at = record.offset
    block, payload = record.fields.get("warc-block-digest"), record.fields.get("warc-payload-digest")
    for text, known in ((block, record.block_label), (payload, record.payload_label)):
        if text is not None and known is None and label(text) is None:
            report(at, "digest-form", f"{text[:80]!r} is no digest that can be checked")
    stated = record.block_label
    if stated and record.block is not None and not record.block.equals(stated[1]):
        report(at, "block-digest", f"the block gives {record.block}, not {block}")
    stated = record.payload_label
    found = record.payload
    if found is None or record.type == "revisit":  # its payload lies elsewhere, see Ledger
        return
    if stated:
        others = found.undecoded is not None and not is_ours and found.undecoded.equals(stated[1])
        if not found.digest.equals(stated[1]) and not others:
            report(at, "payload-digest", f"the payload gives {found.digest}, not {payload}")
    head = found.head
    if block or payload or head is None or head.is_chunked or head.length is None or record.type != "response":
        return
    if not is_wire:
        return
    if found.size != head.length and not record.fields.get("warc-truncated") and head.status not in (204, 304):
        report(at, "http-length", f"the body has {found.size} bytes, its HTTP head says {head.length}")
