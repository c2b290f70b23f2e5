"""Join an article with the captures of its pictures and documents.

The one rule, used by the live crawl and by the rebuild alike. It looks at
captures only, never at their order of arrival, so both come to one answer:

- Only captures of the article's own crawl count.
- A file is an answer with status 200, whole (not truncated), not empty, and
  not a web page: an HTML answer to a request for a picture is a soft 404.
- When a URL was captured more than once, the first whole file counts, by
  date, then by capture id. A file wins over a redirect.
- Redirects are followed from capture to capture, at most ten hops.
- What has no file keeps ``capture`` null and has no facts.
"""

from __future__ import annotations

import hashlib
import logging
import posixpath
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from w3lib.url import safe_url_string

from archive.codings import MAX_BODY
from archive.model import Article, Attachment, Capture, Image, Payload

if TYPE_CHECKING:
    from crawler.images import ImageFacts

logger = logging.getLogger(__name__)

MAX_HOPS = 10
BEGINNING = 64 * 1024
"""Bytes of a document that tell its type."""

Measure = Callable[[], tuple[int, str] | None]
"""Gives size and SHA-256 of a file, null when they can not be known."""

_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_VAGUE_TYPES = frozenset({"text/plain", "application/octet-stream", "application/xml", "text/xml"})
_LOOK_TYPES = frozenset({
    "text/css", "text/javascript", "application/javascript", "application/x-javascript", "application/json",
    "font/woff", "font/woff2", "font/ttf", "font/otf", "application/font-woff", "application/x-font-woff",
})  # fmt: skip
"""Types of requisites that are no pictures."""
_PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<title", b"<meta", b"<script")
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_FILE_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (_OLE, "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"{\\rtf", "application/rtf"),
)
# A ZIP or OLE container does not say which program's file it is: the name does.
_CONTAINED = {
    ".docx": (b"PK", _OPEN_XML + "wordprocessingml.document"),
    ".xlsx": (b"PK", _OPEN_XML + "spreadsheetml.sheet"),
    ".pptx": (b"PK", _OPEN_XML + "presentationml.presentation"),
    ".odt": (b"PK", "application/vnd.oasis.opendocument.text"),
    ".ods": (b"PK", "application/vnd.oasis.opendocument.spreadsheet"),
    ".doc": (_OLE, "application/msword"),
    ".xls": (_OLE, "application/vnd.ms-excel"),
    ".ppt": (_OLE, "application/vnd.ms-powerpoint"),
}


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """What one captured file is, by its bytes."""

    capture: str
    """Capture id of the file."""
    date: datetime
    """When it was captured (UTC)."""
    mime: str | None
    """Media type by content, else as declared."""
    size_bytes: int | None
    """Bytes of the file after decoding; null for a coded file too large to decode."""
    sha256: str | None
    """Hexadecimal SHA-256 of the file; null likewise."""
    image: ImageFacts | None
    """What the picture is, null for everything else."""


class AssetBook:
    """What a crawl knows of its pictures and documents, by URL."""

    def __init__(self, crawl: str) -> None:
        self.crawl = crawl
        self._files: dict[str, AssetFacts] = {}
        self._redirects: dict[str, tuple[datetime, str, str]] = {}

    def note(self, capture: Capture, payload: Payload, measure: Measure | None = None) -> bool:
        """Remember what *capture* gave; say whether it was a whole file or a redirect.

        Captures of other crawls, failures and web pages change nothing. The
        order of the notes does not matter, nor does noting one again.
        """
        target = redirect_target(capture, payload)
        if target is not None:
            return self.note_redirect(capture, target)
        if capture.crawl != self.crawl:
            return False
        return self.note_file(capture, file_facts(capture, payload, measure))

    def note_file(self, capture: Capture, facts: AssetFacts | None) -> bool:
        """Remember the file that *capture* gave; say whether it was one."""
        if capture.crawl != self.crawl or facts is None:
            return False
        key = wire_form(capture.url)
        known = self._files.get(key)
        if known is None or (facts.date, facts.capture) < (known.date, known.capture):
            self._files[key] = facts
        return True

    def note_redirect(self, capture: Capture, target: str) -> bool:
        """Remember where *capture* leads; say whether it is one of this crawl."""
        if capture.crawl != self.crawl:
            return False
        key = wire_form(capture.url)
        entry = (capture.date, capture.id, wire_form(target))
        self._redirects[key] = min(self._redirects.get(key, entry), entry)
        return True

    def resolve(self, url: str) -> AssetFacts | None:
        """Return the file that *url* led to, through at most ten redirects."""
        key = wire_form(url)
        for _ in range(MAX_HOPS + 1):
            if (facts := self.file_at(key)) is not None:
                return facts
            if (target := self.target_of(key)) is None:
                return None
            key = target
        return None

    def file_at(self, key: str) -> AssetFacts | None:
        """Return the file at an address in the form in which it is requested."""
        return self._files.get(key)

    def target_of(self, key: str) -> str | None:
        """Return where such an address redirects to."""
        entry = self._redirects.get(key)
        return entry[2] if entry else None

    def files(self) -> Iterator[tuple[str, AssetFacts]]:
        """Yield the files noted, each with its address."""
        yield from self._files.items()

    def redirects(self) -> Iterator[tuple[str, tuple[datetime, str, str]]]:
        """Yield the redirects noted: address, and (date, capture, target)."""
        yield from self._redirects.items()


def complete(article: Article, book: AssetBook) -> Article:
    """Return *article* with the facts of its pictures and documents filled in.

    Nothing else changes. What the book has no file for loses any facts it
    had, so completing twice equals completing once.
    """
    if not article.images and not article.attachments:
        return article
    return replace(
        article,
        images=tuple(_complete_image(image, book.resolve(image.url)) for image in article.images),
        attachments=tuple(_complete_attachment(entry, book.resolve(entry.url)) for entry in article.attachments),
    )


def _complete_image(image: Image, facts: AssetFacts | None) -> Image:
    picture = facts.image if facts else None
    if picture is None and image == Image(image.url, image.position, image.alt, image.caption, image.credit):
        return image
    return replace(
        image,
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        mime=picture.mime if picture else None,
        # Not the picture's own, which are of as much of it as was decoded.
        size_bytes=facts.size_bytes if facts and picture else None,
        sha256=facts.sha256 if facts and picture else None,
        dhash=picture.dhash if picture else None,
        exif=picture.exif if picture else None,
        capture=facts.capture if facts and picture else None,
    )


def _complete_attachment(attachment: Attachment, facts: AssetFacts | None) -> Attachment:
    return replace(
        attachment,
        mime=facts.mime if facts else None,
        size_bytes=facts.size_bytes if facts else None,
        sha256=facts.sha256 if facts else None,
        capture=facts.capture if facts else None,
    )


def redirect_target(capture: Capture, payload: Payload) -> str | None:
    """Return the absolute address a 3xx answer points at, as it will be requested.

    Null for every other answer, and for one without a usable ``Location``.
    """
    if capture.status is None or not 300 <= capture.status < 400:
        return None
    location = payload.header("Location")
    if location is None or not location.strip():
        return None
    # Browsers read the header as UTF-8, and it is held here as Latin-1.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        target = wire_form(urljoin(capture.url, location.strip()))
        return target if urlsplit(target).scheme in ("http", "https") else None
    except ValueError:
        return None


def file_facts(capture: Capture, payload: Payload, measure: Measure | None = None) -> AssetFacts | None:
    """Return what the file in *payload* is, null when it is none (see the module).

    *measure* gives size and SHA-256 where *payload* holds the beginning of the file only.
    """
    body = payload.body
    if capture.status != 200 or capture.truncated or not body or is_web_page(capture.mime, body):
        return None
    is_cut = capture.purpose == "attachment" or len(body) >= MAX_BODY
    image = _picture(capture, body)
    if measure is not None and is_cut:
        measured = measure()
    else:
        measured = len(body), image.sha256 if image is not None else hashlib.sha256(body).hexdigest()
    mime = file_type(capture.url, capture.mime, body)
    if image is not None and image.mime is not None:
        mime = image.mime
    return AssetFacts(
        capture=capture.id,
        date=capture.date,
        mime=mime,
        size_bytes=measured[0] if measured else None,
        sha256=measured[1] if measured else None,
        image=image,
    )


def is_web_page(declared: str | None, body: bytes) -> bool:
    """Say whether an answer is a web page: by what it declares, unless its bytes deny it.

    >>> is_web_page("text/html", b"%PDF-1.4 ..."), is_web_page("image/jpeg", b"<!DOCTYPE html><title>404")
    (False, True)
    >>> is_web_page("application/msword", b"<html xmlns:o=...")
    False
    """
    start = body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _begins_as_picture(start) or _begins_as_document(start):
        return False
    if declared in _PAGE_TYPES:
        return True
    # A Word file is often HTML inside, and is still a document.
    vague = declared is None or declared in _VAGUE_TYPES or declared.startswith("image/")
    return vague and start.lower().startswith(_PAGE_STARTS)


def file_type(url: str, declared: str | None, body: bytes) -> str | None:
    """Return the media type of a file by its first bytes, else as *declared*.

    >>> file_type("https://a.vn/k%E1%BA%BF-ho%E1%BA%A1ch.DOCX", "application/zip", b"PK\\x03\\x04")
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
    """
    by_content = next((mime for magic, mime in _FILE_STARTS if body.startswith(magic)), None)
    if by_content is None:
        return declared
    suffix = posixpath.splitext(unquote(urlsplit(url).path))[1].lower()
    start, mime = _CONTAINED.get(suffix, (b"", ""))
    if start and body.startswith(start):
        return mime
    container = by_content in ("application/zip", "application/x-ole-storage")
    if container and declared and declared in {known for _, known in _CONTAINED.values()}:
        return declared
    return by_content


def _picture(capture: Capture, body: bytes) -> ImageFacts | None:
    # A picture may have been asked for by a page before its article was read.
    meant = capture.purpose in ("image", "requisite") or (capture.mime or "").startswith("image/")
    is_begun = _begins_as_picture(body)
    if not (meant or is_begun) or _begins_as_document(body):
        return None
    if capture.purpose == "requisite" and capture.mime in _LOOK_TYPES and not is_begun:
        return None  # before every format of which pictures are known has been tried on it
    from crawler.images import image_facts  # Pillow is loaded by the first picture, not by every import

    try:
        facts = image_facts(body)
    except Exception:
        # A picture that breaks its reader must end neither a crawl nor every rebuild after it.
        logger.exception("picture not readable", extra={"url": capture.url, "capture": capture.id})
        return None
    # A broken JPEG is the file that was sent; a line of text in answer to a request for one is not.
    kind = facts.mime or capture.mime or ""
    return facts if kind.startswith("image/") else None


def _begins_as_picture(body: bytes) -> bool:
    return body.startswith(_PICTURE_STARTS) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP")


def _begins_as_document(body: bytes) -> bool:
    return any(body.startswith(magic) for magic, _ in _FILE_STARTS)


@lru_cache(8192)
def wire_form(url: str) -> str:
    """Return *url* as it is requested, so that a page's spelling of it meets the capture's.

    >>> wire_form("https://a.vn/ảnh 1.jpg#top")
    'https://a.vn/%E1%BA%A3nh%201.jpg'
    """
    try:
        return str(safe_url_string(urldefrag(url).url))
    except ValueError:
        return url
