"""Questions to the catalog."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, bindparam, case, func, select, tuple_, union

from archive.catalog.changes import BOOKKEEPING
from archive.catalog.dialect import copy_in
from archive.catalog.plain import RETRIED as RETRIED
from archive.catalog.prepared import Prepared
from archive.catalog.rows import article_of, capture_of, json_text
from archive.catalog.tables import (
    articles,
    attachments,
    captures,
    crawls,
    images,
    metadata,
    observations,
    readings,
    versions,
)
from archive.catalog.times import end_moment, first_moment, utc_text, utc_time
from archive.model import Article, Capture
from archive.urls import identity_key

BATCH = 200
ID_BYTES = 16
"""Of an article's id, which is written in hexadecimal digits."""
MAX_REDIRECTS = 10
MAX_ORIGINALS = 5
"""Captures of one payload that are looked at for one to refer to."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """One run over one site, as its WARC files tell."""

    id: str
    """Crawl id."""
    site: str
    """Site id."""
    started: datetime
    """When it began (UTC)."""
    info: dict[str, str]
    """What its ``warcinfo`` records say of software, settings and contact."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One time an article was seen, and what it read like."""

    article: str
    """Article id."""
    capture: str
    """Capture id of the page."""
    captured: datetime
    """When (UTC)."""
    version: str
    """Version id."""


def crawl_rows(connection: Connection, site: str | None = None) -> list[Crawl]:
    """Return all crawls, by (started, id)."""
    query = select(crawls).order_by(crawls.c.started, crawls.c.id)
    if site is not None:
        query = query.where(crawls.c.site == site)
    return [
        Crawl(row.id, row.site, utc_time(row.started), msgspec.json.decode(row.info))
        for row in connection.execute(query)
    ]


def site_ids(connection: Connection) -> list[str]:
    """Return the ids of all sites that any row names, sorted."""
    return sorted(connection.scalars(_SITES))


def _sites_of(table: Table) -> Select[Any]:
    # From one site to the next in the index, for there are millions of captures and a hundred sites.
    found = select(func.min(table.c.site).label("site")).cte(recursive=True)
    following = select(func.min(table.c.site)).where(table.c.site > found.c.site).scalar_subquery()
    found = found.union_all(select(following).where(found.c.site.is_not(None)))
    return select(found.c.site).where(found.c.site.is_not(None))


_SITES = union(*map(_sites_of, (crawls, captures, articles)))


def article_pages(connection: Connection, site: str) -> dict[str, str | None]:
    """Return where articles were read on a site, and how they were found (see :meth:`Catalog.article_pages`)."""
    query = (
        select(captures.c.url, captures.c.via)
        .join(readings, readings.c.capture == captures.c.id)
        .where(captures.c.site == site, readings.c.kind == "article")
        .order_by(captures.c.date, captures.c.id)
    )
    return {row.url: row.via for row in connection.execute(query)}


def published_days(connection: Connection, site: str | None) -> dict[str, dict[date, int]]:
    """Return how many articles each site published on which day (see :meth:`Catalog.published_days`)."""
    # Days are counted in the database. In Vietnam one begins at 17:00 UTC.
    day = func.substr(versions.c.dated, 1, 10).label("day")
    is_evening = case((func.substr(versions.c.dated, 12, 2) >= "17", 1), else_=0).label("evening")
    query = (
        select(articles.c.site, day, is_evening, func.count().label("number"))
        .join(versions, articles.c.current == versions.c.id)
        .group_by(articles.c.site, day, is_evening)
    )
    if site is not None:
        query = query.where(articles.c.site == site)
    found: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for place, text, evening, number in connection.execute(query).all():
        moment = date.fromisoformat(text)
        if evening and moment < date.max:
            moment += timedelta(days=1)
        found[place][moment] += number
    return {each: dict(days) for each, days in found.items()}


def articles_in_order(
    connection: Connection, *, site: str | None, since: date | datetime | None, until: date | datetime | None
) -> bytes:
    """Return which articles there are, by the date of their latest version: their ids, ``ID_BYTES`` each.

    Packed, for a list of a million would be a hundred times as large as what any of them says.
    """
    query = (
        select(articles.c.id)
        .join(versions, articles.c.current == versions.c.id)
        .order_by(versions.c.dated, versions.c.id)
    )
    if site is not None:
        query = query.where(articles.c.site == site)
    if since is not None:
        query = query.where(versions.c.dated >= first_moment(since))
    if until is not None:
        query = query.where(versions.c.dated < end_moment(until))
    return _packed(connection, query)


