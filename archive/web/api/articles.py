"""Articles, their versions, history and differences; their pictures."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import Query, Request
from starlette.responses import Response

from archive.catalog.browsing import Browsing, Place, Span
from archive.catalog.holdings import Holding
from archive.export.record import Record
from archive.history import History
from archive.jsonform import to_json
from archive.web.api.answers import answer
from archive.web.api.asked import ArticleId, At, Cursor, Limit, Since, SiteIds, Until, Url, Which, end_of
from archive.web.api.cursors import place_of
from archive.web.api.forms import Articles, Difference, Picture, Pictures, Versions, raw
from archive.web.api.paging import page
from archive.web.api.records import lines, placed, span_of
from archive.web.api.told import router as make_router
from archive.web.api.told import told
from archive.web.counted import level_of
from archive.web.deps import Reading, ServedArchive, served
from archive.web.problems import Problem, taken_down

router = make_router("articles")

Order = Annotated[Literal["newest", "oldest"], Query(description="By date of publication (without one: of capture).")]
Sha256 = Annotated[
    str | None, Query(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file: every article that shows it.")
]


@router.get("/articles", **told(Articles))
def articles(
    request: Request,
    archive: Reading,
    site: SiteIds = None,
    since: Since = None,
    until: Until = None,
    order: Order = "newest",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """List articles, each in its latest version, by date."""
    of = ("articles", site, since, until, order)
    after = place_of(cursor, tuple[str, str], *of)
    with archive.catalog.browsing() as state:
        span = span_of(archive, state, site, since, until)
        place = Place(after) if after is not None else None
        found = _newest(request, archive, state, span, limit + 1, place) if order == "newest" else None
        if found is None:
            found = state.articles(span, limit + 1, place, oldest_first=order == "oldest")
    return page(
        request, found, limit, of, lambda each: each[1].values, lambda some: lines(archive, [each[0] for each in some])
    )


def _newest(
    request: Request, archive: ServedArchive, state: Browsing, span: Span, limit: int, after: Place | None
) -> list[tuple[Holding, Place]] | None:
    """Return the newest articles of one site out of the list that pages show; null when that is not this list now."""
    counted = served(request).counter.last
    if counted is None or span.sites is None or len(span.sites) != 1 or span.sites[0] in span.but_sites:
        return None
    if span.since is not None or span.until is not None or counted.level != level_of(archive):
        return None
    stretch = counted.site(span.sites[0]).stretch(after.values[1] if after is not None else None, limit)
    return state.articles_in(stretch, span.but, limit, after) if stretch is not None else None


@router.get("/article", **told(Record, 404, 451))
def article_by_url(request: Request, archive: Reading, url: Url, at: At = None) -> Response:
    """Give the article at an address, under any of its addresses, as it reads now or read at a time."""
    with archive.catalog.browsing() as state:
        article = state.at_url(url)
    if article is None:
        if archive.withheld.hides_url(url):
            raise taken_down(url, url)
        raise Problem(404, f"{url}: no article is held of this address", type="no-such-article")
    return _article(request, archive, article, at)


@router.get("/articles/{id}", **told(Record, 404, 451))
def article(request: Request, archive: Reading, id: ArticleId, at: At = None) -> Response:
    """Give an article as it reads now, or read at a time."""
    return _article(request, archive, id, at)


def _article(request: Request, archive: Reading, id: str, at: At) -> Response:
    moment = end_of(at)
    with archive.catalog.browsing() as state:
        url = placed(archive, state, id)
        held = state.by_ids([id])[id] if moment is None else state.version_at(id, moment)
    ledger = archive.catalog.ledger(url)
    (body,) = lines(archive, [held])
    return answer(request, body, modified=ledger.last_check if ledger is not None else None)


@router.get("/articles/{id}/versions", **told(Versions, 404, 451))
def versions(request: Request, archive: Reading, id: ArticleId) -> Response:
    """List the versions of an article, each once."""
    with archive.catalog.browsing() as state:
        placed(archive, state, id)
        held = state.versions(id)
    return answer(request, raw(lines(archive, held)))


@router.get("/articles/{id}/history", **told(History, 404, 451))
def history(request: Request, archive: Reading, id: ArticleId) -> Response:
    """Tell what became of an article: its versions as spans of time, events, other addresses, the same elsewhere."""
    with archive.catalog.browsing() as state:
        url = placed(archive, state, id)
    found = archive.history(url)
    assert found is not None
    return answer(request, msgspec.json.encode(found.as_json()), modified=found.checked)


@router.get("/articles/{id}/diff", **told(Difference, 404, 451))
def diff(
    request: Request,
    archive: Reading,
    id: ArticleId,
    a: Annotated[Which | None, Query(description="Number in the history, or a time; by default the last but one.")] = (
        None
    ),
    b: Annotated[Which | None, Query(description="The same of the other; by default the last.")] = None,
) -> Response:
    """Tell what differs between two versions of an article."""
    with archive.catalog.browsing() as state:
        url = placed(archive, state, id)
    found = archive.diff(url, a, b)
    assert found is not None
    return answer(request, msgspec.json.encode(found.as_json()))


@router.get("/images", **told(Pictures))
def images(
    request: Request,
    archive: Reading,
    site: SiteIds = None,
    since: Since = None,
    until: Until = None,
    sha256: Sha256 = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """List the pictures of articles, of the newest article first."""
    of = ("images", site, since, until, sha256)
    after = place_of(cursor, tuple[str, str, int], *of)
    hidden = archive.withheld
    with archive.catalog.browsing() as state:
        span = span_of(archive, state, site, since, until)
        found = state.images(span, limit + 1, Place(after) if after is not None else None, sha256=sha256)
    return page(
        request,
        found,
        limit,
        of,
        lambda each: each.place.values,
        lambda some: [
            to_json(Picture(each.article, each.site, each.url, each.title, each.image))
            for each in some
            if not hidden.hides_url(each.image.url)
        ],
    )
