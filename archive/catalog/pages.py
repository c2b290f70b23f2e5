"""The pages of a span of time, for lists that people browse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from archive.catalog.plain import RETRIED, Page
from archive.catalog.read import BATCH
from archive.catalog.tables import articles, captures, observations, readings, versions
from archive.catalog.times import end_moment, first_moment, utc_time


def in_span(column: ColumnElement[Any], since: date | datetime | None, until: date | datetime | None) -> list[Any]:
    """Return the conditions that a time lies in a span, both ends included."""
    conditions = [column >= first_moment(since)] if since is not None else []
    return conditions + ([column < end_moment(until)] if until is not None else [])


def article_pages(
    connection: Connection, sites: Sequence[str], since: date | datetime | None, until: date | datetime | None
) -> Iterator[Page]:
    """Yield the last capture of each article in the span, the newest article first."""
    last = (
        select(observations.c.article, func.max(observations.c.captured).label("captured"))
        .join(articles, articles.c.id == observations.c.article)
        .where(articles.c.site.in_(sites), *in_span(observations.c.captured, since, until))
        .group_by(observations.c.article)
        .subquery()
    )
    query = (
        select(captures, versions.c.title, versions.c.text)
        .select_from(last)
        .join(observations, and_(observations.c.article == last.c.article, observations.c.captured == last.c.captured))
        .join(captures, captures.c.id == observations.c.capture)
        .join(versions, versions.c.id == observations.c.version)
        .order_by(versions.c.dated.desc(), captures.c.id)
    )
    yield from _stream(connection, query)


def other_pages(
    connection: Connection, sites: Sequence[str], since: date | datetime | None, until: date | datetime | None
) -> Iterator[Page]:
    """Yield the last good capture in the span of each page that is no article, by address."""
    shown = [readings.c.detail.startswith(reason, autoescape=True) for reason in RETRIED]
    good = (
        captures.c.site.in_(sites),
        captures.c.status == 200,
        captures.c.method == "GET",
        captures.c.mime.in_(("text/html", "application/xhtml+xml")),
        or_(readings.c.kind == "listing", and_(readings.c.kind == "rejected", ~or_(*shown))),
        *in_span(captures.c.date, since, until),
    )
    last = (
        select(captures.c.url, func.max(captures.c.date).label("date"))
        .join(readings, readings.c.capture == captures.c.id)
        .where(*good)
        .group_by(captures.c.url)
        .subquery()
    )
    query = (
        select(captures)
        .join(readings, readings.c.capture == captures.c.id)
        .join(last, and_(last.c.url == captures.c.url, last.c.date == captures.c.date))
        .where(*good)
        .order_by(captures.c.url, captures.c.id)
    )
    yield from _stream(connection, query)


def _stream(connection: Connection, query: Select[Any]) -> Iterator[Page]:
    for row in connection.execution_options(yield_per=BATCH).execute(query):
        values = row._mapping
        title, text = values.get("title"), values.get("text")
        yield Page(row.id, row.url, utc_time(row.date), row.warc, row.via, title, text)
