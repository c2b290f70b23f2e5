"""Memento (RFC 7089): the TimeGate, which negotiates in time, and TimeMaps, which list all mementos of an address."""

from __future__ import annotations

import json
import re

from fastapi import APIRouter, Request
from starlette.responses import Response

from archive.web.links import absolute
from archive.web.lookup import OPEN_TO_ALL, address_in, index_of, whole_address
from archive.web.mementos import (
    Link,
    Memento,
    closest,
    mementos_of,
    neighbours,
    parse_http_date,
)
from archive.web.problems import Problem, taken_down
from archive.web.stored import leads_back
from archive.web.withheld import withheld
from archive.withheld import NOTHING_WITHHELD

router = APIRouter()

PAGE = 1_000
"""Mementos a page of a TimeMap."""
LINK_FORMAT = "application/link-format"
EXPOSED = {**OPEN_TO_ALL, "Access-Control-Expose-Headers": "Link, Memento-Datetime, Location, Content-Location, Vary"}


def base_of(request: Request) -> str:
    """Return the absolute address of the app, without a slash at its end."""
    return absolute(request, "")


def timegate_path(url: str) -> str:
    """Return the path of the TimeGate of an address."""
    return f"/timegate/{url}"


def timemap_path(url: str, form: str = "link", page: int = 1) -> str:
    """Return the path of a page of the TimeMap of an address.

    >>> timemap_path("http://a.vn/"), timemap_path("http://a.vn/", "json", 2)
    ('/timemap/link/http://a.vn/', '/timemap/json/2/http://a.vn/')
    """
    return f"/timemap/{form}/{f'{page}/' if page > 1 else ''}{url}"


def around(url: str, base: str) -> list[Link]:
    """Return the links that every answer about an address has."""
    return [
        Link(url, "original"),
        Link(base + timegate_path(url), "timegate"),
        Link(base + timemap_path(url), "timemap", (("type", LINK_FORMAT),)),
    ]


@router.api_route("/timegate/{address:path}", methods=["GET", "HEAD"], include_in_schema=False)
def timegate(request: Request, address: str) -> Response:
    """Lead to the capture of an address closest to ``Accept-Datetime``, without one to the latest."""
    url, base = address_in(request, "/timegate/"), base_of(request)
    at = None
    if wanted := request.headers.get("accept-datetime"):
        try:
            at = parse_http_date(wanted)
        except ValueError as error:
            raise Problem(400, f"Accept-Datetime: {error}", headers={"Vary": "accept-datetime"}) from None
    found = _found(request, url)
    chosen = closest(found, at, lambda each: leads_back(request, each))
    assert chosen is not None
    links = [*around(url, base), *neighbours(found, chosen, base)]
    headers = {
        **EXPOSED,
        "Location": base + chosen.path,
        "Vary": "accept-datetime",
        "Link": ", ".join(map(str, links)),
        "Cache-Control": "no-cache",
    }
    return Response(status_code=302, headers=headers)


@router.api_route("/timemap/{form}/{address:path}", methods=["GET", "HEAD"], include_in_schema=False)
def timemap(request: Request, form: str, address: str) -> Response:
    """List the captures of an address, a page at a time, as links or as JSON."""
    if form not in ("link", "json"):
        raise Problem(404, f"/timemap/{form}: there is no such form; there are /timemap/link/ and /timemap/json/")
    place = f"/timemap/{form}/"
    page = 1
    if numbered := re.match(r"([0-9]{1,7})/(?=\S)", address):
        page, place = int(numbered[1]), place + numbered[0]
    url = whole_address(address_in(request, place), place)
    found = _found(request, url)
    pages = -(-len(found) // PAGE)
    if not 1 <= page <= pages:
        raise Problem(404, f"{url}: its TimeMap has {pages} pages, and no page {page}")
    some = found[(page - 1) * PAGE : page * PAGE]
    if form == "json":
        text, media_type = _as_json(url, found, some, page, pages, base_of(request)), "application/json"
    else:
        text, media_type = _as_links(url, found, some, page, pages, base_of(request)), LINK_FORMAT
    return Response(text, media_type=media_type, headers={**EXPOSED, "Cache-Control": "no-cache"})


def _found(request: Request, url: str) -> list[Memento]:
    hidden = withheld(request)
    found = mementos_of(index_of(request), url, hidden)
    if not found:
        if hidden and mementos_of(index_of(request), url, NOTHING_WITHHELD):
            raise taken_down(url, url)
        link = str(Link(url, "original"))
        headers = {"Link": link, "Vary": "accept-datetime"}
        raise Problem(404, f"{url}: no capture is held", vi=f"{url}: kho không có bản lưu nào", headers=headers)
    return found


def _rel(found: list[Memento], each: Memento) -> str:
    names = [name for name, end in (("first", found[0]), ("last", found[-1])) if each.entry is end.entry]
    return " ".join([*names, "memento"])


def _as_links(url: str, found: list[Memento], some: list[Memento], page: int, pages: int, base: str) -> str:
    span = (("type", LINK_FORMAT), ("from", some[0].http_date), ("until", some[-1].http_date))
    links = [
        Link(url, "original"),
        Link(base + timegate_path(url), "timegate"),
        Link(base + timemap_path(url, page=page), "self", span),
    ]
    for other in range(1, pages + 1):
        # All pages, so that who reads one can ask for all others at once (RFC 7089, section 5.1.3).
        if other != page:
            links.append(Link(base + timemap_path(url, page=other), "timemap", _span_of(found, other)))
    links += [Link(base + each.path, _rel(found, each), (("datetime", each.http_date),)) for each in some]
    return ",\n".join(map(str, links)) + "\n"


def _span_of(found: list[Memento], page: int) -> tuple[tuple[str, str], ...]:
    first, last = found[(page - 1) * PAGE], found[min(page * PAGE, len(found)) - 1]
    return (("type", LINK_FORMAT), ("from", first.http_date), ("until", last.http_date))


def _as_json(url: str, found: list[Memento], some: list[Memento], page: int, pages: int, base: str) -> str:
    def told(each: Memento) -> dict[str, str]:
        return {"datetime": each.date.strftime("%Y-%m-%dT%H:%M:%SZ"), "uri": base + each.path}

    near = {"prev": page - 1, "next": page + 1}
    form = {
        "original_uri": url,
        "self": base + timemap_path(url, "json", page),
        "mementos": {"list": [told(each) for each in some], "first": told(found[0]), "last": told(found[-1])},
        "timemap_uri": {
            "link_format": base + timemap_path(url),
            "json_format": base + timemap_path(url, "json"),
        },
        "timegate_uri": base + timegate_path(url),
        "pages": {
            "count": pages,
            "mementos": len(found),
            **{name: base + timemap_path(url, "json", other) for name, other in near.items() if 1 <= other <= pages},
        },
    }
    return json.dumps(form, indent=1) + "\n"
