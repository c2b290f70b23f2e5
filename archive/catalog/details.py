"""What one reading of an article says beside its content, so that each can stand for its version.

The reading that represents a version lies in the rows of the version. Of every other one only the details are kept,
once for all that have equal ones: most checks find what the last one found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from archive.catalog.times import page_text, page_time, utc_time
from archive.model import Article, Attachment, Image


@dataclass(frozen=True, slots=True)
class Details:
    """Fields of an article that readings of equal content may differ in."""

    url: str
    parser: str
    schema_version: int
    source_id: str | None = None
    published: str | None = None
    modified: str | None = None
    section: str | None = None
    printed_section: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    confidence: Mapping[str, float] | None = field(default=None, hash=False)
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()


_PLAIN = ("url", "parser", "schema_version", "source_id", "section", "printed_section", "language", "tags")


def details_text(article: Article) -> str:
    """Return the details of a reading as JSON, equal for equal ones, without what is null."""
    details = Details(
        published=page_text(article.published),
        modified=page_text(article.modified),
        confidence=article.confidence,
        images=article.images,
        attachments=article.attachments,
        **{name: getattr(article, name) for name in _PLAIN},
    )
    return msgspec.json.encode(_without_null(msgspec.to_builtins(details)), order="sorted").decode()


def details_id(article: str, text: str) -> str:
    """Return the id of details of an article (by id): 32 hexadecimal digits."""
    return hashlib.sha256(f"{article} {text}".encode()).hexdigest()[:32]


def with_details(content: Article, text: str, capture: str, captured: str) -> Article:
    """Return the reading of *capture*: the content of another one of that content, and its own details."""
    told = msgspec.json.decode(text, type=Details)
    return replace(
        content,
        published=page_time(told.published),
        modified=page_time(told.modified),
        confidence=told.confidence,
        images=told.images,
        attachments=told.attachments,
        capture=capture,
        captured=utc_time(captured),
        **{name: getattr(told, name) for name in _PLAIN},
    )


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(each) for key, each in value.items() if each is not None}
    return [_without_null(each) for each in value] if isinstance(value, list | tuple) else value
