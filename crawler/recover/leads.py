"""What a recovered page tells of others: files that it needs, and articles that existed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archive.model import Article, Capture, Listing, Payload
from archive.times import timestamp14
from crawler.assets import is_web_page, redirect_target
from crawler.css import is_sheet
from crawler.leads import PageLeads
from crawler.page import Page
from crawler.reading import Result
from crawler.recover.frontier import Need
from crawler.requisites import requisites
from crawler.sites import Site

FILES = frozenset({"image", "attachment", "requisite"})


@dataclass(frozen=True, slots=True)
class Told:
    """What one capture tells."""

    needs: tuple[Need, ...] = ()
    known: tuple[str, ...] = ()
    """Addresses of articles of the site, linked or listed."""


def told_by_page(site: Site, capture: Capture, payload: Payload, result: Result | None) -> Told:
    """Return what a page or a style sheet tells; *result* is what was read from the page.

    Of a file that lies elsewhere, where that is; of any other answer that is neither, or not 200, nothing.
    """
    if (target := redirect_target(capture, payload)) is not None and capture.purpose in FILES:
        return Told(tuple(_needs(capture, capture.purpose, [target])))
    if payload.status != 200:
        return Told()
    if not is_web_page(capture.mime, payload.body):
        if is_sheet(capture.mime, capture.url):
            return Told(tuple(_needs(capture, "requisite", requisites(capture.url, payload))))
        return Told()
    files: dict[str, str] = {}
    if isinstance(result, Article):
        files |= {image.url: "image" for image in result.images}
        files |= {document.url: "attachment" for document in result.attachments}
    for url in requisites(capture.url, payload):
        files.setdefault(url, "requisite")
    needs = (need for url, purpose in files.items() for need in _needs(capture, purpose, [url]))
    known = dict.fromkeys(_known(site, capture, payload, result))
    return Told(tuple(needs), tuple(known))


def _known(site: Site, capture: Capture, payload: Payload, result: Result | None) -> Iterator[str]:
    if isinstance(result, Article):
        yield result.url
    if isinstance(result, Listing):
        yield from (item.url for item in result.items if site.claims(item.url))
    page = Page(site, capture.url, capture.date, payload, capture.via)
    leads = PageLeads(page, payload)
    if site.layouts:
        yield from (url for url in leads.links if site.is_article(url) and site.claims(url))
    else:
        yield from (item.url for item in leads.listing.items if site.claims(item.url))


def _needs(capture: Capture, purpose: str, urls: list[str]) -> Iterator[Need]:
    near = timestamp14(capture.date)
    for url in urls:
        yield Need(url, near, capture.url, purpose)
