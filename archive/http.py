"""HTTP/1.x messages read from the bytes of the wire, as leniently as browsers do.

The one place that decodes: the live crawl and the rebuild both read pages
through :func:`read_payload`, so both see the same bytes. Nothing here raises
on any bytes, and nothing here changes the bytes that are archived.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO

from archive.codings import MAX_BODY, dechunk, dechunked, decode_content
from archive.digests import BLOCK
from archive.model import Payload

__all__ = [
    "MAX_BODY",
    "MAX_HEAD",
    "Head",
    "Message",
    "dechunk",
    "decode_content",
    "iter_body",
    "measure_body",
    "media_type",
    "parse_head",
    "read_head",
    "read_heads",
    "read_message",
    "read_payload",
    "split_informational",
    "text_fields",
]

MAX_HEAD = 1 << 20
"""Bytes of a head that are parsed; what a longer one holds beyond is passed over."""

_STATUS_LINE = re.compile(rb"(HTTP/\d{1,3}(?:\.\d{1,3})?)[ \t]+(\d{3})(?!\d)[ \t]*([^\r\n]*)", re.IGNORECASE)
_HEAD_END = re.compile(rb"\n\r?\n")
_MAX_INFORMATIONAL = 100
_USUAL_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and header fields of an answer, bytes as sent."""

    status: int | None
    """Null when the bytes do not begin with a status line: then all of them are body."""
    reason: bytes
    version: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    """Folded lines joined by one space, values stripped, lines without a colon left out."""
    length: int
    """Bytes of the head, its blank line included: where the body starts."""
    complete: bool
    """Whether the blank line that ends it was received."""
    _tokens: dict[bytes, list[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was asked for, as it is again and again."""

    def values(self, name: bytes) -> list[bytes]:
        """Return every value of the field *name*, whatever its case."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def tokens(self, name: bytes) -> list[str]:
        """Return the comma-separated members of the field *name*, in lower case."""
        found = self._tokens.get(name)
        if found is None:
            joined = b",".join(self.values(name)).decode("latin-1").lower()
            found = self._tokens[name] = [token for part in joined.split(",") if (token := part.strip())]
        return list(found)

    @property
    def is_chunked(self) -> bool:
        """Whether the body is said to be chunked."""
        return "chunked" in self.tokens(b"transfer-encoding")

    @property
    def content_length(self) -> int | None:
        """The announced length of the body; null when absent, contradictory or not a number."""
        lengths = set(self.tokens(b"content-length"))
        if len(lengths) != 1:
            return None
        text = lengths.pop()
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None

    @property
    def encodings(self) -> list[str]:
        """Codings of the body beside chunking, in the order in which they were applied."""
        transfer = [token for token in self.tokens(b"transfer-encoding") if token != "chunked"]  # noqa: S105
        return self.tokens(b"content-encoding") + transfer

    @property
    def mime(self) -> str | None:
        """The declared media type without parameters, in lower case."""
        return media_type(next(iter(self.values(b"content-type")), b"").decode("latin-1"))


@dataclass(frozen=True, slots=True)
class Message:
    """A whole answer, read."""

    informational: tuple[bytes, ...]
    """Heads of 1xx answers that came before, bytes as received."""
    head: Head
    payload: Payload
    """What pages are read from; status 0 when no status line was received."""
    notes: tuple[str, ...]
    """What was odd: the codes of :mod:`archive.codings`, ``no-status-line``, ``cut-head``,
    ``short-body`` (fewer bytes than Content-Length says), ``excess`` (bytes after the body)."""


_NO_HEAD = Head(None, b"", b"", (), 0, True)


def parse_head(data: bytes) -> Head:
    """Return the head that *data* begins with.

    >>> head = parse_head(b"HTTP/1.1 200 OK\\r\\nX-Odd:  a\\r\\n b\\r\\nno colon\\nX-ODD: c\\r\\n\\r\\nbody")
    >>> head.status, head.headers, head.length
    (200, ((b'X-Odd', b'a b'), (b'X-ODD', b'c')), 53)
    >>> parse_head(b"<html>").status is None
    True
    """
    first = _STATUS_LINE.match(data)
    if first is None:
        return _NO_HEAD
    end = _HEAD_END.search(data)
    head = data[: end.end()] if end else data
    # While an answer comes and is recorded, its head is read five times.
    return _parsed_again(head) if len(head) <= _USUAL_HEAD else _parsed(head)


def _parsed(data: bytes) -> Head:
    """Return the head that *data* is: it begins with a status line, and has nothing behind its end."""
    first = _STATUS_LINE.match(data)
    assert first is not None
    return Head(
        status=int(first[2]),
        reason=first[3].rstrip(),
        version=first[1],
        headers=tuple(_fields(data[first.end() :])),
        length=len(data),
        complete=_HEAD_END.search(data) is not None,
    )


_parsed_again = lru_cache(64)(_parsed)


def _fields(lines: bytes) -> Iterator[tuple[bytes, bytes]]:
    name: bytes | None = None
    value = b""
    for line in lines.split(b"\n")[1:]:
        if line[:1] in (b" ", b"\t"):
            # A folded line (RFC 9112, 5.2); one that follows a skipped line is skipped with it.
            value = b" ".join(filter(None, (value, line.strip())))
            continue
        if name:
            yield name, value
        name, colon, value = line.partition(b":")
        name, value = name.strip() if colon else None, value.strip()
    if name:
        yield name, value


def read_head(response: BinaryIO, start: int = 0) -> Head:
    """Return the head of the answer at offset *start* of a seekable file.

    Memory stays flat however long the head is. ``length`` counts from *start*;
    a head without its blank line reaches to the end of the file.
    """
    response.seek(start)
    beginning = response.read(_USUAL_HEAD)
    if _STATUS_LINE.match(beginning[:64]) is None:
        return _NO_HEAD
    if _HEAD_END.search(beginning) is not None:
        return parse_head(beginning)
    length, complete = _find_head_end(response, start)
    response.seek(start)
    head = parse_head(response.read(min(length, MAX_HEAD)))
    return Head(head.status, head.reason, head.version, head.headers, length, complete)


def _find_head_end(response: BinaryIO, start: int) -> tuple[int, bool]:
    response.seek(start)
    seen, tail = 0, b""
    while block := response.read(BLOCK):
        window = tail + block
        if end := _HEAD_END.search(window):
            return seen - len(tail) + end.end(), True
        seen += len(block)
        tail = window[-2:]
    return seen, False


def split_informational(response: BinaryIO | bytes) -> tuple[list[bytes], int]:
    """Return the 1xx heads that come before the answer, and the offset of the answer itself.

    101 is no interim answer: what follows it is another protocol.

    >>> split_informational(b"HTTP/1.1 103 Early Hints\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n\\r\\n")
    ([b'HTTP/1.1 103 Early Hints\\r\\n\\r\\n'], 28)
    """
    heads, start, _ = read_heads(io.BytesIO(response) if isinstance(response, bytes) else response)
    return heads, start


def read_heads(file: BinaryIO) -> tuple[list[bytes], int, Head]:
    """Return what :func:`split_informational` does, and the head of the answer itself."""
    heads: list[bytes] = []
    start = 0
    head = read_head(file)
    while len(heads) < _MAX_INFORMATIONAL:
        if head.status is None or not 100 <= head.status <= 199 or head.status == 101 or not head.complete:
            break
        if head.length > MAX_HEAD:
            break
        file.seek(start)
        heads.append(file.read(head.length))
        start += head.length
        head = read_head(file, start)
    return heads, start, head


def iter_body(response: BinaryIO, start: int, head: Head, notes: list[str] | None = None) -> Iterator[bytes]:
    """Yield the body after transfer decoding: what ``WARC-Payload-Digest`` is over.

    *start* is the offset of *head* in the file. Without chunking that is every byte
    after the head, also of an answer longer than its Content-Length: such bytes lie in
    the record's block, and every reader of WARCs counts them to the payload.
    """
    response.seek(start + head.length)
    if head.is_chunked:
        yield from dechunked(response, [] if notes is None else notes)
    else:
        yield from iter(lambda: response.read(BLOCK), b"")


def read_message(response: BinaryIO | bytes, *, max_size: int = MAX_BODY, is_wire: bool = True) -> Message:
    """Read an answer from the bytes received, 1xx heads included or split off already.

    The body is decoded as a browser does it: Content-Length cuts what is longer,
    204 and 304 have none, lying codings are passed over (see :mod:`archive.codings`).
    At most *max_size* bytes are read and decoded; ``cut-at-limit`` tells that it was more.
    An answer that other programs have rendered (not *is_wire*) is not cut at its
    Content-Length: that may be the length before they decoded the body.
    """
    file = io.BytesIO(response) if isinstance(response, bytes) else response
    informational, start, head = read_heads(file)
    of_head = ("no-status-line",) if head.status is None else () if head.complete else ("cut-head",)
    notes: list[str] = []
    # A coded body can be longer than what it decodes to.
    raw = _raw_body(file, start, head, max(max_size, 1 << 20) if head.encodings else max_size, notes, is_wire)
    body = decode_content(raw, head.encodings, max_size, notes)
    if len(body) > max_size:
        notes.append("cut-at-limit")
        body = body[:max_size]
    payload = Payload(head.status or 0, text_fields(head), body, tuple(notes))
    return Message(tuple(informational), head, payload, (*of_head, *payload.notes))


def media_type(value: str | None) -> str | None:
    """Return the media type of a ``Content-Type`` without its parameters, in lower case.

    >>> media_type("Text/HTML; charset=utf-8"), media_type("")
    ('text/html', None)
    """
    return re.split(r"[;,\s]", value or "", maxsplit=1)[0].lower() or None


def text_fields(head: Head) -> tuple[tuple[str, str], ...]:
    """Return the header fields of a head as a payload has them: Latin-1 text."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)


def _raw_body(file: BinaryIO, start: int, head: Head, max_size: int, notes: list[str], is_wire: bool) -> bytes:
    """Return the body before content decoding, cut where HTTP says that it ends."""
    left = file.seek(0, io.SEEK_END) - start - head.length
    if not head.is_chunked and left <= max_size:
        file.seek(start + head.length)
        body = file.read(left)
    else:
        joined = bytearray()
        for piece in iter_body(file, start, head, notes):
            joined += piece
            if len(joined) > max_size:
                break
        body = bytes(joined)
    limit = _announced(head, is_wire)
    limit = len(body) if limit is None else limit
    if head.status in (204, 304):
        limit = 0
    if len(body) > limit:
        notes.append("excess")
    elif len(body) < limit and len(body) <= max_size:
        notes.append("short-body")
    if min(len(body), limit) > max_size:
        notes.append("cut-at-limit")
    return body[: min(limit, max_size)]


def _announced(head: Head, is_wire: bool) -> int | None:
    return head.content_length if is_wire and not head.is_chunked else None


def measure_body(response: BinaryIO, *, max_size: int = MAX_BODY, is_wire: bool = True) -> tuple[int, str] | None:
    """Return size and hexadecimal SHA-256 of the body that :func:`read_payload` gives, however large it is.

    Memory stays flat for a body without content coding. A coded one is decoded in
    memory; null when it is longer than *max_size*.

    >>> measure_body(io.BytesIO(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n"))[0]
    0
    """
    _, start, head = read_heads(response)
    if head.encodings:
        message = read_message(response, max_size=max_size, is_wire=is_wire)
        body = message.payload.body
        return None if "cut-at-limit" in message.notes else (len(body), hashlib.sha256(body).hexdigest())
    left = _announced(head, is_wire)
    if head.status in (204, 304):
        left = 0
    size, digest = 0, hashlib.sha256()
    for piece in iter_body(response, start, head):
        part = piece if left is None else piece[: left - size]
        size += len(part)
        digest.update(part)
    return size, digest.hexdigest()


def read_payload(response: BinaryIO | bytes, *, max_size: int = MAX_BODY, is_wire: bool = True) -> Payload:
    """Return what a page is read from: see :func:`read_message`.

    >>> read_payload(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhello").body
    b'he'
    """
    return read_message(response, max_size=max_size, is_wire=is_wire).payload
