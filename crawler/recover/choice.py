"""Which captures are worth asking for. Pure.

Of each page (whatever its scheme and ``www.``) one capture for each body that it had: rather with status 200 than a
redirect, rather whole than cut, rather a capture than the note that it was equal to another one, the first of these
by time. The others of the same body are spare: asked for when the better one can not be had.

- A page that has a body with status 200 needs no redirect, but the last permanent one behind it at an article's
  address: it says where the article went.
- Errors (status 400 and above) are counted, and not asked for.
- Pictures, style sheets and the like are left until a page needs them (:func:`nearest`); documents are not.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal
from urllib.parse import urlsplit

from archive.times import parse_timestamp14
from archive.urls import identity_key
from crawler.recover.frontier import Entry
from crawler.recover.rows import Row
from crawler.sites import Site

Kind = Literal["page", "document", "requisite"]

_DOCUMENTS = frozenset(
    ".pdf .doc .docx .xls .xlsx .ppt .pptx .odt .ods .odp .rtf .zip .rar .7z .epub".split()  # noqa: SIM905
)
_REQUISITES = frozenset(
    ".jpg .jpeg .png .gif .webp .bmp .ico .svg .tif .tiff .css .js .mjs .woff .woff2 .ttf .otf .eot .swf "  # noqa: SIM905
    ".mp3 .mp4 .wav .flv .avi .webm .ogg".split()
)
_DOCUMENT_TYPES = ("application/pdf", "application/msword", "application/vnd.", "application/zip", "application/rtf",
                   "application/x-rar", "application/x-zip", "application/octet-stream")  # fmt: skip
_REQUISITE_TYPES = ("image/", "font/", "audio/", "video/", "text/css", "text/javascript", "application/javascript",
                    "application/x-javascript", "application/font", "application/x-font",
                    "application/vnd.ms-fontobject", "application/x-shockwave-flash")  # fmt: skip
_RANKS = {"article": 0, "listing": 1, "page": 2, "document": 3, "redirect": 4, "file": 5}


@dataclass(frozen=True, slots=True)
class Choice:
    """A capture to ask for."""

    entry: Entry
    spares: tuple[Entry, ...]
    """Others of the same body, the better first."""
    rank: int
    """The smaller, the earlier it is asked for: articles, listings, other pages, documents, redirects."""
    purpose: str


def choose(site: Site, entries: Iterable[Entry]) -> Iterator[Choice]:
    """Yield what is to be asked for of the rows of a site, which come in the order of their addresses.

    A body of which a row is done already, or the same as what the archive holds, is not asked for again.
    """
    for _, of_page in groupby(entries, key=lambda entry: identity_key(entry.row.url)):
        yield from _of_page(site, list(of_page))


def nearest(entries: Sequence[Entry], timestamp: str) -> list[Entry]:
    """Return the captures of a file, the best for a page captured at *timestamp* first: good ones, near in time."""
    moment = parse_timestamp14(timestamp)
    usable = [entry for entry in entries if _class_of(entry.row) < _ERROR]

    def order(entry: Entry) -> tuple[object, ...]:
        distance = abs((parse_timestamp14(entry.row.timestamp) - moment).total_seconds())
        return _class_of(entry.row), bool(entry.row.truncated), distance, entry.row.timestamp, entry.row.url

    return sorted(usable, key=order)


def kind_of(row: Row) -> Kind:
    """Say what a row is, by the media type that the index gives, and by its name.

    >>> kind_of(Row("http://a.vn/a.jpg", "20150101000000", 302, "text/html"))
    'requisite'
    >>> kind_of(Row("http://a.vn/tin?id=1", "20150101000000", 200, "text/html"))
    'page'
    """
    extension = posixpath.splitext(urlsplit(row.url).path.lower())[1]
    if row.status == 200 and row.mime.startswith(("text/html", "application/xhtml")):
        return "page"
    if row.mime.startswith(_REQUISITE_TYPES) or extension in _REQUISITES:
        return "requisite"
    if row.mime.startswith(_DOCUMENT_TYPES) or extension in _DOCUMENTS:
        return "document"
    return "page"


def body_of(row: Row) -> str:
    """Return what stands for the body of a capture: its digest; without one each capture has its own."""
    return row.digest or f"@{row.timestamp}"


_GOOD, _UNKNOWN, _REDIRECT, _ERROR = range(4)


def _class_of(row: Row) -> int:
    if row.status == 200:
        return _GOOD
    if row.status is None:
        return _UNKNOWN
    return _REDIRECT if 300 <= row.status < 400 and row.status != 304 else _ERROR


def _of_page(site: Site, entries: list[Entry]) -> Iterator[Choice]:
    bodies: dict[str, list[Entry]] = {}
    for entry in entries:
        if _class_of(entry.row) < _ERROR:
            bodies.setdefault(body_of(entry.row), []).append(entry)
    groups = [sorted(group, key=_order) for group in bodies.values()]
    good = [group for group in groups if _class_of(group[0].row) < _REDIRECT]
    chosen = good or groups
    last = max((entry.row.timestamp for group in good for entry in group), default="")
    if good:
        left = [entry for group in groups if group not in good for entry in group if entry.row.status in (301, 308)]
        after = [entry for entry in left if entry.row.timestamp > last and site.is_article(entry.row.url)]
        chosen = [*good, *([after[-1:]] if after else [])]
    for group in chosen:
        best = group[0]
        if any(entry.state in ("done", "same") for entry in group) or kind_of(best.row) == "requisite":
            continue
        usable = [entry for entry in group if entry.state == "listed"]
        if usable:
            yield Choice(usable[0], tuple(usable[1:]), *_told(site, usable[0].row))


def _order(entry: Entry) -> tuple[object, ...]:
    row = entry.row
    return _class_of(row), bool(row.truncated), row.is_revisit, row.timestamp, row.url


def _told(site: Site, row: Row) -> tuple[int, str]:
    if kind_of(row) == "document":
        return _RANKS["document"], "attachment"
    if _class_of(row) == _REDIRECT:
        return _RANKS["redirect"], "page"
    if site.is_article(row.url):
        return _RANKS["article"], "page"
    return _RANKS["listing" if site.is_listing(row.url) else "page"], "page"


FILE_RANK = _RANKS["file"]
