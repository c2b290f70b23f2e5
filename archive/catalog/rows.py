"""Between the model's dataclasses and the catalog's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import msgspec
from sqlalchemy import Row

from archive.catalog.identity import article_id, content_hash, version_id
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
    "language",
    "parser",
    "schema_version",
)
_ARTICLE_LISTS = ("authors", "photographers", "tags")


def json_text(value: object) -> str:
    """Return *value* as JSON, equal for equal values: keys sorted."""
    return msgspec.json.encode(value, order="sorted").decode()


def capture_values(capture: Capture) -> Values:
    """Return the row of a capture."""
    return {name: getattr(capture, name) for name in _CAPTURE_TEXTS} | {
        "id": capture.id,
        "key": identity_key(address_of(capture.url, capture.method, capture.request_body)),
        "date": utc_text(capture.date),
        "warc": capture.location.warc,
        "offset": capture.location.offset,
        "length": capture.location.length,
    }


def capture_of(row: Row[Any]) -> Capture:
    """Return the capture that a row holds."""
    values = row._mapping
    return Capture(
        id=values["id"],
        date=utc_time(values["date"]),
        location=Location(values["warc"], values["offset"], values["length"]),
        **{name: values[name] for name in _CAPTURE_TEXTS},
    )


def version_values(article: Article) -> Values:
    """Return the row of the version that *article* is, represented by its capture."""
    texts = {name: getattr(article, name) for name in _ARTICLE_TEXTS}
    lists = {name: json_text(getattr(article, name)) for name in _ARTICLE_LISTS}
    return (
        texts
        | lists
        | {
            "id": version_id(article),
            "article": article_id(article),
            "content": content_hash(article),
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
        {field.name: getattr(image, field.name) for field in fields(Image)}
        | {"version": version, "place": place, "exif": json_text(image.exif) if image.exif else None}
        for place, image in enumerate(images)
    ]


def attachment_values(version: str, attachments: Sequence[Attachment]) -> list[Values]:
    """Return the rows of a version's documents."""
    return [
        {field.name: getattr(entry, field.name) for field in fields(Attachment)} | {"version": version, "place": place}
        for place, entry in enumerate(attachments)
    ]


def article_of(site: str, version: Row[Any], images: Sequence[Row[Any]], attachments: Sequence[Row[Any]]) -> Article:
    """Return the article that a version's rows hold; *images* and *attachments* in order of place."""
    values = version._mapping
    texts: Values = {name: values[name] for name in _ARTICLE_TEXTS}
    lists: Values = {name: tuple(msgspec.json.decode(values[name])) for name in _ARTICLE_LISTS}
    confidence = values["confidence"]
    return Article(
        site=site,
        published=page_time(values["published"]),
        modified=page_time(values["modified"]),
        images=tuple(_image_of(row) for row in images),
        attachments=tuple(_attachment_of(row) for row in attachments),
        capture=values["capture"],
        captured=utc_time(values["captured"]),
        confidence=msgspec.json.decode(confidence, type=dict[str, float]) if confidence is not None else None,
        **texts,
        **lists,
    )


def _image_of(row: Row[Any]) -> Image:
    values = {field.name: row._mapping[field.name] for field in fields(Image)}
    if values["exif"] is not None:
        values["exif"] = msgspec.json.decode(values["exif"], type=Exif)
    return Image(**values)


def _attachment_of(row: Row[Any]) -> Attachment:
    return Attachment(**{field.name: row._mapping[field.name] for field in fields(Attachment)})
