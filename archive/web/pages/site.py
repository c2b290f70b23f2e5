"""One Department: what was captured of it when, its hosts, who came before and after; and all of them as a list."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from archive.report import CrawlReport, latest_reports
from archive.text import fold
from archive.web import charts
from archive.web.counted import Counted, Part, days_since, this_month
from archive.web.deps import Reading, served
from archive.web.pages import shown
from archive.web.pages.dissolved import chapter
from archive.web.problems import Problem, taken_down
from archive.web.render import page
from archive.web.sites import SiteFacts

router = APIRouter(include_in_schema=False)

NEWEST = 10
MONTHS = 60
RUNS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A Department in the list of all."""

    site: SiteFacts
    part: Part
    newest: str | None
    silent: int | None


@router.api_route("/sites", methods=["GET", "HEAD"])
def sites(request: Request, archive: Reading) -> Response:
    """List all Departments, those of today first, and what else is held."""
    told = served(request)
    counted = told.counter.get(archive)
    known = {**told.sites.sites, **{site: told.sites.get(site) for site in counted.sites}}
    rows = [_row(site, counted) for site in known.values() if shown.is_site(archive, site.id)]
    rows.sort(key=lambda row: (row.site.province is None, fold(row.site.province or row.site.id)))
    groups = {
        "now": [row for row in rows if row.site.code_now],
        "before": [row for row in rows if row.site.code_before and not row.site.code_now],
        "other": [row for row in rows if not row.site.code_before and not row.site.code_now],
    }
    return page(request, "sites.html", {"groups": groups, "sites": told.sites})


@router.api_route("/sites/{site}", methods=["GET", "HEAD"])
def site(request: Request, archive: Reading, site: str) -> Response:
    """Show one Department."""
    told = served(request)
    counted = told.counter.get(archive)
    if site not in told.sites.sites and site not in counted.sites:
        raise Problem(404, f"no site {site} is known", vi=f"không có trang nào tên {site}")
    if not shown.is_site(archive, site):
        raise taken_down(site, site)
    facts, part = told.sites.get(site), counted.site(site)
    last = this_month()
    months = charts.span_of([part], last, 12, MONTHS)
    step = 16 if months <= 36 else 11
    reports = latest_reports(archive.root, site, RUNS)
    values = {
        "site": facts,
        "sites": told.sites,
        "counted": counted,
        "part": part,
        "articles": charts.bars(part.months, last, months, step=step),
        "captures": charts.bars(part.captures, last, months, step=step),
        "newest": shown.lines(archive, archive.catalog.lines(part.page(0, NEWEST)[0])),
        "newest_month": next(iter(part.months), None),
        "silent": days_since(part.last),
        "coverage": chapter(archive, facts),
        "reports": sorted(reports, key=_started, reverse=True),
    }
    return page(request, "site.html", values)


def _row(site: SiteFacts, counted: Counted) -> Row:
    part = counted.site(site.id)
    return Row(site, part, next(iter(part.months), None), days_since(part.last))


def _started(report: CrawlReport) -> str:
    return report.started.isoformat()
