"""What the archive holds: the frozen dataclasses that every layer speaks of.

The docstring below a field is its description in ``khcn schema`` and in
``docs/data-format.md``. Times of records are UTC; times read off a page are
in ``Asia/Ho_Chi_Minh``, or in the zone that the page prints. Sequences are
tuples, so that values are hashable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SCHEMA_VERSION = 1

Precision = Literal["day", "minute", "second"]
Origin = Literal["crawl", "import", "recover"]
Purpose = Literal["page", "image", "attachment", "requisite", "listing", "feed", "sitemap", "robots", "unknown"]


@dataclass(frozen=True, slots=True)
class Location:
    """Where a record lies: enough to read it with one seek."""

    warc: str
    """Path of the WARC file below the data root, with ``/``."""
    offset: int
    """First byte of the record's gzip member in the file."""
    length: int
    """Bytes of the gzip member, as they lie in the file."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange exactly as it went over the wire."""

    url: str
    """The address that was asked for."""
    date: datetime
    """When the request was sent (UTC)."""
    ip: str | None
    """Address of the peer that answered."""
    tls: str | None
    """Cipher suite, null without TLS."""
    request: bytes
    """Every byte sent."""
    response: bytes
    """Every byte received, chunk framing included, 1xx heads split off."""
    error: str | None
    """Why the exchange did not end well, null when it did."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a page is read from: the answer's head and its decoded body."""

    status: int
    """HTTP status."""
    headers: tuple[tuple[str, str], ...]
    """Header fields in their order, names as sent (Latin-1)."""
    body: bytes
    """The body after transfer and content decoding."""
    notes: tuple[str, ...] = ()
    """What was odd about its body as it was sent, see :class:`archive.http.Message`."""

    def header(self, name: str) -> str | None:
        """Return the first value of a header field, by case-insensitive *name*."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Capture:
    """One fetch of one URL at one time, held in one WARC record."""

    id: str
    """``WARC-Record-ID`` of the response (or revisit) record, ``urn:uuid:...``."""
    url: str
    """The address, exactly as requested."""
    date: datetime
    """When the request was sent (UTC), the record's ``WARC-Date``."""
    status: int | None
    """HTTP status, null when no status line was received."""
    mime: str | None
    """Media type as the server declared it, without parameters, in lower case."""
    digest: str | None
    """``WARC-Payload-Digest``: over the body after transfer decoding and before content decoding."""
    site: str
    """Site id."""
    crawl: str
    """Crawl id."""
    location: Location
    """Where the record lies."""
    revisit_of: str | None = None
    """Record id of the capture that holds the body, null when it is this one."""
    via: str | None = None
    """The address of the page on which this one was found."""
    purpose: Purpose = "unknown"
    """Why it was asked for: as a page, as an article's image or attachment, as what a page needs to look as it did
    (style sheet, script, picture, font), as a listing that scripts load, as a feed, as a sitemap, as robots.txt."""
    truncated: str | None = None
    """``WARC-Truncated``: why the body is not whole (length, time, disconnect, unspecified)."""
    method: str = "GET"
    """HTTP method of the request."""
    request_body: str | None = None
    """What was posted, written as a query (``page=2&site=60``); null without a request body."""
    origin: Origin = "crawl"
    """How it came into the archive: ``crawl`` (fetched from the site), ``import`` (from a file of another program),
    ``recover`` (fetched from another web archive)."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """Where a capture that was fetched from another web archive comes from, and what of it is original."""

    source: str
    """Address from which it was fetched: of the replay, or of the WARC file of the source."""
    kind: str | None
    """What that is: ``wayback``, ``pywb``, ``commoncrawl``."""
    fetched: datetime | None
    """When it was fetched from there (UTC); the date of the capture is the source's own."""
    rebuilt: tuple[str, ...]
    """What is not original but made of what the replay told, such as ``status-line`` and ``headers``; empty for a
    record that is the source's own, byte for byte."""
    digest_match: str | None
    """Whether the body is the one that the index of the source names: ``yes``, ``no``, ``decoded`` (it was coded there
    and came decoded), ``unknown``."""
    record: str | None = None
    """Id of the record in the WARC file of the source."""
    offset: int | None = None
    """First byte of that record in that file."""
    length: int | None = None
    """Bytes of it there, as they lie in the file."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article, with what the page and its bytes say of it."""

    url: str
    """Absolute address, as requested."""
    position: int
    """0 for the first picture of the article, in reading order."""
    alt: str | None = None
    """The ``alt`` text."""
    caption: str | None = None
    """The caption, without the credit."""
    credit: str | None = None
    """The photographer or source named in the caption."""
    width: int | None = None
    """Pixels, after EXIF orientation is ignored."""
    height: int | None = None
    """Pixels."""
    mime: str | None = None
    """Media type by content."""
    size_bytes: int | None = None
    """Bytes of the file after decoding."""
    sha256: str | None = None
    """Hexadecimal SHA-256 of the file."""
    dhash: str | None = None
    """64 bits of difference hash, 16 hexadecimal digits."""
    exif: Exif | None = None
    """Subset of the EXIF data."""
    capture: str | None = None
    """Capture id of the file; null when it could not be fetched."""


