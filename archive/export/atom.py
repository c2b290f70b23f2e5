"""An Atom feed (RFC 4287) of the newest articles."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from archive.export.form import Kind
from archive.export.record import Record, checked
from archive.times import UTC

NAMESPACE = "http://www.w3.org/2005/Atom"
ORIGIN = "urn:khcn:origin"
"""Scheme of the category that tells an article that the archive did not fetch from its site: import, recover."""
STATE = "urn:khcn:state"
"""Scheme of the category that tells an article that is gone."""
# XML 1.0, section 2.2: no reference can stand for what is not a Char.
_NO_CHAR = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# RFC 3986: what an address is made of, the percent sign of what is escaped already included.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without an entry was modified: it must tell something."""
_URI = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class About:
    """What the feed says of itself."""

    id: str
    """What the id of the feed is made from: equal for the same feed, whatever it holds."""
    title: str
    author: str
    """Who speaks where an article names no writer."""
    rights: str
    software: str
    """Name and version, such as ``khcn/0.1.0``."""
    url: str | None = None
    """Where the feed will be found."""


class Newest:
    """The *limit* newest of the records that are added.

    A date of publication after the capture is a misprint, which would stay on top for years: such an article
    counts as published when it was captured.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._heap: list[tuple[datetime, str, int, Record]] = []

    def add(self, records: Iterable[Record]) -> None:
        """Take records in any order."""
        for record in records:
            entry = (moment_of(record), record.id, record.n, record)
            if len(self._heap) < self._limit:
                heapq.heappush(self._heap, entry)
            else:
                heapq.heappushpop(self._heap, entry)

    def is_settled(self, end: datetime) -> bool:
        """Whether nothing that was published before *end* can be among them any more."""
        return len(self._heap) == self._limit and self._heap[0][0] >= end

    def records(self) -> list[Record]:
        """Return them, the newest first."""
        return [entry[3] for entry in sorted(self._heap, reverse=True)]


class AtomFeed:
    """One feed document; the texts are HTML."""

    name = "atom"

    def __init__(self, about: About) -> None:
        self._about = about

    def write(self, records: Iterable[Record], out: BinaryIO) -> None:
        """Write the records in the order given; all are in memory at once."""
        entries = list(map(checked, records))
        about = self._about
        namespaces: Any = {None: NAMESPACE}
        feed = etree.Element(_name("feed"), nsmap=namespaces)
        feed.set("{http://www.w3.org/XML/1998/namespace}lang", "vi")
        _add(feed, "id", uuid5(NAMESPACE_URL, f"khcn:feed:{about.id}").urn)
        _add(feed, "title", about.title)
        # RFC 4287, 4.2.15: when it was modified in a way that matters; there is no clock here.
        _add(feed, "updated", _time(max((record.captured for record in entries), default=_NEVER)))
        _add(_add(feed, "author"), "name", about.author)
        _add(feed, "rights", about.rights)
        name, _, version = about.software.partition("/")
        _add(feed, "generator", name, version=version)
        if about.url is not None:
            _add(feed, "link", rel="self", type="application/atom+xml", href=address(about.url))
        for record in entries:
            _entry(feed, record)
        etree.ElementTree(feed).write(out, encoding="utf-8", xml_declaration=True, pretty_print=True)

    def kind(self) -> Kind:
        """Say what was written."""
        return Kind("atom", "application/atom+xml", {"encoding": "utf-8"})


def moment_of(record: Record) -> datetime:
    """Return when an article came out, as far as that can be."""
    return min(record.published or record.captured, record.captured)


def _entry(feed: etree._Element, record: Record) -> None:
    entry = _add(feed, "entry")
    # By the article's id, which stays when it moves to another address; a tag: URI would need a host that is ours.
    _add(entry, "id", uuid5(NAMESPACE_URL, f"khcn:article:{record.id}").urn)
    _add(entry, "title", record.title)
    _add(entry, "updated", _time(record.captured))
    _add(entry, "published", _time(moment_of(record)))
    for author in record.authors:
        _add(_add(entry, "author"), "name", author)
    _add(entry, "link", rel="alternate", type="text/html", href=address(record.url))
    for each in record.attachments:
        more = {"title": _chars(each.title)} if each.title else {}
        more |= {"type": each.mime} if each.mime else {}
        _add(entry, "link", rel="related", href=address(each.url), **more)
    for label in dict.fromkeys(filter(None, (record.section, *record.tags))):
        _add(entry, "category", term=_chars(label))
    if record.state == "gone":
        _add(entry, "category", term="gone", scheme=STATE)
    if record.origin != "crawl":
        _add(entry, "category", term=record.origin, scheme=ORIGIN)
    if record.recovered is not None:
        # RFC 4287, 4.2.7.2: the source of what the entry gives.
        _add(entry, "link", rel="via", href=address(record.recovered.source))
    if record.summary:
        _add(entry, "summary", record.summary)
    content = _add(entry, "content", _html(record), type="html")
    if record.language:
        content.set("{http://www.w3.org/XML/1998/namespace}lang", record.language)


def _html(record: Record) -> str:
    parts = [f"<p>{escape(paragraph)}</p>" for paragraph in record.text.split("\n\n")]
    for image in record.images:
        caption = f"<figcaption>{escape(image.caption)}</figcaption>" if image.caption else ""
        source, alt = escape(address(image.url)), escape(image.alt or "")
        parts.append(f'<figure><img src="{source}" alt="{alt}">{caption}</figure>')
    return "\n".join(parts)


def address(url: str) -> str:
    """Return an address as an attribute may hold it: what no URI has is escaped.

    >>> address("https://skhcn.hatinh.gov.vn/tin tức?a=1&b=%20")
    'https://skhcn.hatinh.gov.vn/tin%20t%E1%BB%A9c?a=1&b=%20'
    """
    return quote(url, safe=_URI)


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, _name(tag), attributes)
    child.text = None if text is None else _chars(text)
    return child


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _chars(text: str) -> str:
    return _NO_CHAR.sub("\ufffd", text)


def _time(moment: datetime) -> str:
    """Return a time of RFC 3339, in UTC: a zone of before 1911 has seconds, which that does not know.

    >>> _time(datetime(2025, 3, 1, tzinfo=UTC))
    '2025-03-01T00:00:00Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
