"""Atom feeds of a site and of a search, and the sitemap for search engines."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any
from xml.sax.saxutils import escape

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from archive.catalog.browsing import Span
from archive.catalog.holdings import Holding
from archive.export.atom import About, AtomFeed, Newest
from archive.times import UTC
from archive.web.api.answers import answer, software
from archive.web.api.asked import SiteIds, Words
from archive.web.api.records import records
from archive.web.api.told import NOT_AGAIN, TOO_LONG, problem
from archive.web.deps import Reading, served
from archive.web.links import absolute, own_address
from archive.web.problems import Problem, taken_down

router = APIRouter(default_response_class=Response, tags=["feeds"])

ATOM = "application/atom+xml"
XML = "application/xml"
RIGHTS = (
    "Texts and pictures belong to the Departments and to the authors and sources named in them. "
    "The archive grants no licence."
)
MOST = 100
PER_MAP = 25_000
"""Addresses of a sitemap; the protocol allows 50,000."""
_DIGITS = "0123456789abcdef"

Many = Annotated[int, Query(ge=1, le=MOST, description="Most entries.")]
SiteName = Annotated[str, Path(max_length=200, description="Site id.", openapi_examples={"s": {"value": "ha_tinh"}})]


def _xml(media: str, told: str) -> dict[int | str, dict[str, Any]]:
    good = {"description": told, "content": {media: {"schema": {"type": "string"}}}}
    found: dict[int | str, dict[str, Any]] = {200: good, 304: NOT_AGAIN, 414: TOO_LONG}
    return found | {status: problem(status) for status in (400, 404, 451, 500, 503)}


@router.get("/feeds/search.atom", response_model=None, responses=_xml(ATOM, "A feed."))
def search_feed(request: Request, archive: Reading, q: Words, site: SiteIds = None, limit: Many = 50) -> Response:
    """Give the newest articles that answer a search, as an Atom feed."""
    ids = [hit.article for hit in archive.search(q, site=site, order="newest", limit=limit)]
    with archive.catalog.browsing() as state:
        held = state.by_ids(ids)
    about = About(
        f"search {q} {sorted(site or [])}", q, served(request).title, RIGHTS, software(), own_address(request)
    )
    return _feed(request, archive, held.values(), limit, about)


@router.get("/feeds/{site}.atom", response_model=None, responses=_xml(ATOM, "A feed."))
def site_feed(request: Request, archive: Reading, site: SiteName, limit: Many = 50) -> Response:
    """Give the newest articles of a site, as an Atom feed."""
    hidden = archive.withheld
    if hidden.hides_site(site):
        raise taken_down("this site", "trang này")
    with archive.catalog.browsing() as state:
        span = Span((site,), but=hidden.articles)
        # More than are shown: one whose date lies in the future counts as of when it was captured.
        held = [each for each, _ in state.articles(span, 2 * limit)]
    if not held:
        raise Problem(404, f'no article is held of a site "{site}"; /api/v1/sites lists them', type="no-such-site")
    name = served(request).sites.name(site)
    return _feed(request, archive, held, limit, About(site, name, name, RIGHTS, software(), own_address(request)))


def _feed(request: Request, archive: Reading, held: Iterable[Holding], limit: int, about: About) -> Response:
    newest = Newest(limit)
    newest.add(records(archive, held))
    out = io.BytesIO()
    AtomFeed(about).write(newest.records(), out)
    return answer(request, out.getvalue(), media=ATOM)


@router.get("/sitemap.xml", response_model=None, responses=_xml(XML, "A sitemap index."))
def sitemap_index(request: Request, archive: Reading) -> Response:
    """List the sitemaps, some for each site (https://www.sitemaps.org/protocol.html)."""
    hidden = archive.withheld
    with archive.catalog.browsing() as state:
        sites = [each for each in state.sites(hidden.articles) if each.articles and not hidden.hides_site(each.site)]
    names = [name for each in sites for name in map_names(each.site, each.articles)]
    entries = (f"<sitemap><loc>{escape(absolute(request, f'/sitemaps/{name}'))}</loc></sitemap>" for name in names)
    return answer(request, _document("sitemapindex", entries), media=XML)


@router.get("/sitemaps/{name}", response_model=None, responses=_xml(XML, "A sitemap."))
def sitemap(
    request: Request,
    archive: Reading,
    name: Annotated[str, Path(max_length=250, openapi_examples={"name": {"value": "ha_tinh.xml"}})],
) -> Response:
    """List the pages of a site's articles, or of those whose ids begin alike."""
    site, begin = _named(name)
    hidden = archive.withheld
    if hidden.hides_site(site):
        raise taken_down("this site", "trang này")
    with archive.catalog.browsing() as state:
        span = Span((site,), but=hidden.articles)
        found = state.article_ids(span, 2 * PER_MAP, begin)
    entries = [
        f"<url><loc>{escape(absolute(request, f'/articles/{article}'))}</loc><lastmod>{_day(captured)}</lastmod></url>"
        for article, _, captured in found
        if article.startswith(begin)
    ]
    if not entries:
        raise Problem(404, f"no sitemap {name}; /sitemap.xml lists them", type="no-such-sitemap")
    return answer(request, _document("urlset", entries), media=XML)


def map_names(site: str, articles: int) -> Iterator[str]:
    """Yield the names of a site's sitemaps: ids are hashes, so their beginnings part them evenly.

    >>> list(map_names("ha_tinh", 2)), len(list(map_names("ha_tinh", 90_000)))
    (['ha_tinh.xml'], 16)
    """
    begins = [""]
    while articles / len(begins) > PER_MAP:
        begins = [begin + digit for begin in begins for digit in _DIGITS]
    return (f"{site}.{begin}.xml" if begin else f"{site}.xml" for begin in begins)


def _named(name: str) -> tuple[str, str]:
    site, _, begin = name.removesuffix(".xml").rpartition(".")
    if site and begin and set(begin) <= set(_DIGITS) and len(begin) <= 4:
        return site, begin
    return name.removesuffix(".xml"), ""


def _document(root: str, entries: Iterable[str]) -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return (head + "\n".join(entries) + f"\n</{root}>\n").encode()


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
