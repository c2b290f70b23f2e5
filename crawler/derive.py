"""From a capture to what it holds: the pure function that the live crawl and the rebuild share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from archive.model import Article, Capture, Listing, NotAnArticle, Payload
from crawler.ajax import address_of_capture
from crawler.ajax_page import read_ajax
from crawler.bygone import is_bygone
from crawler.canonical import own_address
from crawler.doubts import doubted
from crawler.language import are_vietnamese
from crawler.page import ArticlePage, Page
from crawler.registry import page_class, page_classes
from crawler.sites import Layout, Site

_HTML = frozenset(("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", ""))
_SIGNATURES = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"RIFF", b"Rar!")
_SETS_COOKIE = re.compile(r"document\.cookie\s*=")
_ASKS_AGAIN = re.compile(r"location\.(?:reload|replace|assign|href)\b|\blocation\s*=|http-equiv=.?refresh|\bD1N=", re.I)
MAX_STUB = 16_384
"""Letters of source; the stubs that are known have a few hundred."""
MAX_STUB_WORDS = 400
"""Letters that a stub shows: a word to readers whose browser runs no scripts."""
SURE = 0.5
"""A site without a declared layout is read by the family whose fingerprint is this at least."""


def derive(
    site: Site, capture: Capture, payload: Payload, page: Page | None = None
) -> Article | Listing | NotAnArticle:
    """Return the article or the listing that a capture holds, or why it holds neither.

    *page* is that same payload (:func:`page_of`), for who reads more of it: it is parsed once.

    Pure: no clock, no network. Whatever the bytes are, it returns. Reasons:
    ``status_<n>``, ``empty``, ``not_html``, ``cookie_stub``, ``other_page`` (of a declared site, at no
    article's address), ``section_list``, ``soft_404``, ``no_title``, ``no_date``, ``no_text``; of an
    undeclared site, and of one that looked otherwise then (:mod:`crawler.bygone`), ``home_page``, ``static_page``,
    ``search_page``; of a listing that scripts load ``not_json``, ``no_answer``.
    """
    if payload.status != 200:
        return NotAnArticle(f"status_{payload.status}", capture.url)
    if (ajax := site.ajax_of(address_of_capture(capture))) is not None:
        return read_ajax(site, ajax, capture, payload)
    if not payload.body or payload.body.isspace():
        return NotAnArticle("empty", capture.url)
    if not _is_html(payload):
        return NotAnArticle("not_html", payload.header("Content-Type") or "")
    page = page or page_of(site, capture, payload)
    if is_cookie_stub(page):
        return NotAnArticle("cookie_stub", capture.url)
    listings = site.layouts_of("listings", capture.url, capture.date)
    if listings:
        return page.read_as(confirmed(listings, page).listing_page).listing()
    articles = site.layouts_of("articles", capture.url, capture.date)
    if articles:
        result = _at_its_address(confirmed(articles, page), page, capture)
        return doubted(result, page) if isinstance(result, Article) else result
    if site.layouts and not is_bygone(site, page, capture):
        return NotAnArticle("other_page", "not at an article's address")
    reader = recognised(page)
    read = page.read_as(reader)
    result = read.article(capture)
    if not isinstance(result, Article):
        return result
    url = reader.original(own_address(page, reader.original(result.url), result.title))
    return doubted(replace(result, url=url, source_id=read.own_id() or result.source_id), page)


def page_of(site: Site, capture: Capture, payload: Payload) -> Page:
    """Return the page that a capture holds, not parsed yet."""
    return Page(site, capture.url, capture.date, payload, capture.via)


def _at_its_address(reader: type[ArticlePage], page: Page, capture: Capture) -> Article | NotAnArticle:
    """Return what a page at the address of an article holds, read by *reader* unless it looked otherwise then."""
    bygone = is_bygone(page.site, page, capture)
    if bygone and reader.has_fingerprint():
        return page.read_as(recognised(page)).article(capture)
    result = page.read_as(reader).article(capture)
    if bygone and isinstance(result, NotAnArticle):
        return page.read_as(recognised(page)).article(capture)
    return result


def is_cookie_stub(page: Page) -> bool:
    """Say whether a guard answered in place of the site: a script that sets a cookie and asks again, and no page.

    Seen with ``D1N=`` and 32 hexadecimal digits, sent with status 200 until the cookie comes back.
    """
    if len(page.markup) > MAX_STUB or not (_SETS_COOKIE.search(page.markup) and _ASKS_AGAIN.search(page.markup)):
        return False
    paged = any(block.links or block.heading for block in page.blocks)
    return not paged and sum(len(block.text) for block in page.blocks) < MAX_STUB_WORDS


def confirmed(layouts: Sequence[Layout], page: Page) -> type[ArticlePage]:
    """Return the class of the first layout, or of the next whose marks the page bears while it has none of the first.

    A class that knows no marks is believed.
    """
    first, *others = (page_class(layout.page) for layout in layouts)
    if not others or not first.has_fingerprint() or first.fingerprint(page) > 0:
        return first
    return next((other for other in others if other.fingerprint(page) > 0), first)


def recognised(page: Page) -> type[ArticlePage]:
    """Return the class whose marks an undeclared page bears most surely, the generic one when none does.

    Families are known from Vietnamese offices. The same software elsewhere looks otherwise: a page in another
    language, on a host that is not below ``.vn``, is read by the generic class. A page is looked at once.
    """
    if page.recognised is None:
        page.recognised = _recognised(page)
    return page.recognised


def _recognised(page: Page) -> type[ArticlePage]:
    best, sure = page_class("generic"), 0.0
    if not _is_below_vn(page.url) and not are_vietnamese(page.blocks):
        return best
    for _, reader in sorted(page_classes().items()):
        if reader.has_fingerprint() and (found := reader.fingerprint(page)) >= SURE and found > sure:
            best, sure = reader, found
    return best


def _is_below_vn(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith(".vn")


def _is_html(payload: Payload) -> bool:
    mime = (payload.header("Content-Type") or "").partition(";")[0].strip().lower()
    return mime in _HTML and not payload.body.startswith(_SIGNATURES)
