"""What steers a crawl, and misleads it: robots.txt, sitemaps, feeds."""

from __future__ import annotations

import gzip

from tests.crawler.odd_server import reset
from tests.hostile.case import Host, bomb, coded, endless, hold, to
from tests.hostile.leading import spellings
from tests.hostile.pages import article, page

ROBOTS_SILENT = Host("robots-silent", routes={"/robots.txt": [[hold]]}, controls="refused")
ROBOTS = [
    Host("robots-500", routes={"/robots.txt": [page("x", status=b"500 Error")]}, controls="refused"),
    Host("robots-403", routes={"/robots.txt": [page("x", status=b"403 No")]}),
    Host("robots-html", routes={"/robots.txt": [page(article("x"))]}),
    Host("robots-loop", routes={"/robots.txt": [to(b"/robots.txt")]}, controls="read|failed: robots"),
    Host(
        "robots-endless",
        routes={"/robots.txt": [endless(b"HTTP/1.1 200 OK\r\n\r\n", b"Disallow: /x\n" * 5000)]},
    ),
    Host("robots-bomb", routes={"/robots.txt": [coded("", bomb(), b"gzip")]}),
    Host("robots-long", routes={"/robots.txt": [page(b"# x\n" * 200_000 + b"Disallow: /\n", kind=b"text/plain")]}),
    Host("robots-reset", routes={"/robots.txt": [[reset]]}, controls="refused"),
    Host(
        "robots-chain",
        routes={
            "/robots.txt": [to(b"/r0.txt")],
            **{f"/r{n}.txt": [to(b"/r%d.txt" % (n + 1))] for n in range(3)},
            "/r3.txt": [page(b"User-agent: *\nDisallow: /tin/", kind=b"text/plain")],
        },
        controls="refused",
    ),
    Host(
        "robots-bom",
        routes={"/robots.txt": [page(b"\xef\xbb\xbfUser-agent: *\nDisallow: /tin/", kind=b"text/plain")]},
        controls="refused",
    ),
    Host(
        "robots-cr",
        routes={"/robots.txt": [page(b"User-agent: *\rDisallow: /tin/\r", kind=b"text/plain")]},
        controls="refused",
    ),
    Host(
        "robots-utf16",
        routes={"/robots.txt": [page("User-agent: *\nDisallow: /x".encode("utf-16"), kind=b"text/plain")]},
    ),
    Host(
        "robots-stars",
        routes={
            "/robots.txt": [
                page(
                    b"User-agent: *\nDisallow: /"
                    + b"*t*i*n" * 3_000
                    + b"$\n"
                    + b"Allow: /"
                    + b"*a" * 9_000
                    + b"$\nDisallow: /%zz%\nDisallow: /"
                    + b"x" * 90_000
                    + b"\n"
                    + b"Sitemap: http://robots-stars.khcn-thu.vn/s\n" * 5_000
                    + b"Sitemap: /s.xml\nSitemap: ://\nSitemap:",
                    kind=b"text/plain",
                )
            ]
        },
    ),
    Host(
        "robots-nul", routes={"/robots.txt": [page(b"User-agent: *\0\nDisallow: /admin\n\xff\xfe", kind=b"text/plain")]}
    ),
]
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY b%d "%s">' % (n, b"&b%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(10))
    + b"]>"
)
URLSET = b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>%s</loc></url></urlset>'
INDEX_OF = b"<sitemapindex><sitemap><loc>http://%s.khcn-thu.vn/%s</loc></sitemap></sitemapindex>"
INDEX = b"<sitemapindex><sitemap><loc>http://%s.khcn-thu.vn/sitemap.xml</loc></sitemap></sitemapindex>"
INDEX_ENTRY = b"<sitemap><loc>http://map-odd.khcn-thu.vn/%s.xml</loc></sitemap>"
ODD_MAPS = {
    b"quadratic": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
    + b"a" * 100_000
    + b'">]>'
    + URLSET % (b"&a;" * 2_000),
    b"attributes": b"<urlset " + b" ".join(b"a%d=''" % n for n in range(50_000)) + b"><url/></urlset>",
    b"names": b"<urlset " + b" ".join(b"xmlns:n%d='u:%d'" % (n, n) for n in range(10_000)) + b"><url/></urlset>",
    b"include": b'<urlset xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="file:///etc/passwd" parse="text"/></urlset>',
    b"lines": b"\n".join(b"http://map-odd.khcn-thu.vn/\0%d" % n for n in range(5)),
    b"places": URLSET % b"<![CDATA[ http://[::1 ]]></loc><lastmod>99999-99-99</lastmod><loc>javascript:1</loc><loc>\0",
    b"document": b"%PDF-1.4 " + bytes(range(256)) * 400,
}
RSS = b"<rss><channel><item><title>%s</title><link>http://feed-xxe.khcn-thu.vn/tin/f</link></item></channel></rss>"


def mapped(name: str, body: bytes, *fields: bytes) -> Host:
    return Host(name, routes={"/sitemap.xml": [page(body, *fields, kind=b"application/xml")]})


