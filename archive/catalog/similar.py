"""Which articles elsewhere say the same: their keys, kept; the answer, found when it is asked for.

Kept are the keys of each article's current version (:mod:`archive.similar`), a function of that version alone. They
are renewed in the transaction that changes it, so they hold for the catalog as it is, in whatever order it was
written. What they lead to is compared text by text when somebody asks; no link can outlive what it links.

*Elsewhere* is on another site, on another host, or in another generation of a site: read by another page class, for
one host has shown two systems. Of what one system printed twice only what is equal word by word is told: a session in
an address, a copy for the printer. What is merely alike there is a form.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, select

from archive.catalog.dialect import is_postgres
from archive.catalog.engine import put
from archive.catalog.prepared import Prepared, PreparedRows
from archive.catalog.tables import articles, likeness_keys, likenesses, versions
from archive.catalog.times import page_time
from archive.similar import Said, Same, score
from archive.urls import host_of

BATCH = 200
CROWD = 100
"""Articles elsewhere that are looked at under one key: what more of them share is a form, and no article."""
MOST = 2_000
"""Rows of shared keys that are read at once; of more the crowds are asked for one by one."""
COMPARED = 100
"""Texts that are compared for one answer, those first that share most keys."""

_TOUCHED = "khcn_touched_articles"


@dataclass(frozen=True, slots=True)
class Likeness:
    """The answer to what says the same as one article."""

    found: tuple[Same, ...]
    """The like ones, likest first."""
    passed_over: int
    """Articles that share a key and were not compared, for too many do."""


def touch(connection: Connection, article: str) -> None:
    """Note that an article's row was written; :func:`renew` looks at it before the transaction ends."""
    connection.info.setdefault(_TOUCHED, set()).add(article)


def forget_touched(connection: Connection) -> None:
    """Drop what an earlier transaction noted, and did not keep."""
    connection.info.pop(_TOUCHED, None)


def renew(connection: Connection) -> None:
    """Bring the keys of all touched articles up to their current versions."""
    touched: set[str] = connection.info.pop(_TOUCHED, set())
    ordered = iter(sorted(touched))
    while ids := list(islice(ordered, BATCH)):
        _renew(connection, ids)


def forget_sites(connection: Connection, sites: Sequence[str]) -> None:
    """Forget the keys of all articles of *sites*."""
    of_sites = select(articles.c.id).where(articles.c.site.in_(sites))
    for table in (likeness_keys, likenesses):
        connection.execute(delete(table).where(table.c.article.in_(of_sites)))


def same_as(connection: Connection, article: str) -> Likeness:
    """Return what says the same as an article (by id) elsewhere."""
    mine = _MINE.first(connection, article=article)
    if mine is None:
        return Likeness((), 0)
    under = {"keys": msgspec.json.decode(mine.keys, type=list[int]), "place": mine.place}
    shared, all_of_them = _sharing(connection, under)
    likest = sorted(shared, key=lambda each: (-shared[each], each))
    equal = {"article": article, "most": max(1, len(under["keys"]) - 1)}
    here = [row.article for row in _HERE.rows(connection, **under, **equal)]
    if not likest and not here:
        return Likeness((), 0)
    texts = {each.article: each for each in _said(connection, [article, *likest[:COMPARED], *here])}
    own = texts[article].said
    scores = [(texts[each], score(own, texts[each].said)) for each in likest[:COMPARED]]
    scores += [(texts[each], 1.0) for each in here if score(own, texts[each].said) == 1]
    same = [Same(other.site, other.url, round(value, 4)) for other, value in scores if value is not None]
    same.sort(key=lambda each: (-each.score, each.site, each.url))
    return Likeness(tuple(same), all_of_them - min(len(likest), COMPARED))


def _sharing(connection: Connection, under: dict[str, Any]) -> tuple[Counter[str], int]:
    """Return how many keys articles elsewhere share, of each crowd the first; and how many articles share one."""
    rows = _UNDER.rows(connection, **under)
    if len(rows) < MOST:
        found = defaultdict(list)
        for key, article in rows:
            found[key].append(article)
        return Counter(each for some in found.values() for each in some[:CROWD]), len({row[1] for row in rows})
    keys = connection.scalars(_KEYS, under).all()
    shared = Counter(article for key in keys for article in _some_under(connection, key, under["place"]))
    return shared, connection.scalar(_ALL_UNDER, under) or 0


