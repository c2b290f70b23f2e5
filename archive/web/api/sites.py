"""Sites, the reports of their crawls, and what was removed from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import islice
from pathlib import Path as FilePath
from typing import Annotated, Any

import msgspec
from fastapi import Path, Request
from starlette.responses import Response

from archive.catalog.browsing import SiteCount
from archive.errors import ArchiveError
from archive.jsonform import to_json
from archive.report import FOLDER, CrawlReport, read_report, report_path
from archive.web.api.answers import answer
from archive.web.api.asked import Cursor, Limit, Site
from archive.web.api.cursors import place_of
from archive.web.api.forms import (
    Crawls,
    DissolvedSite,
    DissolvedSites,
    HeldSite,
    HeldYear,
    Removal,
    Removals,
    Sites,
    raw,
)  # fmt: skip
from archive.web.api.paging import page
from archive.web.api.told import router as make_router
from archive.web.api.told import told
from archive.web.coverage import COVERAGES, ORIGINS, Coverage, dissolved
from archive.web.deps import Reading, served
from archive.web.problems import Problem, taken_down
from archive.web.reports import public
from archive.withheld import Withheld

router = make_router("sites")

SiteName = Annotated[str, Path(max_length=200, description="Site id.", openapi_examples={"s": {"value": "ha_tinh"}})]
CrawlId = Annotated[
    str,
    Path(
        pattern="^[0-9A-Za-z_.-]{1,200}-[0-9]{1,20}$",
        description="Crawl id.",
        openapi_examples={"id": {"value": "ha_tinh-20250301020000000"}},
    ),
]
_STEM = re.compile(r"(.+)-(\d+)", re.ASCII)


@router.get("/sites", **told(Sites))
def sites(request: Request, archive: Reading) -> Response:
    """List the sites of which something is held."""
    return answer(request, raw([to_json(each) for each in _held(request, archive)]))


@router.get("/sites/{site}", **told(HeldSite, 404, 451))
def site(request: Request, archive: Reading, site: SiteName) -> Response:
    """Tell of one site how much is held."""
    if archive.takedown.hides_site(site):
        raise taken_down("this site", "trang này")
    found = next((each for each in _held(request, archive) if each.id == site), None)
    if found is None:
        raise Problem(404, f'nothing is held of a site "{site}"; /api/v1/sites lists them', type="no-such-site")
    return answer(request, to_json(found))


@router.get("/sites/{site}/removals", **told(Removals, 404, 451))
def removals(request: Request, archive: Reading, site: SiteName, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """List what was removed from a site, also what came back: whether an article is gone is no change of it."""
    if archive.takedown.hides_site(site):
        raise taken_down("this site", "trang này")
    of = ("removals", site)
    start = min(place_of(cursor, int, *of) or 0, 10_000_000)
    found = list(enumerate(islice(archive.removed(site), max(start, 0), max(start, 0) + limit + 1), start + 1))
    return page(
        request, found, limit, of, lambda each: each[0], lambda some: [_line(Removal, each[1]) for each in some]
    )


@router.get("/dissolved", **told(DissolvedSites))
def dissolved_sites(request: Request, archive: Reading) -> Response:
    """List the Departments that are no more, with what is held of each over the years."""
    rows = COVERAGES.of(archive, dissolved(served(request).sites))
    return answer(request, raw([to_json(_dissolved(each)) for each in rows]))


@router.get("/crawls", **told(Crawls))
def crawls(request: Request, archive: Reading, site: Site = None, limit: Limit = 20, cursor: Cursor = None) -> Response:
    """List the reports of crawls that have ended, of the latest first."""
    of = ("crawls", site)
    after = place_of(cursor, tuple[str, str], *of)
    hidden = archive.withheld
    places = sorted(_reports(archive.root, site, hidden), reverse=True)
    later = [place for place in places if after is None or place < after][: limit + 1]
    return page(
        request,
        later,
        limit,
        of,
        lambda place: place,
        lambda some: [line for place in some if (line := _report(archive.root, place[1], hidden)) is not None],
    )


@router.get("/crawls/{id}", **told(CrawlReport, 404, 451))
def crawl(request: Request, archive: Reading, id: CrawlId) -> Response:
    """Give the report of a crawl that has ended."""
    hidden = archive.withheld
    named = _STEM.fullmatch(id)
    if named is not None and hidden.hides_site(named[1]):
        raise taken_down("this site", "trang này")
    line = _report(archive.root, id, hidden)
    if line is None:
        raise Problem(404, f"no report of a crawl {id} is held", type="no-such-crawl")
    return answer(request, line)


def _held(request: Request, archive: Reading) -> Iterable[HeldSite]:
    hidden, registry = archive.withheld, served(request).sites
    with archive.catalog.browsing() as state:
        counted = state.sites(hidden.articles)
    for each in counted:
        if not hidden.hides_site(each.site):
            yield _site(registry.get(each.site), each)


def _site(facts: Any, count: SiteCount) -> HeldSite:
    return HeldSite(
        id=facts.id,
        name=facts.name,
        name_en=facts.name_en,
        province=facts.province,
        status=facts.status,
        hosts=tuple(each.host for each in facts.hosts),
        successor=facts.successor,
        articles=count.articles,
        crawls=count.crawls,
        last_crawl=count.last_crawl,
    )


def _dissolved(found: Coverage) -> DissolvedSite:
    facts = found.site
    return DissolvedSite(
        id=facts.id,
        name=facts.name,
        name_en=facts.name_en,
        province=facts.province,
        successor=facts.successor,
        articles=found.articles,
        captures=_positive(found.captures),
        years=tuple(
            HeldYear(each.year, _positive(each.captures), _positive(each.articles))
            for each in found.years
            if not each.is_empty
        ),
        lacking=tuple(found.lacking),
        missing=found.missing,
    )


def _positive(counts: Mapping[str, int]) -> dict[str, int]:
    return {origin: counts[origin] for origin in ORIGINS if counts.get(origin)}


def _line(kind: type, value: Any) -> bytes:
    return to_json(kind(**{entry.name: getattr(value, entry.name) for entry in fields(kind)}))


def _reports(root: FilePath, site: str | None, hidden: Withheld) -> Iterable[tuple[str, str]]:
    """Yield the time in the id of each crawl that has ended, and the id."""
    for path in (root / FOLDER).glob("*.json"):
        named = _STEM.fullmatch(path.stem)
        if named is not None and site in (None, named[1]) and not hidden.hides_site(named[1]):
            yield named[2], path.stem


def _report(root: FilePath, crawl: str, hidden: Withheld) -> bytes | None:
    """Return a report without what must not be shown; null when there is none, or none that can be read."""
    try:
        found = read_report(report_path(root, crawl))
    except ArchiveError:
        return None
    return msgspec.json.encode(public(found, hidden))
