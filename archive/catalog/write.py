"""Keep facts, so that the same facts in any order give the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from archive.catalog.engine import put, upsert
from archive.catalog.identity import article_id, article_key, version_id
from archive.catalog.rows import (
    attachment_values,
    capture_values,
    image_values,
    json_text,
    version_values,
)
from archive.catalog.tables import (
    articles,
    attachments,
    captures,
    crawls,
    images,
    observations,
    readings,
    versions,
)
from archive.catalog.times import utc_text
from archive.model import Article, Capture

State = Literal["new", "changed", "unchanged"]


def add_crawl(connection: Connection, crawl: str, site: str, started: datetime, info: Mapping[str, str]) -> None:
    """Keep a crawl. Of several descriptions the first by (started, info) stays."""
    row = {"id": crawl, "site": site, "started": utc_text(started), "info": json_text(dict(info))}
    statement = upsert(connection, crawls)
    new, old = statement.excluded, crawls.c
    earlier = or_(new.started < old.started, and_(new.started == old.started, new.info < old.info))
    values = {"site": new.site, "started": new.started, "info": new.info}
    connection.execute(statement.on_conflict_do_update(index_elements=[crawls.c.id], set_=values, where=earlier), row)


def add_captures(connection: Connection, entries: Iterable[Capture]) -> None:
    """Keep captures; one known by its id takes the new values."""
    put(connection, captures, [capture_values(entry) for entry in entries])


def add_reading(connection: Connection, capture: str, kind: str, detail: str) -> None:
    """Keep how a capture was read; a second reading replaces the first."""
    put(connection, readings, [{"capture": capture, "kind": kind, "detail": detail}])


def add_article(connection: Connection, article: Article) -> State:
    """Keep what a capture of an article's page gave (see :meth:`Catalog.add_article`)."""
    if article.capture is None:
        raise ValueError(f"{article.url}: an article without a capture can not be kept")
    identity, version = article_id(article), version_id(article)
    files = [entry.capture for entry in article.images] + [entry.capture for entry in article.attachments]
    missing = files.count(None)
    told = select(observations.c.version, observations.c.missing).where(observations.c.capture == article.capture)
    known = connection.execute(told).first()
    if known is not None and (known.version != version or known.missing < missing):
        retract(connection, [article.capture])  # it may represent its version no longer
    captured = utc_text(article.captured)
    observation = {
        "capture": article.capture,
        "article": identity,
        "captured": captured,
        "version": version,
        "missing": missing,
    }
    put(connection, observations, [observation])
    if _representative(connection, version) == (article.capture, captured):
        _keep_version(connection, version, article)
    _keep_article(connection, identity, article.site, article_key(article))
    return _state(connection, identity, captured, article.capture, version)


def retract(connection: Connection, entries: Iterable[str]) -> set[str]:
    """Forget the articles that captures gave (see :meth:`Catalog.retract`)."""
    orphaned: set[str] = set()
    for capture in entries:
        found = connection.execute(
            select(observations.c.article, observations.c.version, articles.c.site, articles.c.key)
            .join(articles, articles.c.id == observations.c.article)
            .where(observations.c.capture == capture)
        ).first()
        if found is None:
            continue
        connection.execute(delete(observations).where(observations.c.capture == capture))
        orphaned.discard(capture)
        heir = _representative(connection, found.version)
        if heir is None:
            _delete_versions(connection, [found.version])
        else:
            moved = connection.execute(
                update(versions)
                .where(versions.c.id == found.version, versions.c.capture == capture)
                .values(capture=heir[0], captured=heir[1])
            )
            if moved.rowcount:
                orphaned.add(heir[0])
        _keep_article(connection, found.article, found.site, found.key)
    return orphaned


def remove_sites(connection: Connection, sites: Sequence[str]) -> None:
    """Forget everything about *sites*."""
    of_sites = select(articles.c.id).where(articles.c.site.in_(sites))
    its_versions = select(versions.c.id).where(versions.c.article.in_(of_sites))
    its_captures = select(captures.c.id).where(captures.c.site.in_(sites))
    for table in (images, attachments):
        connection.execute(delete(table).where(table.c.version.in_(its_versions)))
    connection.execute(delete(observations).where(observations.c.article.in_(of_sites)))
    connection.execute(delete(versions).where(versions.c.article.in_(of_sites)))
    connection.execute(delete(readings).where(readings.c.capture.in_(its_captures)))
    for table in (articles, captures, crawls):
        connection.execute(delete(table).where(table.c.site.in_(sites)))


def _representative(connection: Connection, version: str) -> tuple[str, str] | None:
    """Return (capture, captured) of what stands for a version: the fewest files missing, then the earliest."""
    seen = observations.c
    query = select(seen.capture, seen.captured).where(seen.version == version)
    row = connection.execute(query.order_by(seen.missing, seen.captured, seen.capture).limit(1)).first()
    return (row.capture, row.captured) if row is not None else None


def _keep_version(connection: Connection, version: str, article: Article) -> None:
    """Let *article* stand for its version, in place of what did so before."""
    for table in (images, attachments):
        connection.execute(delete(table).where(table.c.version == version))
    put(connection, versions, [version_values(article)])
    put(connection, images, image_values(version, article.images))
    put(connection, attachments, attachment_values(version, article.attachments))


def _keep_article(connection: Connection, article: str, site: str, key: str) -> None:
    """Derive an article's row from its observations; without any it goes."""
    seen = connection.execute(
        select(func.min(observations.c.captured).label("first"), func.max(observations.c.captured).label("last")).where(
            observations.c.article == article
        )
    ).one()
    if seen.first is None:
        connection.execute(delete(articles).where(articles.c.id == article))
        return
    current = connection.scalar(
        select(observations.c.version)
        .where(observations.c.article == article)
        .order_by(observations.c.captured.desc(), observations.c.capture.desc())
        .limit(1)
    )
    row = {"id": article, "site": site, "key": key, "current": current}
    put(connection, articles, [row | {"first_seen": seen.first, "last_seen": seen.last}])


def _state(connection: Connection, article: str, captured: str, capture: str, version: str) -> State:
    seen = observations.c
    before = connection.scalar(
        select(seen.version)
        .where(
            seen.article == article,
            or_(seen.captured < captured, and_(seen.captured == captured, seen.capture < capture)),
        )
        .order_by(seen.captured.desc(), seen.capture.desc())
        .limit(1)
    )
    if before is None:
        return "new"
    return "unchanged" if before == version else "changed"


def _delete_versions(connection: Connection, ids: Sequence[str]) -> None:
    for table in (images, attachments):
        connection.execute(delete(table).where(table.c.version.in_(ids)))
    connection.execute(delete(versions).where(versions.c.id.in_(ids)))
