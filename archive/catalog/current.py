"""What articles say now, without what else is known of them: for the index and for its hits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, or_, select

from archive.catalog.prepared import Prepared
from archive.catalog.tables import articles, attachments, images, versions

BATCH = 500

_SAID = (
    articles.c.id,
    articles.c.site,
    versions.c.id.label("version"),
    versions.c.url,
    versions.c.title,
    versions.c.summary,
    versions.c.text,
    versions.c.published,
    versions.c.published_precision,
    versions.c.dated,
)
_MORE = (versions.c.authors, versions.c.photographers, versions.c.tags, versions.c.section)


def _current(*columns: Any) -> Select[Any]:
    joined = select(*columns).join(versions, articles.c.current == versions.c.id)
    return joined.where(articles.c.id.in_(bindparam("ids", expanding=True)))


_SHOWN = Prepared(_current(*_SAID))
_INDEXED = Prepared(_current(*_SAID, *_MORE))


@dataclass(frozen=True, slots=True)
class Said:
    """The latest version of an article, as text."""

    article: str
    """Article id."""
    row: Any
    """Columns of the version, and the article's ``site``."""
    captions: tuple[str, ...]
    """Captions, credits and ``alt`` texts of the pictures."""
    documents: tuple[tuple[str | None, str | None], ...]
    """Title and SHA-256 of the attachments."""


def said_by(connection: Connection, ids: Iterable[str]) -> dict[str, Said]:
    """Return what those of *ids* say that are articles."""
    found: dict[str, Said] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), BATCH):
        rows = _INDEXED.rows(connection, ids=wanted[start : start + BATCH])
        current = [row.version for row in rows]
        captions = _captions(connection, current)
        documents = _documents(connection, current)
        for row in rows:
            found[row.id] = Said(row.id, row, tuple(captions[row.version]), tuple(documents[row.version]))
    return found


def hit_rows(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    """Return what a hit shows of articles, by their ids."""
    return {row.id: row for row in _SHOWN.rows(connection, ids=ids)}


def names(column: str) -> tuple[str, ...]:
    """Return the strings that a column of a version's row lists.

    >>> names('["Lê An"]'), names("[]")
    (('Lê An',), ())
    """
    return () if column == "[]" else tuple(msgspec.json.decode(column))


def _captions(connection: Connection, current: Sequence[str]) -> dict[str, list[str]]:
    shown = images.c
    query = (
        select(shown.version, shown.caption, shown.credit, shown.alt)
        .where(shown.version.in_(current))
        .where(or_(shown.caption.is_not(None), shown.credit.is_not(None), shown.alt.is_not(None)))
        .order_by(shown.version, shown.place)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for version, *texts in connection.execute(query):
        found[version] += filter(None, texts)
    return found


def _documents(connection: Connection, current: Sequence[str]) -> dict[str, list[tuple[str | None, str | None]]]:
    held = attachments.c
    query = select(held.version, held.title, held.sha256).where(held.version.in_(current))
    found: dict[str, list[tuple[str | None, str | None]]] = defaultdict(list)
    for version, title, sha256 in connection.execute(query.order_by(held.version, held.place)):
        found[version].append((title, sha256))
    return found
