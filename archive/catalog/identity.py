"""What makes two readings the same article, and the same version of it. The one place that says so.

*Same article*: same site, and same id in the source system, else same address
but for scheme, ``www.`` and fragment (:func:`archive.urls.identity_key`); or one
moved to the address of the other (:mod:`archive.catalog.joining`).

*Same content*: equal title, summary, text, date of publication with its
precision, authors, photographers, source; as many pictures, with equal
captions and credits in their order; equal addresses (but for what is no part
of a document's name, and for the host when it is the page's) and titles of the
attachments.

*Same version*: same content, and nothing that is known of both differs: see
:mod:`archive.catalog.variants`.

Not part of a version, so a change of it alone makes none: the section of the
listing on which an article was found, for it is on several; tags, language,
date of the last change, the pictures' addresses and ``alt`` texts, the parser,
its confidence, and the zone in which a date is written.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Protocol

import msgspec

from archive.catalog.times import page_text
from archive.model import Article
from archive.sessions import without_junk
from archive.times import VN
from archive.urls import identity_key


class Named(Protocol):
    """What tells an article from others: an article, or its details."""

    @property
    def url(self) -> str: ...
    @property
    def source_id(self) -> str | None: ...


def article_key(article: Named) -> str:
    """Return what all addresses of one article share on its site."""
    if article.source_id is not None:
        return f"id:{article.source_id}"
    return f"url:{identity_key(article.url)}"


def article_id(article: Article) -> str:
    """Return the id of an article by itself: 32 hexadecimal digits, by site and key.

    One that moved is kept under its first (:mod:`archive.catalog.moves`).
    """
    return own_id(article.site, article_key(article))


def own_id(site: str, key: str) -> str:
    """Return the id of the article with that key."""
    return _digest([site, key])


def content_hash(article: Article) -> str:
    """Return the hash of what must be equal in a version, 32 hexadecimal digits (see the module)."""
    host = identity_key(article.url).partition(")")[0] if article.attachments else ""
    return _digest(
        [
            article.title,
            article.summary,
            article.text,
            _instant(article.published),
            article.published_precision,
            article.authors,
            article.photographers,
            article.source,
            [(image.caption, image.credit) for image in article.images],
            [(document_key(entry.url, host), entry.title) for entry in article.attachments],
        ]
    )


def document_key(url: str, host: str) -> str:
    """Return what an attachment's address is compared by, on a page of *host* (as in a SURT).

    >>> document_key("https://www.a.vn/tep/kh.pdf?utm_source=zalo", "vn,a")
    ')/tep/kh.pdf'
    """
    return identity_key(without_junk(url)).removeprefix(host)


def _instant(moment: datetime | None) -> str | None:
    return page_text(moment.astimezone(VN)) if moment is not None else None


def version_id(article: str, content: str, variant: int = 0) -> str:
    """Return the id of a version: 32 hexadecimal digits, by article (id), content hash and variant."""
    return _digest([article, content, variant] if variant else [article, content])


def _digest(parts: list[object]) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]
