"""Readings as they are held, for what reads some of them again: their states, and what each capture gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, select

from archive.catalog.catalog import Catalog
from archive.catalog.details import with_details
from archive.catalog.engine import put, reading
from archive.catalog.read import articles_of
from archive.catalog.rows import capture_of
from archive.catalog.tables import articles, captures, details, meta, observations, readings, versions
from archive.model import Article, Capture
from archive.urls import identity_key

_OWED = "json_lines_owed"


class Reading(NamedTuple):
    """How a capture was read, as the catalog holds it."""

    capture: Capture
    kind: str
    detail: str
    state: str
    """State of the code that read it, see :mod:`crawler.readers`."""


def page_readings(catalog: Catalog, site: str) -> Iterator[Reading]:
    """Yield the readings of a site's pages, by the places of their records. The catalog may be written meanwhile."""
    query = (
        select(captures, readings.c.kind, readings.c.detail, readings.c.state)
        .join(readings, readings.c.capture == captures.c.id)
        .where(captures.c.site == site, readings.c.kind != "redirect")
        .order_by(captures.c.warc, captures.c.offset)
    )
    with reading(catalog._engine) as connection:
        for row in connection.execute(query):
            yield Reading(capture_of(row), row.kind, row.detail, row.state)


def reading_of(catalog: Catalog, capture: str) -> Reading | None:
    """Return how a capture (by id) was read, null when it was not."""
    query = (
        select(captures, readings.c.kind, readings.c.detail, readings.c.state)
        .join(readings, readings.c.capture == captures.c.id)
        .where(captures.c.id == capture)
    )
    with reading(catalog._engine) as connection:
        row = connection.execute(query).first()
    return Reading(capture_of(row), row.kind, row.detail, row.state) if row is not None else None


def article_of_capture(catalog: Catalog, capture: str) -> Article | None:
    """Return the article as one capture (by id) gave it, null when that gave none."""
    query = (
        select(versions, articles.c.site, observations.c.captured.label("seen"), details.c.value)
        .select_from(observations)
        .join(versions, versions.c.id == observations.c.version)
        .join(articles, articles.c.id == observations.c.article)
        .outerjoin(details, details.c.id == observations.c.details)
        .where(observations.c.capture == capture)
    )
    with reading(catalog._engine) as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        (standing,) = articles_of(connection, [row])
        return with_details(standing, row.value, capture, row.seen) if row.value is not None else standing


def captures_at(catalog: Catalog, crawl: str, url: str) -> list[Capture]:
    """Return the captures of a crawl at an address, and at what is the same but for scheme and ``www.``."""
    query = select(captures).where(captures.c.key == identity_key(url), captures.c.crawl == crawl)
    with reading(catalog._engine) as connection:
        return [capture_of(row) for row in connection.execute(query.order_by(captures.c.date, captures.c.id))]


def owe_lines(catalog: Catalog, sites: Sequence[str]) -> None:
    """Note, in the transaction around it, that the JSON Lines of *sites* are to be written; of none: that they are."""
    with catalog.transaction():
        if sites:
            put(catalog._writer, meta, [{"key": _OWED, "value": msgspec.json.encode(sorted(sites)).decode()}])
        else:
            catalog._writer.execute(delete(meta).where(meta.c.key == _OWED))


def owed_lines(catalog: Catalog) -> list[str]:
    """Return the sites of which a run that was killed has not written the JSON Lines."""
    with reading(catalog._engine) as connection:
        value = connection.scalar(select(meta.c.value).where(meta.c.key == _OWED))
    return msgspec.json.decode(value, type=list[str]) if value else []
