"""One state of the catalog, read from end to end: every article, or every version, with what it rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any, Literal, cast

import msgspec
from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select

from archive.catalog.checks import gone_articles
from archive.catalog.pages import in_span
from archive.catalog.prepared import Prepared
from archive.catalog.read import BATCH, articles_of, crawl_rows
from archive.catalog.tables import articles, captures, crawls, observations, versions
from archive.catalog.times import utc_time
from archive.ledger import State
from archive.model import Article, Location, Origin
from archive.times import VN


@dataclass(frozen=True, slots=True)
class Holding:
    """One version of one article."""

    article: Article
    id: str
    """Article id."""
    n: int
    """Number of the version in the article's history (:mod:`archive.history`); of one that came back, the first."""
    state: Literal["live", "gone"]
    crawl: str
    """Crawl id of its capture."""
    info: dict[str, str]
    """What that crawl tells of itself."""
    status: int | None
    """HTTP status of its capture."""
    location: Location
    """Where the record of its capture lies."""
    origin: Origin
    """How its capture came into the archive."""


class Holdings:
    """What one read transaction sees, however long it takes and whoever writes meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._info = {(crawl.site, crawl.id): crawl.info for crawl in crawl_rows(connection)}
        self._gone = cache(lambda site: frozenset(gone_articles(connection, site)))

    def years(self, site: str) -> list[int]:
        """Return the years, in Vietnam, in which a site's versions were published (without a date: captured)."""
        query = (
            select(func.min(versions.c.dated), func.max(versions.c.dated))
            .join(articles, articles.c.id == versions.c.article)
            .where(articles.c.site == site)
            .group_by(func.substr(versions.c.dated, 1, 7))
        )
        ends = [end for row in self._connection.execute(query) for end in row]
        return sorted({utc_time(end).astimezone(VN).year for end in ends})

    def rows(
        self,
        sites: Sequence[str],
        since: date | datetime | None = None,
        until: date | datetime | None = None,
        *,
        every: bool = False,
        but: Collection[str] = (),
    ) -> Iterator[Holding]:
        """Yield the latest version of each article, or *every* version, by (date, version id); few at a time.

        Articles (ids) named by *but* are left out.

        The date is that of publication, without one that of capture. *since* and *until* are included; a ``date``
        is a whole day in Vietnam. Each version has its own date.
        """
        # First their ids: the texts need not go through the database's sorting, which may take a file as large.
        query = _listed(sites, since, until, every=every, but=but)
        found = self._connection.execution_options(yield_per=BATCH).execute(query)
        for ids in found.scalars().partitions(BATCH):
            for each in _held(self._connection, cast("Sequence[str]", ids), self._info):
                gone = each.id in self._gone(each.article.site)
                yield replace(each, state="gone") if gone else each

    def count(
        self,
        sites: Sequence[str],
        since: date | datetime | None = None,
        until: date | datetime | None = None,
        *,
        every: bool = False,
        but: Collection[str] = (),
    ) -> int:
        """Return how many :meth:`rows` there are."""
        query = _listed(sites, since, until, every=every, but=but).order_by(None).subquery()
        return self._connection.scalar(select(func.count()).select_from(query)) or 0

    def mark(self, sites: Sequence[str]) -> str:
        """Return a digest that is another one as soon as :meth:`rows` of *sites* may give something else."""
        digest = hashlib.sha256()
        representing = (
            select(versions.c.id, versions.c.capture, versions.c.parser, articles.c.last_seen)
            .join(articles, articles.c.id == versions.c.article)
            .where(articles.c.site.in_(sites))
            .order_by(versions.c.id)
        )
        asked = (
            select(captures.c.site, func.count(), func.max(captures.c.date))
            .where(captures.c.site.in_(sites))
            .group_by(captures.c.site)
            .order_by(captures.c.site)
        )
        for query in (representing, asked):
            for row in self._connection.execution_options(yield_per=BATCH).execute(query):
                digest.update(repr(tuple(row)).encode())
        return digest.hexdigest()

    def articles_at(self, keys: Iterable[str]) -> frozenset[str]:
        """Return the articles (ids) that were read at addresses, given by their identity keys."""
        return articles_at(self._connection, keys)


