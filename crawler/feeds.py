"""What an RSS or Atom feed lists: RSS 0.9 to 2.0, RDF, Atom, and what is sent as such. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lxml import etree

from archive.model import Payload
from crawler.clean import absolute, line
from crawler.lenient import as_utf8, elements, local, mended, moment_of, text_of, unzipped

MAX_FEED_BYTES = 8 << 20
MAX_ITEMS = 5_000
_ROOT = re.compile(rb"<(?:[A-Za-z0-9_]+:)?(rss|rdf|feed|channel)[\s>]", re.IGNORECASE)
_ITEMS = frozenset(("item", "entry"))
_DATES = ("pubdate", "published", "date", "created", "issued", "updated", "modified")
_TYPES = re.compile(r"application/(?:rss|atom|rdf)\+xml", re.IGNORECASE)
_NAMED = re.compile(
    r"(?i)/(?:rss|feeds?|atom)(?:[./_-][^?]*)?$|\.(?:rss|atom)$|/[^/?]*rss[^/?]*\.(?:xml|aspx|ashx|php|html?)$"
)
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_TAG = re.compile(r"<[^<>]{0,500}>")


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed."""

    url: str
    """Absolute address, as it will be requested."""
    title: str | None = None
    """Headline, one line."""
    published: datetime | None = None
    """When it was published, or else changed, as the feed says."""


def read_feed(payload: Payload, url: str) -> tuple[FeedItem, ...] | None:
    """Return the entries of a feed at *url*, each address once, the newest first; None when it is no feed.

    Entries without a date keep their places behind those that have one. Broken XML is read as far
    as it goes. Bounded: ``MAX_FEED_BYTES``, ``MAX_ITEMS``.
    """
    body = as_utf8(unzipped(payload.body, MAX_FEED_BYTES), payload.header("Content-Type"))
    root = _ROOT.search(body, 0, 1 << 16)
    if root is None or b"<html" in body[: root.start()].lower():
        return None
    found: dict[str, FeedItem] = {}
    # What stands before the root (empty lines, warnings of PHP) would be the end of a parser.
    for element in elements(mended(body[root.start() :]), _ITEMS):
        item = _item(element, url)
        if item is not None:
            found.setdefault(item.url, item)
        if len(found) >= MAX_ITEMS:
            break
    return tuple(newest_first(found.values()))


def newest_first(items: Iterable[FeedItem]) -> list[FeedItem]:
    """Return dated entries from the newest to the oldest, then the others in their order."""
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(items, key=lambda item: (item.published is not None, item.published or oldest), reverse=True)


def _item(element: etree._Element, url: str) -> FeedItem | None:
    address = next((each for each in (_join(link, element, url) for link in _links(element)) if each), None)
    if address is None:
        return None
    children = {local(str(child.tag)): child for child in reversed(element) if isinstance(child.tag, str)}
    dates = (moment_of(text_of(children[name])) for name in _DATES if name in children)
    title = children.get("title")
    # A title in CDATA is HTML: entities twice coded, tags.
    said = line(_TAG.sub("", html.unescape(text_of(title)))) if title is not None else ""
    return FeedItem(address, said or None, next((date for date in dates if date), None))


def _links(element: etree._Element) -> Iterator[str]:
    """Yield what may be the address of an entry, the best first."""
    links = [child for child in element if isinstance(child.tag, str) and local(child.tag) in ("link", "origlink")]
    yield from (text_of(link) for link in links if local(str(link.tag)) == "origlink")
    yield from (
        str(link.get("href")) for link in links if link.get("href") and link.get("rel", "alternate") == "alternate"
    )
    yield from (text_of(link) for link in links if not link.get("href"))
    for child in element:
        name = local(str(child.tag)) if isinstance(child.tag, str) else ""
        is_address = name == "id" or (name == "guid" and str(child.get("isPermaLink", "true")).lower() != "false")
        if is_address and text_of(child).startswith(("http://", "https://")):
            yield text_of(child)
    yield next((str(value) for name, value in element.attrib.items() if local(str(name)) == "about"), "")


def _join(link: str, element: etree._Element, url: str) -> str | None:
    if not link:
        return None
    base = url
    for each in reversed([element, *element.iterancestors()]):
        if each.get(_BASE):
            base = absolute(str(each.get(_BASE)), base) or base
    return absolute(link, base)


def feed_links(root: etree._Element | None, base: str, *, only_named: bool = False) -> list[str]:
    """Return the feeds that a page names, in its order: ``<link rel=alternate>``, and links that look like feeds.

    Not those of comments; with *only_named* not those that merely look so.

    >>> page = etree.HTML('<link rel="alternate" type="application/rss+xml" href="/a"><a href="/rss/tin.rss">RSS</a>')
    >>> feed_links(page, "http://a.vn/")
    ['http://a.vn/a', 'http://a.vn/rss/tin.rss']
    """
    found: dict[str, None] = {}
    for element in () if root is None else root.iter("link", "a"):
        href = element.get("href")
        url = absolute(str(href), base) if href else None
        if url is None or "comment" in url.lower():
            continue
        is_named = "alternate" in str(element.get("rel") or "").lower().split() and _TYPES.match(
            element.get("type") or ""
        )
        looks = not only_named and element.tag == "a" and _NAMED.search(urlsplit(url).path)
        if is_named or looks:
            found.setdefault(url)
    return list(found)
