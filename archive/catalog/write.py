"""Keep facts, so that the same facts in any order give the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, bindparam, delete, or_, select

from archive.catalog import moves as joined
from archive.catalog import reading_mark, similar
from archive.catalog.arrange import drop_reading, keep_reading, missing_of
from archive.catalog.engine import put, upsert
from archive.catalog.identity import article_id, article_key, content_hash
from archive.catalog.kept import keep_article
from archive.catalog.prepared import Prepared
from archive.catalog.rows import capture_values, json_text, reading_values
from archive.catalog.tables import (
    articles,
    attachments,
    captures,
    crawls,
    details,
    images,
    moves,
    observations,
    readings,
    versions,
)
from archive.catalog.times import utc_text
from archive.model import Article, Capture
from archive.urls import identity_key

State = Literal["new", "changed", "unchanged"]

_TOLD = Prepared(
    select(observations.c.article, versions.c.content, articles.c.site, articles.c.key)
    .join(versions, versions.c.id == observations.c.version)
    .join(articles, articles.c.id == observations.c.article)
    .where(observations.c.capture == bindparam("capture"))
)
_LED_HERE = Prepared(select(readings.c.capture).where(readings.c.target == bindparam("key")).limit(1))
_UNTIL = Prepared(
    select(observations.c.version)
    .where(
        observations.c.article == bindparam("article"),
        or_(
            observations.c.captured < bindparam("captured"),
            and_(observations.c.captured == bindparam("captured"), observations.c.capture <= bindparam("capture")),
        ),
    )
    .order_by(observations.c.captured.desc(), observations.c.capture.desc())
    .limit(2)
)


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


def add_readings(connection: Connection, entries: Sequence[tuple[str, str, str, str]]) -> None:
    """Keep how captures were read: id, kind, detail and state of each; a second reading replaces the first."""
    ids = [capture for capture, *_ in entries]
    joined.note_replaced(connection, ids)
    reading_mark.note_captures(connection, ids)
    for capture, kind, _, _ in entries:
        if kind == "redirect":
            joined.note(connection, capture)
    put(connection, readings, [reading_values(*entry) for entry in entries])


def add_article(connection: Connection, article: Article) -> State:
    """Keep what a capture of an article's page gave (see :meth:`Catalog.add_article`)."""
    if article.capture is None:
        raise ValueError(f"{article.url}: an article without a capture can not be kept")
    own, key, content = article_id(article), article_key(article), content_hash(article)
    identity, key = joined.kept_as(connection, own, key)
    before = _told(connection, article.capture)
    if before is not None and (before.article, before.content) != (identity, content):
        retract(connection, [article.capture])
    keep_reading(connection, identity, content, article, missing_of(article))
    keep_article(connection, identity, article.site, key)
    joined.note(connection, article.capture, identity)
    state = _state(connection, identity, utc_text(article.captured), article.capture)
    if state == "new" and _LED_HERE.rows(connection, key=identity_key(article.url)):
        joined.renew(connection)  # what moved here is not new
        told = _told(connection, article.capture)
        assert told is not None
        return _state(connection, told.article, utc_text(article.captured), article.capture)
    return state


def state_of(connection: Connection, article: Article) -> State:
    """Return what :func:`add_article` would, of an article that is kept as it is."""
    assert article.capture is not None
    told = _told(connection, article.capture)
    assert told is not None
    return _state(connection, told.article, utc_text(article.captured), article.capture)


def retract(connection: Connection, entries: Iterable[str]) -> None:
    """Forget the articles that captures gave (see :meth:`Catalog.retract`)."""
    for capture in entries:
        found = _told(connection, capture)
        if found is not None:
            joined.note(connection, capture, found.article)
            drop_reading(connection, found.article, found.content, capture)
            keep_article(connection, found.article, found.site, found.key)


def remove_sites(connection: Connection, sites: Sequence[str]) -> None:
    """Forget everything about *sites*."""
    similar.forget_sites(connection, sites)
    reading_mark.note_sites(connection, sites)
    of_sites = select(articles.c.id).where(articles.c.site.in_(sites))
    its_versions = select(versions.c.id).where(versions.c.article.in_(of_sites))
    its_captures = select(captures.c.id).where(captures.c.site.in_(sites))
    for table in (images, attachments):
        connection.execute(delete(table).where(table.c.version.in_(its_versions)))
    connection.execute(delete(observations).where(observations.c.article.in_(of_sites)))
    for table in (versions, details, moves):
        connection.execute(delete(table).where(table.c.article.in_(of_sites)))
    connection.execute(delete(readings).where(readings.c.capture.in_(its_captures)))
    for table in (articles, captures, crawls):
        connection.execute(delete(table).where(table.c.site.in_(sites)))


def _told(connection: Connection, capture: str) -> Any:
    """Return of what article (with its site and key) and content a capture's reading is; null when it has none."""
    return _TOLD.first(connection, capture=capture)


def _state(connection: Connection, article: str, captured: str, capture: str) -> State:
    last_two = _UNTIL.rows(connection, article=article, captured=captured, capture=capture)
    if len(last_two) == 1:
        return "new"
    return "unchanged" if last_two[0].version == last_two[1].version else "changed"
