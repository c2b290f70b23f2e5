"""SURT keys: what a CDXJ index sorts its lines by.

A SURT (Sort-friendly URI Reordering Transform) turns the host around, ``vn,gov,hatinh)/``, so that a domain and
its subdomains stand together, and folds the spellings that usually lead to one page: scheme, ``www.``, letter case,
default port, fragment, session ids, order of the query.

Source: the rules of IIPC webarchive-commons (``BasicURLCanonicalizer``, after the canonicalization of Google Safe
Browsing, then ``AggressiveIACanonicalizerRules``, keyed as in ``WaybackURLKeyMaker``). Where indexers in Python have
come to differ from these, this follows them: a key equals the one that cdxj-indexer writes.
"""

import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import unquote_to_bytes

_NO_KEY = "-"

_WHITESPACE = b" \t\n\r\x0b\x0c"
_SCHEME = re.compile(rb"[a-zA-Z][a-zA-Z0-9+.-]*:")
_DOUBLED_SCHEME = re.compile(rb"^(?:https?://)+(?=https?://)")
# RFC 2396, appendix B
_PARTS = re.compile(rb"([^:]+):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
_DEFAULT_PORTS = {"http": 80, "https": 443}

_OCTAL_IP = re.compile(rb"0[0-7]*(?:\.[0-7]+){0,3}")
_DECIMAL_IP = re.compile(rb"[1-9][0-9]*(?:\.[0-9]+){0,3}")
_WWW = re.compile(r"^www[0-9]*\.")
# Most addresses: nothing in them is escaped, empty, a dot segment, a session or a query.
_USUAL = re.compile(r"https?://([a-z0-9.-]+)((?:/[\w!$&*+,=@~-][\w!$&*+,=@~.-]*)*)/?", re.ASCII)

_KEPT = frozenset(range(0x21, 0x7F)) - frozenset(b"#%")
_PLAIN = re.compile(rb'[!"$&-~]*')
_ESCAPES = [chr(byte) if byte in _KEPT else f"%{byte:02x}" for byte in range(256)]

_PATH_SESSIONS = [
    re.compile(r"(.*/)\((?:[a-z]\([0-9a-z]{24}\))+\)/([^?]+\.aspx.*)"),
    re.compile(r"(.*/)\([0-9a-z]{24}\)/([^?]+\.aspx.*)"),
]
_QUERY_SESSIONS = [
    re.compile(r"(.*)jsessionid=[0-9a-z]{32}(?:&(.*))?"),
    re.compile(r"(.*)phpsessid=[0-9a-z]{32}(?:&(.*))?"),
    re.compile(r"(.*)sid=[0-9a-z]{32}(?:&(.*))?"),
    re.compile(r"(.*)aspsessionid[a-z]{8}=[a-z]{24}(?:&(.*))?"),
    re.compile(r"(.*)cfid=[^&]+&cftoken=[^&]+(?:&(.*))?"),
]


def surt(url: str) -> str:
    """Return the key of *url* in a CDXJ index, as cdxj-indexer writes it.

    Never raises: what cannot be an address (a port beyond 65535, half a surrogate pair) is its own key. An address
    without a host keeps its scheme; one without a scheme is taken for ``http``.

    >>> surt("https://www.hatinh.gov.vn:443/Tin-Tuc/?b=2&A=1#top")
    'vn,gov,hatinh)/tin-tuc?a=1&b=2'
    >>> surt("http://a.vn:8080/x/../đổi?sid=0123456789abcdef0123456789abcdef")
    'vn,a:8080)/%c4%91%e1%bb%95i'
    >>> surt("mailto:Ai@Example.vn")
    'mailto:ai@example.vn'
    """
    if not url:
        return _NO_KEY
    if url.startswith("filedesc"):
        return url
    try:
        if (usual := _USUAL.fullmatch(url)) and (host := _turned_host(usual[1])):
            return f"{host}){usual[2].lower() or '/'}"
        return _key(url.encode()) or url
    except ValueError:
        return url


def surt_host(host: str) -> str:
    """Return *host* as it stands in a key. Never raises: a number too long to read stays as it is.

    >>> surt_host("www.Khoahọc.vn"), surt_host("127.1")
    ('vn,xn--khoahc-tl8b', '1,0,0,127')
    """
    try:
        return _turned(_canonical_host(host.encode(errors="surrogatepass")))
    except ValueError:
        return host


def surt_port(scheme: str, port: int | None) -> str:
    """Return *port* as it stands in a key, after its colon: "" for none, 0 and the usual one of the scheme.

    >>> surt_port("http", 8080), surt_port("https", 443)
    (':8080', '')
    """
    return f":{port}" if port and port != _DEFAULT_PORTS.get(scheme.lower()) else ""


def _key(url: bytes) -> str:
    """Return the key of an address in UTF-8, "" if it is blank; ValueError if it has none."""
    url = url.strip(_WHITESPACE).translate(None, b"\t\n\r")
    if not url:
        return ""
    if not _SCHEME.match(url):
        url = b"http://" + url
    parts = _PARTS.fullmatch(_DOUBLED_SCHEME.sub(b"", url))
    assert parts
    scheme, authority, path, query = (part or b"" for part in parts.groups())
    host, port = _split_authority(authority)
    if not host and path and scheme.startswith(b"http"):  # http:a.vn/x, http:///a.vn/x
        host, _, rest = path.lstrip(b"/").partition(b"/")
        path = b"/" + rest
    name = _canonical_host(host)
    found = _canonical_query(query)
    tail = _canonical_path(path, bool(name)) or ("/" if found else "")
    tail += f"?{found}" if found else ""
    if not name:  # mailto:, or http://./x
        return scheme.decode() + ":" + tail
    return _turned(name) + surt_port(scheme.decode(), port) + ")" + tail


def _split_authority(authority: bytes) -> tuple[bytes, int]:
    """Return host and port (0 if there is none) of ``user:password@host:port``; ValueError if the port is none."""
    address = authority.rstrip(b":").rpartition(b"@")[2]
    _, bracket, inside = address.partition(b"[")
    if bracket:
        host, _, after = inside.partition(b"]")
        port = after.partition(b":")[2]
    else:
        host, _, port = address.partition(b":")
    if port and not port.isdigit():
        raise ValueError(f"not a port: {port!r}")
    number = int(port or b"0")
    if number > 65535:
        raise ValueError(f"no port above 65535: {number}")
    return host, number


@lru_cache(maxsize=1024)
def _canonical_host(host: bytes) -> str:
    host = _unescape(host)
    with suppress(UnicodeError):
        host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    return _WWW.sub("", _dotted(host) or _escape(host))


@lru_cache(maxsize=1024)
def _turned_host(host: str) -> str:
    return _turned(_canonical_host(host.encode()))


def _turned(name: str) -> str:
    return ",".join(reversed(name.split(".")))


def _dotted(host: bytes) -> str | None:
    """Return the usual spelling of an IPv4 address, None for other hosts; ValueError if int() finds it too long."""
    is_number = re.fullmatch(rb"[0-9]+", host)
    if not (is_number or _OCTAL_IP.fullmatch(host) or _DECIMAL_IP.fullmatch(host)):
        return None
    import socket  # for these few alone: it takes long to load

    if is_number:
        return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4, "big"))
    try:
        return socket.inet_ntoa(socket.inet_aton(host.decode()))
    except OSError:
        return None


