"""Keep articles that moved as one, under the id of the first: the rule (:mod:`archive.catalog.joining`) over the rows.

What was written is noted, and looked at before the transaction ends. Only where a permanent redirect leads from or to
an address that was written to are articles joined or parted: all their readings are then put in order again, as if
they had come so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, exists, func, or_, select

from archive.catalog.arrange import keep_reading, readings_of, remove_readings
from archive.catalog.details import Details
from archive.catalog.engine import put
from archive.catalog.identity import article_key, content_hash, own_id
from archive.catalog.joining import Redirect, Sight, roots
from archive.catalog.kept import keep_article
from archive.catalog.prepared import Prepared
from archive.catalog.tables import captures, details, moves, observations, readings, versions

BATCH = 200
CROWD = 20
"""Where more addresses lead to one, it answers for all that was removed: nothing is joined with it."""
PERMANENT = (301, 308)
PAGES = ("page", "unknown")

_NOTED = "khcn_noted_moves"
_JOINED = Prepared(select(moves.c.article, moves.c.key).where(moves.c.member == bindparam("member")))
_REDIRECTS = Prepared(
    select(captures.c.site, captures.c.key, readings.c.target)
    .join(readings, readings.c.capture == captures.c.id)
    .where(captures.c.id.in_(bindparam("ids", expanding=True)), readings.c.target.is_not(None))
)
Place = tuple[str, str]
"""Site and key of an address."""


@dataclass(slots=True)
class _Noted:
    captures: set[str] = field(default_factory=set)
    articles: set[str] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)
    """Where a redirect led that is none any more."""
    has_moves: bool | None = None
    """Whether any article moved; null when that was not asked yet."""


def note(connection: Connection, capture: str, article: str | None = None) -> None:
    """Note that a capture's reading, and an article's, was written; :func:`renew` looks at it before the end."""
    noted = _noted(connection)
    noted.captures.add(capture)
    if article is not None:
        noted.articles.add(article)


def note_replaced(connection: Connection, ids: Iterable[str]) -> None:
    """Note that the readings of captures are about to be written, of those that are redirects until now."""
    for some in _batches(ids):
        for row in _REDIRECTS.rows(connection, ids=some):
            _noted(connection).places |= {(row.site, row.key), (row.site, row.target)}


def kept_as(connection: Connection, own: str, key: str) -> tuple[str, str]:
    """Return id and key of the article under which one is kept, by those that it has by itself."""
    noted = _noted(connection)
    if noted.has_moves is None:
        noted.has_moves = connection.scalar(select(moves.c.member).limit(1)) is not None
    moved = _JOINED.first(connection, member=own) if noted.has_moves else None
    return (moved.article, moved.key) if moved is not None else (own, key)


def _noted(connection: Connection) -> _Noted:
    noted: _Noted = connection.info.setdefault(_NOTED, _Noted())
    return noted


def forget_noted(connection: Connection) -> None:
    """Drop what an earlier transaction noted, and did not keep."""
    connection.info.pop(_NOTED, None)


def renew(connection: Connection) -> None:
    """Join and part the articles that what was noted speaks of."""
    noted: _Noted = connection.info.pop(_NOTED, _Noted())
    if not (noted.captures or noted.places) or (not noted.places and not _has_redirects(connection)):
        return
    places = set(noted.places)
    for ids in _batches(noted.captures):
        places.update(_linked(connection, captures.c.id.in_(ids)))
    for ids in _batches(noted.articles):
        seen = select(observations.c.capture).where(observations.c.article.in_(ids))
        places.update(_linked(connection, captures.c.id.in_(seen)))
    _settle(connection, places)


def join_all(connection: Connection) -> None:
    """Join the articles of a catalog in which none is joined yet."""
    if _has_redirects(connection):
        led = select(captures.c.id).join(readings, readings.c.capture == captures.c.id)
        led = led.where(readings.c.target.is_not(None), captures.c.status.in_(PERMANENT))
        _settle(connection, set(_linked(connection, captures.c.id.in_(led))))


def _has_redirects(connection: Connection) -> bool:
    return connection.scalar(select(readings.c.capture).where(readings.c.target.is_not(None)).limit(1)) is not None


def _linked(connection: Connection, condition: ColumnElement[bool]) -> Iterator[Place]:
    """Yield the addresses of captures from or to which a permanent redirect leads."""
    asked, read = captures.alias(), readings.alias()
    # Wrapped, so that the few are found by the key of the address, and not the site or all redirects looked through.
    leads = (
        func.coalesce(asked.c.site, "") == captures.c.site,
        asked.c.status.in_(PERMANENT),
        asked.c.purpose.in_(PAGES),
    )
    away = (
        exists()
        .where(asked.c.key == captures.c.key, read.c.capture == asked.c.id, *leads)
        .where(func.coalesce(read.c.target, captures.c.key) != captures.c.key)
    )
    here = exists().where(read.c.target == captures.c.key, asked.c.id == read.c.capture, *leads)
    query = select(captures.c.site, captures.c.key).distinct().where(condition, or_(away, here))
    for row in connection.execute(query):
        yield row.site, row.key


def _settle(connection: Connection, places: Iterable[Place]) -> None:
    seen: set[Place] = set()
    for site, key in sorted(places):
        if (site, key) not in seen:
            around = _Around(connection, site, key)
            seen.update((site, each) for each in around.keys)
            around.settle()


class _Around:
    """The articles that redirects tie to an address, over whatever steps."""

    def __init__(self, connection: Connection, site: str, key: str) -> None:
        self._connection = connection
        self._site = site
        self.keys: set[str] = set()
        self._homes: set[str] = set()
        self._crowded: set[str] = set()
        self._redirects: set[Redirect] = set()
        found = {key}
        while found:
            self.keys |= found
            found = {each for some in _batches(found) for each in self._beside(some)} - self.keys

    def _beside(self, keys: Sequence[str]) -> Iterator[str]:
        run = self._connection
        asked = captures.c
        of_site = (func.coalesce(asked.site, "") == self._site, asked.purpose.in_(PAGES))
        sources = func.count(asked.key.distinct())
        led = _redirects(sources, readings.c.target).where(readings.c.target.in_(keys), *of_site)
        counts = run.execute(led.group_by(readings.c.target)).all()
        self._crowded |= {target for number, target in counts if number > CROWD}
        query = _redirects(asked.date, asked.crawl, asked.key, readings.c.target)
        here = [target for _, target in counts if target not in self._crowded]
        for condition in (readings.c.target.in_(here), asked.key.in_(keys)):
            for row in run.execute(query.where(condition, *of_site)):
                self._redirects.add(Redirect(*row))
                yield row.key
                yield row.target
        read_here = select(observations.c.article).join(captures, asked.id == observations.c.capture)
        found = (
            set(run.scalars(read_here.where(asked.key.in_(keys), func.coalesce(asked.site, "") == self._site)))
            - self._homes
        )
        self._homes |= found
        addresses = select(asked.key).distinct().join(observations, observations.c.capture == asked.id)
        for ids in _batches(found):
            yield from run.scalars(addresses.where(observations.c.article.in_(ids)))

    def settle(self) -> None:
        """Join and part them."""
        homes = sorted(self._homes)
        if not homes:
            return
        home, sights, keys = self._sights(homes)
        root = roots(sights, (each for each in self._redirects if each.target not in self._crowded))
        wrong = {home[each.capture] for each in sights if home[each.capture] != root[each.own]}
        if wrong:
            self._rehome(sorted(wrong), {each.capture: root[each.own] for each in sights}, keys)
        rows = [{"member": own, "article": to, "key": keys[to]} for own, to in root.items() if own != to]
        members = select(moves).where(or_(moves.c.article.in_(homes), moves.c.member.in_(list(root))))
        if sorted(map(tuple, self._connection.execute(members))) != sorted(tuple(row.values()) for row in rows):
            old = or_(moves.c.article.in_(homes), moves.c.member.in_(list(root)))
            self._connection.execute(delete(moves).where(old))
            put(self._connection, moves, rows)

    def _sights(self, homes: Sequence[str]) -> tuple[dict[str, str], list[Sight], dict[str, str]]:
        seen, home, sights, keys = observations.c, dict[str, str](), list[Sight](), dict[str, str]()
        query = (
            select(seen.article, seen.captured, seen.capture, captures.c.crawl, captures.c.key)
            .add_columns(versions.c.title, versions.c.text, versions.c.url, versions.c.source_id, details.c.value)
            .join(captures, captures.c.id == seen.capture)
            .join(versions, versions.c.id == seen.version)
            .outerjoin(details, details.c.id == seen.details)
        )
        for ids in _batches(homes):
            for row in self._connection.execute(query.where(seen.article.in_(ids))):
                told: Any = row if row.value is None else msgspec.json.decode(row.value, type=Details)
                key = article_key(told)
                own = own_id(self._site, key)
                home[row.capture], keys[own] = row.article, key
                sights.append(Sight(row.captured, row.capture, row.crawl, row.key, own, row.title, row.text))
        return home, sights, keys

    def _rehome(self, homes: Sequence[str], wanted: dict[str, str], keys: dict[str, str]) -> None:
        """Take all readings of some articles, and keep each as one of the article that it belongs to."""
        run = self._connection
        taken = sorted(
            (each for home in homes for each in readings_of(run, home)), key=lambda each: (each.captured, each.capture)
        )
        remove_readings(run, homes)
        there = set(homes)
        for each in taken:
            to = wanted[each.capture]
            keep_reading(run, to, content_hash(each.article), each.article, each.missing)
            if to not in there:  # an article's readings are read with its row
                keep_article(run, to, self._site, keys[to])
                there.add(to)
        for article in sorted({*homes, *(wanted[each.capture] for each in taken)}):
            keep_article(run, article, self._site, keys.get(article, ""))


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def _redirects(*columns: Any) -> Select[Any]:
    query = select(*columns).join(readings, readings.c.capture == captures.c.id)
    return query.where(
        captures.c.status.in_(PERMANENT), readings.c.target.is_not(None), readings.c.target != captures.c.key
    )
