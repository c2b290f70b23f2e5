"""From a capture to what it holds: the pure function that the live crawl and the rebuild share."""

from __future__ import annotations

from archive.model import Article, Capture, Listing, NotAnArticle, Payload
from crawler.ajax import address_of_capture
from crawler.ajax_page import read_ajax
from crawler.page import ListingPage
from crawler.registry import page_class
from crawler.sites import Site

_HTML = frozenset(("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", ""))
_SIGNATURES = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"RIFF", b"Rar!")


def derive(site: Site, capture: Capture, payload: Payload) -> Article | Listing | NotAnArticle:
    """Return the article or the listing that a capture holds, or why it holds neither.

    Pure: no clock, no network. Whatever the bytes are, it returns. Reasons:
    ``status_<n>``, ``empty``, ``not_html``, ``other_page`` (of a declared site, at no article's
    address), ``soft_404``, ``no_title``, ``no_date``, ``no_text``; of a listing that scripts load
    ``not_json``, ``no_answer``.
    """
    if payload.status != 200:
        return NotAnArticle(f"status_{payload.status}", capture.url)
    if (ajax := site.ajax_of(address_of_capture(capture))) is not None:
        return read_ajax(site, ajax, capture, payload)
    if not payload.body.strip():
        return NotAnArticle("empty", capture.url)
    if not _is_html(payload):
        return NotAnArticle("not_html", payload.header("Content-Type") or "")
    if site.is_listing(capture.url):
        return ListingPage(site, capture.url, capture.date, payload, capture.via).listing()
    layout = site.layout_of("articles", capture.url, capture.date)
    if layout is None and site.layouts:
        return NotAnArticle("other_page", "not at an article's address")
    reader = page_class(layout.page if layout is not None else "generic")
    return reader(site, capture.url, capture.date, payload, capture.via).article(capture)


def _is_html(payload: Payload) -> bool:
    mime = (payload.header("Content-Type") or "").partition(";")[0].strip().lower()
    return mime in _HTML and not payload.body.startswith(_SIGNATURES)
