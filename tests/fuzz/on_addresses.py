"""Targets: addresses, and what a site file makes of them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import cache

from archive.surt import surt_host
from archive.urls import header_url, host_of, identity_key, is_http, surt
from crawler.clean import absolute
from crawler.private import is_public
from crawler.proposal import is_web, reading_site
from crawler.registry import page_classes
from crawler.sites import Host, Site
from crawler.url_traps import MAX_ADDRESS, trap
from tests.fuzz.target import Target

TODAY = date(2026, 3, 1)
BASE = "http://skhcn.a.vn/tin-tuc/x.html?page=2"


@cache
def sites() -> tuple[Site, ...]:
    """Return a site of each family, and one of none."""
    plain = Site(
        "x", "Sở", "Department", "active", hosts=(Host("skhcn.a.vn"), Host("a.vn", scope="/tin.*")), junk=("utm",)
    )
    return plain, *(reading_site(plain, name) for name in sorted(page_classes()))


def addresses(data: bytes) -> None:
    """Keys are had of any text; what is to be requested stays as it is when it is made absolute once more."""
    text = data.decode("utf-8", "surrogateescape" if data[:1] == b"~" else "replace")
    surt(text)
    surt_host(text)
    identity_key(text)
    host_of(text)
    with suppress(ValueError):
        is_public(text)
    header = header_url(text)
    assert header_url(header) == header
    assert header == "".join(header.split())
    url = absolute(text, BASE)
    if url is None:
        return
    assert is_http(url)
    assert absolute(url, BASE) == url
    if not is_web(url):
        return
    assert surt(url) == surt(url)
    key = identity_key(url)
    assert identity_key(header_url(url)) == key


def url_rules(data: bytes) -> None:
    """What pages link to is judged without an error, and what is taken off an address is gone at once."""
    url = absolute(data.decode("utf-8", "replace"), BASE)
    if url is None or not is_web(url):
        return
    for site in sites():
        site.allows(url)
        site.claims(url)
        site.section_of(url)
        site.source_id(url)
        site.listing_key(url)
        site.identity(url)
        canonical = site.canonical(url)
        assert site.canonical(canonical) == canonical
        kind = trap(url, BASE, site, TODAY)
        assert kind is not None or len(url) <= MAX_ADDRESS


_ADDRESSES = [
    each.encode()
    for each in (
        *(
            "https://www.Hatinh.gov.vn:443/Tin-Tuc/?b=2&A=1#top",
            "http://a.vn:8080/x/../đổi?sid=0123456789abcdef0123456789abcdef",
        ),
        *(
            "mailto:Ai@Example.vn",
            "//a.vn/x",
            "?page=3",
            "../tin-1234.html",
            "http://user:pass@a.vn/",
            "http://[::1]/",
            "http://127.1/",
        ),
        *(
            "http://2130706433/",
            "http://[::ffff:10.0.0.1]:80/",
            "javascript:void(0)",
            "data:text/html,x",
            "http://a.vn/(S(abc))/x.aspx",
        ),
        *(
            "http://skhcn.a.vn/tin/2024/05/x-123.html?trang=2&start=40",
            "/lich?month=5&year=2031",
            "/web/guest/-/asset_publisher/a/b/1",
        ),
        *(
            "/index.php?option=com_content&id=5:x&catid=2",
            "/vi/news/Tin-tuc/bai-12.html",
            "/tin/a/a/a/b/vi/en",
            "/Default.aspx?tabid=1&ItemID=2",
        ),
        *(
            "http://xn--khoahc-tl8b.vn/%E1%BB%9F%zz",
            "http://Khoahọc.vn/ở",
            "http://a.vn/x;jsessionid=0A1B?PHPSESSID=1&PHPSESSID=2",
        ),
    )
]
_WORDS = (
    b"http://",
    b"//",
    b"/../",
    b"%25252e",
    b"?page=",
    b"&page=",
    b";jsessionid=",
    b"[::1]",
    b":99999",
    b"xn--",
    b"%2f%2F",
    b"/en/vi",
    b"@",
)

TARGETS = (
    Target("addresses", addresses, made=lambda: _ADDRESSES, words=_WORDS, longest=512, grown=64, cost=80),
    Target("url_rules", url_rules, made=lambda: _ADDRESSES, words=_WORDS, longest=512, grown=64, cost=100),
)
