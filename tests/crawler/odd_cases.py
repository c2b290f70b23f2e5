"""The odd exchanges: what the server says, and what Scrapy is told of it.

Every case has its own host, ``<name>.test``, so that connections are shared within a case only.
A pure table: the server plays it, the crawl walks it, the test checks it.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from typing import Any

from tests.crawler.odd_server import Script, close, drip, goodbye, hold, on_parked, park, reset, stray

TLS = "tls"
TLS12 = "tls12"
NOT_TLS = "asked for TLS, speaks none"
V6 = "ipv6"
HTML = "<p>Sở Khoa học và Công nghệ</p>".encode()
PIXELS = bytes(range(256)) * 40
BODY_LIMIT = 2 * 1024 * 1024
LARGE = (bytes(range(251)) * 5000)[: 1024 * 1024 + 7]
HUGE = LARGE * 4
TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Ask:
    """One request of the crawl, and what Scrapy is to make of the answer."""

    path: str = "/"
    outcome: str = "200"
    """Status of the response, or the class of the exception."""
    body: bytes | None = None
    """Body given to Scrapy; None: not looked at."""
    truncated: str | None = None
    """``truncated`` of the last exchange."""
    error: str | None = None
    """Word with which the error of the last exchange begins."""
    method: str = "GET"
    data: bytes = b""
    meta: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    via: str = "spider"
    url: str | None = None
    host: str | None = None
    flag: str | None = None


@dataclass(frozen=True)
class Case:
    """A host, its scripts and the requests that are made of it one after the other."""

    name: str
    scripts: dict[str, list[Script]]
    asks: list[Ask]
    server: str | None = None
    """Which server plays it: None for plain HTTP over IPv4."""
    attempts: dict[str, int] = field(default_factory=dict)
    """How often each path is asked, where it is not once."""

    @property
    def scheme(self) -> str:
        return "https" if self.server in (TLS, TLS12, NOT_TLS) else "http"

    @property
    def host(self) -> str:
        return f"{self.name}.test"


def answer(body: bytes = HTML, *fields: bytes, status: bytes = b"200 OK", kind: bytes = b"text/html") -> bytes:
    """Return a plain HTTP/1.1 answer with a Content-Length."""
    lines = [b"HTTP/1.1 " + status, b"Content-Type: " + kind, *fields, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*chunks: bytes, fields: tuple[bytes, ...] = (), end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a chunked answer of ready-made chunk lines."""
    head = [b"HTTP/1.1 200 OK", b"Content-Type: text/html", b"Transfer-Encoding: chunked", *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + b"".join(chunks) + end


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(data), extension, data)


def one(name: str, script: Script | bytes, *, server: str | None = None, **ask: Any) -> Case:
    """Return a case of one request."""
    script = [script] if isinstance(script, bytes) else script
    return Case(name, {ask.get("path", "/"): [script]}, [Ask(**ask)], server)


GZIPPED = gzip.compress(HTML, mtime=0)
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"

