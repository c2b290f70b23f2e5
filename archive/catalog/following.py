"""One state of the catalog, for what is derived from it and follows its changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, or_, select

from archive.catalog import changes, checks, current
from archive.catalog.changes import Change
from archive.catalog.current import Said
from archive.catalog.prepared import Prepared
from archive.catalog.tables import articles, captures, observations, readings, versions
from archive.ledger import State


class Following:
    """Questions to one state of the catalog, whatever is written meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def generation(self) -> str:
        """Return which catalog this is; one made anew in its place has another."""
        return changes.generation(self._connection)

    def last(self) -> int:
        """Return the number of the latest change, 0 when there was none."""
        return changes.last_change(self._connection)

    def after(self, seq: int, limit: int) -> list[Change]:
        """Return the first *limit* changes after that number, in their order."""
        return changes.changes_after(self._connection, seq, limit)

    def count_after(self, seq: int) -> int:
        """Return how many articles changed after that number."""
        return changes.changed_since(self._connection, seq)

    def sites_after(self, seq: int, limit: int) -> list[str] | None:
        """Return the sites of the articles that changed after that number.

        Null when that can not be said: one of them is not there any more, or more than *limit* changed.
        """
        return changes.sites_after(self._connection, seq, limit)

    def dated_after(self, seq: int, limit: int) -> Sequence[Row[Any]] | None:
        """Return the articles that changed after that number: ``article``, and ``site`` and ``dated`` (UTC) now.

        These are null of one that is not there any more. Null when more than *limit* changed.
        """
        if changes.changed_since(self._connection, seq) > limit:
            return None
        told = changes.changes
        query: Select[Any] = (
            select(told.c.article, articles.c.site, versions.c.dated)
            .select_from(told)
            .outerjoin(articles, articles.c.id == told.c.article)
            .outerjoin(versions, versions.c.id == articles.c.current)
            .where(told.c.seq > seq)
        )
        return self._connection.execute(query).all()

    def dated(self, site: str) -> Iterator[tuple[str, str]]:
        """Yield the id of each article of a site, and when it is dated (UTC)."""
        query = select(articles.c.id, versions.c.dated).join(versions, versions.c.id == articles.c.current)
        rows = self._connection.execute(query.where(articles.c.site == site), execution_options={"yield_per": 10_000})
        return (tuple(row) for row in rows)

    def said_by(self, ids: Iterable[str]) -> dict[str, Said]:
        """Return what those of *ids* say now that are articles."""
        return current.said_by(self._connection, ids)

    def hit_rows(self, ids: Sequence[str]) -> dict[str, Row[Any]]:
        """Return what a hit shows of those of *ids* that are articles."""
        return current.hit_rows(self._connection, ids)

    def states(self, ids: Sequence[str]) -> dict[str, State]:
        """Return whether articles are still there, as their checks until now tell."""
        suspects = [row.article for row in _SUSPECTS.rows(self._connection, ids=ids, pages=checks.PAGES)]
        found: dict[str, State] = dict.fromkeys(ids, "live")
        return found | checks.states_of(self._connection, suspects) if suspects else found


def _suspects() -> Select[Any]:
    seen, bad = captures.alias(), captures.alias()
    # Each address once, for an article is seen at it many times.
    addresses = (
        select(observations.c.article, seen.c.key)
        .distinct()
        .join(seen, seen.c.id == observations.c.capture)
        .where(observations.c.article.in_(bindparam("ids", expanding=True)))
        .subquery()
    )
    return (
        select(addresses.c.article)
        .distinct()
        .join(bad, bad.c.key == addresses.c.key)
        .outerjoin(readings, readings.c.capture == bad.c.id)
        .where(bad.c.purpose.in_(bindparam("pages", expanding=True)))
        .where(or_(bad.c.status.in_(checks.GONE), readings.c.kind.in_(("redirect", "rejected"))))
    )


_SUSPECTS = Prepared(_suspects())
"""Articles of which not every check was good."""
