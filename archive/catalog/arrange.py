"""Bring the rows of one content of an article to what its readings say: which version each is, and what stands for it.

All that is written follows from the readings alone (:func:`archive.catalog.variants.variants`), so it is the same in
whatever order they came. What came last in time and tells nothing new, as most checks do, takes a short way there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from archive.catalog.details import details_id, details_text, with_details
from archive.catalog.engine import put
from archive.catalog.identity import version_id
from archive.catalog.prepared import Prepared
from archive.catalog.read import articles_of
from archive.catalog.rows import attachment_values, image_values, version_values
from archive.catalog.tables import articles, attachments, details, images, observations, versions
from archive.catalog.times import utc_text
from archive.catalog.variants import variants
from archive.model import Article

_KIN = Prepared(
    select(observations, versions.c.capture.label("representative"))
    .join(versions, versions.c.id == observations.c.version)
    .where(versions.c.article == bindparam("article"), versions.c.content == bindparam("content"))
    .order_by(observations.c.captured, observations.c.capture)
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one capture gave of an article, and how much of it is missing."""

    article: Article
    capture: str
    captured: str
    missing: int

    @property
    def rank(self) -> tuple[int, str, str]:
        """Orders readings by how well they represent a version: the most complete first, of these the earliest."""
        return (self.missing, self.captured, self.capture)


def missing_of(article: Article) -> int:
    """Return how much of a reading is missing: files of pictures and documents; the section, if the page names none;
    the end of a page that broke off."""
    files = [entry.capture for entry in article.images] + [entry.capture for entry in article.attachments]
    return files.count(None) + (article.printed_section is None) + ("whole" in (article.confidence or ()))


def keep_reading(connection: Connection, identity: str, content: str, article: Article, missing: int) -> None:
    """Keep a reading of an article (id) with that content hash; one of its capture is there with that content only."""
    assert article.capture is not None
    told = Reading(article, article.capture, utc_text(article.captured), missing)
    kin = _KIN.rows(connection, article=identity, content=content)
    mine = next((row for row in kin if row.capture == told.capture), None)
    others = [row for row in kin if row is not mine]
    if not others:
        version = version_id(identity, content)
        put(connection, observations, [_observation(identity, told, version, None)])
        _keep_version(connection, identity, version, article, is_new=mine is None)
        return
    text = details_text(article)
    key = details_id(identity, text)
    if mine is not None and (mine.details, mine.missing) == (key, missing):
        return
    last = others[-1]
    is_last = (last.captured, last.capture) < (told.captured, told.capture)
    if mine is None and is_last and last.details == key and missing >= last.missing:
        put(connection, observations, [_observation(identity, told, last.version, key)])
        return
    readings = [*_readings(connection, others, kin), told]
    _arrange(connection, identity, content, kin, readings, fresh=told.capture)


def drop_reading(connection: Connection, identity: str, content: str, capture: str) -> None:
    """Forget the reading that a capture gave."""
    kin = _KIN.rows(connection, article=identity, content=content)
    others = [row for row in kin if row.capture != capture]
    readings = _readings(connection, others, kin)
    connection.execute(delete(observations).where(observations.c.capture == capture))
    _arrange(connection, identity, content, kin, readings)


def readings_of(connection: Connection, identity: str) -> list[Reading]:
    """Return all readings of an article (id)."""
    contents = select(versions.c.content).where(versions.c.article == identity).distinct()
    found: list[Reading] = []
    for content in connection.scalars(contents).all():
        kin = _KIN.rows(connection, article=identity, content=content)
        found += _readings(connection, kin, kin)
    return found


def remove_readings(connection: Connection, ids: Sequence[str]) -> None:
    """Forget all readings of articles (ids)."""
    connection.execute(delete(observations).where(observations.c.article.in_(ids)))
    connection.execute(delete(details).where(details.c.article.in_(ids)))
    delete_versions(connection, connection.scalars(select(versions.c.id).where(versions.c.article.in_(ids))).all())


def delete_versions(connection: Connection, ids: Sequence[str]) -> None:
    """Delete the rows of versions."""
    for table in (images, attachments):
        connection.execute(delete(table).where(table.c.version.in_(ids)))
    connection.execute(delete(versions).where(versions.c.id.in_(ids)))


