"""The Departments that are no more: what is held of each, over which years, and what is known to be missing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from archive.web.coverage import COVERAGES, Coverage, dissolved, stacks
from archive.web.deps import Reading, ServedArchive, served
from archive.web.render import page
from archive.web.sites import SiteFacts

router = APIRouter(include_in_schema=False)


@router.api_route("/sites/dissolved", methods=["GET", "HEAD"])
def departments(request: Request, archive: Reading) -> Response:
    """Show one table of them all."""
    told = served(request)
    rows = COVERAGES.of(archive, dissolved(told.sites))
    values = {
        "rows": rows,
        "sites": told.sites,
        "captures": sum(row.all_captures for row in rows),
        "recovered": sum(row.recovered for row in rows),
        "articles": sum(row.articles for row in rows),
        "years": [year.year for year in rows[0].years] if rows else [],
    }
    return page(request, "dissolved.html", values)


def chapter(archive: ServedArchive, site: SiteFacts) -> dict[str, Any] | None:
    """Return what the page of a Department shows of its coverage; null for one that is crawled."""
    if site.status != "retired" and not site.successor:
        return None
    found: list[Coverage] = COVERAGES.of(archive, [site])
    if not found or not found[0].all_captures:
        return None
    years = found[0].years
    return {
        "told": found[0],
        "captures": stacks((each.year, each.captures) for each in years),
        "articles": stacks((each.year, each.articles) for each in years),
    }
