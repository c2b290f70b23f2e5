"""From an answer's records to its capture, by one rule for the writer and the reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import cast, get_args

from archive.digests import BLOCK, digest_of
from archive.errors import DamagedRecord
from archive.http import Head, iter_body, parse_head
from archive.model import Capture, Location, Origin, Purpose
from archive.posts import request_of
from archive.times import parse_warc_date
from archive.warc.record import FIELDS_TYPE, UNKNOWN_TYPE, Record, parse_fields

ANSWERS = ("response", "resource", "revisit")
"""Types of the records that hold what a server gave: those that become captures."""

_PURPOSES = frozenset(get_args(Purpose))
_METHOD = re.compile("[A-Z]{3,20}")


def capture_of(
    record: Record, told: dict[str, str], location: Location, site: str, crawl: str, origin: Origin = "crawl"
) -> Capture:
    """Return the capture that an answer's record holds.

    *site*, *crawl* and *origin* are those of its file. *told* is what the metadata record of the
    exchange says (see :func:`told_by`).
    The same records give the same capture, whether just written or read years later.

    Raises DamagedRecord when the record lacks its id or a date.
    """
    try:
        date = parse_warc_date(record.get("WARC-Date") or "")
    except ValueError as error:
        raise DamagedRecord(f"{location.warc}: record at {location.offset}: {error}") from error
    if not record.id:
        raise DamagedRecord(f"{location.warc}: record at {location.offset} has no WARC-Record-ID")
    refers = (record.get("WARC-Refers-To") or "").strip("<>")
    purpose = told.get("purpose", "unknown")
    head = head_of(record, told)
    method = told.get("method", "GET")
    return Capture(
        id=record.id,
        url=record.url,
        date=date,
        status=head.status,
        mime=declared_mime(record) if record.type == "resource" else head.mime,
        digest=payload_digest_of(record),
        site=site,
        crawl=crawl,
        location=location,
        revisit_of=refers or None,
        via=told.get("via"),
        purpose=cast(Purpose, purpose) if purpose in _PURPOSES else "unknown",
        truncated=record.get("WARC-Truncated"),
        method=method if _METHOD.fullmatch(method) else "GET",
        request_body=told.get("request-body"),
        origin=origin,
    )


def head_of(record: Record, told: dict[str, str]) -> Head:
    """Return the head of an answer; that of a 304 is in the metadata record, its block being empty."""
    if record.type != "revisit" or record.size:
        return record.head()
    head = parse_head(told_bytes(told, "head"))
    is_not_modified = (record.get("WARC-Profile") or "").endswith("/server-not-modified")
    return replace(head, status=304) if head.status is None and is_not_modified else head


def told_bytes(told: dict[str, str], name: str) -> bytes:
    """Return the bytes that a metadata record keeps as a JSON string, empty when it keeps none."""
    try:
        return str(json.loads(told[name])).encode("latin-1") if name in told else b""
    except (ValueError, RecursionError):
        return b""


def payload_digest_of(record: Record) -> str | None:
    """Return the payload digest that a record states, else the one of what it holds.

    A revisit without one says nothing of the payload: null.
    """
    stated = record.get("WARC-Payload-Digest")
    if stated or record.type == "revisit":
        return stated
    if record.holds_http:
        return digest_of(iter_body(record.block, record.start, record.head()))
    return digest_of(record.pieces())


def declared_mime(record: Record) -> str | None:
    """Return the media type of a ``resource`` record; null for the one that says nothing."""
    content = (record.get("Content-Type") or "").partition(";")[0].strip().lower()
    return content if content and content != UNKNOWN_TYPE else None


def told_by(records: Iterable[Record]) -> dict[str, str]:
    """Return what the metadata records of an exchange tell, the first value of each name.

    Other programs may not say ``via`` there: then it is the Referer that was sent. What was
    posted, ``request-body``, is in the request alone (:func:`archive.posts.request_of`).
    """
    told: dict[str, str] = {}
    records = tuple(records)
    for record in records:
        if record.type == "request" and (asked := request_of(record))[0] != "GET":
            told["method"] = asked[0]
            if asked[1] is not None:
                told["request-body"] = asked[1]
    for record in records:
        if record.type == "metadata" and record.get("Content-Type") == FIELDS_TYPE:
            for name, value in parse_fields(record.read()):
                told.setdefault(name, value)
    if "via" not in told and "purpose" not in told and (referer := _referer(records)):
        told["via"] = referer
    return told


def _referer(records: Iterable[Record]) -> str | None:
    for record in records:
        if record.type == "request":
            record.block.seek(record.start)
            head = record.block.read(BLOCK).partition(b"\r\n\r\n")[0]
            match = re.search(rb"\nReferer:[ \t]*(https?://[\x21-\x7e]+)", head, re.IGNORECASE)
            if match is not None:
                return match[1].decode("ascii")
    return None


def informational_of(records: Iterable[Record]) -> tuple[bytes, ...]:
    """Return the 1xx heads that were taken off the answer, bytes as received."""
    heads = []
    for record in records:
        if record.type == "metadata" and record.get("Content-Type") == FIELDS_TYPE:
            for name, value in parse_fields(record.read()):
                if name == "informational" and (head := told_bytes({name: value}, name)):
                    heads.append(head)
    return tuple(heads)
