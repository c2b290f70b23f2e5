"""Captures: what was fetched, when, and where its record lies."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from archive.catalog.browsing import Place
from archive.jsonform import to_json
from archive.model import Capture
from archive.web.api.answers import answer
from archive.web.api.asked import MAX_TEXT, At, CaptureId, Cursor, ManyLimit, Moment, Site, Url, end_of
from archive.web.api.cursors import place_of
from archive.web.api.forms import Captures
from archive.web.api.paging import page
from archive.web.api.told import router as make_router
from archive.web.api.told import told
from archive.web.deps import Reading
from archive.web.links import long_id
from archive.web.problems import Problem, taken_down
from archive.withheld import Withheld

router = make_router("captures")

CrawlName = Annotated[str | None, Query(max_length=200, description="Crawl id.")]
AnyUrl = Annotated[str | None, Query(min_length=1, max_length=MAX_TEXT, description="Address, in any spelling.")]
First = Annotated[Moment | None, Query(description="First time of capture; a day is a whole day in Vietnam.")]
Last = Annotated[Moment | None, Query(description="Last time of capture, included.")]


@router.get("/captures", **told(Captures))
def captures(
    request: Request,
    archive: Reading,
    site: Site = None,
    url: AnyUrl = None,
    crawl: CrawlName = None,
    since: First = None,
    until: Last = None,
    limit: ManyLimit = 100,
    cursor: Cursor = None,
) -> Response:
    """List captures by site, time and id. What must not be shown makes a page shorter, not the list."""
    of = ("captures", site, url, crawl, since, until)
    after = place_of(cursor, tuple[str, str, str], *of)
    hidden = archive.withheld
    with archive.catalog.browsing() as state:
        place = Place(after) if after is not None else None
        found = state.captures(limit + 1, place, site=site, url=url, crawl=crawl, since=since, until=until)
    return page(
        request,
        found,
        limit,
        of,
        lambda each: each[1].values,
        lambda some: [to_json(_plain(each[0], hidden)) for each in some if not hidden.hides_capture(each[0])],
    )


@router.get("/capture", **told(Capture, 404, 451))
def closest_capture(request: Request, archive: Reading, url: Url, at: At = None) -> Response:
    """Give the capture of an address that is closest to a time, by default the latest."""
    found = archive.catalog.closest(url, end_of(at))
    if found is None:
        raise Problem(404, f"{url}: nothing was captured at this address", type="no-such-capture")
    return _capture(request, archive, found)


@router.get("/captures/{id}", **told(Capture, 404, 451))
def capture(request: Request, archive: Reading, id: CaptureId) -> Response:
    """Give one capture."""
    found = archive.catalog.capture(long_id(id)) or archive.catalog.capture(id)
    if found is None:
        raise Problem(404, f"no capture {id} is held", type="no-such-capture")
    return _capture(request, archive, found)


def _capture(request: Request, archive: Reading, found: Capture) -> Response:
    hidden = archive.withheld
    if hidden.hides_capture(found):
        raise taken_down("this capture", "bản ghi này")
    plain = _plain(found, hidden)
    return answer(request, to_json(plain), modified=plain.date)


def _plain(found: Capture, hidden: Withheld) -> Capture:
    """Return a capture as it may be told: not on which page it was found when that is not shown."""
    plain = Capture(**{name: getattr(found, name) for name in Capture.__dataclass_fields__})
    return replace(plain, via=None) if hidden.hides_url(plain.via) else plain
