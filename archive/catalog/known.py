"""The addresses that need no request to know what is there; told one by one, for there can be millions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, not_, or_, select

from archive.catalog.read import MAX_REDIRECTS, RETRIED
from archive.catalog.tables import captures, readings
from archive.digests import address_hash

LISTS = ("section_list", "home_page")
"""A page rejected for one of these reasons lists articles."""
ROWS = 1_000
"""Rows in memory at a time."""


def known_urls(connection: Connection, site: str) -> Iterator[str]:
    """Yield the addresses that a crawl need not ask for (see :meth:`Catalog.known`), some more than once.

    In memory are the hashes of redirects and nothing else.
    """
    sources: dict[int, list[int]] = defaultdict(list)
    for row in _redirects(connection, site):
        sources[address_hash(row.detail)].append(address_hash(row.url))
    reached: set[int] = set()
    for row in _read(connection, _final(site)):
        yield row.url
        if sources and (key := address_hash(row.url)) in sources:
            reached.add(key)
    leading: set[int] = set()
    fresh = reached
    for _ in range(MAX_REDIRECTS):
        fresh = {source for target in fresh for source in sources.get(target, ())} - leading
        leading |= fresh
    if leading:
        for row in _redirects(connection, site):
            if address_hash(row.url) in leading:
                yield row.url


def list_urls(connection: Connection, site: str) -> Iterator[str]:
    """Yield the addresses on which new articles are to be expected (see :meth:`Catalog.lists`)."""
    page = captures.alias()
    led_on = select(page.c.via).join(readings, readings.c.capture == page.c.id)
    led_on = led_on.where(page.c.site == site, readings.c.kind == "article", page.c.via.is_not(None))
    is_list = or_(readings.c.kind == "listing", readings.c.detail.in_(LISTS), captures.c.url.in_(led_on))
    pages = _pages(select(captures.c.url), captures.c.site == site)
    for row in _read(connection, pages.where(readings.c.kind.in_(("listing", "rejected")), is_list)):
        yield row.url


def _final(site: str) -> Select[Any]:
    retried = or_(*(readings.c.detail.startswith(reason, autoescape=True) for reason in RETRIED))
    is_final = or_(readings.c.kind == "article", and_(readings.c.kind == "rejected", not_(retried)))
    # Each once: what is made of an address costs more than to find out that it was there.
    return _pages(select(captures.c.url).distinct(), captures.c.site == site).where(is_final)


def _redirects(connection: Connection, site: str) -> Iterator[Row[Any]]:
    # Wrapped: the few are found among the readings, and all captures of the site are gone through once less.
    of_site = func.coalesce(captures.c.site, "") == site
    query = _pages(select(captures.c.url, readings.c.detail), of_site).where(readings.c.kind == "redirect")
    yield from _read(connection, query.where(readings.c.target.is_not(None)))


def _pages(query: Select[Any], of_site: ColumnElement[bool]) -> Select[Any]:
    joined = query.join_from(captures, readings, readings.c.capture == captures.c.id)
    return joined.where(of_site, captures.c.method == "GET")


def _read(connection: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    yield from connection.execute(query, execution_options={"yield_per": ROWS})
