"""What goes with addresses that must not be shown: the articles read there, their other addresses, their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from archive.catalog.holdings import articles_at
from archive.catalog.read import BATCH
from archive.catalog.tables import articles, attachments, captures, images, moves, observations, readings, versions
from archive.urls import identity_key

FILES = ("image", "attachment", "requisite")
"""Purposes of captures that were made for a page."""
_LEADS_ON = ("text/css",)
"""Media types of files that name further ones."""


class HiddenCounts(NamedTuple):
    """How much is not shown."""

    captures: Counter[tuple[str, str]]
    """By site and UTC hour."""
    versions: int


def named_articles(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    """Return the articles (ids) that were read at addresses, given by their identity keys.

    Of those that moved also the ids that they would have by themselves.
    """
    found = articles_at(connection, keys)
    return found | frozenset(_in(connection, moves.c.member, moves.c.article, found))


def addresses(connection: Connection, named: Collection[str], keys: Collection[str]) -> frozenset[str]:
    """Return *keys*, those of all addresses of articles (ids), and of addresses that only led to one of these."""
    read = observations.join(captures, captures.c.id == observations.c.capture)
    found = {*keys, *_in(connection, captures.c.key, observations.c.article, named, of=read)}
    led = readings.join(captures, captures.c.id == readings.c.capture)
    for key in set(_in(connection, captures.c.key, readings.c.target, found, of=led)) - found:
        answered = select(readings.c.target).select_from(captures.outerjoin(readings))
        if set(connection.scalars(answered.where(captures.c.key == key, captures.c.status < 400))) <= found:
            found.add(key)
    return frozenset(found)


def files(connection: Connection, named: Collection[str], pages: Collection[str]) -> frozenset[str]:
    """Return the identity keys of what was found on pages alone, given by their articles (ids) and identity keys.

    A picture or document of these articles that an article beside them has too is not among them; nor is another
    file that was captured for a page beside them too, as far as captures tell.
    """
    own, needed = _own(connection, named), _needed(connection, pages)
    shared = _shared(connection, named, (*own, *needed))
    found = {each.key for each in own} - shared
    hidden = {*pages, *found}
    left = {each.key for each in needed} - shared - found
    vias = {key: set(_in(connection, captures.c.via, captures.c.key, [key])) for key in left}
    while more := {key for key in left if all(via and identity_key(via) in hidden for via in vias[key])}:
        found |= more
        hidden |= more
        left -= more
    return frozenset(found)


def hidden_counts(
    connection: Connection, sites: Collection[str], named: Collection[str], keys: Collection[str]
) -> HiddenCounts:
    """Count captures at identity keys, and articles (ids); versions of these and of whole *sites*."""
    hour = func.substr(captures.c.date, 1, 13)
    made: Counter[tuple[str, str]] = Counter()
    for some in _parts(keys):
        query = select(captures.c.site, hour, func.count()).where(captures.c.key.in_(some))
        for site, when, number in connection.execute(query.group_by(captures.c.site, hour)):
            made[site, when] += number
    every = select(func.count()).select_from(versions.join(articles, articles.c.id == versions.c.article))
    told = connection.scalar(every.where(articles.c.site.in_(sorted(sites)))) or 0
    for some in _parts(named):
        told += connection.scalar(every.where(articles.c.id.in_(some), articles.c.site.not_in(sorted(sites)))) or 0
    return HiddenCounts(made, told)


def of_articles(connection: Connection, named: Collection[str]) -> Counter[str]:
    """Count articles (ids) by site."""
    held: Counter[str] = Counter()
    for some in _parts(named):
        held.update(connection.scalars(select(articles.c.site).where(articles.c.id.in_(some))))
    return held


class _File(NamedTuple):
    key: str
    url: str
    capture: str | None


def _own(connection: Connection, named: Collection[str]) -> set[_File]:
    """Return the pictures and documents of articles, in any version."""
    found: set[_File] = set()
    for table in (images, attachments):
        of = table.join(versions, versions.c.id == table.c.version)
        for some in _parts(named):
            query = select(table.c.url, table.c.capture).select_from(of).where(versions.c.article.in_(some)).distinct()
            found |= {_File(identity_key(url), url, capture) for url, capture in connection.execute(query)}
    return found


def _needed(connection: Connection, pages: Collection[str]) -> set[_File]:
    """Return the files that were captured for pages, or for files of theirs."""
    urls: set[str] = set()
    crawled: set[str] = set()
    for some in _parts(pages):
        for url, crawl in connection.execute(select(captures.c.url, captures.c.crawl).where(captures.c.key.in_(some))):
            urls.add(url)
            crawled.add(crawl)
    found: set[_File] = set()
    fresh = urls
    while fresh:
        # A crawl asks for a page's files itself; an index by the addresses on which they were found there is not.
        rows = [
            row
            for of in _parts(crawled)
            for some in _parts(fresh)
            for row in connection.execute(
                select(captures.c.key, captures.c.url, captures.c.id, captures.c.mime, captures.c.status).where(
                    captures.c.crawl.in_(of), captures.c.purpose.in_(FILES), captures.c.via.in_(some)
                )
            )
        ]
        found |= {_File(row.key, row.url, row.id) for row in rows}
        fresh = {row.url for row in rows if row.mime in _LEADS_ON or (row.status or 0) // 100 == 3} - urls
        urls |= fresh
    return found


def _shared(connection: Connection, named: Collection[str], some: Collection[_File]) -> set[str]:
    """Return the identity keys of files that an article beside *named* has, and of what was read as a page."""
    keys = {each.key for each in some}
    found = set(_in(connection, captures.c.key, captures.c.key, keys, of=_READ, where=_READ_AS_PAGE))
    by_url = {each.url: each.key for each in some}
    by_capture = {each.capture: each.key for each in some if each.capture is not None}
    for table in (images, attachments):
        of = table.join(versions, versions.c.id == table.c.version)
        for column, known in ((table.c.url, by_url), (table.c.capture, by_capture)):
            for values in _parts(known):
                query = select(column, versions.c.article).select_from(of).where(column.in_(values)).distinct()
                found |= {known[value] for value, article in connection.execute(query) if article not in named}
    return found


_READ = readings.join(captures, captures.c.id == readings.c.capture)
_READ_AS_PAGE = readings.c.kind.in_(("article", "listing"))


def _in(
    connection: Connection,
    column: ColumnElement[str],
    by: ColumnElement[str],
    values: Collection[str],
    *,
    of: object = None,
    where: ColumnElement[bool] | None = None,
) -> Iterator[str]:
    for some in _parts(values):
        query = select(column).distinct().where(by.in_(some))
        query = query.select_from(of) if of is not None else query  # type: ignore[arg-type]
        yield from connection.scalars(query if where is None else query.where(where))


def _parts(values: Iterable[str]) -> Iterator[Sequence[str]]:
    every = sorted(values)
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]
