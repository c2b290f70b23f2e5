"""The first page: what is held."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from archive.catalog.browse import Line
from archive.web import charts
from archive.web.counted import days_since, this_month
from archive.web.deps import Reading, served
from archive.web.pages import shown
from archive.web.render import page

router = APIRouter(include_in_schema=False)

NEWEST = 7
MONTHS = 36
ROWS = 34


@router.api_route("/", methods=["GET", "HEAD"])
def home(request: Request, archive: Reading) -> Response:
    """Show what the archive holds: sums, the newest, articles by month and Department, the map."""
    told = served(request)
    counted = told.counter.get(archive)
    last = this_month()
    found = archive.catalog.lines(counted.every.page(0, 2 * NEWEST)[0])
    newest = [line for line in shown.lines(archive, found) if not _is_ahead(line)]
    months = charts.span_of([counted.every], last, 12, MONTHS)
    values = {
        "counted": counted,
        "sites": told.sites,
        "newest": newest[:NEWEST],
        "tiles": charts.tiles(counted, told.sites),
        "bars": charts.bars(counted.every.months, last, months, step=14),
        "heat": charts.heat(counted, told.sites, last, months, rows=ROWS),
        "silent": days_since(counted.every.last),
    }
    return page(request, "home.html", values)


def _is_ahead(line: Line) -> bool:
    # A date that lies in the future is a misprint, and would stay on top for years.
    return line.published is not None and line.published > datetime.now(UTC)