def _packed(connection: Connection, query: Select[Any]) -> bytes:
    """Return the ids that a query gives, ``ID_BYTES`` each."""
    return b"".join(map(bytes.fromhex, connection.scalars(query, execution_options={"yield_per": 10_000})))


def _unpacked(packed: bytes) -> list[str]:
    return [packed[at : at + ID_BYTES].hex() for at in range(0, len(packed), ID_BYTES)]


def articles_by_id(connection: Connection, packed: bytes) -> list[Article]:
    """Return the latest versions of articles (packed ids), in this order, without those not there any more."""
    ids = _unpacked(packed)
    query = select(versions, articles.c.site).join(articles, articles.c.current == versions.c.id)
    rows = {row.article: row for row in connection.execute(query.where(articles.c.id.in_(ids)))}
    return articles_of(connection, [rows[article] for article in ids if article in rows])


def article_at(connection: Connection, url: str, at: datetime | None) -> Article | None:
    """Return the article at *url* as it read last, or as it read at a time."""
    history = observations_of(connection, url)
    if not history:
        return None
    then = [entry for entry in history if at is None or entry.captured <= at]
    wanted = then[-1] if then else history[0]
    query = select(versions, articles.c.site).join(articles, articles.c.id == versions.c.article)
    rows = connection.execute(query.where(versions.c.id == wanted.version)).all()
    return articles_of(connection, rows)[0]


def versions_of(connection: Connection, url: str) -> list[Article]:
    """Return the versions of the article at *url*, each once, in the order in which they were first seen."""
    ids = list(dict.fromkeys(entry.version for entry in observations_of(connection, url)))
    query = (
        select(versions, articles.c.site)
        .join(articles, articles.c.id == versions.c.article)
        .where(versions.c.id.in_(ids))
    )
    # Not by the capture that represents each: that may be a later one.
    rows = sorted(connection.execute(query), key=lambda row: ids.index(row.id))
    return articles_of(connection, rows)


def new_versions(connection: Connection, site: str, crawl: str) -> Iterator[Article]:
    """Yield the versions that a capture of a crawl represents, by (captured, url); some at a time are in memory."""
    # Sites are wrapped, here and below: else SQLite walks through all that the site has to find what one crawl brought.
    query = (
        select(versions.c.id)
        .join(articles, articles.c.id == versions.c.article)
        .join(captures, captures.c.id == versions.c.capture)
        .where(func.coalesce(articles.c.site, "") == site, captures.c.crawl == crawl)
        .order_by(versions.c.captured, versions.c.url, versions.c.capture)
    )
    packed = _packed(connection, query)
    rows = select(versions, articles.c.site).join(articles, articles.c.id == versions.c.article)
    for start in range(0, len(packed), BATCH * ID_BYTES):
        ids = _unpacked(packed[start : start + BATCH * ID_BYTES])
        some = {row.id: row for row in connection.execute(rows.where(versions.c.id.in_(ids)))}
        yield from articles_of(connection, [some[version] for version in ids])


def crawls_beside(connection: Connection, site: str, crawl: str) -> list[str]:
    """Return the other crawls that saw versions represented by *crawl* (see :meth:`Catalog.crawls_beside`)."""
    representing = captures.alias()
    query = (
        select(crawls.c.id)
        .distinct()
        .select_from(representing)
        .join(versions, versions.c.capture == representing.c.id)
        .join(observations, observations.c.version == versions.c.id)
        .join(captures, captures.c.id == observations.c.capture)
        .join(crawls, and_(crawls.c.id == captures.c.crawl, crawls.c.site == captures.c.site))
        .where(func.coalesce(representing.c.site, "") == site, representing.c.crawl == crawl)
        .where(func.coalesce(captures.c.site, "") == site, captures.c.crawl != crawl)
    )
    return sorted(connection.scalars(query))


