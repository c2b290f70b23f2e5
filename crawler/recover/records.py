"""The WARC records of what was recovered: marked as such, and with what is original in them and what is not."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from uuid import uuid4

from archive.digests import BLOCK, digest_of
from archive.http import iter_body, read_head
from archive.times import warc_date
from archive.urls import header_url
from archive.warc.files import RECOVER
from archive.warc.record import FIELDS_TYPE, Fields, Record, fields_block
from crawler.recover.client import IN_MEMORY, Answer
from crawler.recover.mementos import Memento
from crawler.recover.rows import Row
from crawler.recover.sources import Kind


@dataclass(frozen=True, slots=True)
class Provenance:
    """From where a capture was got."""

    kind: Kind
    source: str
    """Address that was asked: of the replay, or of the WARC file."""
    fetched: datetime
    row: Row
    """What the index said of it."""
    purpose: str
    via: str = ""


def rebuilt_records(memento: Memento, answer: Answer, told: Provenance, url: str) -> list[Record]:
    """Return the records of a capture that came through a replay: a ``response``, and what is known of it.

    *url* is the address that was captured.
    """
    block = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
    block.write(memento.head)
    answer.body.seek(0)
    while piece := answer.body.read(BLOCK):
        block.write(piece)
    size = block.tell()
    fields: Fields = [
        ("WARC-Date", warc_date(memento.date)),
        ("WARC-Target-URI", header_url(url)),
        ("WARC-Source-URI", header_url(told.source)),
        ("WARC-Creation-Date", warc_date(told.fetched)),
    ]
    if memento.cut:
        fields.append(("WARC-Truncated", memento.cut))
    record = Record(fields, block, 0, size)
    fields.append(("WARC-Payload-Digest", digest_of(iter_body(block, 0, read_head(block)))))
    _finish(record, "response", "application/http; msgtype=response")
    lines = [
        ("rebuilt", "status-line, headers"),
        ("digest-match", memento.digest_match),
        *(("left-out", line) for line in memento.left_out),
    ]
    if memento.cut:
        lines.append(("truncated", memento.cut))
    return [record, _metadata(record.id, memento.date, url, [*_common(told), *lines])]


def copied_records(record: Record, told: Provenance) -> list[Record]:
    """Return the records of a capture that came as a WARC record: that one as it is, and from where it came."""
    place = [("source-offset", str(told.row.offset)), ("source-length", str(told.row.length))]
    lines = [*_common(told), *place, ("source-record-id", f"<{record.id}>"), ("digest-match", "yes")]
    date = record.get("WARC-Date") or ""
    return [record, _metadata(record.id, date, record.url, lines)]


def _common(told: Provenance) -> Iterable[tuple[str, str]]:
    if told.via:
        yield "via", header_url(told.via)
    yield "purpose", told.purpose
    yield "method", "GET"
    yield "origin", RECOVER
    yield "source", header_url(told.source)
    yield "source-kind", told.kind
    yield "source-timestamp", told.row.timestamp
    if told.row.digest:
        yield "source-digest", f"sha1:{told.row.digest}"
    yield "fetched", warc_date(told.fetched)


def _metadata(concurrent: str, date: datetime | str, url: str, lines: Iterable[tuple[str, str]]) -> Record:
    block = fields_block(lines)
    fields: Fields = [
        ("WARC-Concurrent-To", f"<{concurrent}>"),
        ("WARC-Date", date if isinstance(date, str) else warc_date(date)),
        ("WARC-Target-URI", header_url(url)),
    ]
    return _finish(Record(fields, io.BytesIO(block), 0, len(block)), "metadata", FIELDS_TYPE)


def _finish(record: Record, kind: str, content: str) -> Record:
    record.fields[:0] = [("WARC-Type", kind), ("WARC-Record-ID", f"<{uuid4().urn}>")]
    record.fields += [
        ("WARC-Block-Digest", digest_of(record.pieces())),
        ("Content-Type", content),
        ("Content-Length", str(record.size)),
    ]
    return record
