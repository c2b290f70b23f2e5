"""Addresses compared and looked up; never altered before they are requested."""

from __future__ import annotations

import re
import socket
import struct
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

_DEFAULT_PORTS = {"http": 80, "https": 443}


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
_URL = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:\#(.*))?", re.DOTALL
)


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
    return re.match(r"https?://[^/?#]", url, re.IGNORECASE) is not None


def without_fragment(url: str) -> str:
    """Return the address without ``#`` and what follows: what goes over the wire.

    >>> without_fragment("https://example.vn/a#b")
    'https://example.vn/a'
    """
    return url.partition("#")[0]


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


# --- SURT ---------------------------------------------------------------------------------
# The rules are those of WaybackURLKeyMaker in webarchive-commons (Apache-2.0), which every CDX
# index is keyed by. The Python package "surt" follows them too, but it is under the AGPL, looks
# numeric hosts up in the DNS and loads an HTTP client; so it serves as an oracle in the tests only.

_SAFE = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"

_PATH_SESSIONS = (
    re.compile(rb"(.*/)\((?:[a-z]\([0-9a-z]{24}\))+\)/([^?]+\.aspx.*)", re.IGNORECASE),
    re.compile(rb"(.*/)\([0-9a-z]{24}\)/([^?]+\.aspx.*)", re.IGNORECASE),
)
_QUERY_SESSIONS = tuple(
    re.compile(rb"(.*)" + session + rb"(?:&(.*))?", re.IGNORECASE)
    for session in (
        rb"jsessionid=[0-9a-zA-Z]{32}",
        rb"phpsessid=[0-9a-zA-Z]{32}",
        rb"sid=[0-9a-zA-Z]{32}",
        rb"ASPSESSIONID[a-zA-Z]{8}=[a-zA-Z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)


def surt(url: str) -> str:
    """Return the SURT key under which CDX indexes list an address.

    An address that can not be taken apart is its own key, as in other indexes. Never raises.

    >>> surt("https://www.SKHCN.hatinh.gov.vn:443/Tin%20t%e1%bb%a9c/?b=2&a=1#top")
    'vn,gov,hatinh,skhcn)/tin%20t%e1%bb%a9c?a=1&b=2'
    """
    try:
        return _surt(url)
    except ValueError:
        return url


def _surt(url: str) -> str:
    stripped = re.sub(r"[\n\r\t]", "", url.strip(" \t\n\r\x0b\x0c"))
    if not stripped:
        return url or "-"
    if not re.match(r"[a-zA-Z][a-zA-Z0-9+\-.]*:", stripped):
        stripped = "http://" + stripped
    stripped = re.sub(r"^(https?://)+", r"\1", stripped)
    parts = split_url(stripped)
    host, path = parts.host, parts.path
    if not host and stripped.startswith("http") and path:
        # http:////host/path, seen on hand-made pages
        host, _, rest = path.lstrip("/").partition("/")
        path = "/" + rest
    query = _surt_query(parts.query)
    if key := _surt_host(host):
        return key + _port(parts) + ")" + _surt_path(path, has_host=True) + query
    path = _surt_path(path, has_host=False) or ("/" if query else "")
    return stripped.partition(":")[0] + ":" + path + query


def _port(parts: UrlParts) -> str:
    return f":{parts.port}" if parts.port and parts.port != _DEFAULT_PORTS.get(parts.scheme) else ""


def _surt_host(host: str) -> str:
    name = _unescape(host.encode())
    if not name.isascii():
        with suppress(ValueError):
            name = name.decode("utf-8", "ignore").encode("idna")
    name = name.replace(b"..", b".").strip(b".").lower()
    name = _ip_address(name) or _escape(name)
    bare = re.sub(r"^www[0-9]*\.", "", name.decode("ascii").lower())
    return ",".join(reversed(bare.split(".")))


def _ip_address(name: bytes) -> bytes | None:
    """Return the dotted form of an IPv4 address written as one number, short or in octal."""
    if name.isdigit():
        return socket.inet_ntoa(struct.pack(">L", int(name) & 0xFFFFFFFF)).encode()
    if re.fullmatch(rb"[0-9]+(?:\.[0-9]+){1,3}", name):
        try:
            return socket.inet_ntoa(socket.inet_aton(name.decode())).encode()
        except OSError:
            return None
    return None


def _surt_path(text: str, *, has_host: bool) -> str:
    path = _unescape(text.encode())
    if has_host:
        path = _without_dots(path)
    path = _escape(path).lower()
    for session in _PATH_SESSIONS:
        if match := session.fullmatch(path):
            path = match[1] + match[2]
    if len(path) > 1:
        path = path.removesuffix(b"/")
    return path.decode("ascii")


def _without_dots(path: bytes) -> bytes:
    """Resolve ``.`` and ``..``, fold runs of slashes; a trailing slash stays."""
    kept: list[bytes] = []
    for segment in path.split(b"/")[1:]:
        if segment == b"..":
            kept = kept[:-1] if kept else [segment]
        elif segment != b".":
            kept.append(segment)
    return b"/" + b"/".join([segment for segment in kept[:-1] if segment] + kept[-1:])


def _surt_query(query: str | None) -> str:
    key = _escape(_unescape((query or "").encode()))
    for session in _QUERY_SESSIONS:
        if match := session.fullmatch(key):
            key = match[1] + (match[2] or b"")
    key = key.lower()
    if len(key) > 1:
        pairs = sorted(tuple(argument.split(b"=", 1)) for argument in key.split(b"&"))
        key = b"&".join(b"=".join(pair) for pair in pairs)
    return "?" + key.decode("ascii") if key else ""


def _unescape(text: bytes) -> bytes:
    while (once := unquote_to_bytes(text)) != text:
        text = once
    return text


def _escape(text: bytes) -> bytes:
    return quote_from_bytes(text, safe=_SAFE).encode("ascii")


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
    try:
        parts = split_url(header_url(url.strip()))
    except ValueError:
        return url
    if not parts.host:
        return url
    path = _spelled_alike(parts.path)
    key = _surt_host(parts.host) + _port(parts) + ")" + (path.rstrip("/") or "/")
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
