"""What the catalog holds of the past of one article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select

from archive.catalog.arrange import readings_of
from archive.catalog.checks import article_at, ledger_at
from archive.catalog.prepared import Prepared
from archive.catalog.read import articles_of
from archive.catalog.tables import articles, captures, observations, versions
from archive.catalog.times import end_moment, utc_time
from archive.ledger import Ledger
from archive.model import Article
from archive.urls import identity_key


class Span(NamedTuple):
    """A time in which an article was one version."""

    version: str
    """Version id; more than one span can have it."""
    first: datetime
    """When it was seen first (UTC)."""
    last: datetime
    """When it was seen last in this span."""
    capture: str
    """The capture that showed it first."""


@dataclass(frozen=True, slots=True)
class Past:
    """One article from its first reading to its last check."""

    site: str
    """Site id."""
    article: str
    """Article id."""
    url: str
    """The address at which it was read last."""
    addresses: tuple[str, ...]
    """All at which it was read, in the order of time."""
    spans: tuple[Span, ...]
    """In the order of time; at least one."""
    articles: Mapping[str, Article]
    """The versions by id, each as the capture that represents it read."""
    current: str
    """Version id of the one that it reads as now."""
    ledger: Ledger
    """What became of it."""
    readings: Mapping[str, tuple[Article, ...]]
    """What each capture gave, by version; of those versions only that have equal content with another."""
    sights: tuple[Article, ...]
    """What each capture gave, in the order of time; empty when that was not asked for."""

    def moment(self, bound: date) -> datetime:
        """Return the last moment of a day in Vietnam; a time as it is."""
        return utc_time(end_moment(bound)) - timedelta(microseconds=1)


_VERSIONS = Prepared(
    select(versions, articles.c.site, articles.c.current)
    .join(articles, articles.c.id == versions.c.article)
    .where(versions.c.article == bindparam("article"))
)
_SEEN = Prepared(
    select(observations.c.version, observations.c.captured, observations.c.capture, captures.c.url)
    .join(captures, captures.c.id == observations.c.capture)
    .where(observations.c.article == bindparam("article"))
    .order_by(observations.c.captured, observations.c.capture)
)


def past_of(connection: Connection, url: str, *, every: bool = False) -> Past | None:
    """Return the past of the article at *url*, under any of its addresses; null when there is none.

    With *every* what each of its captures gave, too.
    """
    article = article_at(connection, url)
    return past_by_id(connection, article, every=every) if article is not None else None


def past_by_id(connection: Connection, article: str, *, every: bool = False) -> Past | None:
    """Return the past of an article by its id; null when it is not held."""
    rows = _VERSIONS.rows(connection, article=article)
    if not rows:
        return None
    spans: list[Span] = []
    addresses: dict[str, None] = {}
    last = rows[0].url
    for row in _SEEN.rows(connection, article=article):
        addresses[row.url] = None
        last, at = row.url, utc_time(row.captured)
        if spans and spans[-1].version == row.version:
            spans[-1] = spans[-1]._replace(last=at)
        else:
            spans.append(Span(row.version, at, at, row.capture))
    told = ledger_at(connection, rows[0].site, article)
    assert told is not None
    read = dict(zip((row.id for row in rows), articles_of(connection, rows), strict=True))
    readings = _readings(connection, article, rows)
    sights = sorted(readings_of(connection, article), key=lambda each: (each.captured, each.capture)) if every else ()
    return Past(
        rows[0].site,
        article,
        last,
        tuple(addresses),
        tuple(spans),
        read,
        rows[0].current,
        told,
        readings,
        tuple(each.article for each in sights),
    )


def _readings(connection: Connection, article: str, rows: Sequence[Row[Any]]) -> dict[str, tuple[Article, ...]]:
    shared = {content for content, number in Counter(row.content for row in rows).items() if number > 1}
    if not shared:
        return {}
    of = {row.capture: row.version for row in _SEEN.rows(connection, article=article)}
    wanted = {row.id for row in rows if row.content in shared}
    found: dict[str, list[Article]] = {version: [] for version in wanted}
    for reading in readings_of(connection, article):
        if (version := of[reading.capture]) in wanted:
            found[version].append(reading.article)
    return {version: tuple(each) for version, each in found.items()}


def nearest_address(connection: Connection, url: str) -> str | None:
    """Return the address of an article that is written most like *url*, on the same host; null when none is near."""
    key = identity_key(url)
    host = key.partition(")")[0] + ")"
    addresses = (
        select(captures.c.key, captures.c.url)
        .join(observations, observations.c.capture == captures.c.id)
        .where(captures.c.key.startswith(host, autoescape=True))
    )
    before = addresses.where(captures.c.key < key).order_by(captures.c.key.desc()).limit(1)
    after = addresses.where(captures.c.key > key).order_by(captures.c.key).limit(1)
    found = [row for query in (before, after) for row in connection.execute(query)]
    likest = max(found, key=lambda row: _begin_alike(row.key, key), default=None)
    if likest is None:
        return None
    longer = max(len(key), len(likest.key))
    return str(likest.url) if _begin_alike(likest.key, key) >= (len(host) + longer) / 2 else None


def _begin_alike(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))
