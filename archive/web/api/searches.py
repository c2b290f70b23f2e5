"""Search over HTTP: hits a page at a time, and how many there are by site and month."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from archive.jsonform import to_json
from archive.web.api.answers import answer
from archive.web.api.asked import Cursor, Limit, Since, SiteIds, Until, Words
from archive.web.api.cursors import place_of
from archive.web.api.forms import Count, Facets, Found, Hits
from archive.web.api.paging import page
from archive.web.api.told import router as make_router
from archive.web.api.told import told
from archive.web.deps import Reading
from archive.web.problems import Problem

router = make_router("search")

DEEPEST = 10_000
"""Hits that can be had of one search."""
_told_of = attrgetter(*Found.__dataclass_fields__)
HitOrder = Annotated[Literal["rank", "newest"], Query(description="Best first, or newest first.")]


@router.get("/search", **told(Hits))
def search(
    request: Request,
    archive: Reading,
    q: Words,
    site: SiteIds = None,
    since: Since = None,
    until: Until = None,
    order: HitOrder = "rank",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Find articles by their words. Later pages are of the search as it is then, not as it was."""
    of = ("search", q, site, since, until, order)
    offset = place_of(cursor, int, *of) or 0
    if not 0 <= offset <= DEEPEST:
        raise Problem(400, f"cursor: of one search {DEEPEST} hits can be had; ask for less", type="bad-cursor")
    found = list(archive.search(q, site=site, since=since, until=until, order=order, limit=limit + 1, offset=offset))
    if offset + limit >= DEEPEST:
        found = found[:limit]
    hits = [Found(*_told_of(each)) for each in found]
    return page(request, hits, limit, of, lambda each: offset + limit, lambda some: [to_json(each) for each in some])


@router.get("/facets", **told(Facets))
def facets(
    request: Request,
    archive: Reading,
    q: Words,
    site: SiteIds = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """Count the articles that a search finds."""
    found = archive.facets(q, site=site, since=since, until=until)
    told = Facets(
        found.articles,
        tuple(Count(key, articles) for key, articles in found.sites),
        tuple(Count(key, articles) for key, articles in found.months),
    )
    return answer(request, to_json(told))
