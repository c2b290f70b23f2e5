"""Which articles changed, in the order in which they did: for what is derived from the catalog, as the index is.

Bookkeeping and no facts: it tells how the catalog came to be what it is, and is no part of its dump. The database
itself keeps it, by triggers, so that no write can forget it. An article stands in it once, at its latest change; one
that is not there any more stays in it, for who derived something from it must hear of that.

A change is: another version, a version kept anew, another current version, any other column of the article's row but
when it was seen last. That an article is gone or back is told by captures alone (:mod:`archive.catalog.checks`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Column, Connection, Table, func, select, text

from archive.catalog.dialect import POSTGRESQL, Counter, Text
from archive.catalog.tables import articles, attachments, meta, metadata, versions

GENERATION = "generation"
BATCH = 500

changes = Table(
    "changes",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=False),
    Column("article", Text, nullable=False, unique=True),
)

BOOKKEEPING = (meta.name, changes.name)
"""Tables that hold no facts, and are neither compared nor copied."""

_NO_CHANGE = ("last_seen",)
"""Columns of an article that every look at it changes."""


class Change(NamedTuple):
    """An article that changed."""

    seq: int
    """Greater than that of every earlier change; with gaps."""
    article: str
    """Article id."""


def prepare(connection: Connection) -> None:
    """Let the database keep its changes from now on; articles that are there already count as changed.

    Does nothing where it does so already. A catalog made anew has another generation: who has read the changes
    of the former one is to begin again.
    """
    if connection.scalar(select(meta.c.value).where(meta.c.key == GENERATION)) is not None:
        return
    changes.create(connection, checkfirst=True)
    for statement in _triggers(connection.dialect.name):
        connection.execute(text(statement))
    numbered = select(func.row_number().over(order_by=articles.c.id), articles.c.id)
    connection.execute(changes.insert().from_select(["seq", "article"], numbered))
    connection.execute(meta.insert(), {"key": GENERATION, "value": uuid.uuid4().hex})


def generation(connection: Connection) -> str:
    """Return which catalog this is; another one, made anew in its place, has another."""
    return connection.scalar(select(meta.c.value).where(meta.c.key == GENERATION)) or ""


def last_change(connection: Connection) -> int:
    """Return the number of the latest change, 0 when there was none."""
    return connection.scalar(select(func.max(changes.c.seq))) or 0


def changes_after(connection: Connection, after: int, limit: int) -> list[Change]:
    """Return the first *limit* changes with a greater number than *after*, in their order."""
    query = select(changes.c.seq, changes.c.article).where(changes.c.seq > after).order_by(changes.c.seq)
    return [Change(row[0], row[1]) for row in connection.execute(query.limit(limit))]


def changed_since(connection: Connection, after: int) -> int:
    """Return how many articles changed after a change."""
    return connection.scalar(select(func.count()).select_from(changes).where(changes.c.seq > after)) or 0


def sites_after(connection: Connection, after: int, limit: int) -> list[str] | None:
    """Return the sites of the articles that changed after a change; null when one is gone, or they exceed *limit*."""
    if changed_since(connection, after) > limit:
        return None
    query = select(articles.c.site).select_from(changes.outerjoin(articles, articles.c.id == changes.c.article))
    found = connection.scalars(query.where(changes.c.seq > after).distinct()).all()
    return None if None in found else sorted(found)


def note_documents(connection: Connection, documents: Iterable[str]) -> int:
    """Count the articles of *documents* (SHA-256 of attachments) as changed; return how many these are.

    For texts of documents that were got after the article was kept.
    """
    wanted, found = sorted(set(documents)), set[str]()
    for start in range(0, len(wanted), BATCH):
        query = (
            select(versions.c.article)
            .join(attachments, attachments.c.version == versions.c.id)
            .join(articles, articles.c.current == versions.c.id)
            .where(attachments.c.sha256.in_(wanted[start : start + BATCH]))
        )
        found.update(connection.scalars(query))
    for article in sorted(found):
        connection.execute(text(_move(":article")), {"article": article})
    return len(found)


def _move(article: str) -> str:
    """Return the statement that puts an article behind all others. No row is ever removed, so no number comes twice."""
    return (
        f"INSERT INTO changes (seq, article) SELECT coalesce(max(seq), 0) + 1, {article} FROM changes WHERE true "  # noqa: S608
        "ON CONFLICT (article) DO UPDATE SET seq = excluded.seq"
    )


def _triggers(dialect: str) -> Iterator[str]:
    differs = "IS DISTINCT FROM" if dialect == POSTGRESQL else "IS NOT"
    columns = [column.name for column in articles.columns if column.name not in _NO_CHANGE]
    is_other = " OR ".join(f"old.{name} {differs} new.{name}" for name in columns)
    for table, event, article, condition in (
        ("versions", "INSERT", "new.article", ""),
        ("versions", "UPDATE", "new.article", ""),
        ("versions", "DELETE", "old.article", ""),
        ("articles", "UPDATE", "new.id", f"WHEN ({is_other})"),
        ("articles", "DELETE", "old.id", ""),
    ):
        name = f"{table}_{event.lower()}_is_a_change"
        move = f"{_move(article)};"
        when = f"AFTER {event} ON {table}"
        if dialect == POSTGRESQL:
            # Numbers are given one transaction at a time, as in SQLite: else one could appear after a greater one had
            # been read. They are given when the transaction ends, so that others need not wait for all of it.
            lock = "PERFORM pg_advisory_xact_lock('changes'::regclass::bigint);"
            yield (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {lock} {move} RETURN NULL; END $$"
            )
            late = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
            yield f"CREATE CONSTRAINT TRIGGER {name} {when} {late} {condition} EXECUTE FUNCTION {name}()"
        else:
            yield f"CREATE TRIGGER IF NOT EXISTS {name} {when} FOR EACH ROW {condition} BEGIN {move} END"
