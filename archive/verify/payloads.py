"""What a block holds: the HTTP head, the payload and its digests, as the bytes go by.

Written after the same rules as :mod:`archive.http` (docs/archive-layout.md), and apart
from it. Memory is flat.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import b32encode
from contextlib import suppress

MAX_HEAD = 1 << 20
_STATUS = re.compile(rb"HTTP/\d{1,3}(?:\.\d{1,3})?[ \t]+(\d{3})(?!\d)", re.IGNORECASE)
_PLAIN_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [\x20-\x7e]*)?\r\n")
_END = re.compile(rb"\n\r?\n")
_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*?)?\r?(\n?)")
_MAX_SIZE_LINE = 16384


# Digits of RFC 4648, in either case, to those of int(text, 32); every other character to one that is none.
_BASE32 = bytearray(b"!" * 256)
for _large, _small, _digit in zip(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    b"abcdefghijklmnopqrstuvwxyz234567",
    b"0123456789abcdefghijklmnopqrstuv",
    strict=True,
):
    _BASE32[_large] = _BASE32[_small] = _digit


class Digest:
    """One running digest that knows how others write it."""

    __slots__ = ("_hash", "algorithm", "update")

    def __init__(self, algorithm: str = "sha1") -> None:
        self.algorithm = algorithm
        self._hash = getattr(hashlib, algorithm)(usedforsecurity=False)
        self.update = self._hash.update

    def equals(self, value: str) -> bool:
        """Say whether *value*, in base 16 or 32, is this digest."""
        raw = self._hash.digest()
        if len(value) == 2 * len(raw) and value.lower() == raw.hex():
            return True
        digits = value.rstrip("=")
        spare = 5 * len(digits) - 8 * len(raw)
        if not 0 <= spare < 5:
            return False
        # base64.b32decode takes ten times as long, and this is asked of every record.
        try:
            return int(digits.encode().translate(_BASE32), 32) == int.from_bytes(raw) << spare
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"{self.algorithm}:{b32encode(self._hash.digest()).decode().rstrip('=')}"


class Head:
    """The head of an answer, read as browsers read it."""

    def __init__(self, raw: bytes) -> None:
        self._fields: dict[bytes, list[bytes]] = {}
        odd = False
        name = b""
        for line in raw.split(b"\n")[1:]:
            if line[:1] in (b" ", b"\t"):
                odd = True
                if name:
                    self._fields[name][-1] = b" ".join(filter(None, (self._fields[name][-1], line.strip())))
                continue
            name, colon, value = line.partition(b":")
            odd = odd or (not line.endswith(b"\r") and line != b"") or bool(line.strip() and not colon)
            name = name.strip().lower() if colon else b""
            if name:
                self._fields.setdefault(name, []).append(value.strip())
        status = _STATUS.match(raw)
        plain = _PLAIN_STATUS.match(raw)
        self.status = int(status[1]) if status else None
        self.is_plain = bool(plain) and not odd and raw.endswith(b"\r\n\r\n") and raw.isascii()
        """Whether every reader reads the same out of it."""
        self.is_chunked = b"chunked" in self.tokens(b"transfer-encoding")
        lengths = set(self.tokens(b"content-length"))
        length = lengths.pop() if len(lengths) == 1 else b""
        self.length = int(length) if re.fullmatch(rb"[0-9]{1,18}", length) else None
        self.codings = self.tokens(b"content-encoding")

    def tokens(self, name: bytes) -> list[bytes]:
        """Return the comma-separated members of a field, in lower case."""
        joined = b",".join(self._fields.get(name, []))
        return [token.strip().lower() for token in joined.split(b",") if token.strip()]

    @property
    def mime(self) -> str | None:
        """The media type as an index lists it: as sent, without parameters."""
        value = self._fields.get(b"content-type", [b""])[0].decode("latin-1")
        return re.split(r"[;\s]", value, maxsplit=1)[0] or None


class Payload:
    """Takes a block of HTTP (or, *is_http* being false, of anything) and digests its payload."""

    def __init__(self, *, is_http: bool, stated: str | None, wants_file: bool, is_request: bool = False) -> None:
        """*stated*: algorithm of the digest to compare with; *wants_file*: also SHA-256 of the decoded file."""
        self.head: Head | None = None
        self.digest = Digest(stated or "sha1")
        self.undecoded: Digest | None = None
        """Of a chunked body with its framing: what some writers take for the payload."""
        self.size = 0
        """Bytes of the payload."""
        self.file = _File() if wants_file else None
        self._waiting = b"" if is_http else None
        self._is_request = is_request
        self._chunks: _Chunks | None = None

    def feed(self, piece: bytes | memoryview) -> None:
        if self._waiting is None:
            self._body(piece)
            return
        block = memoryview(self._waiting + piece if self._waiting else piece)
        end = _END.search(block)
        if end is None and len(block) < MAX_HEAD and (self._is_request or _may_begin(block)):
            self._waiting = bytes(block)
            return
        self._split(block, end.end() if end else len(block))

    def _split(self, block: memoryview, end: int) -> None:
        self._waiting = None
        if self._is_request or _STATUS.match(block) is None:
            self._body(block[end:] if self._is_request else block)
            return
        self.head = Head(bytes(block[:end]))
        if self.head.is_chunked:
            self._chunks = _Chunks()
            self.undecoded = Digest(self.digest.algorithm)
        if self.file is not None:
            self.file.begin(self.head)
        self._body(block[end:])

    def _body(self, piece: bytes | memoryview) -> None:
        if self._chunks is None:
            self._payload(piece)
            return
        assert self.undecoded is not None
        self.undecoded.update(piece)
        for data in self._chunks.feed(piece):
            self._payload(data)

    def _payload(self, data: bytes | memoryview) -> None:
        self.size += len(data)
        self.digest.update(data)
        if self.file is not None:
            self.file.feed(data)

    def finish(self) -> None:
        """Take the end of the block."""
        if self._waiting:
            self._split(memoryview(self._waiting), len(self._waiting))
        if self._chunks is not None:
            for data in self._chunks.finish():
                self._payload(data)


def _may_begin(waiting: memoryview) -> bool:
    return len(waiting) < 64 or _STATUS.match(waiting) is not None


class _Chunks:
    """Undoes chunked coding; what breaks its framing ends it, what never was chunked comes as it is."""

    def __init__(self) -> None:
        self._held = b""
        self._left = 0
        self._state = "first"

    def feed(self, piece: bytes | memoryview) -> list[bytes]:
        return self._run(piece, is_end=False)

    def finish(self) -> list[bytes]:
        return self._run(b"", is_end=True)

    def _run(self, piece: bytes | memoryview, *, is_end: bool) -> list[bytes]:
        out: list[bytes] = []
        data = self._held + piece
        at = 0
        while self._state != "done":
            if self._state == "plain":
                out.append(data[at:])
                at = len(data)
                break
            if self._state == "data":
                part = data[at : at + self._left]
                at += len(part)
                self._left -= len(part)
                out.append(part)
                if self._left:
                    break
                self._state = "end"
            if self._state == "end":
                two = data[at : at + 2]
                if two[:1] == b"\n":
                    at += 1
                elif two == b"\r\n":
                    at += 2
                elif len(two) < 2 and not is_end:
                    break
                else:
                    self._state = "done"
                    break
                self._state = "size"
            line_end = data.find(b"\n", at, at + _MAX_SIZE_LINE)
            if line_end < 0 and len(data) - at < _MAX_SIZE_LINE and not is_end:
                break
            line = data[at : line_end + 1] if line_end >= 0 else data[at : at + _MAX_SIZE_LINE]
            match = _SIZE.fullmatch(line)
            if match is None and line and self._state == "first":
                self._state = "plain"
                continue
            if match is None or not match[2] or not (size := int(match[1], 16)):
                self._state = "done"
                break
            at += len(line)
            self._left = size
            self._state = "data"
        self._held = b"" if self._state == "done" else data[at:]
        return out


class _File:
    """Size and SHA-256 of a payload as a file: cut where HTTP says that it ends, decoded, and as it came."""

    def __init__(self) -> None:
        self._limit: int | None = None
        self._taken = 0
        self._raw = hashlib.sha256()
        self._decoded = hashlib.sha256()
        self._decoded_size = 0
        self._inflater: zlib._Decompress | None = None

    def begin(self, head: Head) -> None:
        self._limit = None if head.is_chunked else head.length
        if head.codings and head.codings[0] in (b"gzip", b"x-gzip"):
            self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def feed(self, data: bytes | memoryview) -> None:
        if self._limit is not None:
            data = data[: self._limit - self._taken]
        self._taken += len(data)
        self._raw.update(data)
        while data and self._inflater is not None and self._decoded_size < 1 << 30:
            with suppress(zlib.error):
                out = self._inflater.decompress(data, 1 << 22)
                self._decoded.update(out)
                self._decoded_size += len(out)
                data = self._inflater.unconsumed_tail
                if self._inflater.eof:
                    data = self._inflater.unused_data
                    again = data.startswith(b"\x1f\x8b")
                    self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS) if again else None
                continue
            self._inflater = None

    def forms(self) -> set[tuple[int, str]]:
        """Return what it may rightly be called: decoded, and, when coding lied or broke, as it came."""
        return {(self._taken, self._raw.hexdigest()), (self._decoded_size, self._decoded.hexdigest())}
