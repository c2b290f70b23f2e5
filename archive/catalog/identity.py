"""What makes two readings the same article, and the same version of it. The one place that says so.

*Same article*: same site, and same id in the source system, else same address
but for scheme, ``www.`` and fragment (:func:`archive.urls.identity_key`).

*Same version*: equal title, summary, text, date of publication with its
precision, authors, photographers, source; equal captions and credits of the
pictures, in their order; equal address and title of the attachments.

Not part of a version, so a change of it alone makes none: section, tags,
language, date of the last change, the pictures' addresses and ``alt`` texts,
the parser, its confidence, and the zone in which a date is written; nor the
bytes of files, for one that could not be fetched once would look like a
change. The pictures' own pixels are compared elsewhere, for a picture sent
anew in another quality is still the same picture.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from archive.catalog.times import page_text
from archive.model import Article
from archive.times import VN
from archive.urls import identity_key


def article_key(article: Article) -> str:
    """Return what all addresses of one article share on its site."""
    if article.source_id is not None:
        return f"id:{article.source_id}"
    return f"url:{identity_key(article.url)}"


def article_id(article: Article) -> str:
    """Return the id of an article: 32 hexadecimal digits, by site and key."""
    return _digest([article.site, article_key(article)])


def content_hash(article: Article) -> str:
    """Return the hash of what makes a version, 32 hexadecimal digits (see the module)."""
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
            [(image.caption, image.credit) for image in article.images if image.caption or image.credit],
            [(entry.url, entry.title) for entry in article.attachments],
        ]
    )


def _instant(moment: datetime | None) -> str | None:
    return page_text(moment.astimezone(VN)) if moment is not None else None


def version_id(article: Article) -> str:
    """Return the id of a version: 32 hexadecimal digits, by article and content."""
    return _digest([article_id(article), content_hash(article)])


def _digest(parts: list[object]) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]