def _readings(connection: Connection, wanted: Sequence[Any], kin: Sequence[Any]) -> list[Reading]:
    if not wanted:
        return []
    ids = {row.version for row in kin}
    query = select(versions, articles.c.site).join(articles, articles.c.id == versions.c.article)
    standing = {
        article.capture: article
        for article in articles_of(connection, connection.execute(query.where(versions.c.id.in_(ids))).all())
    }
    content = next(iter(standing.values()))
    keys = {row.details for row in wanted if row.details is not None}
    told = {row.id: row.value for row in connection.execute(select(details).where(details.c.id.in_(keys)))}
    return [
        Reading(
            standing[row.capture]
            if row.details is None
            else with_details(content, told[row.details], row.capture, row.captured),
            row.capture,
            row.captured,
            row.missing,
        )
        for row in wanted
    ]


@dataclass(frozen=True, slots=True)
class Arranged:
    """What the readings of one content of an article come to."""

    observations: list[dict[str, Any]]
    """Rows, in the order of the readings."""
    details: dict[str, str]
    """Values by key."""
    standing: dict[str, Reading]
    """What represents each version (id)."""


def arranged(identity: str, content: str, readings: Sequence[Reading]) -> Arranged:
    """Return which version each of *readings*, all of one content and in the order of time, is of an article (id)."""
    of = [version_id(identity, content, n) for n in variants([each.article for each in readings])]
    standing: dict[str, Reading] = {}
    for version, reading in zip(of, readings, strict=True):
        standing[version] = min(standing.get(version, reading), reading, key=lambda each: each.rank)
    kept: dict[str, str] = {}
    rows = []
    for version, reading in zip(of, readings, strict=True):
        key = None
        if standing[version] is not reading:
            text = details_text(reading.article)
            key = details_id(identity, text)
            kept[key] = text
        rows.append(_observation(identity, reading, version, key))
    return Arranged(rows, kept, standing)


def _arrange(
    connection: Connection,
    identity: str,
    content: str,
    before: Sequence[Any],
    readings: list[Reading],
    fresh: str | None = None,
) -> None:
    """Write what differs from *before*; *fresh* is the capture whose reading may differ from its rows."""
    readings.sort(key=lambda each: (each.captured, each.capture))
    wanted = arranged(identity, content, readings)
    kept, standing = wanted.details, wanted.standing
    stood = {row.version: row.representative for row in before}
    old = {row.capture: (row.version, row.missing, row.details) for row in before}
    rows = [
        row
        for row in wanted.observations
        if old.get(row["capture"]) != (row["version"], row["missing"], row["details"])
    ]
    known = {row.details for row in before}
    put(
        connection,
        details,
        [{"id": key, "article": identity, "value": text} for key, text in kept.items() if key not in known],
    )
    put(connection, observations, rows)
    for version, reading in standing.items():
        if stood.get(version) != reading.capture or reading.capture == fresh:
            _keep_version(connection, identity, version, reading.article)
    if left := sorted(stood.keys() - standing.keys()):
        delete_versions(connection, left)
    _forget_details(connection, identity, known - kept.keys() - {None})


def _forget_details(connection: Connection, identity: str, keys: Iterable[str]) -> None:
    """Delete those of the details that no reading of the article has, of whatever content."""
    if keys := set(keys):
        seen = observations.c
        keys -= set(connection.scalars(select(seen.details).where(seen.article == identity, seen.details.in_(keys))))
        connection.execute(delete(details).where(details.c.id.in_(keys)))


def _observation(identity: str, reading: Reading, version: str, key: str | None) -> dict[str, Any]:
    return {
        "capture": reading.capture,
        "article": identity,
        "captured": reading.captured,
        "version": version,
        "missing": reading.missing,
        "details": key,
    }


def _keep_version(
    connection: Connection, identity: str, version: str, article: Article, *, is_new: bool = False
) -> None:
    """Let *article* stand for a version, in place of what did so before, unless the version *is_new*."""
    if not is_new:
        for table in (images, attachments):
            connection.execute(delete(table).where(table.c.version == version))
    put(connection, versions, [version_values(version, identity, article)])
    put(connection, images, image_values(version, article.images))
    put(connection, attachments, attachment_values(version, article.attachments))
