"""Lists that go on where the last page of them ended, and what is asked for by an article's id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, func, select, tuple_

from archive.catalog import changes, withheld
from archive.catalog.changes import Change
from archive.catalog.checks import article_at
from archive.catalog.following import Following
from archive.catalog.holdings import Holding, holdings_of
from archive.catalog.pages import in_span
from archive.catalog.prepared import Prepared
from archive.catalog.read import BATCH
from archive.catalog.rows import capture_of, image_of
from archive.catalog.tables import articles, captures, crawls, images, observations, versions
from archive.catalog.times import utc_text, utc_time
from archive.model import Capture, Image
from archive.urls import identity_key

SHOWING = 50
"""Articles whose pictures are read at a time, at most."""
PICTURES = 4
"""Pictures that an article may have; of how many articles they are read first follows from it."""
FEW = 2_000
"""Of a site with so many articles all are put into order; of a larger one the newest are looked for among all."""

MOST_LARGE = 1_000


class Place(NamedTuple):
    """Where a page of a list ended: the values by which the list is ordered, in their order."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Which articles are wanted."""

    sites: tuple[str, ...] | None = None
    """Site ids, null for all."""
    since: date | datetime | None = None
    """Of publication, without a date of capture; a ``date`` is a whole day in Vietnam."""
    until: date | datetime | None = None
    """Included."""
    but_sites: frozenset[str] = frozenset()
    """Site ids that are left out."""
    but: frozenset[str] = frozenset()
    """Article ids that are left out."""


class Stretch(NamedTuple):
    """Articles that stand side by side in the list of all of one site, the newest first."""

    ids: Sequence[str]
    """Article ids; those of one date in any order."""
    is_begin: bool
    """Whether the list begins with them."""
    is_end: bool
    """Whether it ends with them."""


@dataclass(frozen=True, slots=True)
class ImageOf:
    """A picture and the article that it belongs to."""

    image: Image
    article: str
    """Article id."""
    site: str
    url: str
    title: str
    place: Place


@dataclass(frozen=True, slots=True)
class SiteCount:
    """How much is held of a site."""

    site: str
    articles: int
    crawls: int
    last_crawl: datetime | None
    """When the last crawl began (UTC)."""


