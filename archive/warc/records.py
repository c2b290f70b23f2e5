"""From one exchange to its WARC records.

Every exchange becomes up to three records of one date, the later ones
``WARC-Concurrent-To`` the first:

``revisit``
    In place of a ``response``: its head, when the archive holds an equal body already
    (profile identical-payload-digest); nothing, when the server said that what we hold
    is what it has (304 to a conditional request, profile server-not-modified).
``response``
    The bytes received, verbatim. 1xx heads, which come before the answer, are taken
    off: indexers would read their status for the answer's.
``request``
    The bytes sent, verbatim.
``metadata``
    What neither tells: why it was asked for, how long it took, how it failed.

Bytes that begin with no status line (HTTP/0.9, another protocol, noise) make a
``resource`` record instead of a ``response``: readers take the first line of a
``response`` for its head whatever it holds, and would then index a word of it as the
status and its rest as the payload. A ``resource`` is read by none of them as HTTP.

The head of a 304 is in the metadata record: in a revisit's block, replay engines take
it for the head of the page, and show an empty one.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from uuid import uuid4

from archive.digests import digest_of
from archive.errors import ArchiveError
from archive.http import MAX_BODY, MAX_HEAD, Head, iter_body, read_heads, read_payload
from archive.model import Payload
from archive.times import warc_date
from archive.urls import header_url
from archive.warc.original import IDENTICAL, NOT_MODIFIED, Find, Form, Original
from archive.warc.record import FIELDS_TYPE, UNKNOWN_TYPE, Fields, Record, fields_block, one_line

__all__ = ["OWN_INFO", "LiveExchange", "exchange_records", "warcinfo_record"]

OWN_INFO = ("software", "format", "conformsTo", "hostname", "isPartOf", "site", "crawl")
"""Fields of warcinfo which the writer adds to those of its caller."""

SHORT = 1 << 20
"""Bytes of an answer whose payload is kept for who asks next."""
MAX_EXCESS = 1 << 16
"""Bytes behind the head of a 304, which has no body, that its metadata record holds."""


Source = Sequence[tuple[str, str]]
"""From where records were copied: names and values of a metadata record."""


@dataclass(slots=True)
class LiveExchange:
    """One finished exchange, its answer still in a spooled file."""

    url: str
    """The address exactly as requested."""
    method: str
    date: datetime
    """When the request was sent."""
    ended: datetime
    """When the last byte came, or the exchange was given up."""
    ip: str | None
    """Address of the peer; null when there was no connection."""
    tls: str | None
    """Cipher suite by its IANA name; null without TLS."""
    protocols: tuple[str, ...]
    """Protocols from the top down, as ``("http/1.1", "tls/1.3")``."""
    request: bytes
    """Every byte sent."""
    response: BinaryIO
    """Every byte received, in a seekable file that holds nothing else."""
    size: int
    """Bytes in ``response``."""
    error: str | None = None
    """Why the exchange did not end well."""
    truncated: str | None = None
    """Why the answer is not whole: length, time, disconnect or unspecified."""
    known: Original | None = None
    """The answer whose validators the request carried: what a 304 says to be current."""
    certificate_until: datetime | None = None
    """Until when the certificate of the server is valid (UTC); null without TLS."""
    tls_faults: tuple[str, ...] = ()
    """What was wrong with the certificate, or with the version of TLS, as ``("expired", "wrong-host")``."""
    _payload: Payload | None = field(default=None, repr=False, compare=False)

    def payload(self, *, max_size: int = MAX_BODY) -> Payload:
        """Return :func:`archive.http.read_payload` of the answer; a short one is read once for all who ask."""
        if max_size < MAX_BODY or self.size > SHORT:
            return read_payload(self.response, max_size=max_size)
        if self._payload is None:
            self._payload = read_payload(self.response)
        return self._payload


def exchange_records(
    exchange: LiveExchange,
    *,
    warcinfo_id: str,
    via: str | None = None,
    purpose: str = "unknown",
    find: Find | None = None,
) -> list[Record]:
    """Return the records of an exchange, in the order in which they are written.

    The first is the one that holds the answer, unless no byte of an answer came. *find* is
    asked whether the archive holds the body of a whole answer with status 200 already.

    Raises ArchiveError when ``exchange.size`` is not the size of its file.
    """
    if exchange.response.seek(0, io.SEEK_END) != exchange.size:
        raise ArchiveError(
            f"{exchange.url}: the answer's file does not hold the {exchange.size} bytes said to be received; "
            f"flush it before handing it over"
        )
    informational, start, head = read_heads(exchange.response)
    common = _common_fields(exchange, warcinfo_id)
    records: list[Record] = []
    extra: list[tuple[str, str]] = []
    if exchange.size > start:
        if exchange.known is not None and _is_not_modified(exchange, start, head):
            records.append(_revisit(common, NOT_MODIFIED, exchange.known, b"", exchange.known.digest))
            exchange.response.seek(start)
            extra = [("head", as_json(exchange.response.read(head.length)))]
            if excess := exchange.response.read():
                extra.append(("excess", as_json(excess)))
        else:
            records.append(_answer(exchange, start, head, common, find))
    if exchange.request:
        content = "application/http; msgtype=request"
        records.append(_small("request", _concurrent(records) + common, content, exchange.request))
    told = fields_block([*_told(exchange, informational, via, purpose), *extra])
    records.append(_small("metadata", _concurrent(records) + common, FIELDS_TYPE, told))
    return records


def warcinfo_record(filename: str, date: datetime, info: Mapping[str, str]) -> Record:
    """Return the record that opens a file: who wrote it, with what, and for which crawl."""
    fields = [("WARC-Date", warc_date(date)), ("WARC-Filename", filename)]
    return _small("warcinfo", fields, FIELDS_TYPE, fields_block(info.items()))


def source_record(warcinfo_id: str, date: datetime, source: Source) -> Record:
    """Return the record that says from where those after it were copied."""
    fields = [("WARC-Date", warc_date(date)), ("WARC-Warcinfo-ID", f"<{warcinfo_id}>")]
    return _small("metadata", fields, FIELDS_TYPE, fields_block(source))


def _common_fields(exchange: LiveExchange, warcinfo_id: str) -> Fields:
    fields = [("WARC-Date", warc_date(exchange.date)), ("WARC-Target-URI", header_url(exchange.url))]
    if exchange.ip:
        fields.append(("WARC-IP-Address", one_line(exchange.ip)))
    # A field for each protocol, and the cipher suite in one of its own, as the proposals for
    # WARC-Protocol and WARC-Cipher-Suite at https://github.com/iipc/warc-specifications say.
    fields += [("WARC-Protocol", one_line(protocol)) for protocol in exchange.protocols]
    if exchange.tls:
        fields.append(("WARC-Cipher-Suite", one_line(exchange.tls)))
    fields.append(("WARC-Warcinfo-ID", f"<{warcinfo_id}>"))
    return fields


def _is_not_modified(exchange: LiveExchange, start: int, head: Head) -> bool:
    """Whether a 304 came whole, with no more behind it than a metadata record can hold."""
    behind = exchange.size - start - head.length
    return head.status == 304 and head.complete and head.length <= MAX_HEAD and behind <= MAX_EXCESS


def _revisit(common: Fields, profile: str, original: Original, block: bytes, digest: str | None) -> Record:
    fields = [
        *common,
        ("WARC-Profile", profile),
        ("WARC-Refers-To", f"<{original.id}>"),
        ("WARC-Refers-To-Target-URI", header_url(original.url)),
        ("WARC-Refers-To-Date", warc_date(original.date)),
        # As Heritrix writes it; so the original is found without any index.
        ("WARC-Refers-To-Filename", original.location.warc.rpartition("/")[2]),
        ("WARC-Refers-To-File-Offset", str(original.location.offset)),
    ]
    if digest is not None:
        fields.append(("WARC-Payload-Digest", digest))
    return _small("revisit", fields, "application/http; msgtype=response", block)


def _answer(exchange: LiveExchange, start: int, head: Head, common: Fields, find: Find | None) -> Record:
    fields = list(common)
    if exchange.truncated:
        reason = exchange.truncated.strip().lower()
        fields.append(("WARC-Truncated", reason if re.fullmatch(r"[a-z0-9-]+", reason) else "unspecified"))
    record = Record(fields, exchange.response, start, exchange.size - start)
    if head.status is None:
        return _finish(record, "resource", UNKNOWN_TYPE)
    if head.is_chunked or _is_read_alike(exchange.response, start, head):
        size = 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for piece in iter_body(exchange.response, start, head):
                size += len(piece)
                yield piece

        digest = digest_of(counted())
        is_whole = head.status == 200 and head.complete and exchange.truncated is None and head.length <= MAX_HEAD
        if find is not None and is_whole and (original := find(digest, size, Form.of(head, size))) is not None:
            exchange.response.seek(start)
            return _revisit(common, IDENTICAL, original, exchange.response.read(head.length), digest)
        fields.append(("WARC-Payload-Digest", digest))
    record.answer = head
    return _finish(record, "response", "application/http; msgtype=response")


def _is_read_alike(response: BinaryIO, start: int, head: Head) -> bool:
    """Whether all readers agree on where the body starts.

    warcio ends a head at the first line of white space, fastwarc at the first CRLF CRLF and at
    no bare LF. Where they disagree with browsers, a payload digest would be called wrong by
    them; so it is left out of the record, where it is optional, and computed when read.
    """
    response.seek(start)
    raw = response.read(min(head.length, MAX_HEAD))
    if head.complete and raw.find(b"\r\n\r\n") + 4 != head.length:
        return False
    lines = raw.split(b"\n")[: -2 if head.complete else -1]
    return not any(_is_blank(line) for line in lines)


def _is_blank(line: bytes) -> bool:
    """Whether nothing is left of a line once warcio has decoded and stripped it."""
    try:
        return not line.decode("utf-8").strip()
    except UnicodeDecodeError:
        return not line.decode("latin-1").strip()


def _told(
    exchange: LiveExchange, informational: Iterable[bytes], via: str | None, purpose: str
) -> Iterator[tuple[str, str]]:
    if via:
        yield "via", header_url(via)
    yield "purpose", purpose
    yield "method", exchange.method
    yield "fetchTimeMs", str(max(0, round((exchange.ended - exchange.date).total_seconds() * 1000)))
    if exchange.tls_faults:
        yield "tlsFaults", ", ".join(exchange.tls_faults)
    if exchange.error:
        yield "error", exchange.error
    if exchange.truncated:
        yield "truncated", exchange.truncated
    for head in informational:
        # A head has lines, a field has one: so as a JSON string, each char a byte.
        yield "informational", as_json(head)


def as_json(data: bytes) -> str:
    """Return bytes as a JSON string in which each character is one byte."""
    return json.dumps(data.decode("latin-1"))


def _concurrent(records: list[Record]) -> Fields:
    return [("WARC-Concurrent-To", f"<{records[0].id}>")] if records else []


def _small(kind: str, fields: Fields, content: str, block: bytes) -> Record:
    return _finish(Record(list(fields), io.BytesIO(block), 0, len(block)), kind, content)


def _finish(record: Record, kind: str, content: str) -> Record:
    record.fields[:0] = [("WARC-Type", kind), ("WARC-Record-ID", f"<{uuid4().urn}>")]
    record.fields += [
        ("WARC-Block-Digest", digest_of(record.pieces())),
        ("Content-Type", content),
        ("Content-Length", str(record.size)),
    ]
    return record
