"""The answer of a capture as it lies in its record: head, and body after transfer decoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from fastapi import Request

from archive.errors import ArchiveError
from archive.http import Head, iter_body
from archive.model import Capture, Location
from archive.urls import is_http, surt
from archive.warc.originals import Originals
from archive.warc.reader import read_record
from archive.warc.record import Record
from archive.web.deps import served
from archive.web.mementos import Memento
from archive.web.withheld import lent

_NO_BODY = (204, 205, 304)


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer, to be given once more."""

    url: str
    head: Head
    body_head: Head
    """Head of the record that holds the body: of a revisit, that of its original."""
    body: Record
    mime: str | None
    """Media type of a record that holds no HTTP answer."""

    @property
    def status(self) -> int:
        """The status it had; 200 where HTTP can not say it: without one, interim, or beyond 599."""
        status = self.head.status
        return status if status is not None and 200 <= status <= 599 and status != 304 else 200

    @property
    def length(self) -> int | None:
        """Bytes of the body, null when only reading it tells."""
        if self.status in _NO_BODY:
            return 0
        if self.body_head.is_chunked:
            return None
        size = self.body.size - self.body_head.length
        announced = self.body_head.content_length if self.body.is_wire else None
        return size if announced is None else min(size, announced)

    def pieces(self) -> Iterator[bytes]:
        """Yield the body after transfer decoding and before content decoding, as far as it was announced."""
        left = self.length
        for piece in iter_body(self.body.block, self.body.start, self.body_head) if left != 0 else ():
            part = piece if left is None else piece[:left]
            left = None if left is None else left - len(part)
            if part:
                yield part
            if left == 0:
                return

    def location(self) -> str | None:
        """Return the address that a redirect leads to, null when it leads nowhere on the web."""
        if not 300 <= (self.head.status or 0) <= 399:
            return None
        value = next(iter(self.head.values(b"location")), b"").decode("utf-8", "surrogateescape").strip()
        try:
            target = urljoin(self.url, value)
        except ValueError:
            return None
        return target if value and is_http(target) else None


def stored(request: Request, memento: Memento) -> tuple[Record, Stored]:
    """Return the record of a capture, and the answer that it holds or refers to.

    Raises DamagedRecord when the record is not whole, ArchiveError when the original of a revisit is missing.
    """
    root = served(request).pool.root
    record = read_record(root, memento.location)
    if record.type not in ("response", "revisit", "resource"):
        raise ArchiveError(f"{memento.location.warc}: byte {memento.location.offset}: no answer; run `khcn index`")
    body = record
    if record.type == "revisit":

        def locate(capture: str) -> Location | None:
            with lent(request) as archive:
                found = archive.catalog.capture(capture)
            return found.location if found else None

        body = Originals(root, memento.location.warc, locate).find(record)
    head = record.head()
    body_head = head if body is record else body.head()
    if head.status in (None, 304) and body is not record:
        head = body_head
    mime = None if body.holds_http else body.get("Content-Type")
    return record, Stored(memento.url, head, body_head, body, mime)


def leads_back(request: Request, memento: Memento) -> bool:
    """Say whether a capture is a redirect to its own address, in another spelling: there is nothing to see at it."""
    record = read_record(served(request).pool.root, memento.location)
    if not record.holds_http:
        return False
    target = Stored(memento.url, record.head(), record.head(), record, None).location()
    return target is not None and surt(target) == surt(memento.url)


def capture_at(request: Request, record: Record, memento: Memento) -> Capture | None:
    """Return what the catalog knows of a capture, null when it does not (yet)."""
    with lent(request) as archive:
        return archive.catalog.capture(record.id)