def observations_of(connection: Connection, url: str) -> list[Observation]:
    """Return when the article at *url* was seen, under any of its addresses, in the order of time."""
    named = (
        select(observations.c.article)
        .join(captures, captures.c.id == observations.c.capture)
        .where(captures.c.key == identity_key(url))
        .order_by(captures.c.url != url, observations.c.captured.desc(), observations.c.capture.desc())
        .limit(1)
    )
    article = connection.scalar(named)
    query = (
        select(observations)
        .where(observations.c.article == article)
        .order_by(observations.c.captured, observations.c.capture)
    )
    return [
        Observation(row.article, row.capture, utc_time(row.captured), row.version) for row in connection.execute(query)
    ]


def articles_of(connection: Connection, rows: Sequence[Row[Any]]) -> list[Article]:
    """Return the articles of version rows (with their site), in the same order."""
    pictures = _children(connection, images, [row.id for row in rows])
    documents = _children(connection, attachments, [row.id for row in rows])
    return [article_of(row.site, row, pictures[row.id], documents[row.id]) for row in rows]


def _children(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for start in range(0, len(ids), BATCH):
        for row in _CHILDREN[table.name].rows(connection, ids=ids[start : start + BATCH]):
            found[row.version].append(row)
    return found


def _children_of(table: Table) -> Select[Any]:
    some = table.c.version.in_(bindparam("ids", expanding=True))
    return select(table).where(some).order_by(table.c.version, table.c.place)


_CHILDREN = {table.name: Prepared(_children_of(table)) for table in (images, attachments)}
_CAPTURE = Prepared(select(captures).where(captures.c.id == bindparam("capture")))


def capture_page(
    connection: Connection,
    *,
    site: str | None,
    url: str | None,
    crawl: str | None,
    since: date | datetime | None = None,
    until: date | datetime | None = None,
    after: tuple[str, str] | None,
) -> tuple[list[Capture], tuple[str, str] | None]:
    """Return the next captures by (date, id) *after* a place, and the place to go on from."""
    query: Select[Any] = select(captures).order_by(captures.c.date, captures.c.id).limit(BATCH)
    if site is not None:
        query = query.where(captures.c.site == site)
    if url is not None:
        query = query.where(captures.c.key == identity_key(url))
    if crawl is not None:
        query = query.where(captures.c.crawl == crawl)
    if since is not None:
        query = query.where(captures.c.date >= first_moment(since))
    if until is not None:
        query = query.where(captures.c.date < end_moment(until))
    if after is not None:
        query = query.where(tuple_(captures.c.date, captures.c.id) > tuple_(*after))
    rows = connection.execute(query).all()
    place = (rows[-1].date, rows[-1].id) if len(rows) == BATCH else None
    return [capture_of(row) for row in rows], place


def captures_by_warc(connection: Connection, site: str) -> dict[str, int]:
    """Return how many captures of a site each of its WARC files holds."""
    query = select(captures.c.warc, func.count()).where(captures.c.site == site).group_by(captures.c.warc)
    return {row[0]: row[1] for row in connection.execute(query)}


def capture_by_id(connection: Connection, capture: str) -> Capture | None:
    """Return one capture by its id."""
    row = _CAPTURE.first(connection, capture=capture)
    return capture_of(row) if row else None


def closest_capture(connection: Connection, url: str, at: datetime | None) -> Capture | None:
    """Return the capture of *url* closest in time to *at* (see :meth:`Catalog.closest`)."""
    of_page = select(captures).where(captures.c.key == identity_key(url))
    exact = of_page.where(captures.c.url == url)
    for query in (exact, of_page):
        found = []
        newest_first = query.order_by(captures.c.date.desc(), captures.c.id.desc()).limit(1)
        if at is None:
            found = list(connection.execute(newest_first))
        else:
            moment = utc_text(at)
            found += connection.execute(newest_first.where(captures.c.date <= moment))
            oldest_first = query.order_by(captures.c.date, captures.c.id).limit(1)
            found += connection.execute(oldest_first.where(captures.c.date > moment))
        entries = [capture_of(row) for row in found]
        if entries:
            return entries[0] if at is None else min(entries, key=lambda entry: abs(entry.date - at))
    return None


def _whole(*where: ColumnElement[bool]) -> Prepared:
    query = (
        select(captures)
        .where(captures.c.site == bindparam("site"), captures.c.digest == bindparam("digest"))
        .where(captures.c.status == 200, captures.c.revisit_of.is_(None), captures.c.truncated.is_(None), *where)
        # As an expression: SQLite would else go through all captures of the site, for they come in that order.
        .order_by(captures.c.date + "", captures.c.id)
        .limit(MAX_ORIGINALS)
    )
    return Prepared(query)


_WHOLE = _whole()
_WHOLE_AT = _whole(captures.c.url == bindparam("url"), captures.c.method == "GET")
_LATEST = Prepared(
    select(captures)
    .where(captures.c.key == bindparam("key"), captures.c.url == bindparam("url"))
    # Wrapped, so that SQLite does not go through all captures of the site: it takes either index for as good.
    .where(func.coalesce(captures.c.site, "") == bindparam("site"))
    .order_by(captures.c.date.desc(), captures.c.id.desc())
    .limit(bindparam("most"))
)


def whole_captures(connection: Connection, site: str, digest: str, url: str | None) -> list[Capture]:
    """Return the first captures of a site that hold a payload whole (see :meth:`Catalog.whole`)."""
    if url is None:
        return list(map(capture_of, _WHOLE.rows(connection, site=site, digest=digest)))
    return list(map(capture_of, _WHOLE_AT.rows(connection, site=site, digest=digest, url=url)))


def latest_captures(connection: Connection, site: str, url: str, limit: int) -> list[Capture]:
    """Return the latest captures of an address on a site, newest first."""
    rows = _LATEST.rows(connection, key=identity_key(url), url=url, site=site, most=limit)
    return list(map(capture_of, rows))


def count(connection: Connection, site: str | None) -> dict[str, int]:
    """Return how many rows of each kind there are (see :meth:`Catalog.counts`)."""

    def of_site(query: Select[Any], column: Any) -> int:
        return connection.scalar(query if site is None else query.where(column == site)) or 0

    number = func.count()
    in_articles = articles.c.id == versions.c.article
    all_versions = select(number).select_from(versions).join(articles, in_articles)
    counts = {
        "crawls": of_site(select(number).select_from(crawls), crawls.c.site),
        "captures": of_site(select(number).select_from(captures), captures.c.site),
        "articles": of_site(select(number).select_from(articles), articles.c.site),
        "versions": of_site(all_versions, articles.c.site),
    }
    for table in (images, attachments):
        current = select(number).select_from(table).join(articles, articles.c.current == table.c.version)
        counts[table.name] = of_site(current, articles.c.site)
        fetched = current.where(table.c.capture.is_not(None))
        counts[f"{table.name}_fetched"] = of_site(fetched, articles.c.site)
    for kind in ("listing", "rejected"):
        pages = (
            select(number)
            .select_from(readings)
            .join(captures, captures.c.id == readings.c.capture)
            .where(readings.c.kind == kind)
        )
        counts[kind] = of_site(pages, captures.c.site)
    return counts


def dump_lines(connection: Connection) -> Iterator[str]:
    """Yield every fact of every table as ``table<TAB>JSON``, tables and rows in fixed order."""
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        if table.name in BOOKKEEPING:
            continue
        for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
            yield f"{table.name}\t{json_text(dict(row._mapping))}"


def copy_rows(source: Connection, target: Connection, sites: Iterable[str] | None = None) -> None:
    """Insert the rows of *source* into *target*, of some sites or of all."""
    wanted = None if sites is None else list(sites)
    for table in metadata.sorted_tables:
        if table.name in BOOKKEEPING:
            continue
        rows = source.execute(_rows_of(table, wanted), execution_options={"yield_per": BATCH})
        copy_in(target, table, rows)


def _rows_of(table: Table, sites: Sequence[str] | None) -> Select[Any]:
    query: Select[Any] = select(table)
    if sites is None:
        return query
    its_articles = select(articles.c.id).where(articles.c.site.in_(sites))
    if "site" in table.c:
        return query.where(table.c.site.in_(sites))
    if "article" in table.c:
        return query.where(table.c.article.in_(its_articles))
    if "version" in table.c:
        its_versions = select(versions.c.id).where(versions.c.article.in_(its_articles))
        return query.where(table.c.version.in_(its_versions))
    its_captures = select(captures.c.id).where(captures.c.site.in_(sites))
    return query.where(table.c.capture.in_(its_captures))