def fed(name: str, body: bytes) -> Host:
    """Return a host of which each page names a feed."""
    link = f'<link rel="alternate" type="application/rss+xml" href="http://{name}.khcn-thu.vn/rss.xml">'
    return Host(name, routes={"/rss.xml": [page(body, kind=b"application/rss+xml")]}, head=link)


SITEMAPS = [
    mapped("map-xxe", XXE + URLSET % b"&e;"),
    mapped("map-laughs", LAUGHS + URLSET % b"&b9;"),
    mapped("map-bomb", bomb(), b"Content-Encoding: gzip"),
    mapped("map-html", article("x").encode()),
    mapped("map-loop", INDEX % b"map-loop"),
    mapped("map-away", URLSET % b"http://169.254.169.254/latest/meta-data/"),
    Host(
        "map-endless", routes={"/sitemap.xml": [endless(b"HTTP/1.1 200 OK\r\n\r\n", b"<url><loc>x</loc></url>" * 5000)]}
    ),
    mapped("map-marks", b"<urlset><url><loc>" + b"&" * 8_000_000),
    mapped("map-elements", b"<urlset>" + b"<x/>" * 2_000_000 + b"<url></url></urlset>"),
    mapped("map-empty", b""),
    mapped("map-torn", (URLSET % b"http://map-torn.khcn-thu.vn/tin/map-torn-length")[:-30]),
    mapped("map-deep", b"<urlset>" + b"<url>" * 200_000),
    mapped("map-gzip", gzip.compress(URLSET % b"http://map-gzip.khcn-thu.vn/tin/map-gzip-length")),
    mapped("map-twice-bomb", gzip.compress(bomb())),
    mapped(
        "map-many",
        b"<urlset>"
        + b"".join(b"<url><loc>http://khac.example/%d</loc></url>" % n for n in range(60_000))
        + b"</urlset>",
    ),
    mapped(
        "map-utf16",
        ('<?xml version="1.0" encoding="utf-16"?>' + (URLSET % b"http://x.example/").decode()).encode("utf-16"),
    ),
    Host(
        "map-odd",
        routes={
            "/sitemap.xml": [
                page(b"<sitemapindex>" + b"".join(INDEX_ENTRY % name for name in ODD_MAPS) + b"</sitemapindex>")
            ]
        }
        | {f"/{name.decode()}.xml": [page(body, kind=b"application/xml")] for name, body in ODD_MAPS.items()},
    ),
    Host("map-500", routes={"/sitemap.xml": [page("x", status=b"500 Error")]}),
    Host(
        "map-tree",
        routes={
            "/sitemap.xml": [page(INDEX_OF % (b"map-tree", b"m0.xml"), kind=b"application/xml")],
            **{
                f"/m{n}.xml": [page(INDEX_OF % (b"map-tree", b"m%d.xml" % (n + 1)), kind=b"application/xml")]
                for n in range(300)
            },
        },
    ),
    fed("feed-xxe", XXE + RSS % b"&e;"),
    fed("feed-laughs", LAUGHS + RSS % b"&b9;"),
    fed("feed-bomb", bomb()),
    fed("feed-html", article("x").encode()),
    fed("feed-torn", RSS[:-40] % b"x"),
    fed("feed-deep", b"<rss><channel>" + b"<item>" * 100_000),
    fed("feed-entities", XXE.replace(b"e SYSTEM", b"% e SYSTEM") + RSS % b"x"),
]


def inward(secret: int) -> list[Host]:
    """Return hosts of which robots.txt, sitemap or feed leads to the server at port *secret*."""
    loopback = f"http://127.0.0.1:{secret}".encode()
    plain = b"text/plain"
    index = b"<sitemapindex>" + b"".join(
        b"<sitemap><loc>http://%s/m.xml</loc></sitemap>" % host.encode() for host in spellings(secret).values()
    )
    return [
        Host("robots-inward", routes={"/robots.txt": [to(loopback + b"/robots.txt")]}, controls="read|refused"),
        Host("robots-map-inward", routes={"/robots.txt": [page(b"Sitemap: " + loopback + b"/s.xml", kind=plain)]}),
        Host("robots-map-file", routes={"/robots.txt": [page(b"Sitemap: file:///etc/passwd", kind=plain)]}),
        mapped("map-inward", URLSET % (loopback + b"/tin/x")),
        mapped("map-index-inward", index + b"</sitemapindex>"),
        mapped("map-file", URLSET % b"file:///etc/passwd"),
        mapped("map-dtd", b'<?xml version="1.0"?><!DOCTYPE urlset SYSTEM "' + loopback + b'/x.dtd" [<!ENTITY % p SYSTEM "' + loopback + b'/p"> %p;]>' + URLSET % b"x"),
        fed("feed-base", b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="' + loopback + b'/"><entry><link href="tin/x"/></entry></feed>'),
        Host("map-moved", routes={"/sitemap.xml": [to(loopback + b"/sitemap.xml")]}),
        fed("feed-inward", RSS.replace(b"http://feed-xxe.khcn-thu.vn", loopback) % b"x"),
        Host("feed-moved", routes={"/rss.xml": [to(loopback + b"/rss.xml")]},
             head='<link rel="alternate" type="application/rss+xml" href="/rss.xml">'),
    ]  # fmt: skip