def holdings_of(connection: Connection, ids: Sequence[str], states: Mapping[str, State]) -> list[Holding]:
    """Return versions by their ids, in this order; *states* are those of their articles."""
    info = {(row.site, row.id): msgspec.json.decode(row.info) for row in _INFO.rows(connection, ids=list(ids))}
    return [
        replace(each, state="gone") if states.get(each.id) == "gone" else each for each in _held(connection, ids, info)
    ]


def articles_at(connection: Connection, keys: Iterable[str]) -> frozenset[str]:
    """Return the articles (ids) that were read at addresses, given by their identity keys."""
    found: set[str] = set()
    wanted = sorted(keys)
    for start in range(0, len(wanted), BATCH):
        query = (
            select(observations.c.article)
            .join(captures, captures.c.id == observations.c.capture)
            .where(captures.c.key.in_(wanted[start : start + BATCH]))
        )
        found.update(connection.scalars(query))
    return frozenset(found)


def _held(
    connection: Connection, ids: Sequence[str], info: Mapping[tuple[str, str], dict[str, str]]
) -> Iterator[Holding]:
    """Yield versions by their ids, in this order, as of articles that are live."""
    by_id = {row.id: row for row in _ROWS.rows(connection, ids=list(ids))}
    rows = [by_id[each] for each in ids]
    numbers = _numbers(connection, [row.article for row in rows])
    for article, row in zip(articles_of(connection, rows), rows, strict=True):
        yield Holding(
            article,
            row.article,
            numbers.get(row.id, 1),
            "live",
            row.crawl,
            info.get((article.site, row.crawl), {}),
            row.status,
            Location(row.warc, row.offset, row.length),
            row.origin,
        )


def _numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of the versions of those articles that have several."""
    numbers: dict[str, int] = {}
    for _, seen in groupby(_SEEN_OF_SEVERAL.rows(connection, ids=list(ids)), key=lambda row: row.article):
        for n, (version, _) in enumerate(groupby(seen, key=lambda row: row.version), 1):
            numbers.setdefault(version, n)
    return numbers


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_INFO = Prepared(
    select(crawls.c.site, crawls.c.id, crawls.c.info).where(
        crawls.c.id.in_(
            select(captures.c.crawl).join(versions, versions.c.capture == captures.c.id).where(versions.c.id.in_(_IDS))
        )
    )
)
_SEEN_OF_SEVERAL = Prepared(
    select(observations.c.article, observations.c.version)
    .where(
        observations.c.article.in_(
            select(versions.c.article)
            .where(versions.c.article.in_(_IDS))
            .group_by(versions.c.article)
            .having(func.count() > 1)
        )
    )
    .order_by(observations.c.article, observations.c.captured, observations.c.capture)
)
_ROWS = Prepared(
    select(
        versions,
        articles.c.site,
        *(captures.c[name] for name in ("crawl", "status", "warc", "offset", "length", "origin")),
    )
    .join(articles, articles.c.id == versions.c.article)
    .join(captures, captures.c.id == versions.c.capture)
    .where(versions.c.id.in_(_IDS))
)


def _listed(
    sites: Sequence[str],
    since: date | datetime | None,
    until: date | datetime | None,
    *,
    every: bool,
    but: Collection[str],
) -> Select[tuple[str]]:
    left_out = [articles.c.id.not_in(sorted(but))] if but else []
    is_wanted = articles.c.id == versions.c.article if every else articles.c.current == versions.c.id
    return (
        select(versions.c.id)
        .join(articles, is_wanted)
        .where(articles.c.site.in_(sites), *in_span(versions.c.dated, since, until), *left_out)
        .order_by(versions.c.dated, versions.c.id)
    )
