"""Which addresses of a site an earlier crawl has an answer to."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from archive.catalog.tables import captures
from archive.digests import address_hash

GONE = (404, 410)
ROWS = 10_000
"""Rows in memory at a time."""


def answered_hashes(connection: Connection, site: str) -> frozenset[int]:
    """Return the hashes of the addresses that gave 200, a redirect, 304 or "gone", whole or cut for its size."""
    is_final = or_(captures.c.status.between(200, 399), captures.c.status.in_(GONE))
    is_kept = or_(captures.c.truncated.is_(None), captures.c.truncated == "length")
    asked = captures.c.site == site, captures.c.method == "GET"
    query = select(captures.c.url).where(*asked, is_final, is_kept).execution_options(yield_per=ROWS)
    return frozenset(address_hash(url) for url in connection.scalars(query))
