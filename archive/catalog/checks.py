"""The checks of articles, as captures, readings and observations tell them; and what follows from them.

Nothing of it is stored. All checks of a site come by one query, an article at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    or_,
    select,
    union_all,
)

from archive.catalog.prepared import Prepared
from archive.catalog.quiet import maybe_due
from archive.catalog.read import BATCH, MAX_REDIRECTS
from archive.catalog.tables import articles, captures, observations, readings, versions
from archive.catalog.times import utc_time
from archive.ledger import GONE_CHECKS, SPREAD, Check, Ledger, State, ledger
from archive.urls import identity_key

ROWS = 1_000
"""Rows in memory at a time."""
GONE = (404, 410)
PERMANENT = (301, 308)
PAGES = ("page", "unknown")
"""Purposes of captures that speak of a page."""
UNDECIDED = ("error:", "empty")
"""A page rejected for a reason that begins so does not say that there is no article."""
COUNTED = ("gone", "back", "moved")

Led = tuple[Literal["missing", "moved"], str]
"""What a redirect says of the article, and where it led."""
Follow = Callable[[str, str, str, bool], Led | None]


_SEEN = observations.join(captures, captures.c.id == observations.c.capture)
_NOTHING = cast(null(), Text)
_IS_REDIRECT = readings.c.kind == "redirect"
_IS_SOFT_404 = and_(readings.c.kind == "rejected", readings.c.detail.startswith("soft_404", autoescape=True))
_TOLD_BAD = or_(_IS_REDIRECT, _IS_SOFT_404)
"""So a page was read that says that an article is missing, or has moved."""


class Due(NamedTuple):
    """An article that is to be asked for again."""

    url: str
    """The address at which it was read last."""
    via: str | None
    """The page on which that address was found."""
    due: datetime
    """Since when (UTC)."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A confirmed removal of an article."""

    site: str
    """Site id."""
    url: str
    """The address at which it was read last."""
    title: str
    """Headline of its last version."""
    gone: datetime
    """The first missing check (UTC)."""
    confirmed: datetime
    """The check that confirmed it."""
    back: datetime | None
    """When it was there again, null when it is not."""


class _Told(NamedTuple):
    article: str
    url: str
    via: str | None
    ledger: Ledger


def due_articles(connection: Connection, site: str, now: datetime, spread: timedelta) -> Iterator[Due]:
    """Yield the articles of a site that are due (see :meth:`Catalog.due`)."""
    wanted = maybe_due(connection, site, now, _TOLD_BAD)
    some = (
        _told_of(connection, site, wanted, spread) if wanted is not None else _all_told(connection, site, None, spread)
    )
    for told in some:
        if told.ledger.due <= now:
            yield Due(told.url, told.via, told.ledger.due)


def ledger_of(connection: Connection, url: str) -> Ledger | None:
    """Return the ledger of the article at *url*, null when the archive has none."""
    named = article_at(connection, url)
    if named is None:
        return None
    return ledger_at(connection, connection.scalar(select(articles.c.site).where(articles.c.id == named)) or "", named)


def ledger_at(connection: Connection, site: str, article: str) -> Ledger | None:
    """Return the ledger of an article (id) of a site."""
    rows = _CHECKS_OF_ONE.rows(connection, site=site, article=article)
    return next((each.ledger for each in _told_in(rows, _follower(connection, site), SPREAD)), None)


def states_of(connection: Connection, ids: Iterable[str]) -> dict[str, State]:
    """Return whether articles (ids) are still there, as their checks until now tell; unknown ones are left out."""
    found: dict[str, State] = {}
    wanted = iter(ids)
    while some := list(islice(wanted, BATCH)):
        query = select(articles.c.site, articles.c.id).where(articles.c.id.in_(some)).order_by(articles.c.site)
        for site, rows in groupby(connection.execute(query).all(), key=lambda row: row.site):
            found |= dict.fromkeys(of_site := [row.id for row in rows], "live")
            found |= dict.fromkeys(_gone(connection, site, observations.c.article.in_(of_site)), "gone")
    return found


def gone_articles(connection: Connection, site: str) -> Iterator[str]:
    """Yield the ids of a site's articles that are gone, as their checks until now tell."""
    return _gone(connection, site, captures.c.site == site)


