"""A WARC record that was cut out of a file by its range, checked before it is taken. Pure."""

from __future__ import annotations

import re

from archive.digests import digest_of
from archive.http import iter_body
from archive.warc.framing import Member
from archive.warc.lenient import read_foreign
from archive.warc.record import Record
from crawler.recover.client import Answer
from crawler.recover.rows import Row, bare_digest, without_port


class BadRange(Exception):
    """What came is not the record that was asked for; the message says why."""


def range_header(row: Row) -> dict[str, str]:
    """Return the header that asks for the record of a row.

    >>> range_header(Row("http://a.vn/", "20150101000000", filename="x.warc.gz", offset=100, length=50))
    {'Range': 'bytes=100-149'}
    """
    return {"Range": f"bytes={row.offset}-{row.offset + row.length - 1}"}


def record_of(answer: Answer, row: Row, max_block: int) -> Record:
    """Return the one record that an answer holds.

    Raises BadRange unless the answer is the range that was asked for, holds one whole gzip member with one
    record, and this is a capture of the address with the payload that the index names.
    """
    if answer.status != 206:
        raise BadRange(f"status {answer.status} instead of 206")
    placed = re.match(r"bytes (\d+)-(\d+)/", answer.field("Content-Range"))
    if placed is not None and (int(placed[1]), int(placed[2])) != (row.offset, row.offset + row.length - 1):
        raise BadRange(f"the range {placed[0]} was not asked for")
    if answer.cut is not None or answer.size != row.length:
        raise BadRange(f"{answer.size} bytes instead of {row.length}")
    found = list(read_foreign(answer.body, max_block=max_block))
    if len(found) != 1 or not isinstance(found[0], Member):
        told = next((str(loss.cause) for loss in found if not isinstance(loss, Member)), f"{len(found)} records")
        raise BadRange(f"not one whole record: {told}")
    record = found[0].record
    if record.type not in ("response", "revisit") or not record.id:
        raise BadRange(f"a {record.type or 'nameless'} record instead of a capture")
    if without_port(record.url) != row.url:
        raise BadRange(f"a record of {record.url[:200]}")
    if record.type == "response" and row.digest and not _is_named(record, row):
        raise BadRange("another payload than the index names")
    return record


def _is_named(record: Record, row: Row) -> bool:
    stated = bare_digest(record.get("WARC-Payload-Digest") or "")
    if stated and stated != row.digest:
        return False
    computed = bare_digest(digest_of(iter_body(record.block, record.start, record.head())))
    # A record whose block is as its own digest says is what its writer made of the payload.
    return computed == row.digest or (bool(stated) and record.get("WARC-Block-Digest") is not None)
