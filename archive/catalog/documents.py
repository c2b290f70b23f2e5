"""Which documents the catalog's articles have, each file once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from archive.catalog.tables import articles, attachments, versions

BATCH = 200


@dataclass(frozen=True, slots=True)
class Document:
    """A file that some articles have attached."""

    sha256: str
    """Hexadecimal SHA-256 of the file."""
    url: str
    """One of its addresses."""
    mime: str | None
    """Media type, as far as the crawl told."""
    size_bytes: int | None
    """Bytes of the file."""


def documents_after(connection: Connection, sites: Sequence[str] | None, after: str) -> list[Document]:
    """Return the next documents of all versions of the articles of some sites (null: of all), by SHA-256."""
    query = select(
        attachments.c.sha256,
        func.min(attachments.c.url).label("url"),
        func.min(attachments.c.mime).label("mime"),
        func.max(attachments.c.size_bytes).label("size_bytes"),
    ).where(attachments.c.sha256 > after, attachments.c.capture.is_not(None))
    if sites is not None:
        # Looked up for each document: as a list the versions of the sites would be read for every batch.
        its = select(versions.c.id).join(articles, articles.c.id == versions.c.article)
        query = query.where(its.where(versions.c.id == attachments.c.version, articles.c.site.in_(sites)).exists())
    rows = connection.execute(query.group_by(attachments.c.sha256).order_by(attachments.c.sha256).limit(BATCH))
    return [Document(row.sha256, row.url, row.mime, row.size_bytes) for row in rows]


def captures_of_document(connection: Connection, sha256: str) -> list[str]:
    """Return the captures (ids) that hold a document, in fixed order."""
    query = select(attachments.c.capture).where(attachments.c.sha256 == sha256, attachments.c.capture.is_not(None))
    return list(connection.scalars(query.distinct().order_by(attachments.c.capture)))