_ELSEWHERE = and_(
    likeness_keys.c.key.in_(bindparam("keys", expanding=True)), likeness_keys.c.place != bindparam("place")
)
_MINE = Prepared(select(likenesses).where(likenesses.c.article == bindparam("article")))
# In the order of the primary key, so that the same catalog gives the same answer.
_UNDER = Prepared(
    select(likeness_keys.c.key, likeness_keys.c.article)
    .where(_ELSEWHERE)
    .order_by(likeness_keys.c.key, likeness_keys.c.place, likeness_keys.c.article)
    .limit(MOST)
)
# Equal texts share all keys, but for that of headline and day.
_HERE = Prepared(
    select(likeness_keys.c.article)
    .where(
        likeness_keys.c.key.in_(bindparam("keys", expanding=True)),
        likeness_keys.c.place == bindparam("place"),
        likeness_keys.c.article != bindparam("article"),
    )
    .group_by(likeness_keys.c.article)
    .having(func.count() >= bindparam("most"))
    .order_by(likeness_keys.c.article)
    .limit(CROWD)
)
_KEYS = select(likeness_keys.c.key).distinct().where(_ELSEWHERE).order_by(likeness_keys.c.key)
_ALL_UNDER = select(func.count(likeness_keys.c.article.distinct())).where(_ELSEWHERE)


def _some_under(connection: Connection, key: int, place: int) -> Sequence[str]:
    query = select(likeness_keys.c.article).where(likeness_keys.c.key == key, likeness_keys.c.place != place)
    return connection.scalars(query.order_by(likeness_keys.c.place, likeness_keys.c.article).limit(CROWD)).all()


@dataclass(frozen=True, slots=True)
class Text:
    """What an article says, by its current version."""

    article: str
    site: str
    url: str
    version: str
    place: int
    said: Said


def _renew(connection: Connection, ids: Sequence[str]) -> None:
    kept = {row.article: row for row in connection.execute(select(likenesses).where(likenesses.c.article.in_(ids)))}
    there = {row.id: row for row in connection.execute(_THERE, {"ids": ids})}
    is_new = {
        article
        for article, row in there.items()
        if article not in kept
        or (kept[article].version, kept[article].place) != (row.current, _place(row.site, row.url, row.parser))
    }
    for article, old in kept.items():
        if article in is_new or article not in there:
            keys = msgspec.json.decode(old.keys, type=list[int])
            its = and_(likeness_keys.c.key.in_(keys), likeness_keys.c.article == article)
            connection.execute(delete(likeness_keys).where(its))
            if article not in there:
                connection.execute(delete(likenesses).where(likenesses.c.article == article))
    keep_keys(connection, _said(connection, sorted(is_new)))


def keep_keys(connection: Connection, texts: Iterable[Text]) -> None:
    """Keep the keys of articles that have none."""
    rows, keys_of = [], []
    for each in texts:
        new_keys = each.said.keys()
        row = {"article": each.article, "version": each.version, "place": each.place}
        rows.append(row | {"keys": msgspec.json.encode(new_keys).decode()})
        keys_of += [{"key": key, "place": each.place, "article": each.article} for key in new_keys]
    put(connection, likenesses, rows)
    if keys_of and is_postgres(connection):
        connection.execute(likeness_keys.insert(), keys_of)
    elif keys_of:
        _NEW_KEYS.write(connection, keys_of)


_NEW_KEYS = PreparedRows(likeness_keys.insert())


def text_of(site: str, values: Mapping[str, Any]) -> Text:
    """Return what an article says of which *values* is the row of its current version."""
    said = Said.of(values["title"], values["summary"], values["text"], page_time(values["published"]))
    place = _place(site, values["url"], values["parser"])
    return Text(values["article"], site, values["url"], values["id"], place, said)


def _said(connection: Connection, ids: Sequence[str]) -> Iterator[Text]:
    for start in range(0, len(ids), BATCH):
        for row in _SAYING.rows(connection, ids=ids[start : start + BATCH]):
            what = Said.of(row.title, row.summary, row.text, page_time(row.published))
            yield Text(row.id, row.site, row.url, row.current, _place(row.site, row.url, row.parser), what)


def _current(*columns: ColumnElement[Any]) -> Select[Any]:
    query = select(articles.c.id, articles.c.site, articles.c.current, versions.c.url, versions.c.parser, *columns)
    some = articles.c.id.in_(bindparam("ids", expanding=True))
    return query.join(versions, versions.c.id == articles.c.current).where(some)


_THERE = _current()
_SAYING = Prepared(_current(versions.c.title, versions.c.summary, versions.c.text, versions.c.published))


def _place(site: str, url: str, parser: str) -> int:
    """Return what tells one generation of one site on one host from another, as a number."""
    where = [site, host_of(url).removeprefix("www."), parser.partition("/")[0]]
    return int.from_bytes(hashlib.sha256(msgspec.json.encode(where)).digest()[:8], "big") >> 1
