"""The addresses that need no request to know what is there; told one by one, for there can be millions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, Select, and_, bindparam, func, not_, or_, select

from archive.catalog.prepared import Prepared
from archive.catalog.read import MAX_REDIRECTS, RETRIED
from archive.catalog.tables import captures, readings
from archive.digests import address_hash
from archive.urls import identity_key

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
    # Each once: what is made of an address costs more than to find out that it was there.
    final = _pages(select(captures.c.url).distinct(), captures.c.site == site).where(_IS_FINAL)
    for row in _read(connection, final):
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


def known_by(connection: Connection, site: str, crawl: str) -> Iterator[str]:
    """Yield the addresses that are known by what a crawl read (see :meth:`Catalog.known_by`)."""
    of_crawl = captures.c.crawl == crawl, _of(site)
    for row in _read(connection, _pages(select(captures.c.url).distinct(), *of_crawl).where(_IS_FINAL)):
        yield row.url
    met = _pages(select(captures.c.url).distinct(), *of_crawl).where(_LEADS)
    led_here = _pages(select(captures.c.key), *of_crawl).where(or_(_IS_FINAL, _LEADS))
    found = {row.url for row in _read(connection, met)}
    fresh = {row.url for row in _read(connection, _redirects_of(site).where(readings.c.target.in_(led_here)))} | found
    for _ in range(MAX_REDIRECTS):
        found |= fresh
        fresh = {
            row.url
            for url in fresh
            for row in _LED_TO.rows(connection, site=site, key=identity_key(url))
            if row.detail == url
        } - found
    follow = cache(lambda url: _read_at(connection, site, url))
    for url in sorted(found):
        reached, passed = {url}, set[str]()
        for _ in range(MAX_REDIRECTS):
            passed |= reached
            reached = {target for each in reached for target in follow(each)[1]} - passed
            if any(follow(each)[0] for each in reached):
                yield url
                break


def _read_at(connection: Connection, site: str, url: str) -> tuple[bool, frozenset[str]]:
    """Say whether an address was read for good, and return where it redirected to."""
    rows = _AT.rows(connection, site=site, url=url, key=identity_key(url))
    return any(row.is_final for row in rows), frozenset(row.detail for row in rows if row.kind == "redirect")


def list_urls(connection: Connection, site: str) -> Iterator[str]:
    """Yield the addresses on which new articles are to be expected (see :meth:`Catalog.lists`)."""
    page = captures.alias()
    led_on = select(page.c.via).join(readings, readings.c.capture == page.c.id)
    led_on = led_on.where(page.c.site == site, readings.c.kind == "article", page.c.via.is_not(None))
    is_list = or_(readings.c.kind == "listing", readings.c.detail.in_(LISTS), captures.c.url.in_(led_on))
    pages = _pages(select(captures.c.url), captures.c.site == site)
    for row in _read(connection, pages.where(readings.c.kind.in_(("listing", "rejected")), is_list)):
        yield row.url


def _of(site: str | BindParameter[str]) -> ColumnElement[bool]:
    # Wrapped: what is meant is found by another index, and the captures of the site are not all gone through.
    of_site: ColumnElement[bool] = func.coalesce(captures.c.site, "") == site
    return of_site


def _redirects(connection: Connection, site: str) -> Iterator[Row[Any]]:
    yield from _read(connection, _redirects_of(site))


def _redirects_of(site: str | BindParameter[str]) -> Select[Any]:
    return _pages(select(captures.c.url, readings.c.detail), _of(site)).where(_LEADS)


def _pages(query: Select[Any], *which: ColumnElement[bool]) -> Select[Any]:
    joined = query.join_from(captures, readings, readings.c.capture == captures.c.id)
    return joined.where(*which, captures.c.method == "GET")


def _read(connection: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    yield from connection.execute(query, execution_options={"yield_per": ROWS})


_LEADS = and_(readings.c.kind == "redirect", readings.c.target.is_not(None))
_IS_RETRIED = or_(*(readings.c.detail.startswith(reason, autoescape=True) for reason in RETRIED))
_IS_FINAL = or_(readings.c.kind == "article", and_(readings.c.kind == "rejected", not_(_IS_RETRIED)))
_SITE: BindParameter[str] = bindparam("site")
_LED_TO = Prepared(_redirects_of(_SITE).where(readings.c.target == bindparam("key")))
"""Redirects to addresses with a key."""
_AT = Prepared(
    _pages(select(readings.c.kind, readings.c.detail, _IS_FINAL.label("is_final")).distinct(), _of(_SITE))
    .where(captures.c.key == bindparam("key"), captures.c.url == bindparam("url"))
    .where(or_(_IS_FINAL, _LEADS))
)
"""How an address was read."""
