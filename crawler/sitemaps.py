"""What a sitemap lists: pages or further sitemaps, plain text or XML, gzipped or not, of news too. Pure.

Source: https://www.sitemaps.org/protocol.html and Google's news extension (``news:publication_date``).
Pictures and films of the extensions are no pages, and not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from lxml import etree

from archive.model import Payload
from archive.times import UTC, VN
from crawler.clean import absolute
from crawler.lenient import as_utf8, elements, local, mended, moment_of, text_of, unzipped

MAX_SITEMAP_BYTES = 50 << 20
"""Uncompressed, as the protocol has it."""
MAX_ENTRIES = 50_000
"""Likewise."""
_ROOT = re.compile(rb"<(?:[A-Za-z0-9_]+:)?(urlset|sitemapindex)[\s>/]", re.IGNORECASE)
_ENTRIES = frozenset(("url", "sitemap"))
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_LINE = re.compile(r"https?://[^\s<>/?#][^\s<>]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page or a sitemap that a sitemap names."""

    url: str
    """Absolute address, as it will be requested."""
    modified: datetime | None = None
    """``lastmod``, null when there is none that can be read. Of a mere day its last moment."""
    published: datetime | None = None
    """``news:publication_date``."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """One file of a site's map."""

    is_index: bool
    """Whether it lists sitemaps."""
    entries: tuple[Entry, ...]
    """Each address once; the newest first, then those without a date in their order."""
    is_cut: bool = False
    """Whether there was more than is read."""


def read_sitemap(payload: Payload, url: str) -> Sitemap | None:
    """Return what the sitemap at *url* lists; None when it is none.

    Broken XML is read as far as it goes. Bounded: ``MAX_SITEMAP_BYTES``, ``MAX_ENTRIES``.
    """
    raw = unzipped(payload.body, MAX_SITEMAP_BYTES + 1)
    body = as_utf8(raw[:MAX_SITEMAP_BYTES], payload.header("Content-Type"))
    root = _ROOT.search(body, 0, 1 << 16)
    if root is None:
        entries = _plain(body) if not body.lstrip().startswith(b"<") else None
        return Sitemap(False, tuple(entries[:MAX_ENTRIES]), len(entries) > MAX_ENTRIES) if entries else None
    found: dict[str, Entry] = {}
    is_cut = len(raw) > MAX_SITEMAP_BYTES
    is_index = root[1].lower() == b"sitemapindex"
    for element in elements(mended(body[root.start() :]), _ENTRIES):
        if (local(str(element.tag)) == "sitemap") != is_index:
            continue
        entry = _entry(element, url)
        if entry is not None and entry.url not in found:
            if len(found) == MAX_ENTRIES:
                is_cut = True
                break
            found[entry.url] = entry
    oldest = datetime.min.replace(tzinfo=UTC)
    newest_first = sorted(found.values(), key=lambda entry: newest(entry) or oldest, reverse=True)
    return Sitemap(is_index, tuple(newest_first), is_cut)


def newest(entry: Entry) -> datetime | None:
    """Return the later of an entry's dates."""
    return max((date for date in (entry.modified, entry.published) if date), default=None)


def tells_changes(sitemap: Sitemap, now: datetime) -> bool:
    """Say whether the ``lastmod`` of a sitemap's pages can be believed.

    Many a generator writes the moment at which it runs beside every page: one date for all. A
    date in the future is no date of a change either.
    """
    dates = [entry.modified for entry in sitemap.entries if entry.modified is not None]
    ahead = sum(date > now + timedelta(days=1) for date in dates)
    return bool(dates) and 10 * ahead < len(dates) and (len(dates) == 1 or len(set(dates)) > 1)


def _entry(element: etree._Element, url: str) -> Entry | None:
    texts: dict[str, str] = {}
    for child in element:
        if isinstance(child.tag, str) and (name := _meant(child.tag)) is not None:
            texts.setdefault(name, text_of(child))
    address = absolute(texts.get("loc", ""), url)
    if address is None:
        return None
    dates = (each for each in element.iter() if isinstance(each.tag, str) and local(each.tag) == "publication_date")
    published = next((moment_of(text_of(date)) for date in dates), None)
    return Entry(address, _modified(texts.get("lastmod")), published)


@lru_cache(maxsize=512)
def _meant(tag: str) -> str | None:
    """Return what a tag tells of the page; null for <image:loc> beside <loc>, as some plug-ins write it."""
    name = local(tag)
    is_extension = re.search("image|video", tag.rpartition("}")[0] or tag.rpartition(":")[0])
    return name if name in ("loc", "lastmod") and not is_extension else None


def _modified(text: str | None) -> datetime | None:
    moment = moment_of(text)
    if moment is None or not _DAY.fullmatch((text or "").strip()):
        return moment
    return datetime(moment.year, moment.month, moment.day, 23, 59, 59, tzinfo=VN)


def _plain(body: bytes) -> list[Entry]:
    """Return the addresses of a sitemap of plain text, one a line; none when other lines are there too."""
    lines = [line.strip() for line in _lines(body)]
    said = [line for line in lines if line]
    if not all(_LINE.fullmatch(line) for line in said):
        return []
    return [Entry(url) for url in dict.fromkeys(absolute(line, "") for line in said) if url is not None]


def _lines(body: bytes) -> Iterator[str]:
    return iter(body.decode("utf-8", "replace").splitlines())