@dataclass(frozen=True, slots=True)
class Exif:
    """What is kept of a picture's EXIF data."""

    date: str | None = None
    """When it was taken, ``YYYY-MM-DDTHH:MM:SS``, in the camera's clock."""
    camera: str | None = None
    """Make and model."""
    gps: bool = False
    """Whether a position is present (the position itself stays in the WARC only)."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that belongs to an article (PDF, DOC, XLS, ZIP ...)."""

    url: str
    """Absolute address, as requested."""
    position: int
    """0 for the first attachment, in reading order."""
    title: str | None = None
    """The text of the link."""
    mime: str | None = None
    """Media type by content, else as declared."""
    size_bytes: int | None = None
    """Bytes of the file after decoding."""
    sha256: str | None = None
    """Hexadecimal SHA-256 of the file."""
    capture: str | None = None
    """Capture id of the file; null when it could not be fetched."""


@dataclass(frozen=True, slots=True)
class Article:
    """One news article as one capture of its page gave it."""

    site: str
    """Site id."""
    url: str
    """The address of the page, as requested."""
    source_id: str | None
    """The article's id in the source system, null when the address has none."""
    title: str
    """Headline, NFC."""
    summary: str | None
    """The lead, when the page sets it apart from the body."""
    text: str
    """Body: paragraphs separated by one blank line, NFC, without captions and bylines."""
    published: datetime | None
    """Printed date of publication, in ``Asia/Ho_Chi_Minh``; in the page's own zone when it prints another."""
    published_precision: Precision | None
    """What the page really gives of ``published``; with ``day`` its time is 00:00."""
    modified: datetime | None
    """Printed date of the last change."""
    authors: tuple[str, ...]
    """Writers, in the order of the byline."""
    photographers: tuple[str, ...]
    """Photographers named in the byline or the captions' credits."""
    source: str | None
    """Where the text was taken from (``Nguồn:``, ``Theo``)."""
    section: str | None
    """Section of the listing on which it was found, else what the breadcrumb says."""
    tags: tuple[str, ...]
    """Keywords as printed."""
    language: str | None
    """BCP 47 tag of the text."""
    images: tuple[Image, ...]
    """Pictures in reading order."""
    attachments: tuple[Attachment, ...]
    """Documents in reading order."""
    capture: str | None
    """Capture id of the page."""
    captured: datetime
    """When the page was captured (UTC)."""
    parser: str
    """Page class and its version, such as ``ha_tinh/1``."""
    schema_version: int = SCHEMA_VERSION
    """Version of this form."""
    confidence: Mapping[str, float] | None = field(default=None, hash=False)
    """How sure the reader is of ``title``, ``text``, ``published`` and ``authors``, each from 0 to 1; a page class that
    was written for its site is sure. ``whole`` is there, and 0, when the page broke off; ``text`` is 0 when there is
    hardly any. Null when nothing is doubtful."""
    printed_section: str | None = None
    """Section that the page itself names, null when it names none; of the section only this makes a version."""


@dataclass(frozen=True, slots=True)
class ListingItem:
    """One link of a listing."""

    url: str
    """Absolute address of the article."""
    title: str | None = None
    """Text of the link."""
    published: datetime | None = None
    """Date that the listing prints beside it (+07:00)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that lists articles, newest first."""

    url: str
    """Address of the page."""
    items: tuple[ListingItem, ...]
    """Articles in the page's order, each address once."""
    next_url: str | None
    """Address of the following (older) page."""


@dataclass(frozen=True, slots=True)
class NotAnArticle:
    """A page that is neither an article nor a listing, and why."""

    reason: str
    """A short stable code, such as ``no_title``, ``no_date``, ``soft_404``."""
    detail: str = ""
    """What was seen, for the log."""