def _gone(connection: Connection, site: str, of_articles: ColumnElement[bool]) -> Iterator[str]:
    for told in _suspected(connection, site, of_articles):
        if told.ledger.state == "gone":
            yield told.article


def _suspected(connection: Connection, site: str, of_articles: ColumnElement[bool]) -> Iterator[_Told]:
    """Yield, by article, what became of the few that were missing often enough to have been removed once."""
    bad = _bad(site, of_articles).subquery()
    often = select(bad.c.article).group_by(bad.c.article).having(func.count() >= GONE_CHECKS)
    yield from _told_of(connection, site, connection.scalars(often.order_by(bad.c.article)).all(), SPREAD)


def removals(connection: Connection, site: str) -> Iterator[Removed]:
    """Yield the confirmed removals of a site's articles, by article, in the order of time."""
    for told in _suspected(connection, site, captures.c.site == site):
        if told.ledger.removals:
            current = select(versions.c.title).join(articles, articles.c.current == versions.c.id)
            title = connection.scalar(current.where(articles.c.id == told.article)) or ""
            for removal in told.ledger.removals:
                yield Removed(site, told.url, title, *removal)


def events_of(connection: Connection, site: str, crawl: str) -> Counter[str]:
    """Count what happened in one crawl (see :meth:`Catalog.events`)."""
    asked = select(captures.c.key).where(captures.c.crawl == crawl, captures.c.purpose.in_(PAGES))
    touched = (
        select(observations.c.article)
        .join(captures, captures.c.id == observations.c.capture)
        .where(captures.c.key.in_(asked))
    )
    counts: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
    for told in _all_told(connection, site, touched, SPREAD):
        counts.update(each.what for each in told.ledger.events if each.crawl == crawl and each.what in COUNTED)
    return counts


def _told_of(connection: Connection, site: str, ids: Iterable[str], spread: timedelta) -> Iterator[_Told]:
    """Yield what became of articles (ids), in the order in which they are given some at a time."""
    left = iter(ids)
    while some := list(islice(left, BATCH)):
        yield from _all_told(connection, site, select(articles.c.id).where(articles.c.id.in_(some)), spread)


def _all_told(connection: Connection, site: str, only: Select[Any] | None, spread: timedelta) -> Iterator[_Told]:
    rows = connection.execute(_checks(site, only), execution_options={"yield_per": ROWS})
    yield from _told_in(rows, _follower(connection, site), spread)


def _told_in(rows: Iterable[Row[Any]], follow: Follow, spread: timedelta) -> Iterator[_Told]:
    for article, group in groupby(rows, key=lambda row: row.article):
        history = list(group)
        last = next((row for row in reversed(history) if row.version is not None), None)
        if last is None:
            continue
        told = ledger(_checks_in(history, follow), last.url, spread=spread)
        if told is not None:
            yield _Told(article, last.url, last.via, told)


def _checks_in(history: Sequence[Row[Any]], follow: Follow) -> Iterator[Check]:
    own = {row.key for row in history if row.version is not None}
    is_there = False
    for row in history:
        check = _check(row, follow)
        if check is None and is_there and _is_move(row, own):
            # The crawl that met the redirect held the page to which it led, and did not ask for it again.
            check = Check(utc_time(row.at), "moved", None, row.crawl, row.url, row.target)
        if check is not None:
            is_there = check.kind != "missing"
            yield check


def _is_move(row: Row[Any], own: Container[str]) -> bool:
    """Say whether it is a permanent redirect to another address of the article."""
    if row.target is None or row.status not in PERMANENT:
        return False
    target = identity_key(row.target)
    return target != row.key and target in own


def _check(row: Row[Any], follow: Follow) -> Check | None:
    if row.version is not None:
        return Check(utc_time(row.at), "good", row.version, row.crawl, row.url)
    if row.target is None:
        return Check(utc_time(row.at), "missing", None, row.crawl, row.url)
    led = follow(row.crawl, row.key, row.target, row.status in PERMANENT)
    return Check(utc_time(row.at), led[0], None, row.crawl, row.url, led[1]) if led is not None else None


