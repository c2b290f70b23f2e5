"""Search, and without a question the list of all articles."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, timedelta
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from archive.search.query import QueryError
from archive.web.counted import Counted, Part
from archive.web.deps import Reading, ServedArchive, served
from archive.web.links import Varied
from archive.web.pages import shown
from archive.web.pages.rows import Rows
from archive.web.problems import Problem
from archive.web.render import page

router = APIRouter(include_in_schema=False)

PAGE = 20
LAST_PAGE = 500
"""Nobody reads so far; a question narrowed to a month or a Department leads there sooner."""

FIRST_SITES = 12
"""Departments that stand beside the results at once."""
SITES = 112

Asked = Annotated[str, Query(max_length=2_000)]


@router.api_route("/search", methods=["GET", "HEAD"])
def search(
    request: Request,
    archive: Reading,
    q: Asked = "",
    site: Annotated[list[str] | None, Query(max_length=80)] = None,
    when: Annotated[str, Query(pattern=r"^(\d{4}(-(0[1-9]|1[0-2]))?)?$")] = "",
    order: Annotated[str, Query(pattern="^(rank|newest)$")] = "rank",
    p: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
) -> Response:
    """Show the articles that answer a question, with how many there are of each Department and time."""
    told = served(request)
    sites = [each for each in site or [] if each]
    counted = told.counter.get(archive)
    asked = q.strip()
    offset = (p - 1) * PAGE
    values: dict[str, Any] = {"error": None, "hits": [], "lines": []}
    if asked:
        try:
            found = _asked(archive, asked, sites, when, order, offset)
        except QueryError as error:
            found = {"error": str(error), "count": 0, "by_site": (), "by_month": ()}
    else:
        found = _browsed(archive, counted, sites, when, offset)
    values |= found
    count = found["count"]
    assert isinstance(count, int)
    pages = min(LAST_PAGE, -(-count // PAGE))
    if p > max(pages, 1):
        raise Problem(404, f"page {p}: there are {pages}", vi=f"không có trang {p}; kết quả có {pages} trang")
    given: dict[str, object] = {"q": asked or None, "site": sites, "when": when or None}
    if order != "rank":
        given["order"] = order
    again = Varied(request, "/search", given)
    rows = Rows(request, told.sites, again)
    by_site = values.pop("by_site")[:SITES]
    values |= {
        "q": asked, "chosen": sites, "when": when, "order": order, "p": p, "pages": pages, "sites": told.sites,
        "again": again,
        "rows": rows.hits(values.pop("hits")) + rows.lines(values.pop("lines")),
        "years": rows.times(_years(values.pop("by_month"), when), when),
        "by_site": rows.sites(by_site[:FIRST_SITES], sites), "other_sites": len(by_site) - FIRST_SITES,
        "others": rows.sites(by_site[FIRST_SITES:], sites),
    }  # fmt: skip
    return page(request, "search.html", values, status=400 if values["error"] else 200)


def _asked(
    archive: ServedArchive, asked: str, sites: list[str], when: str, order: str, offset: int
) -> dict[str, object]:
    since, until = span(when)
    # What is counted leaves out the choice itself, so that another one can be made.
    counting = archive.facets_ahead(asked)
    found = archive.search(
        asked, site=sites, since=since, until=until, order="newest" if order == "newest" else "rank",
        limit=PAGE, offset=offset,
    )  # fmt: skip
    hits = list(islice(found, PAGE))
    every = counting()
    facets = archive.facets(asked, site=sites, since=since, until=until) if sites or when else every
    by_site = archive.facets(asked, since=since, until=until).sites if when else every.sites
    by_month = archive.facets(asked, site=sites).months if sites else every.months
    return {"hits": hits, "count": facets.articles, "by_site": by_site, "by_month": by_month}


def _browsed(archive: ServedArchive, counted: Counted, sites: list[str], when: str, offset: int) -> dict[str, object]:
    if len(sites) > 1:
        raise Problem(
            400,
            "site: without words to look for, one Department at a time can be listed",
            vi="khi không có từ cần tìm, mỗi lần chỉ xem được bài của một Sở",
        )
    part: Part = counted.site(sites[0]) if sites else counted.every
    ids, count = part.page(offset, PAGE, when)
    by_site = sorted(((site, each.articles) for site, each in counted.sites.items() if each.articles), key=_most_first)
    months = tuple(sorted(part.months.items(), reverse=True))
    return {
        "lines": shown.lines(archive, archive.catalog.lines(ids)),
        "count": count,
        "by_site": by_site,
        "by_month": months,
    }


def _most_first(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]


def _years(months: object, when: str) -> list[tuple[str, int]]:
    """Return the years with their articles, newest first; of the chosen year the months too."""
    assert isinstance(months, tuple)
    sums: dict[str, int] = defaultdict(int)
    for month, count in months:
        sums[month[:4]] += count
    made: list[tuple[str, int]] = []
    for year in sorted(sums, reverse=True):
        made.append((year, sums[year]))
        if when[:4] == year:
            made += [(month, count) for month, count in months if month.startswith(year)]
    return made


def span(when: str) -> tuple[date | None, date | None]:
    """Return the first and the last day of a year or a month; nothing for an empty one.

    >>> span("2025-12")
    (datetime.date(2025, 12, 1), datetime.date(2025, 12, 31))
    """
    if not re.fullmatch(r"\d{4}(-\d\d)?", when) or when.startswith(("0000", "9999")):
        return None, None
    year = int(when[:4])
    if len(when) == 4:
        return date(year, 1, 1), date(year, 12, 31)
    number = int(when[5:])
    following = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), following - timedelta(days=1)
