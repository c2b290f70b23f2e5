"""Shared by the tests of reading: a page in, what was read out, and what is true beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from archive.model import Article, Capture, Listing, Location, NotAnArticle, Payload
from crawler.derive import derive
from crawler.site_files import Registry
from crawler.sites import Site
from tests.play.truth import PlayedArticle

SITES = Registry(Path(__file__).parents[2] / "spiders" / "sites")
HA_TINH, HAU_GIANG = SITES.get("ha_tinh"), SITES.get("hau_giang")
CAPTURED = datetime(2025, 7, 8, 1, 0, tzinfo=UTC)


def capture_of(url: str, site: Site, via: str | None = None) -> Capture:
    """Return a capture of *url*."""
    return Capture("urn:uuid:1", url, CAPTURED, 200, "text/html", None, site.id, "c1", Location("w", 0, 1), via=via)


def read_page(
    html: str | bytes,
    url: str = "http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/a",
    *,
    site: Site | None = None,
    mime: str = "text/html; charset=utf-8",
    status: int = 200,
    via: str | None = None,
) -> Article | Listing | NotAnArticle:
    """Derive one page."""
    if site is None:
        site = HA_TINH if "hatinh" in url else HAU_GIANG
    body = html.encode() if isinstance(html, str) else html
    return derive(site, capture_of(url, site, via), Payload(status, (("Content-Type", mime),), body))


def told(article: Article | Listing | NotAnArticle) -> dict[str, object]:
    """Return the fields that a page tells, or why there are none."""
    if not isinstance(article, Article):
        return {"refused": article}
    return {
        "title": article.title,
        "published": article.published,
        "precision": article.published_precision,
        "authors": article.authors,
        "photographers": article.photographers,
        "source": article.source,
        "text": article.text.split("\n\n"),
        "images": [(image.url, image.caption, image.credit, image.alt) for image in article.images],
        "positions": [image.position for image in article.images],
        "attachments": [(file.url, file.title) for file in article.attachments],
    }


def true_of(article: PlayedArticle) -> dict[str, object]:
    """Return what :func:`told` has to give."""
    return {
        "title": article.title,
        "published": article.published,
        "precision": article.precision,
        "authors": article.authors,
        "photographers": article.photographers,
        "source": article.source,
        "text": list(article.paragraphs),
        "images": [(image.url, image.caption, image.credit, image.alt) for image in article.images],
        "positions": list(range(len(article.images))),
        "attachments": [(file.url, file.title) for file in article.attachments],
    }