BODIES = [
    one("over-ipv6", answer(), body=HTML, server=V6),
    one("plain", answer(), body=HTML),
    one("chunked", chunked(chunk(HTML[:9]), chunk(HTML[9:])), body=HTML),
    one("chunk-extensions", chunked(chunk(HTML, b';a="b c";d'), end=b"000;x\r\n\r\n"), body=HTML),
    one("chunk-trailers", chunked(chunk(HTML), end=b"0\r\nX-Sum: 1\r\nExpires: now\r\n\r\n"), body=HTML),
    one("chunk-upper-hex", chunked(b"0000A \r\n0123456789\r\n"), body=b"0123456789"),
    one("chunk-lf-only", chunked(b"a\n0123456789\n", end=b"0\n\n"), body=b"0123456789"),
    one("chunk-byte-by-byte", drip(chunked(chunk(b"xin"), chunk(b"chao", b";q"))), body=b"xinchao"),
    one("chunked-empty", chunked(), body=b""),
    one(
        "chunked-lie",
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + HTML, close],
        body=HTML,
        error="malformed",
    ),
    one(
        "chunk-broken",
        [chunked(chunk(b"xin"), b"nonsense\r\n", end=b"chao"), close],
        body=b"xin",
        error="malformed",
    ),
    one("te-identity", answer(HTML, b"Transfer-Encoding: identity"), body=HTML),
    one(
        "te-list",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + chunk(GZIPPED) + b"0\r\n\r\n",
        body=HTML,
    ),
    one("gzip", answer(GZIPPED, b"Content-Encoding: gzip"), body=HTML),
    one(
        "gzip-chunked",
        chunked(chunk(GZIPPED[:7]), chunk(GZIPPED[7:]), fields=(b"content-encoding: GZIP",)),
        body=HTML,
    ),
    one("gzip-lie", answer(HTML, b"Content-Encoding: gzip"), body=HTML),
    one("gzip-torn", answer(gzip.compress(HTML * 99, mtime=0)[:-9], b"Content-Encoding: gzip"), body=HTML * 99),
    one("deflate-unasked", answer(zlib.compress(HTML), b"Content-Encoding: deflate"), body=HTML),
    one(
        "image",
        answer(PIXELS, kind=b"image/jpeg"),
        body=PIXELS,
        via="pipeline",
        path="/anh.jpg",
        meta={"purpose": "image", "via": "http://image.test/"},
    ),
    one("nul-bytes", answer(b"\0\r\n\0\n\r\r\n\r\n"), body=b"\0\r\n\0\n\r\r\n\r\n"),
    one("close-delimited", [UNTIL_CLOSE + HTML, close], body=HTML),
    one("http10", [b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML, close], body=HTML),
    one("http10-length", [b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", close], body=b"abc"),
    one("large", answer(LARGE, kind=b"application/pdf"), body=LARGE, via="pipeline", path="/a.pdf"),
    one("huge", answer(HUGE, kind=b"application/zip"), body=b"", path="/a.zip", flag="spooled"),
    one(
        "huge-chunked",
        chunked(*(chunk(HUGE[i : i + 99999]) for i in range(0, len(HUGE), 99999))),
        body=b"",
        flag="spooled",
    ),
    one(
        "gzip-bomb",
        answer(gzip.compress(bytes(BODY_LIMIT * 3), mtime=0), b"Content-Encoding: gzip"),
        body=b"",
        flag="spooled",
    ),
]

HEADS = [
    one("early-hints", [b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", answer()], body=HTML),
    one(
        "several-1xx",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nA: b\r\n\r\n"
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(),
        body=HTML,
    ),
    one("folded", answer(HTML, b"X-Long: one\r\n two\r\n\tthree"), body=HTML),
    one("colon-less", answer(HTML, b"this line has none", b"X-After: 1"), body=HTML),
    one("not-utf8", answer(HTML, b"X-Name: S\xf4\xffng H\xe0n"), body=HTML),
    one("utf8-header", answer(HTML, "X-Tên: Hà Tĩnh".encode()), body=HTML),
    one("lf-only", b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 2\n\nhi", body=b"hi"),
    one("duplicates", answer(HTML, b"Set-Cookie: a=1", b"Set-Cookie: b=2", b"X-A: 1", b"x-a: 2"), body=HTML),
    one("header-case", answer(HTML, b"x-ODD-cAsE:   spaces   ", b'etag:W/"1"'), body=HTML),
    one("long-header", answer(HTML, b"X-Long: " + b"v" * 100_000), body=HTML),
    one("many-headers", answer(HTML, *(b"X-%d: %d" % (i, i) for i in range(600))), body=HTML),
    one(
        "endless-head",
        [b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 1000 + b"\r\n", *[b"X: y\r\n" * 3000] * 70, hold],
        outcome="DownloadFailedError",
        truncated="unspecified",
        error="malformed",
    ),
    one("space-before-colon", answer(HTML, b"X-Space : 1"), body=HTML),
    one(
        "blank-lines-first",
        [b"\r\n\r\n" + answer(), close],
        outcome="DownloadFailedError",
        truncated="unspecified",
        error="malformed",
    ),
    one("no-reason", answer(status=b"200 "), body=HTML),
    one("no-reason-at-all", answer(status=b"200"), body=HTML),
    one("status-299", answer(status=b"299 Odd"), outcome="299", body=HTML),
    one("status-599", answer(status=b"599 Odder"), outcome="599", body=HTML),
    one(
        "not-found",
        answer(b"gone", status=b"404 Kh\xc3\xb4ng t\xc3\xacm th\xe1\xba\xa5y"),
        outcome="404",
        body=b"gone",
    ),
    one("no-content", b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n", outcome="204", body=b""),
    one(
        "not-modified",
        b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 99\r\n\r\n',
        outcome="304",
        body=b"",
        headers={"If-None-Match": '"x"'},
    ),
    one("head", b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", method="HEAD", body=b""),
    one("length-zeros", b"HTTP/1.1 200 OK\r\nContent-Length: 000002\r\n\r\nhi", body=b"hi"),
    one("length-twice", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 02\r\n\r\nhi", body=b"hi"),
    one("length-list", b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi", body=b"hi"),
    one(
        "length-conflict",
        [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhiya", close],
        body=b"hiya",
    ),
    one("length-nonsense", [b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhiya", close], body=b"hiya"),
    one("length-zero", answer(b""), body=b""),
    one("length-and-chunked", chunked(chunk(HTML), fields=(b"Content-Length: 3",)), body=HTML),
    one("post", answer(), body=HTML, method="POST", data="tìm=khoa học".encode()),
    one("two-codings-asked", answer(), body=HTML, headers={"Accept-Encoding": "br, gzip"}),
]

CUTS = [
    one(
        "short-length",
        [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc", close],
        outcome="ResponseDataLossError",
        truncated="disconnect",
        error="closed",
    ),
    one(
        "cut-chunk",
        [chunked(chunk(HTML), end=b"ff\r\nonly this"), close],
        outcome="ResponseDataLossError",
        truncated="disconnect",
        error="closed",
    ),
    one(
        "cut-head",
        [b"HTTP/1.1 200 OK\r\nContent-Ty", close],
        outcome="DownloadFailedError",
        truncated="disconnect",
        error="closed",
    ),
    one(
        "reset-in-body",
        [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc", reset],
        outcome="ResponseDataLossError",
        truncated="disconnect",
        error="reset",
    ),
    one(
        "reset-close-delimited",
        [UNTIL_CLOSE + HTML, reset],
        outcome="ResponseDataLossError",
        truncated="disconnect",
        error="reset",
    ),
    one("reset-before-head", [reset], outcome="DownloadFailedError", error="reset"),
    one("close-before-head", [close], outcome="DownloadFailedError", error="closed"),
    one(
        "timeout-before-head",
        [hold],
        outcome="DownloadTimeoutError",
        error="timeout",
        meta={"download_timeout": TIMEOUT_S},
    ),
    one(
        "timeout-in-head",
        [b"HTTP/1.1 200 OK\r\nX-", hold],
        outcome="DownloadTimeoutError",
        error="timeout",
        truncated="time",
        meta={"download_timeout": TIMEOUT_S},
    ),
    one(
        "timeout-in-body",
        [answer()[:-3], hold],
        outcome="DownloadTimeoutError",
        error="timeout",
        truncated="time",
        meta={"download_timeout": TIMEOUT_S},
    ),
    one("drip", drip(answer(b"chao")), body=b"chao"),
    one(
        "maxsize-announced",
        [answer(PIXELS)[:300], hold],
        outcome="DownloadCancelledError",
        truncated="length",
        error="length",
        meta={"download_maxsize": 1000},
    ),
    one(
        "maxsize-found",
        [UNTIL_CLOSE + PIXELS, hold],
        outcome="DownloadCancelledError",
        truncated="length",
        error="length",
        meta={"download_maxsize": 1000},
    ),
    one(
        "no-status-line",
        [b"<html>hello\n</html>\n", close],
        outcome="DownloadFailedError",
        truncated="unspecified",
        error="malformed",
    ),
    one("http09", [b"hello", close], outcome="DownloadFailedError", truncated="disconnect", error="closed"),
    # For these two nothing is played: no server listens, no name server is asked.
    one("refused", [], outcome="DownloadConnectionRefusedError", error="refused"),
    one("no-such-host", [], outcome="CannotResolveHostError", error="dns"),
    one(
        "tls-silent",
        [],
        server=NOT_TLS,
        outcome="DownloadTimeoutError",
        error="timeout",
        meta={"download_timeout": TIMEOUT_S},
    ),
    one("not-tls", [], server=NOT_TLS, outcome="DownloadFailedError", error="tls"),
]

MANY = [
    Case(
        "reuse",
        {f"/{i}": [[answer(b"%d" % i)]] for i in range(6)},
        [Ask(f"/{i}", body=b"%d" % i) for i in range(6)],
    ),
    Case(
        "reuse-mixed",
        {
            "/a": [[chunked(chunk(b"a"))]],
            "/b": [[b"HTTP/1.1 204 No\r\n\r\n"]],
            "/c": [[answer(b"")]],
            "/d": [[answer(GZIPPED, b"Content-Encoding: gzip")]],
        },
        [Ask("/a", body=b"a"), Ask("/b", "204", b""), Ask("/c", body=b""), Ask("/d", body=HTML)],
    ),
    Case(
        "stale",
        {"/a": [[answer(b"a")]], "/b": [[close], [answer(b"b")]]},
        [Ask("/a", body=b"a"), Ask("/b", body=b"b")],
        attempts={"/b": 2},
    ),
    Case(
        "stale-reset",
        {"/a": [[answer(b"a")]], "/b": [[reset], [answer(b"b")]]},
        [Ask("/a", body=b"a"), Ask("/b", body=b"b")],
        attempts={"/b": 2},
    ),
    Case(
        "idle-close",
        {
            "/a": [[park("idle"), answer(b"a")]],
            "/now": [[on_parked("idle", close), answer(b"n", b"Connection: close")]],
            "/b": [[answer(b"b")]],
        },
        [Ask("/a", body=b"a"), Ask("/now", body=b"n", host="idle-close-2.test"), Ask("/b", body=b"b")],
    ),
    Case(
        "junk-at-once",
        {"/a": [[answer(b"a") + b"JUNK"]], "/b": [[answer(b"b")]]},
        [Ask("/a", body=b"a"), Ask("/b", body=b"b")],
    ),
    Case(
        "junk-after-chunks",
        {"/a": [[chunked(chunk(b"a")) + answer(b"evil")]], "/b": [[answer(b"b")]]},
        [Ask("/a", body=b"a"), Ask("/b", body=b"b")],
    ),
    Case(
        "junk-after-204",
        {"/a": [[b"HTTP/1.1 204 No\r\n\r\nbody"]], "/b": [[answer(b"b")]]},
        [Ask("/a", "204", b""), Ask("/b", body=b"b")],
    ),
    Case(
        "junk-later",
        {
            "/a": [[park("later"), answer(b"a")]],
            "/now": [[on_parked("later", stray(answer(b"evil"))), answer(b"n", b"Connection: close")]],
            "/b": [[answer(b"b")]],
        },
        [Ask("/a", body=b"a"), Ask("/now", body=b"n", host="junk-later-2.test"), Ask("/b", body=b"b")],
    ),
    Case(
        "redirect",
        {
            "/": [[answer(b"", b"Location: /two", status=b"301 Moved")]],
            "/two": [[answer(b"x", b"Location: /ba", status=b"302 Found")]],
            "/ba": [[answer()]],
        },
        [Ask("/", body=HTML, url="http://redirect.test/ba")],
    ),
    Case(
        "retried",
        {"/": [[answer(b"busy", status=b"503 Busy")], [answer()]]},
        [Ask("/", body=HTML, meta={"dont_retry": False})],
        attempts={"/": 2},
    ),
    Case(
        "retried-cut",
        {"/": [[b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", close], [answer()]]},
        [Ask("/", body=HTML, meta={"dont_retry": False})],
        attempts={"/": 2},
    ),
    Case(
        "robots",
        {"/robots.txt": [[answer(b"User-agent: *\nDisallow: /x\n", kind=b"text/plain")]], "/": [[answer()]]},
        [Ask("/", body=HTML, meta={"dont_obey_robotstxt": False})],
    ),
    Case(
        "cookies",
        {"/": [[answer(HTML, b"Set-Cookie: s=1; Path=/")]], "/b": [[answer()]]},
        [Ask("/", body=HTML), Ask("/b", body=HTML)],
    ),
    Case(
        "concurrent-reuse",
        {f"/{i}": [[answer(b"%d" % i)]] for i in range(30)},
        [Ask(f"/{i}", body=b"%d" % i, via="burst") for i in range(30)],
    ),
    Case(
        "concurrent",
        {f"/{i}": [[answer(b"%d" % i, b"Connection: close")]] for i in range(12)},
        [Ask(f"/{i}", body=b"%d" % i, via="burst") for i in range(12)],
    ),
]

SECURE = [
    Case(
        "secure",
        {f"/{i}": [[answer(b"%d" % i)]] for i in range(4)},
        [Ask(f"/{i}", body=b"%d" % i) for i in range(4)],
        TLS,
    ),
    Case(
        "secure-chunked",
        {"/": [[b"HTTP/1.1 103 Hints\r\n\r\n", chunked(chunk(GZIPPED), fields=(b"Content-Encoding: gzip",))]]},
        [Ask(body=HTML)],
        TLS,
    ),
    Case(
        "secure-stale",
        {"/a": [[answer(b"a")]], "/b": [[close], [answer(b"b")]]},
        [Ask("/a", body=b"a"), Ask("/b", body=b"b")],
        TLS,
        attempts={"/b": 2},
    ),
    Case(
        "secure-idle-close",
        {
            "/a": [[park("secure-idle"), answer(b"a")]],
            "/now": [[on_parked("secure-idle", goodbye), answer(b"n", b"Connection: close")]],
            "/b": [[answer(b"b")]],
        },
        [Ask("/a", body=b"a"), Ask("/now", body=b"n", host="secure-idle-close-2.test"), Ask("/b", body=b"b")],
        TLS,
    ),
    one("secure-until-close", [UNTIL_CLOSE + HTML, close], body=HTML, server=TLS),
    one("secure-goodbye", [UNTIL_CLOSE + HTML, goodbye], body=HTML, server=TLS),
    one(
        "secure-cut",
        [answer()[:-3], close],
        server=TLS,
        outcome="ResponseDataLossError",
        truncated="disconnect",
        error="reset",
    ),
    one(
        "secure-reset",
        [UNTIL_CLOSE + HTML, reset],
        server=TLS,
        outcome="ResponseDataLossError",
        truncated="disconnect",
        error="reset",
    ),
    one(
        "secure-timeout",
        [answer()[:-3], hold],
        server=TLS,
        outcome="DownloadTimeoutError",
        truncated="time",
        error="timeout",
        meta={"download_timeout": TIMEOUT_S},
    ),
    one("secure-post", answer(), server=TLS, method="POST", data=b"x" * 200_000, body=HTML),
    one("secure-old", answer(), server=TLS12, body=HTML),
]

CASES = [*BODIES, *HEADS, *CUTS, *MANY, *SECURE]

HUNG_UP = ("endless-head", "maxsize-announced", "maxsize-found", "no-status-line")
"""Cases in which the client goes before it read everything: what it read is the beginning of what was sent."""