class Browsing:
    """Questions to one state of the catalog, each for a page of a list; a place is where the last page ended."""

    def __init__(self, connection: Connection, following: Following | None = None) -> None:
        """Ask *connection*; *following* is what knows more of the same state than it."""
        self._connection = connection
        self._following = following or Following(connection)

    def articles(
        self, span: Span, limit: int, after: Place | None = None, *, oldest_first: bool = False
    ) -> list[tuple[Holding, Place]]:
        """Return the latest versions of articles by (date, article id), newest first, each with its place.

        What is added while a list is read comes on a later page, or was to come on an earlier one: nothing that
        stays as it is comes twice or is left out.
        """
        place = (versions.c.dated, articles.c.id)
        query = select(versions.c.id, *place).select_from(self._joined(span))
        query = query.where(*_conditions(span), *_after(place, after, forward=oldest_first))
        order = place if oldest_first else tuple(column.desc() for column in place)
        rows = self._connection.execute(query.order_by(*order).limit(limit)).all()
        held = self._held([row[0] for row in rows], [row[2] for row in rows])
        return [(each, Place((row[1], row[2]))) for each, row in zip(held, rows, strict=True)]

    def articles_in(
        self, stretch: Stretch, but: Collection[str], limit: int, after: Place | None = None
    ) -> list[tuple[Holding, Place]] | None:
        """Return what :meth:`articles` returns of one site at any time, newest first, without looking for it.

        Null when the stretch does not reach as far as the page.
        """
        rows = sorted(_PLACED.rows(self._connection, ids=list(stretch.ids)), key=_place, reverse=True)
        if len(rows) < len(stretch.ids):
            return None
        shown = [row for row in rows if row.id not in but and (after is None or _place(row) < tuple(after.values))]
        shown = shown[:limit]
        # What stands before or after it may be of the date with which it begins or ends.
        if rows and not stretch.is_begin and (after is None or rows[0].dated <= after.values[0]):
            return None
        if rows and not stretch.is_end and (len(shown) < limit or shown[-1].dated <= rows[-1].dated):
            return None
        held = self._held([row.version for row in shown], [row.id for row in shown])
        return [(each, Place(_place(row))) for each, row in zip(held, shown, strict=True)]

    def article_ids(self, span: Span, limit: int, after: str = "") -> list[tuple[str, str, datetime]]:
        """Return id, address and time of capture of the first *limit* articles by id after one."""
        query = (
            select(articles.c.id, versions.c.url, versions.c.captured)
            .select_from(_CURRENT)
            .where(*_conditions(span), articles.c.id > after)
        )
        rows = self._connection.execute(query.order_by(articles.c.id).limit(limit))
        return [(row[0], row[1], utc_time(row[2])) for row in rows]

    def by_ids(self, ids: Sequence[str]) -> dict[str, Holding]:
        """Return the latest versions of those of *ids* that are articles."""
        query = select(versions.c.id, articles.c.id).select_from(_CURRENT).where(articles.c.id.in_(ids))
        rows = self._connection.execute(query).all()
        held = self._held([row[0] for row in rows], [row[1] for row in rows])
        return {each.id: each for each in held}

    def versions(self, article: str) -> list[Holding]:
        """Return the versions of an article, each once, in the order in which they were first seen."""
        ids = self._connection.scalars(select(versions.c.id).where(versions.c.article == article)).all()
        return sorted(self._held(ids, [article]), key=lambda each: each.n)

    def version_at(self, article: str, at: datetime) -> Holding:
        """Return an article that is held as it was seen last until a time; before the first, as it was seen first."""
        seen = observations.c
        query = select(seen.version).where(seen.article == article)
        until = query.where(seen.captured <= utc_text(at)).order_by(seen.captured.desc(), seen.capture.desc())
        version = self._connection.scalar(until.limit(1))
        if version is None:
            version = self._connection.scalar(query.order_by(seen.captured, seen.capture).limit(1))
        return self._held([version or ""], [article])[0]

    def found_on(self, keys: Iterable[str]) -> frozenset[str]:
        """Return the pages (addresses) on which addresses were found, these given by their identity keys."""
        found: set[str] = set()
        wanted = sorted(keys)
        for start in range(0, len(wanted), BATCH):
            query = select(captures.c.via).distinct().where(captures.c.key.in_(wanted[start : start + BATCH]))
            found.update(filter(None, self._connection.scalars(query)))
        return frozenset(found)

    def address(self, article: str) -> tuple[str, str] | None:
        """Return the site of an article (id) and the address of its latest version, null when there is none."""
        query = select(articles.c.site, versions.c.url).select_from(_CURRENT).where(articles.c.id == article)
        row = self._connection.execute(query).first()
        return (row[0], row[1]) if row is not None else None

    def at(self, keys: Iterable[str]) -> frozenset[str]:
        """Return the articles (ids) that were read at addresses, given by their identity keys.

        Of those that moved also the ids that they would have by themselves.
        """
        return withheld.named_articles(self._connection, frozenset(keys))

    def addresses(self, named: Collection[str], keys: Collection[str]) -> frozenset[str]:
        """Return what goes with addresses that must not be shown (:func:`archive.catalog.withheld.addresses`)."""
        return withheld.addresses(self._connection, named, keys)

    def files(self, named: Collection[str], pages: Collection[str]) -> frozenset[str]:
        """Return what was found on such pages alone (:func:`archive.catalog.withheld.files`)."""
        return withheld.files(self._connection, named, pages)

    def at_url(self, url: str) -> str | None:
        """Return the id of the article that was read at *url* last, under any spelling of it."""
        return article_at(self._connection, url)

    def captures(
        self,
        limit: int,
        after: Place | None = None,
        *,
        site: str | None = None,
        url: str | None = None,
        crawl: str | None = None,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
    ) -> list[tuple[Capture, Place]]:
        """Return captures by (site, date, id), each with its place; those of *url* under any spelling of it."""
        place = (captures.c.site, captures.c.date, captures.c.id)
        query = select(captures).where(*in_span(captures.c.date, since, until), *_after(place, after, forward=True))
        if site is not None:
            query = query.where(captures.c.site == site)
        if url is not None:
            query = query.where(captures.c.key == identity_key(url))
        if crawl is not None:
            query = query.where(captures.c.crawl == crawl)
        rows = self._connection.execute(query.order_by(*place).limit(limit))
        return [(capture_of(row), Place((row.site, row.date, row.id))) for row in rows]

    def images(self, span: Span, limit: int, after: Place | None = None, *, sha256: str | None = None) -> list[ImageOf]:
        """Return the pictures of latest versions, by (date, article id) newest first, then as they stand in it."""
        found: list[ImageOf] = []
        for shown in self._showing(span, after, sha256, 1 + limit // PICTURES):
            query = select(images).where(images.c.version.in_([row.id for row in shown])).order_by(images.c.place)
            pictures = defaultdict(list)
            query = query if sha256 is None else query.where(images.c.sha256 == sha256)
            for picture in self._connection.execute(query).all():
                pictures[picture.version].append(picture)
            for row in shown:
                for picture in pictures[row.id]:
                    place = (row.dated, row.article, picture.place)
                    if after is not None and place[:2] == tuple(after.values[:2]) and place[2] <= after.values[2]:
                        continue  # it was on the last page
                    found.append(ImageOf(image_of(picture), row.article, row.site, row.url, row.title, Place(place)))
                    if len(found) == limit:
                        return found
        return found

    def _showing(self, span: Span, after: Place | None, sha256: str | None, many: int) -> Iterator[Sequence[Any]]:
        """Yield the latest versions of articles, newest first, from that one on in which the last page ended.

        *many* come at first, then more and more at a time.
        """
        columns = (versions.c.id, versions.c.dated, articles.c.id.label("article"), articles.c.site)
        place: Any = tuple_(versions.c.dated, articles.c.id)
        query = select(*columns, versions.c.url, versions.c.title).where(*_conditions(span))
        if sha256 is None:
            query = query.select_from(self._joined(span))
        else:
            showing = select(images.c.version).where(images.c.sha256 == sha256)
            query = query.select_from(_CURRENT).where(versions.c.id.in_(showing))
        query = query.order_by(versions.c.dated.desc(), articles.c.id.desc())
        some = query if after is None else query.where(place <= tuple_(*after.values[:2]))
        # First the articles: together with their pictures SQLite would put those of all articles into order.
        while shown := self._connection.execute(some.limit(many := min(many, SHOWING))).all():
            yield shown
            many *= 2
            some = query.where(place < tuple_(shown[-1].dated, shown[-1].article))

    def sites(self, but: Collection[str] = ()) -> list[SiteCount]:
        """Return how much is held of each site, by site id; articles (ids) in *but* are not counted."""
        counted = select(articles.c.site, func.count()).group_by(articles.c.site)
        held: dict[str, int] = {row[0]: row[1] for row in self._connection.execute(counted)}
        for site, number in withheld.of_articles(self._connection, but).items():
            held[site] -= number
        runs = {
            row[0]: (row[1], utc_time(row[2]))
            for row in self._connection.execute(
                select(crawls.c.site, func.count(), func.max(crawls.c.started)).group_by(crawls.c.site)
            )
        }
        return [
            SiteCount(site, held.get(site, 0), *runs.get(site, (0, None))) for site in sorted(held.keys() | runs.keys())
        ]

    def generation(self) -> str:
        """Return which catalog this is; one made anew in its place has another."""
        return changes.generation(self._connection)

    def changes(self, after: int, limit: int) -> list[Change]:
        """Return the first *limit* changes after that number, in their order."""
        return changes.changes_after(self._connection, after, limit)

    def last_change(self) -> int:
        """Return the number of the latest change, 0 when there was none."""
        return changes.last_change(self._connection)

    def _joined(self, span: Span) -> Any:
        """Return the latest versions of articles, joined as they are best looked through for the newest of a span."""
        if span.sites is not None and not self._is_large(span.sites):
            return _CURRENT
        # Wrapped, so that SQLite goes through versions by their dates and stops, and does not put all into order.
        return versions.join(articles, articles.c.current == func.coalesce(versions.c.id, ""))

    def _is_large(self, sites: Sequence[str]) -> bool:
        # Sites grow; and of one that did not, a list would only take longer.
        large = _LARGE.setdefault(self._connection.engine, set())
        if (named := tuple(sites)) not in large:
            some = select(articles.c.site).where(articles.c.site.in_(sites)).limit(FEW).subquery()
            if (self._connection.scalar(select(func.count()).select_from(some)) or 0) < FEW:
                return False
            if len(large) >= MOST_LARGE:
                large.clear()
            large.add(named)
        return True

    def _held(self, ids: Sequence[str], of: Sequence[str]) -> list[Holding]:
        return holdings_of(self._connection, ids, self._following.states(of)) if ids else []


def _conditions(span: Span) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = list(in_span(versions.c.dated, span.since, span.until))
    if span.sites is not None:
        conditions.append(articles.c.site.in_(span.sites))
    if span.but_sites:
        conditions.append(articles.c.site.not_in(sorted(span.but_sites)))
    if span.but:
        conditions.append(articles.c.id.not_in(sorted(span.but)))
    return conditions


def _after(columns: tuple[Any, ...], place: Place | None, *, forward: bool) -> list[ColumnElement[bool]]:
    if place is None:
        return []
    row: Any = tuple_(*columns)
    return [row > tuple_(*place.values) if forward else row < tuple_(*place.values)]


def _place(row: Any) -> tuple[str, str]:
    return row.dated, row.id


_LARGE: WeakKeyDictionary[Engine, set[tuple[str, ...]]] = WeakKeyDictionary()
"""Sites of each catalog that were seen to be large."""
_CURRENT: Any = versions.join(articles, articles.c.current == versions.c.id)
_PLACED = Prepared(
    select(articles.c.id, versions.c.id.label("version"), versions.c.dated)
    .join(versions, versions.c.id == articles.c.current)
    .where(articles.c.id.in_(bindparam("ids", expanding=True)))
)
