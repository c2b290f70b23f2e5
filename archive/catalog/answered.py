"""Whether an address of a site has an answer in the archive."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, or_, select

from archive.catalog.prepared import Prepared
from archive.catalog.tables import captures
from archive.urls import identity_key

GONE = (404, 410)

_ANSWER = Prepared(
    select(captures.c.id)
    # Of the spellings with a key the one that is asked for.
    .where(captures.c.key == bindparam("key"), captures.c.url == bindparam("url"))
    # Wrapped, so that the few are found by their key, and not all of the site looked through.
    .where(func.coalesce(captures.c.site, "") == bindparam("site"), captures.c.method == "GET")
    .where(or_(captures.c.status.between(200, 399), captures.c.status.in_(GONE)))
    .where(or_(captures.c.truncated.is_(None), captures.c.truncated == "length"))
    .limit(1)
)


def is_answered(connection: Connection, site: str, url: str) -> bool:
    """Say whether an address gave 200, a redirect, 304 or "gone", whole or cut for its size."""
    return _ANSWER.first(connection, key=identity_key(url), url=url, site=site) is not None
