"""Where the played sites name their articles beside their listings: feeds, sitemaps, listings that scripts load."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import NamedTuple
from urllib.parse import parse_qs

from tests.play.truth import PlayedArticle

HOST = "skhcn.hatinh.gov.vn"
"""The host that has all of them."""
ROBOTS = f"Sitemap: http://{HOST}/sitemap_index.xml\n"
NAMED = '<link rel="alternate" type="application/rss+xml" title="RSS" href="/rss/trang-chu.rss">\n</head>'
"""What the head of a listing has more."""
LOAD = "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle"
LIST = "/Service/TinTuc.asmx/DanhSachTin"
FEED_SIZE = 10
PAGE_SIZE = 15


class Found(NamedTuple):
    """An answer: media type and body."""

    mime: str
    body: bytes
    etag: str | None = None


def answer(target: str, articles: Sequence[PlayedArticle], modified: Mapping[str, datetime]) -> Found | None:
    """Return what :data:`HOST` answers to a GET of *target*; *articles* are all, newest first."""
    body: str | None = None
    if target == "/rss/trang-chu.rss":
        body = feed(articles[:FEED_SIZE])
    elif target == "/sitemap_index.xml":
        body = index(("/sitemap-tin-moi.xml", "/sitemap-tin-cu.xml.gz"))
    elif target == "/sitemap-tin-moi.xml":
        body = sitemap(articles[: len(articles) // 2], modified)
    elif target == "/sitemap-tin-cu.xml.gz":
        body = sitemap(articles[len(articles) // 2 :], modified)
    if body is None:
        return None
    raw = body.encode()
    etag = f'"{zlib.crc32(raw):08x}"'
    if target.endswith(".gz"):
        return Found("application/x-gzip", gzip.compress(raw, mtime=0), etag)
    return Found("application/xml; charset=utf-8", raw, etag)


def posted(target: str, body: bytes, articles: Sequence[PlayedArticle]) -> Found | None:
    """Return what :data:`HOST` answers to a POST."""
    text = body.decode("utf-8", "replace")
    if target == LOAD:
        asked = json.loads(text)
        shown = _page([one for one in articles if one.category == asked["category"]], int(asked["page"]))
        items = "".join(f'<li><a href="{escape(one.url)}">{escape(one.title)}</a></li>' for one in shown)
        return Found("application/json; charset=utf-8", json.dumps({"d": f"<ul>{items}</ul>"}).encode())
    if target == LIST:
        shown = _page(articles, int(parse_qs(text)["page"][0]))
        rows = [{"Duong_Dan": one.url.partition(HOST)[2], "TieuDe": one.title} for one in shown]
        return Found("application/json", json.dumps({"d": json.dumps({"DanhSach": rows})}).encode())
    return None


def _page(articles: Sequence[PlayedArticle], number: int) -> Sequence[PlayedArticle]:
    return articles[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]


def feed(articles: Sequence[PlayedArticle]) -> str:
    """Return an RSS feed as the older portals write it: HTML entities, bare ampersands, CDATA."""
    items = "".join(
        f"<item><title><![CDATA[{one.title}]]></title><link>{escape(one.url)}</link>"
        f"<description>Sở Khoa học &amp; C&ocirc;ng nghệ & Đời sống</description>"
        f"<pubDate>{format_datetime(one.published)}</pubDate></item>\n"
        for one in articles
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>T&igrave;m</title>{items}</channel></rss>'


def index(paths: Sequence[str]) -> str:
    """Return a sitemap index."""
    entries = "".join(f"<sitemap><loc>http://{HOST}{path}</loc></sitemap>\n" for path in paths)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'


def sitemap(articles: Sequence[PlayedArticle], modified: Mapping[str, datetime]) -> str:
    """Return a sitemap of articles and of a page that is none."""
    entries = "".join(
        f"<url><loc>{escape(one.url)}</loc><lastmod>{modified.get(one.url, one.published).isoformat()}</lastmod></url>\n"
        for one in articles
    )
    other = f"<url><loc>http://{HOST}/lien-he</loc></url>"
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{other}{entries}</urlset>'
