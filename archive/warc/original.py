"""The answer that a revisit refers to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from archive.errors import ArchiveError
from archive.http import Head
from archive.model import Capture, Location
from archive.warc.record import Record

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
"""Values of ``WARC-Profile`` (WARC 1.1, section 6.7)."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a body lies in its answer: equal payloads of equal form are read alike."""

    is_chunked: bool
    encodings: tuple[str, ...]
    length: int
    """Bytes of the payload that belong to the body: Content-Length cuts what is longer."""

    @classmethod
    def of(cls, head: Head, size: int) -> Form:
        """Return the form of a payload of *size* bytes below *head*."""
        announced = None if head.is_chunked else head.content_length
        return cls(head.is_chunked, tuple(head.encodings), size if announced is None else min(size, announced))


@dataclass(frozen=True, slots=True)
class Original:
    """An answer held whole, to which later captures may refer instead of holding its body again."""

    id: str
    url: str
    date: datetime
    location: Location
    digest: str | None
    form: Form | None = None
    """Null when it is not to be compared."""
    record: Record | None = field(default=None, repr=False, compare=False)
    """Its record, when that was read."""

    @classmethod
    def of(cls, capture: Capture, form: Form | None = None, record: Record | None = None) -> Original:
        """Return the original that a capture is."""
        return cls(capture.id, capture.url, capture.date, capture.location, capture.digest, form, record)

    def bare(self) -> Original:
        """Return it without its record, to be remembered."""
        return replace(self, record=None)


class Find(Protocol):
    """Gives the original of an answer that is about to be written, null when there is none."""

    def __call__(self, digest: str, size: int, form: Form) -> Original | None:
        """*digest* and *size* (bytes) are the payload's."""


def no_original(record: Record) -> ArchiveError:
    """Return the error of a revisit that can not be read: what it refers to, and what to do."""
    names = ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Filename")
    what = next((value for name in names if (value := record.get(name))), "no record that it names")
    return ArchiveError(
        f"{record.url}: {record.id} is a revisit, and its original is not in the archive ({what}); "
        "bring the WARC file that holds it back below warcs/"
    )
