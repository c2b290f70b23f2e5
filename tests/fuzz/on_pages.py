"""Targets: the pages of each family, as a declared site has them and as anybody might send them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, partial
from unicodedata import is_normalized

from archive.jsonform import from_json, to_json
from archive.model import Article, Capture, Listing, Location, NotAnArticle, Payload
from archive.urls import is_http
from crawler.cases import Case
from crawler.derive import derive
from crawler.leads import PageLeads
from crawler.page import Page
from crawler.registry import page_classes
from crawler.site_files import filled
from crawler.sites import Host, Layout, Site
from tests.fuzz.on_addresses import sites
from tests.fuzz.target import Target
from tests.sites.cases import all_cases

CAPTURED = datetime(2025, 7, 8, 1, tzinfo=UTC)
TYPES = ("text/html; charset=utf-8", "text/html", "text/html; charset=windows-1258", "text/html; charset=utf-16", "")
FOLDERS = {"liferay_6": "liferay", "liferay_7": "liferay", "aspx_default": "aspx_htmlview"}
"""Folders of cases that have not the name of their page class; the classes of one site borrow any."""


@cache
def _cases(family: str) -> list[Case]:
    folder = FOLDERS.get(family, family)
    return [case for case in all_cases() if case.family == folder] or [
        case for case in all_cases() if case.family == "ui_portal"
    ]


@cache
def _declared(family: str) -> Site:
    """Return a site all of whose pages are read by the class: articles below ``/a``, lists below ``/l``."""
    layout = Layout(page=family, articles=("/a.*",), listings=("/l.*",), page_param="page")
    return filled(Site("x", "Sở", "Department", "active", hosts=(Host("skhcn.a.vn"),), layouts=(layout,)))


def page(family: str, data: bytes) -> None:
    """An article, a listing, or why it is neither; sound, and the same when it is kept and read again."""
    way = data[0] if data else 0
    payload = Payload(200, (("Content-Type", TYPES[way // 4 % len(TYPES)]),), data[1:])
    if way % 4 == 3:
        case = _cases(family)[way // 20 % len(_cases(family))]
        site, url = sites()[0], case.capture.url
    else:
        site, url = _declared(family), "http://skhcn.a.vn/" + ("a/bai-1.html", "l/tin?page=2", "a/2")[way % 4]
    capture = Capture("urn:uuid:1", url, CAPTURED, 200, "text/html", None, site.id, "c1", Location("w", 0, 1))
    result = derive(site, capture, payload)
    assert isinstance(result, Article | Listing | NotAnArticle)
    _check(result)
    leads = PageLeads(Page(site, url, CAPTURED, payload), payload)
    assert all(map(is_http, (*leads.links, *leads.feeds, *leads.requisites, *leads.pager)))
    assert leads.family is None or leads.family in page_classes()
    for item in leads.feed or ():
        assert is_http(item.url)


def _check(result: Article | Listing | NotAnArticle) -> None:
    try:
        kept = to_json(result)
    except UnicodeEncodeError:
        return  # half a surrogate pair: such a page is refused where it would be kept
    if isinstance(result, NotAnArticle):
        return
    assert from_json(kept, type(result)) == result
    if isinstance(result, Listing):
        assert all(is_http(item.url) for item in result.items)
        assert len({item.url for item in result.items}) == len(result.items)
        return
    assert result.title
    assert result.title == " ".join(result.title.split())
    assert is_normalized("NFC", result.text)
    assert all(is_http(image.url) or image.url.startswith("data:") for image in result.images)
    assert all(is_http(file.url) for file in result.attachments)


def _made(family: str) -> list[bytes]:
    cases = _cases(family)
    made = [bytes([number * 20 % 240 + 3]) + case.payload.body for number, case in enumerate(cases)]
    return made + [bytes([number % 2]) + case.payload.body for number, case in enumerate(cases)]


_TAGS = (
    *(b"<div>", b"</div>", b"<p>", b"<table><tr><td>", b"</table>", b"<script>", b"</script>", b"<!--", b"-->", b"<!", b"<svg>"),
    *(b'<base href="//[x">', b'<base href="http://b.vn/">', b'<meta charset="utf-16">', b'<a href="/a/1">', b'<img src="x.png">'),
    *(b"<h1>", b"<br>", b"&nbsp;", b"&#0;", b"&#xD800;", b"&#x1F600;", b' class="', b' id="', b'<time datetime="', b"<template>"),
    *(b'<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x", "datePublished": "2024-05-06"}</script>',),
    *(b'<script type="application/ld+json">[[', b'<link rel="canonical" href="http://[">', b"<frameset>", b"<math>", b"<noscript>"),
    *("Ngày 18/05/2022".encode(), "Tác giả: ".encode(), "Ảnh: ".encode(), "Nguồn: ".encode(), b"12/31/9999 23:59", b"{{", b"\\u0000"),
)  # fmt: skip

TARGETS = tuple(
    Target(
        f"page_{family}",
        partial(page, family),
        made=partial(_made, family),
        words=_TAGS,
        cost=1600,
        longest=65_536,
        grown=4,
    )
    for family in sorted(page_classes())
)