def _canonical_path(path: bytes, with_host: bool) -> str:
    path = _unescape(path)
    if with_host:
        path = _without_dots(path)
    text = _escape(path)
    if "(" in text:
        text = _without_sessions(text, _PATH_SESSIONS)
    return text[:-1] if text.endswith("/") and len(text) > 1 else text


def _canonical_query(query: bytes) -> str:
    if not query:
        return ""
    text = _escape(_unescape(query))
    if "id" in text:  # as all of their names have it
        text = _without_sessions(text, _QUERY_SESSIONS)
    return "&".join(sorted(text.split("&"), key=lambda pair: pair.partition("=")))


def _without_sessions(text: str, sessions: list[re.Pattern[str]]) -> str:
    for session in sessions:
        if found := session.fullmatch(text):
            text = found[1] + (found[2] or "")
    return text


def _without_dots(path: bytes) -> bytes:
    kept: list[bytes] = []
    for segment in path.split(b"/")[1:]:
        if segment == b".." and kept:
            kept.pop()
        elif segment != b".":
            kept.append(segment)
    return b"/" + b"/".join([segment for segment in kept[:-1] if segment] + kept[-1:])


def _unescape(text: bytes) -> bytes:
    """Decode percent escapes, and those that appear by it, until none is left."""
    while b"%" in text and (plain := unquote_to_bytes(text)) != text:
        text = plain
    return text


def _escape(text: bytes) -> str:
    text = text.lower()
    return text.decode() if _PLAIN.fullmatch(text) else "".join([_ESCAPES[byte] for byte in text])
