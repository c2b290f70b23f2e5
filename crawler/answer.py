"""An answer of HTTP/1.1 as its bytes come: what its head says, and where its body ends.

Bodies are not kept here: the bytes are archived as received, and decoded from there. Heads are read by
:mod:`archive.http`, as the rebuild reads them, so both find the same answer in the same bytes. Framing that makes no
sense is passed over as browsers do; such a body ends with its connection. Source: RFC 9112, section 6.3.
"""

from __future__ import annotations

import re

from archive.http import Head, parse_head
from crawler.chunks import LenientChunks

MAX_LINE = 256 * 1024
"""Bytes of a header field, as many as browsers accept."""
MAX_HEAD = 1024 * 1024
"""Bytes of a head, with those of the interim answers before it."""

_END = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"[ \t]*[0-9]{1,18}[ \t]*")
_BODILESS = frozenset({204, 304})


class Malformed(ValueError):
    """Bytes that are no head of an answer, or of one that is too long."""


class AnswerReader:
    """Takes the bytes of one connection after a request was sent; says what they are so far."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._buffer = bytearray()
        self._searched = 0
        self._passed = 0
        self._has_status = False
        self._chunks: LenientChunks | None = None
        self.head: Head | None = None
        """Null until it is whole."""
        self.length: int | None = None
        """Bytes that its body is announced to have; null where that is not said."""
        self.received = 0
        """Bytes of the body, after transfer decoding."""
        self.rest: bytes | None = None
        """What came with the end of the answer and is no part of it; null until the answer is whole."""

    @property
    def ends_with_connection(self) -> bool:
        """Whether nothing but the end of the connection ends this answer's body."""
        if self.head is None or self.rest is not None:
            return False
        return self._chunks.ends_with_connection if self._chunks is not None else self.length is None

    @property
    def is_framing_broken(self) -> bool:
        """Whether the chunks of the body were none from some place on."""
        return self._chunks is not None and self._chunks.ends_with_connection

    @property
    def is_last(self) -> bool:
        """Whether the server said that this is its last answer on the connection."""
        assert self.head is not None
        said = self.head.tokens(b"connection")
        return "close" in said or (self.head.version.upper() < b"HTTP/1.1" and "keep-alive" not in said)

    def feed(self, data: bytes) -> None:
        """Take the next bytes, however they are cut; none after the end. Raises Malformed."""
        if self.head is None:
            self._buffer += data
            if not self._take_head():
                return
            data, self._buffer = bytes(self._buffer), bytearray()
        if self.rest is None:
            self._take_body(data)

    def _take_head(self) -> bool:
        """Take the head from the buffer; say whether it was whole, and only bytes behind it are left."""
        while True:
            if not self._has_status and not self._take_status():
                return False
            end = _END.search(self._buffer, max(0, self._searched - 2))
            self._searched = len(self._buffer)
            length = end.end() if end else self._searched
            self._check_size(length, is_whole=end is not None)
            if end is None:
                return False
            head = parse_head(bytes(self._buffer[:length]))
            del self._buffer[:length]
            if head.status == 101:
                raise Malformed("101: the server speaks another protocol from here on, which nobody asked for")
            if head.status is None or not 100 <= head.status < 200:
                break
            self._passed, self._searched, self._has_status = self._passed + length, 0, False
        self.head = head
        self._frame(head)
        return True

    def _take_status(self) -> bool:
        newline = self._buffer.find(b"\n")
        if newline < 0:
            self._check_size(len(self._buffer), is_whole=False)
            return False
        line = bytes(self._buffer[: min(newline, MAX_LINE) + 1])
        if parse_head(line).status is None:
            raise Malformed(f"no status line but {line[:80]!r}")
        self._has_status = True
        return True

    def _check_size(self, length: int, *, is_whole: bool) -> None:
        """Look at a head that has *length* bytes, or has them so far."""
        if self._passed + length > MAX_HEAD:
            raise Malformed(f"the head is longer than {MAX_HEAD} bytes")
        if length > MAX_LINE:
            # Of one that is still coming only its last line: a byte at a time, all of them took too long.
            last = self._buffer.rfind(b"\n", 0, length) + 1
            longest = max(map(len, self._buffer[:length].split(b"\n"))) if is_whole else length - last
            if longest > MAX_LINE:
                raise Malformed(f"a header line is longer than {MAX_LINE} bytes")

    def _frame(self, head: Head) -> None:
        if self._method == "HEAD" or head.status in _BODILESS:
            self.length = 0
        elif head.is_chunked:
            self._chunks = LenientChunks(self._count, self._end)
        else:
            lengths = b",".join(head.values(b"content-length")).split(b",")
            if all(map(_LENGTH.fullmatch, lengths)) and len(found := set(map(int, lengths))) == 1:
                self.length = found.pop()

    def _take_body(self, data: bytes) -> None:
        if self._chunks is not None:
            self._chunks.feed(data)
        elif self.length is None:
            self.received += len(data)
        else:
            left = self.length - self.received
            self.received += min(left, len(data))
            if len(data) >= left:
                self.rest = data[left:]

    def _count(self, piece: bytes) -> None:
        self.received += len(piece)

    def _end(self, rest: bytes) -> None:
        self.rest = rest
