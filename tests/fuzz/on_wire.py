"""Targets: what a server answers, as it comes off the wire."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from datetime import UTC, datetime

from archive.codings import dechunk, decode_content
from archive.http import (
    MAX_HEAD,
    measure_body,
    media_type,
    parse_head,
    read_head,
    read_message,
    split_informational,
)
from archive.posts import MAX_QUERY, address_of, body_as_query, read_request
from archive.urls import surt
from crawler.answer import AnswerReader, Malformed
from crawler.chunks import MAX_LINE, LenientChunks
from crawler.lenient import unzipped
from crawler.retry_after import MAX_S, retry_after
from tests.archive.exchanges import ODD
from tests.fuzz.target import Target

LIMIT = 1 << 16
"""Bytes of a body that are read."""
CODINGS = ("gzip", "deflate", "x-gzip", "br", "identity", "GZIP")
NOON = datetime(2025, 6, 11, 12, tzinfo=UTC)


def heads(data: bytes) -> None:
    """Head, interim answers and body; no error whatever the bytes."""
    head = parse_head(data)
    assert 0 <= head.length <= len(data)
    if len(data) < MAX_HEAD:
        assert read_head(io.BytesIO(data)) == head
    heads_before, start = split_informational(data)
    assert b"".join(heads_before) == data[:start]
    message = read_message(data, max_size=LIMIT)
    assert len(message.payload.body) <= LIMIT
    measured = measure_body(io.BytesIO(data), max_size=LIMIT)
    if "cut-at-limit" not in message.notes:
        assert measured is not None
        assert measured[0] == len(message.payload.body)
    for value in head.values(b"retry-after"):
        assert 0 <= retry_after(value.decode("latin-1"), NOON) <= MAX_S
    media_type(head.mime)


def wire(data: bytes) -> None:
    """The reader of the crawl gives the same answer however the bytes are cut, or one of its errors."""
    at = data[0] if data else 0
    data = data[1:]
    whole = _read([data])
    assert whole == _read([data[:at], data[at : at + 1], data[at + 1 :]])


def _read(pieces: list[bytes]) -> tuple[object, ...]:
    """Return why it failed, what the head says, the size of the body, and what came after it."""
    reader, failed = AnswerReader("GET"), ""
    rest: list[bytes] = []
    try:
        for piece in pieces:
            if reader.rest is not None:
                rest.append(piece)
            else:
                reader.feed(piece)
    except Malformed as error:
        failed = str(error)[:20]
    if reader.head is None:
        return (failed,)
    # Of a broken body nobody asks the wire how long it is: it is read from what was archived.
    size = None if reader.is_framing_broken else reader.received
    return failed, reader.head, size, reader.ends_with_connection, (reader.rest or b"") + b"".join(rest)


def chunks(data: bytes) -> None:
    """The crawl and the archive find the same body in chunks, and the crawl the same end however they are cut."""
    at = data[0] if data else 0
    data = data[1:]
    body, rest, is_broken = _dechunked([data])
    again = _dechunked([data[:at], data[at : at + 1], data[at + 1 :]])
    assert again == (body, rest, is_broken) or (is_broken and again[1:] == (None, True))
    notes: list[str] = []
    archived = dechunk(data, notes)
    assert len(archived) <= len(data)
    if rest is not None:
        assert archived == body
        assert not notes
    elif not is_broken and "not-chunked" not in notes:
        assert archived == body


def _dechunked(pieces: list[bytes]) -> tuple[bytes, bytes | None, bool]:
    body, rest = bytearray(), list[bytes]()
    decoder = LenientChunks(body.extend, rest.append)
    for piece in pieces:
        if rest:
            rest.append(piece)
        else:
            decoder.feed(piece)
    return bytes(body), b"".join(rest) if rest else None, decoder.ends_with_connection


def codings(data: bytes) -> None:
    """Nothing raises, nothing grows beyond the limit; what another program packed comes out as it went in."""
    kinds = [CODINGS[byte % len(CODINGS)] for byte in data[:2]]
    data = data[2:]
    notes: list[str] = []
    assert len(decode_content(data, kinds, LIMIT, notes)) <= max(LIMIT, len(data))
    assert notes == [note for note in notes if re.fullmatch("[a-z-]+", note)]
    packed = gzip.compress(data, mtime=0)
    assert decode_content(packed, ["gzip"], LIMIT) == data[:LIMIT]
    assert len(decode_content(zlib.compress(packed), ["gzip", "deflate"], LIMIT)) <= LIMIT
    assert len(unzipped(data, LIMIT)) <= LIMIT
    assert unzipped(packed, LIMIT) == unzipped(data, LIMIT) or data[:2] == b"\x1f\x8b"


def posts(data: bytes) -> None:
    """A request that was sent, with its body as a query: no error, and no more than fits a key."""
    method, query = read_request(data)
    assert query is None or len(query) <= MAX_QUERY
    surt(address_of("https://a.vn/x?y=1", method, query))
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        assert len(body_as_query(kind, data)) <= MAX_QUERY


def _coded() -> list[bytes]:
    page = ODD["plain"]
    deflater = zlib.compressobj(wbits=-15)
    return [
        b"\x00\x04" + gzip.compress(page, mtime=0),
        b"\x00\x00" + gzip.compress(gzip.compress(page, mtime=0), mtime=0),
        b"\x01\x04" + zlib.compress(page),
        b"\x01\x04" + deflater.compress(page) + deflater.flush(),
        b"\x00\x04" + gzip.compress(b"a", mtime=0) * 3 + b"\x00" * 9,
        b"\x00\x04" + gzip.compress(b"\x00" * 500_000, mtime=0),
    ]


_HEAD_WORDS = (
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 103 Early\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/0.9 ", b"101"),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"Content-Encoding: gzip\r\n", b"gzip, deflate"),
    *(
        b"Retry-After: 120\r\n",
        b"\r\n folded",
        b"0\r\n\r\n",
        b"ffffffffffffffff\r\n",
        b";ext",
        b"Connection: close\r\n",
    ),
)
_BLANKS = b"POST /x HTTP/1.1\r\nContent-Type:" + b" " * 250_000 + b"x" + b" " * 250_000 + b"\rx\r\n\r\n"
"""Took quadratic time once."""
_POSTED = (
    b'POST /x HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n{"a": 1, "b": [{"c": "d"}]}',
    b"POST /x HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=1&b=%C4%91&a=2",
    b'PUT /x HTTP/1.1\r\nContent-Type: text/plain\r\n\r\n{"a": NaN}\n{"a": 1e999}',
    b"GET /x HTTP/1.1\r\n\r\n",
)
_CHUNKED = (
    b"\x035;x=y\r\n<html\r\n1\r\n>\r\n0\r\nTrailer: 1\r\n\r\n",
    b"\x009\r\n012345678\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n",
    b"\x05ff\nab",
    # Lines that are too long: the same whole and in parts.
    b"\x055;" + b"x" * MAX_LINE + b"\r\nhello\r\n0\r\n\r\n",
    b"\x050\r\n" + b"x" * MAX_LINE + b"\n\r\n",
)

TARGETS = (
    Target("heads", heads, made=lambda: ODD.values(), words=_HEAD_WORDS, cost=16),
    Target("wire", wire, made=lambda: [b"\x19" + each for each in ODD.values()], words=_HEAD_WORDS, cost=8),
    Target("chunks", chunks, made=lambda: _CHUNKED, words=_HEAD_WORDS, cost=4),
    Target("codings", codings, made=_coded, words=(b"\x1f\x8b\x08", b"\x78\x9c"), cost=14),
    Target(
        "posts",
        posts,
        made=lambda: [*_POSTED, _BLANKS],
        words=(b'"a":', b"[[[[", b'{"a":', b"&a=", b"%u0110", b"\\ud800"),
        cost=8,
    ),
)