def _checks(site: str | BindParameter[str], only: Select[Any] | None) -> Select[Any]:
    """Return the query of everything that may be a check of a site's articles, by article and time."""
    # One condition, not both: else SQLite walks through the whole site to find a few articles.
    of_articles = captures.c.site == site if only is None else observations.c.article.in_(only)
    good = (
        select(
            observations.c.article,
            observations.c.captured.label("at"),
            observations.c.capture,
            observations.c.version,
            captures.c.url,
            captures.c.key,
            captures.c.via,
            captures.c.crawl,
            captures.c.status,
            _NOTHING.label("target"),
        )
        .select_from(_SEEN)
        .where(of_articles)
    )
    found = union_all(good, _bad(site, of_articles)).subquery()
    return select(found).order_by(found.c.article, found.c.at, found.c.capture)


def _bad(site: str | BindParameter[str], of_articles: ColumnElement[bool]) -> Select[Any]:
    """Return the query of what may say that articles are missing or have moved, in the columns of :func:`_checks`."""
    addresses = (
        select(captures.c.key, observations.c.article).select_from(_SEEN).where(of_articles).distinct().subquery()
    )
    asked = captures.alias()
    is_bad = or_(asked.c.status.in_(GONE), _TOLD_BAD)
    return (
        select(
            addresses.c.article,
            asked.c.date,
            asked.c.id,
            _NOTHING,
            asked.c.url,
            asked.c.key,
            asked.c.via,
            asked.c.crawl,
            asked.c.status,
            case((_IS_REDIRECT, readings.c.detail), else_=_NOTHING).label("target"),
        )
        .select_from(asked)
        .join(addresses, addresses.c.key == asked.c.key)
        .outerjoin(readings, readings.c.capture == asked.c.id)
        # Wrapped, so that the few are found by their key, and not all of the site looked through.
        .where(func.coalesce(asked.c.site, "") == site, asked.c.purpose.in_(PAGES), is_bad)
    )


_CHECKS_OF_ONE = Prepared(_checks(bindparam("site", type_=Text), select(bindparam("article", type_=Text))))
_ARTICLE_AT = Prepared(
    select(observations.c.article)
    .join(captures, captures.c.id == observations.c.capture)
    .where(captures.c.key == bindparam("key"))
    .order_by(captures.c.url != bindparam("url"), observations.c.captured.desc(), observations.c.capture.desc())
    .limit(1)
)


def _follower(connection: Connection, site: str) -> Follow:
    """Return the function that says what a redirect means for the article from whose address it leads away."""

    @lru_cache(maxsize=4096)  # removed articles redirect to the same page, mostly
    def answers(crawl: str, key: str) -> list[Row[Any]]:
        query = (
            select(captures.c.status, readings.c.kind, readings.c.detail)
            .outerjoin(readings, readings.c.capture == captures.c.id)
            .where(captures.c.key == key, captures.c.site == site, captures.c.crawl == crawl)
            .where(captures.c.purpose.in_(PAGES))
        )
        return list(connection.execute(query))

    def follow(crawl: str, key: str, target: str, is_permanent: bool) -> Led | None:
        """Follow it through the captures of its crawl; null when they do not tell where it ends."""
        passed = {key}
        for _ in range(MAX_REDIRECTS):
            place = identity_key(target)
            if place in passed:  # to another spelling of the address, or back to it with a cookie
                return None
            passed.add(place)
            found = answers(crawl, place)
            if any(row.kind == "article" for row in found):
                return ("moved", target) if is_permanent else None
            if any(_is_no_article(row) for row in found):
                return "missing", target
            onward = next((row for row in found if row.kind == "redirect"), None)
            if onward is None:
                return None
            target, is_permanent = onward.detail, is_permanent and onward.status in PERMANENT
        return None

    return follow


def _is_no_article(row: Row[Any]) -> bool:
    """Say whether an answer is one that can only stand in the place of an article that is not there."""
    if row.status in GONE or row.kind == "listing":
        return True
    return row.kind == "rejected" and not row.detail.startswith(UNDECIDED)


def article_at(connection: Connection, url: str) -> str | None:
    """Return the id of the article that was read at *url* last, under any spelling of it."""
    found = _ARTICLE_AT.first(connection, key=identity_key(url), url=url)
    return found.article if found is not None else None
