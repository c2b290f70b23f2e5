"""The checks of articles, as captures, readings and observations tell them; and what follows from them.

Nothing of it is stored. All checks of a site come by one query, an article at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row, Select, Text, and_, case, cast, func, literal, null, or_, select, union_all

from archive.catalog.read import MAX_REDIRECTS
from archive.catalog.tables import articles, captures, observations, readings, versions
from archive.catalog.times import utc_time
from archive.ledger import SPREAD, Check, Ledger, ledger
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

Led = Literal["missing", "moved"]
Follow = Callable[[str, str, str, bool], Led | None]


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
    for told in _all_told(connection, site, None, spread):
        if told.ledger.due <= now:
            yield Due(told.url, told.via, told.ledger.due)


def ledger_of(connection: Connection, url: str) -> Ledger | None:
    """Return the ledger of the article at *url*, null when the archive has none."""
    named = _article_at(connection, url)
    if named is None:
        return None
    site = connection.scalar(select(articles.c.site).where(articles.c.id == named)) or ""
    told = _all_told(connection, site, select(literal(named)), SPREAD)
    return next((each.ledger for each in told), None)


def removals(connection: Connection, site: str) -> Iterator[Removed]:
    """Yield the confirmed removals of a site's articles, by article, in the order of time."""
    for told in _all_told(connection, site, None, SPREAD):
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


def _all_told(connection: Connection, site: str, only: Select[Any] | None, spread: timedelta) -> Iterator[_Told]:
    follow = _follower(connection, site)
    rows = connection.execute(_checks(site, only), execution_options={"yield_per": ROWS})
    for article, group in groupby(rows, key=lambda row: row.article):
        history = list(group)
        last = next((row for row in reversed(history) if row.version is not None), None)
        if last is None:
            continue
        checks = (check for row in history if (check := _check(row, follow)) is not None)
        told = ledger(checks, last.url, spread=spread)
        if told is not None:
            yield _Told(article, last.url, last.via, told)


def _check(row: Row[Any], follow: Follow) -> Check | None:
    if row.version is not None:
        return Check(utc_time(row.at), "good", row.version, row.crawl)
    if row.target is None:
        return Check(utc_time(row.at), "missing", None, row.crawl)
    kind = follow(row.crawl, row.key, row.target, row.status in PERMANENT)
    return Check(utc_time(row.at), kind, None, row.crawl) if kind is not None else None


def _checks(site: str, only: Select[Any] | None) -> Select[Any]:
    """Return the query of everything that may be a check of a site's articles, by article and time."""
    # One condition, not both: else SQLite walks through the whole site to find a few articles.
    of_articles = captures.c.site == site if only is None else observations.c.article.in_(only)
    seen = observations.join(captures, captures.c.id == observations.c.capture)
    nothing = cast(null(), Text)
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
            nothing.label("target"),
        )
        .select_from(seen)
        .where(of_articles)
    )
    addresses = (
        select(captures.c.key, observations.c.article).select_from(seen).where(of_articles).distinct().subquery()
    )
    asked = captures.alias()
    is_redirect = readings.c.kind == "redirect"
    is_bad = or_(
        asked.c.status.in_(GONE),
        is_redirect,
        and_(readings.c.kind == "rejected", readings.c.detail.startswith("soft_404", autoescape=True)),
    )
    bad = (
        select(
            addresses.c.article,
            asked.c.date,
            asked.c.id,
            nothing,
            asked.c.url,
            asked.c.key,
            asked.c.via,
            asked.c.crawl,
            asked.c.status,
            case((is_redirect, readings.c.detail), else_=nothing).label("target"),
        )
        .select_from(asked)
        .join(addresses, addresses.c.key == asked.c.key)
        .outerjoin(readings, readings.c.capture == asked.c.id)
        # Wrapped, so that the few are found by their key, and not all of the site looked through.
        .where(func.coalesce(asked.c.site, "") == site, asked.c.purpose.in_(PAGES), is_bad)
    )
    found = union_all(good, bad).subquery()
    return select(found).order_by(found.c.article, found.c.at, found.c.capture)


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
                return "moved" if is_permanent else None
            if any(_is_no_article(row) for row in found):
                return "missing"
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


def _article_at(connection: Connection, url: str) -> str | None:
    """Return the id of the article that was read at *url* last, under any spelling of it."""
    query = (
        select(observations.c.article)
        .join(captures, captures.c.id == observations.c.capture)
        .where(captures.c.key == identity_key(url))
        .order_by(captures.c.url != url, observations.c.captured.desc(), observations.c.capture.desc())
    )
    return connection.scalar(query.limit(1))
