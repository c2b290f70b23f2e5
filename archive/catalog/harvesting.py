"""One state of the catalog for who passes articles on: which there are, as what, and which are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from archive.catalog import changes
from archive.catalog.changes import Change
from archive.catalog.checks import gone_articles
from archive.catalog.holdings import articles_at
from archive.catalog.tables import articles, captures, observations, versions

BATCH = 500


class Mark(NamedTuple):
    """What tells whether an article is as it was."""

    article: str
    """Article id."""
    site: str
    value: str
    """Another one when what is told of the article may be."""


class Harvesting:
    """Questions to one state of the catalog, whatever is written meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def generation(self) -> str:
        """Return which catalog this is; one made anew in its place has another."""
        return changes.generation(self._connection)

    def last_change(self) -> int:
        """Return the number of the latest change, 0 when there was none."""
        return changes.last_change(self._connection)

    def changes(self, after: int, limit: int) -> list[Change]:
        """Return the first *limit* changes after that number, in their order."""
        return changes.changes_after(self._connection, after, limit)

    def captures(self) -> int:
        """Return a number that is another one when captures were added."""
        return self._connection.scalar(select(func.count()).select_from(captures)) or 0

    def marks(self, ids: Sequence[str]) -> dict[str, Mark]:
        """Return those of *ids* that are articles."""
        found = self._connection.execute(_MARKS.where(articles.c.id.in_(ids)))
        return {row.id: _mark(row) for row in found}

    def all_marks(self) -> Iterator[Mark]:
        """Yield every article by its id, few in memory at a time."""
        after = ""
        while rows := self._connection.execute(
            _MARKS.where(articles.c.id > after).order_by(articles.c.id).limit(BATCH)
        ).all():
            yield from map(_mark, rows)
            after = rows[-1].id

    def gone(self) -> frozenset[str]:
        """Return the articles (ids) that are gone, as their checks until now tell."""
        sites = self._connection.scalars(select(articles.c.site).distinct().order_by(articles.c.site)).all()
        return frozenset(each for site in sites for each in gone_articles(self._connection, site))

    def at(self, keys: Iterable[str]) -> frozenset[str]:
        """Return the articles (ids) that were read at addresses, given by their identity keys."""
        return articles_at(self._connection, keys)

    def keys_of(self, ids: Iterable[str]) -> frozenset[str]:
        """Return the identity keys of all addresses at which articles (ids) were read."""
        found: set[str] = set()
        wanted = sorted(ids)
        for start in range(0, len(wanted), BATCH):
            query = (
                select(captures.c.key)
                .join(observations, observations.c.capture == captures.c.id)
                .where(observations.c.article.in_(wanted[start : start + BATCH]))
            )
            found.update(self._connection.scalars(query))
        return frozenset(found)


_MARKS = select(
    articles.c.id, articles.c.site, articles.c.current, versions.c.capture, versions.c.section, versions.c.parser
).join(versions, versions.c.id == articles.c.current)


def _mark(row: Any) -> Mark:
    return Mark(row.id, row.site, "|".join((row.current, row.capture, row.section or "", row.parser)))
