"""Between the model's dataclasses and the catalog's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Row

from archive.catalog.dialect import whole_text
from archive.catalog.identity import content_hash
from archive.catalog.times import page_text, page_time, utc_text, utc_time
from archive.model import Article, Attachment, Capture, Exif, Image, Location
from archive.posts import address_of
from archive.urls import identity_key

Values = dict[str, Any]

_CAPTURE_TEXTS = (
    "url",
    "mime",
    "status",
    "digest",
    "site",
    "crawl",
    "revisit_of",
    "via",
    "purpose",
    "truncated",
    "method",
    "request_body",
    "origin",
)
_ARTICLE_TEXTS = (
    "url",
    "source_id",
    "title",
    "summary",
    "text",
    "published_precision",
    "source",
    "section",
    "printed_section",
    "language",
    "parser",
    "schema_version",
)
_ARTICLE_LISTS = ("authors", "photographers", "tags")
_IMAGE, _ATTACHMENT = (tuple(field.name for field in fields(each)) for each in (Image, Attachment))
_image_in, _attachment_in = attrgetter(*_IMAGE), attrgetter(*_ATTACHMENT)


def json_text(value: object) -> str:
    """Return *value* as JSON, equal for equal values: keys sorted."""
    return msgspec.json.encode(value, order="sorted").decode()


def capture_values(capture: Capture) -> Values:
    """Return the row of a capture."""
    return _whole(
        {name: getattr(capture, name) for name in _CAPTURE_TEXTS}
        | {
            "id": capture.id,
            "key": identity_key(address_of(capture.url, capture.method, capture.request_body)),
            "date": utc_text(capture.date),
            "warc": capture.location.warc,
            "offset": capture.location.offset,
            "length": capture.location.length,
        }
    )


def _whole(values: Values) -> Values:
    for name, value in values.items():
        if isinstance(value, str) and "\0" in value:
            values[name] = whole_text(value)
    return values


def capture_of(row: Row[Any]) -> Capture:
    """Return the capture that a row holds."""
    return Capture(
        id=row.id,
        date=utc_time(row.date),
        location=Location(row.warc, row.offset, row.length),
        **{name: getattr(row, name) for name in _CAPTURE_TEXTS},
    )


def reading_values(capture: str, kind: str, detail: str, state: str) -> Values:
    """Return the row of how a capture was read."""
    target = identity_key(detail) if kind == "redirect" else None
    return _whole({"capture": capture, "kind": kind, "detail": detail, "state": state, "target": target})


def version_values(version: str, identity: str, article: Article, content: str | None = None) -> Values:
    """Return the row of a version of an article (id) that *article* is, represented by its capture.

    *content* is its content hash, where it is known.
    """
    texts = {name: getattr(article, name) for name in _ARTICLE_TEXTS}
    lists = {name: json_text(getattr(article, name)) for name in _ARTICLE_LISTS}
    return _whole(
        texts
        | lists
        | {
            "id": version,
            "article": identity,
            "content": content or content_hash(article),
            "captured": utc_text(article.captured),
            "capture": article.capture,
            "dated": utc_text(article.published or article.captured),
            "published": page_text(article.published),
            "modified": page_text(article.modified),
            "confidence": json_text(article.confidence) if article.confidence is not None else None,
        }
    )


def image_values(version: str, images: Sequence[Image]) -> list[Values]:
    """Return the rows of a version's pictures."""
    return [
        _whole(
            dict(zip(_IMAGE, _image_in(image), strict=True))
            | {"version": version, "place": place, "exif": json_text(image.exif) if image.exif else None}
        )
        for place, image in enumerate(images)
    ]


def attachment_values(version: str, attachments: Sequence[Attachment]) -> list[Values]:
    """Return the rows of a version's documents."""
    return [
        _whole(dict(zip(_ATTACHMENT, _attachment_in(entry), strict=True)) | {"version": version, "place": place})
        for place, entry in enumerate(attachments)
    ]


def article_of(site: str, version: Row[Any], images: Sequence[Row[Any]], attachments: Sequence[Row[Any]]) -> Article:
    """Return the article that a version's rows hold; *images* and *attachments* in order of place."""
    texts: Values = {name: getattr(version, name) for name in _ARTICLE_TEXTS}
    lists: Values = {name: tuple(msgspec.json.decode(getattr(version, name))) for name in _ARTICLE_LISTS}
    confidence = version.confidence
    return Article(
        site=site,
        published=page_time(version.published),
        modified=page_time(version.modified),
        images=tuple(image_of(row) for row in images),
        attachments=tuple(_attachment_of(row) for row in attachments),
        capture=version.capture,
        captured=utc_time(version.captured),
        confidence=msgspec.json.decode(confidence, type=dict[str, float]) if confidence is not None else None,
        **texts,
        **lists,
    )


def image_of(row: Row[Any]) -> Image:
    """Return the picture that a row holds."""
    values = _image_in(row)
    if row.exif is None:
        return Image(*values)
    named = dict(zip(_IMAGE, values, strict=True))
    return Image(**named | {"exif": msgspec.json.decode(row.exif, type=Exif)})


def _attachment_of(row: Row[Any]) -> Attachment:
    return Attachment(*_attachment_in(row))
