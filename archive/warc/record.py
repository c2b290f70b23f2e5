"""One WARC record, as it is written and as it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO

from archive.codings import is_compressed
from archive.digests import BLOCK
from archive.http import Head, iter_body, read_head
from archive.urls import is_http

Fields = list[tuple[str, str]]

FIELDS_TYPE = "application/warc-fields"
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(slots=True)
class Record:
    """One WARC record: its fields and the file in which its block lies."""

    fields: Fields
    """Named fields in their order, ``Content-Length`` included."""
    block: BinaryIO
    """A seekable file that ends where the block ends."""
    start: int
    """Where the block starts in it."""
    size: int
    """Bytes of the block."""
    header: bytes | None = None
    """Version line and named fields as they stand in the file of another program, to be copied."""
    is_wire: bool = True
    """Whether the block is what went over the wire. What other programs keep may be their own rendering of
    it: the body decoded, and ``Content-Length`` still that of the coded one."""
    answer: Head | None = field(default=None, repr=False, compare=False)
    """The head of the answer in the block, where it was read already."""
    _first: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """First values by names in lower case, of as many fields as there were."""
    _known: int = field(default=-1, init=False, repr=False, compare=False)
    """So many: fields are added to a record while it is made."""

    def get(self, name: str) -> str | None:
        """Return the first value of a field, by case-insensitive *name*."""
        if self._known != len(self.fields):
            self._first = {key.lower(): value for key, value in reversed(self.fields)}
            self._known = len(self.fields)
        return self._first.get(name.lower())

    @property
    def type(self) -> str:
        """``WARC-Type``, "" when there is none."""
        return (self.get("WARC-Type") or "").lower()

    @property
    def id(self) -> str:
        """``WARC-Record-ID`` without its angle brackets."""
        return (self.get("WARC-Record-ID") or "").strip("<>")

    @property
    def url(self) -> str:
        """``WARC-Target-URI``; old wget wrote it in angle brackets."""
        url = self.get("WARC-Target-URI") or ""
        return url[1:-1] if url.startswith("<") and url.endswith(">") else url

    @property
    def concurrent_to(self) -> set[str]:
        """Ids of the records of the same exchange that this one names."""
        if self.get("WARC-Concurrent-To") is None:
            return set()
        return {value.strip("<>") for key, value in self.fields if key.lower() == "warc-concurrent-to"}

    @property
    def holds_http(self) -> bool:
        """Whether the block is an HTTP answer (of a revisit: at least its head)."""
        return self.type in ("response", "revisit") and self.size > 0 and is_http(self.url)

    def head(self) -> Head:
        """Return the head of the answer in the block; one without status when there is none."""
        return self.answer or read_head(self.block, self.start if self.holds_http else self.start + self.size)

    def pieces(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield the block, so many bytes at a time."""
        self.block.seek(self.start)
        return iter(partial(self.block.read, size), b"")

    def read(self) -> bytes:
        """Return the whole block."""
        self.block.seek(self.start)
        return self.block.read()

    def is_compressed(self) -> bool:
        """Whether deflating the block is vain, its body being compressed already."""
        if self.type == "resource":
            self.block.seek(self.start)
            return is_compressed(self.block.read(64), ())
        if self.type != "response":
            return False
        head = self.head()
        if not head.is_chunked:
            self.block.seek(self.start + head.length)
            return is_compressed(self.block.read(64), head.encodings)
        return is_compressed(next(iter_body(self.block, self.start, head), b"")[:64], head.encodings)


def fields_block(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Return ``application/warc-fields``: a line a pair, without line breaks in a value.

    >>> fields_block([("software", "khcn"), ("error", "no\\nroute")])
    b'software: khcn\\r\\nerror: no route\\r\\n'
    """
    return "".join(f"{name}: {one_line(value)}\r\n" for name, value in pairs).encode("utf-8", "replace")


def parse_fields(block: bytes) -> Fields:
    """Return the pairs of a block of named fields; folded lines joined, other lines left out.

    >>> parse_fields(b"a: 1\\r\\n  2\\r\\nnonsense\\r\\nb:3\\n")
    [('a', '1 2'), ('b', '3')]
    """
    text = block.decode("utf-8", "replace")
    if not text.startswith((" ", "\t")) and "\n " not in text and "\n\t" not in text:  # nearly all
        split = [line.partition(":") for line in text.split("\n")]
        return [(stripped, value.strip()) for name, colon, value in split if colon and (stripped := name.strip())]
    pairs: Fields = []
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}".strip())
        elif colon and name.strip():
            pairs.append((name.strip(), value.strip()))
    return pairs


def one_line(value: str) -> str:
    """Return *value* without the control characters that would end its line."""
    # Spaces within stay as they are: heads are kept in such values byte by byte.
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", value).strip()
