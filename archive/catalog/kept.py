"""The row of an article, which follows from its observations."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, func, select

from archive.catalog import similar
from archive.catalog.engine import put
from archive.catalog.prepared import Prepared
from archive.catalog.tables import articles, moves, observations

_SEEN = Prepared(
    select(
        func.min(observations.c.captured).label("first_seen"),
        func.max(observations.c.captured).label("last_seen"),
        select(observations.c.version)
        .where(observations.c.article == bindparam("article"))
        .order_by(observations.c.captured.desc(), observations.c.capture.desc())
        .limit(1)
        .scalar_subquery()
        .label("current"),
    ).where(observations.c.article == bindparam("article"))
)


def keep_article(connection: Connection, article: str, site: str, key: str) -> None:
    """Derive an article's row from its observations; without any it goes."""
    similar.touch(connection, article)
    seen = _SEEN.first(connection, article=article)
    if seen.first_seen is None:
        connection.execute(delete(moves).where(moves.c.article == article))
        connection.execute(delete(articles).where(articles.c.id == article))
        return
    put(connection, articles, [{"id": article, "site": site, "key": key} | seen._asdict()])
