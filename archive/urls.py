"""Addresses compared and looked up; never altered before they are requested."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from archive.surt import surt as surt
from archive.surt import surt_host, surt_port


class UrlParts(NamedTuple):
    """The parts of an address, as written."""

    scheme: str
    userinfo: str
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str | None


# RFC 3986, appendix B. It matches every string.
_URL = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:\#(.*))?", re.DOTALL)


def split_url(url: str) -> UrlParts:
    """Take an address apart; scheme and host in lower case, the rest as written.

    The host of an IPv6 address comes without its brackets.
    Raises ValueError when the port is not a number up to 65535.

    >>> split_url("https://Skhcn.Example.vn:8443/Tin?page=2#top").host
    'skhcn.example.vn'
    """
    match = _URL.fullmatch(url)
    assert match is not None
    scheme, authority, path, query, fragment = match.groups()
    userinfo, _, address = (authority or "").rstrip(":").rpartition("@")
    _, bracket, six = address.partition("[")
    if bracket:
        host, _, after = six.partition("]")
        port = after.partition(":")[2]
    else:
        host, _, port = address.partition(":")
    if port and not (port.isascii() and port.isdigit() and int(port[:6]) <= 65535):
        raise ValueError(f"{url!r} has no usable port: {port!r}")
    number = int(port or 0) or None
    return UrlParts((scheme or "").lower(), userinfo, host.lower(), number, path, query, fragment)


def host_of(url: str) -> str:
    """Return the host in lower case, without port; "" when the address has none.

    >>> host_of("https://Skhcn.HaTinh.gov.vn:443/x")
    'skhcn.hatinh.gov.vn'
    """
    try:
        return split_url(url).host
    except ValueError:
        return ""


def is_http(url: str) -> bool:
    """Whether the address is one for http or https, with a host."""
    return _HTTP.match(url) is not None


def header_url(url: str) -> str:
    """Return the address as a ``WARC-Target-URI`` can hold it.

    White space, control characters and lone surrogates, which no header line can hold
    or which readers cut off, are percent-encoded; every other address comes back as it is.

    >>> header_url("https://example.vn/a b\\r\\nX: y")
    'https://example.vn/a%20b%0D%0AX:%20y'
    """
    return re.sub(
        r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff]",
        lambda match: quote_from_bytes(match[0].encode("utf-8", "surrogatepass"), safe=""),
        url,
    )


def without_userinfo(url: str) -> str:
    """Return the address without the user and password in it, which no request line holds.

    >>> without_userinfo("http://quan:dong@a.vn:8080/x@y"), without_userinfo("http://a.vn/x@y")
    ('http://a.vn:8080/x@y', 'http://a.vn/x@y')
    """
    return _USERINFO.sub(r"\1", url, count=1) if "@" in url else url


_HTTP = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]*://)[^/?#\\]*@")

_SAFE = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"


# --- identity -----------------------------------------------------------------------------


def identity_key(url: str, *, sort_query: bool = False) -> str:
    """Return what makes two addresses of a site one page, whoever writes them.

    Host as in SURT (so without scheme, ``www`` and default port), percent-encodings in one
    spelling, no fragment, no trailing slash. Unlike in SURT, upper and lower case stay apart
    and so do other orders of the query unless *sort_query*: two articles must never become one.

    >>> identity_key("http://www.example.vn/Tin/%c3%a0?b=2&a=1#x")
    'vn,example)/Tin/%C3%A0?b=2&a=1'
    >>> identity_key("https://example.vn:443/Tin/à/?b=2&a=1")
    'vn,example)/Tin/%C3%A0?b=2&a=1'
    >>> identity_key("https://haugiang.gov.vn/HtmlView.aspx?pageid=1&ItemID=2")
    'vn,gov,haugiang)/HtmlView.aspx?pageid=1&ItemID=2'
    """
    return _identity_key(url, sort_query) if len(url) <= _MAX_KEPT else _identity_key.__wrapped__(url, sort_query)


_MAX_KEPT = 2_000


@lru_cache(maxsize=1024)  # whoever reads a page asks for its address's some five times
def _identity_key(url: str, sort_query: bool) -> str:
    try:
        parts = split_url(header_url(url.strip()))
    except ValueError:
        return url
    if not parts.host:
        return url
    path = _spelled_alike(parts.path)
    key = surt_host(parts.host) + surt_port(parts.scheme, parts.port) + ")" + (path.rstrip("/") or "/")
    if parts.query:
        arguments = _spelled_alike(parts.query).split("&")
        key += "?" + "&".join(sorted(arguments) if sort_query else arguments)
    return key


def _spelled_alike(text: str) -> str:
    """Return one spelling of equal percent-encodings (RFC 3986, section 6.2.2)."""

    def spell(match: re.Match[bytes]) -> bytes:
        char = unquote_to_bytes(match[0])
        return char if re.fullmatch(rb"[A-Za-z0-9._~-]", char) else match[0].upper()

    ascii_only = quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe=_SAFE + b"%#")
    return re.sub(rb"%[0-9A-Fa-f]{2}", spell, ascii_only.encode("ascii")).decode("ascii")
