"""Targets: sitemaps, feeds, robots.txt, and listings that scripts load."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

from archive.model import Capture, Listing, Location, NotAnArticle, Payload
from archive.urls import is_http
from crawler.ajax import Ajax
from crawler.ajax_page import read_ajax
from crawler.feeds import MAX_ITEMS, read_feed
from crawler.robots import MAX_SITEMAPS, read_rules
from crawler.sitemaps import MAX_ENTRIES, read_sitemap, tells_changes
from tests.fuzz.on_addresses import sites
from tests.fuzz.target import Target

URL = "http://skhcn.a.vn/sitemap.xml"
NOW = datetime(2025, 7, 8, 1, tzinfo=UTC)
TYPES = (
    "",
    "text/xml; charset=utf-8",
    "text/xml; charset=utf-16",
    "application/rss+xml; charset=windows-1258",
    "text/html; charset=x",
)


def _payload(data: bytes) -> Payload:
    kind = TYPES[data[0] % len(TYPES)] if data else ""
    return Payload(200, (("Content-Type", kind),), data[1:])


def sitemaps(data: bytes) -> None:
    """Addresses of the web, each once, dates with a zone."""
    found = read_sitemap(_payload(data), URL)
    if found is None:
        return
    assert len(found.entries) <= MAX_ENTRIES
    assert len({entry.url for entry in found.entries}) == len(found.entries)
    for entry in found.entries:
        assert is_http(entry.url)
        for moment in (entry.modified, entry.published):
            assert moment is None or moment.astimezone(UTC)
    tells_changes(found, NOW)


def feeds(data: bytes) -> None:
    """Addresses of the web, each once, titles of one line, dates with a zone."""
    found = read_feed(_payload(data), URL)
    if found is None:
        return
    assert len(found) <= MAX_ITEMS
    assert len({item.url for item in found}) == len(found)
    for item in found:
        assert is_http(item.url)
        assert item.title is None or item.title == " ".join(item.title.split())
        assert item.published is None or item.published.astimezone(UTC)


def robots(data: bytes) -> None:
    """Rules that can be asked, and no more sitemaps than are read."""
    rules = read_rules(data, "khcn")
    for path in ("/", "/tin/a.html?x=1", "/%E1%BB%9F", "/*$", "/" + "a" * 200):
        rules.allows(f"http://a.vn{path}")
    assert len(rules.sitemaps) <= MAX_SITEMAPS
    assert rules.delay_s >= 0


_AJAX = (
    Ajax("http://skhcn.a.vn/api?page={page}", answer="d.items", link="/tin/{slug}-{id}.html", title="name"),
    Ajax("http://skhcn.a.vn/html?page={page}", answer="d."),
    Ajax("http://skhcn.a.vn/plain?page={page}"),
)


def ajax(data: bytes) -> None:
    """A listing, or why there is none."""
    listing = _AJAX[data[0] % len(_AJAX)] if data else _AJAX[0]
    url = listing.address(1)
    capture = Capture("urn:uuid:1", url, NOW, 200, "application/json", None, "x", "c1", Location("w", 0, 1))
    found = read_ajax(sites()[3], listing, capture, Payload(200, (("Content-Type", "application/json"),), data[1:]))
    assert isinstance(found, Listing | NotAnArticle)
    if isinstance(found, Listing):
        assert all(is_http(item.url) for item in found.items)


_MAP = b"""\
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>http://skhcn.a.vn/tin/1.html?a=1&amp;b=2</loc><lastmod>2025-03-01</lastmod><image:loc>/x.png</image:loc></url>
<url><loc><![CDATA[ /tin/2.html ]]></loc><lastmod>9999-12-31T23:59:59-07:00</lastmod>
<news:news><news:publication_date>0001-01-01T00:00:00+07:00</news:publication_date></news:news></url>
</urlset>"""
_INDEX = b"<sitemapindex><sitemap><loc>http://skhcn.a.vn/s1.xml.gz</loc><lastmod>Fri, 22 May 2020 03:21:00 GMT</lastmod></sitemap></sitemapindex>"
_XXE = b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><urlset><url><loc>/&a;&c;</loc></url></urlset>'
_MAPS = (
    *(
        b"\x01" + _MAP,
        b"\x00" + gzip.compress(_MAP, mtime=0),
        b"\x02" + _MAP.decode().encode("utf-16"),
        b"\x00" + _INDEX,
    ),
    *(b"\x01" + _XXE, b"\x00http://a.vn/1\nhttp://a.vn/2\r\n", b"\x00http:///1"),
)
_FEED = """\
<rss version="2.0"><channel><title>Tin</title><item><title><![CDATA[Sở <b>KH&amp;CN</b> họp]]></title>
<link>http://skhcn.a.vn/tin/1</link><pubDate>Fri, 22 May 2020 03:21:00 GMT</pubDate><guid isPermaLink="true">http://a.vn/?p=1</guid></item>
<item><title>B&agrave;i 2</title><link/><guid>http://a.vn/2</guid><pubDate>22/05/2020 10:21</pubDate></item></channel></rss>""".encode()
_ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/b/"><entry><title type="html">&lt;i>x</title><link rel="alternate" href="c"/>
<updated>9999-12-31T23:59:59-07:00</updated><published>0001-01-01T00:00:00+07:00</published></entry></feed>"""
_RDF = (
    b'<rdf:RDF xmlns="x"><item rdf:about="http://a.vn/3"><title>y</title><dc:date>2020-05-22</dc:date></item></rdf:RDF>'
)
_ROBOTS = (
    b"User-agent: khcn/1.0\nDisallow: /x*.html$\nCrawl-delay: 2.5\nRequest-rate: 1/5\nUser-agent: *\nAllow: /\nSitemap: /a.xml",
    b"\xef\xbb\xbfuser-agent: *\rdisallow: /%E1%BB%9F\rcrawl-delay: nan\rvisit-time: 0100-0200",
    b"<!DOCTYPE html><html>",
)
# What never ends was looked for from each of its beginnings.
_FLOODS = [
    b"\x01<rss>" + each * 30_000 + b"</item></rss>"
    for each in (b"<![CDATA[", b"<!DOCTYPE x [", b"<?xml ", b"&", b"<!--")
]
_JSON = (
    b'\x00{"d": {"items": [{"slug": "a", "id": 1, "name": "B\xc3\xa0i"}, {"slug": null, "id": "2"}]}}',
    b'\x01{"d": "<div><a href=\\"/tin/a-1.html\\">Tin</a></div>"}',
    b'\x02<ul><li><a href="/tin/a-1.html">H\xe1\xbb\x99i ngh\xe1\xbb\x8b t\xe1\xbb\x95ng k\xe1\xba\xbft</a></li></ul>',
)
_TAGS = (
    b"<!DOCTYPE x [",
    b"<!DOCTYPE",
    b"<?xml encoding='",
    b"<url>",
    b"</url>",
    b"<loc>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"&lt;",
    b"&#0;",
    b"&#x110000;",
    b"&nbsp;",
    b"<item>",
    b"<?xml?>",
    b"9999-12-31T23:59:59-07:00",
    b"0001-01-01",
)

TARGETS = (
    Target("sitemaps", sitemaps, made=lambda: _MAPS, words=_TAGS, cost=8),
    Target(
        "feeds",
        feeds,
        made=lambda: [*(b"\x01" + each for each in (_FEED, _ATOM, _RDF)), *_FLOODS],
        words=_TAGS,
        cost=50,
    ),
    Target(
        "robots",
        robots,
        made=lambda: _ROBOTS,
        words=(b"Disallow:", b"*", b"$", b"Crawl-delay: inf", b"Request-rate: 1/0s"),
        cost=8,
    ),
    Target(
        "ajax", ajax, made=lambda: _JSON, words=(b'{"d":', b"[[[[[[", b"NaN", b"1e999", b'"slug"', b"\\ud800"), cost=10
    ),
)
