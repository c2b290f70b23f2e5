"""What is wrong with how pages are sent: framing, heads, codings."""

from __future__ import annotations

import gzip
import zlib

from tests.crawler.odd_cases import answer, chunk, chunked
from tests.crawler.odd_server import close, reset
from tests.hostile.case import HEAD, body_of, bomb, coded, cut, dripping, endless, hold, one, sized, whole
from tests.hostile.pages import HTML, article, page

FRAMING = [
    one("short-length", "failed: closed", [HEAD + b"Content-Length: 99999\r\n\r\n" + body_of("short-length"), close]),
    one("long-body", "begun|read", [HEAD + b"Content-Length: 700\r\n\r\n" + body_of("long-body"), close]),
    one(
        "length-conflict",
        "read|failed: malformed",
        [whole("length-conflict", HEAD + b"Content-Length: 9\r\nContent-Length: 7777\r\n"), close],
    ),
    one("length-nonsense", "read", [whole("length-nonsense", HEAD + b"Content-Length: many\r\n"), close]),
    one(
        "length-negative",
        "read|failed: malformed",
        [whole("length-negative", HEAD + b"Content-Length: -5\r\n"), close],
    ),
    one(
        "length-giant",
        "read|failed: malformed|failed: length|failed: closed",
        [whole("length-giant", HEAD + b"Content-Length: 99999999999999999999999\r\n"), close],
    ),
    one(
        "length-twice",
        "read",
        whole("length-twice", HEAD + b"Content-Length: %d\r\n" % len(body_of("length-twice")) * 2),
    ),
    one("chunk-nonsense", "begun|rejected|failed: malformed", [chunked(chunk(body_of("x")[:900]), b"zz\r\n"), close]),
    one(
        "chunk-overflow",
        "read|rejected|failed: malformed",
        [chunked(b"FFFFFFFFFFFFFFFFFF\r\n" + body_of("chunk-overflow")), close],
    ),
    one("chunk-negative", "read|rejected|failed: malformed", [chunked(b"-1\r\n" + body_of("chunk-negative")), close]),
    one("chunk-cut", "failed: closed", [chunked(chunk(body_of("chunk-cut")[:900]), end=b"ff\r\nonly this"), close]),
    one(
        "chunk-extension",
        "read",
        chunked(chunk(body_of("chunk-extension"), b";a=" + b"x" * 8000)).replace(b"text/html", HTML, 1),
    ),
    one(
        "chunk-trailers",
        "read",
        chunked(chunk(body_of("chunk-trailers")), end=b"0\r\n" + b"X-T: 1\r\n" * 50 + b"\r\n").replace(
            b"text/html", HTML, 1
        ),
    ),
    one("chunked-not", "read", [whole("chunked-not", HEAD + b"Transfer-Encoding: chunked\r\n"), close]),
    one("reset-at-once", "failed: reset", [reset]),
    one("reset-in-head", "failed: reset", [HEAD[:20], reset]),
    one("reset-in-body", "failed: reset", cut("reset-in-body", 0.5, reset)),
    one("close-at-once", "failed: closed", [close]),
    one("close-in-body", "failed: closed", cut("close-in-body", 0.7, close)),
    one("endless-body", "failed: length", endless(HEAD + b"\r\n", b"<p>tin</p>" * 10_000)),
    one(
        "endless-chunks", "failed: length", endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunk(b"x" * 65_536))
    ),
    one("endless-head", "failed: malformed", endless(HEAD, b"X-A: b\r\n" * 1000)),
    one("stale", "read", [sized("stale"), close]),
]

SILENT = [
    one("chunk-hangs", "failed: timeout", [chunked(chunk(body_of("chunk-hangs")), end=b""), hold]),
    one("never-answers", "failed: timeout", [hold]),
    one("hangs-in-head", "failed: timeout", [HEAD, hold]),
]
SLOW = [
    one("hangs-in-body", "failed: timeout", cut("hangs-in-body", 0.7, hold)),
    one("drips-a-head", "failed: timeout", dripping(HEAD + b"X-A: b\r\n", 0.2)),
    one("drips-a-body", "failed: timeout", [HEAD + b"\r\n", *dripping(b"<p>giot nuoc", 0.2)]),
]
"""Two hosts: one that is silent five times in a row is left alone."""

HEADS = [
    one("long-head", "read", sized("long-head", *(b"X-%d: %s" % (i, b"v" * 1000) for i in range(64)))),
    one("long-field", "read", sized("long-field", b"X-Long: " + b"v" * 65_536)),
    one("many-fields", "read|failed: malformed", sized("many-fields", *(b"X-%d: 1" % i for i in range(5000)))),
    one("bad-status", "failed: malformed", [b"HTTP/1.1 abc OK\r\n\r\n" + body_of("x"), close]),
    one("status-0", "failed: malformed|failed: status|rejected", [b"HTTP/1.1 000 No\r\n\r\n" + body_of("x"), close]),
    one("status-999", "failed: status|rejected", page(article("status-999"), status=b"999 Request denied")),
    one("http-09", "failed: malformed|failed: closed", [body_of("http-09"), close]),
    one("junk-first", "failed: malformed|read", [b"\0\1\2\r\n" + sized("junk-first"), close]),
    one("other-protocol", "failed: malformed|failed: closed", [b"SSH-2.0-OpenSSH_9.2\r\n", close]),
    one("head-with-nul", "read|failed: malformed", sized("head-with-nul", b"X-Nul: a\0b")),
    one("head-not-utf8", "read", sized("head-not-utf8", b"X-Name: S\xf4\xff H\xe0")),
    one("head-folded", "read", sized("head-folded", b"X-Long: one\r\n two")),
    one("head-odd-lines", "read", sized("head-odd-lines", b"no colon at all", b"X-Space : 1", b": empty")),
    one("bare-cr", "read|failed: malformed", sized("bare-cr", b"X-A: a\rX-B: b")),
    one("hints", "read", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20 + sized("hints")),
    one(
        "switching",
        "failed: malformed|rejected|failed: closed|failed: status",
        [b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n", close],
    ),
    one("no-content", "rejected", b"HTTP/1.1 204 No Content\r\n\r\n"),
    one("not-modified", "rejected|failed: status", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    one("gone", "gone", page("<p>Không có</p>", status=b"410 Gone")),
    one("not-found", "gone", page("<p>Không có</p>", status=b"404 Not Found")),
    one("forbidden", "failed: status", page("<p>Cấm</p>", status=b"403 Forbidden")),
    one("broken-server", "failed: status", page("<p>Lỗi</p>", status=b"500 Error")),
    one("no-type", "read", answer(body_of("no-type")).replace(b"Content-Type: text/html\r\n", b"")),
    one("type-with-crlf", "read", sized("type-with-crlf", b"X-Evil: a%0d%0aSet-Cookie: b=1")),
    one(
        "smuggled",
        "read",
        [
            chunked(chunk(body_of("smuggled")), fields=(b"Content-Length: 9",)).replace(b"text/html", HTML, 1)
            + sized("evil-twin")
        ],
    ),
    one("excess", "read", sized("excess") + sized("evil-twin")),
]


def thrice(body: bytes) -> bytes:
    return gzip.compress(gzip.compress(gzip.compress(body, mtime=0), mtime=0), mtime=0)


BROTLI = bytes.fromhex("0b0280") + "không phải br".encode() + b"\x03"
CODINGS = [
    one("gzip-said-only", "read", coded("gzip-said-only", body_of("gzip-said-only"), b"gzip")),
    one("gzip-unsaid", "rejected|read", page(gzip.compress(body_of("gzip-unsaid"), mtime=0))),
    one("gzip-torn", "read|begun|rejected", coded("", gzip.compress(body_of("gzip-torn"), mtime=0)[:-9], b"gzip")),
    one("gzip-half", "begun|rejected", coded("", gzip.compress(body_of("gzip-half"), mtime=0)[:300], b"gzip")),
    one("gzip-junk-behind", "read", coded("", gzip.compress(body_of("gzip-junk-behind"), mtime=0) + b"junk", b"gzip")),
    one(
        "gzip-members",
        "read",
        coded(
            "",
            gzip.compress(body_of("gzip-members")[:500], mtime=0)
            + gzip.compress(body_of("gzip-members")[500:], mtime=0),
            b"x-gzip",
        ),
    ),
    one("gzip-twice", "read", coded("", gzip.compress(gzip.compress(body_of("gzip-twice"))), b"gzip, gzip")),
    one("gzip-bomb", "rejected|failed: length", coded("", bomb(), b"gzip")),
    one(
        "gzip-nested-bomb",
        "rejected|failed: length",
        coded("", gzip.compress(bomb(), 9), b"gzip, gzip"),
    ),
    one("deflate-wrapped", "read", coded("", zlib.compress(body_of("deflate-wrapped")), b"deflate")),
    one("deflate-raw", "read", coded("", zlib.compress(body_of("deflate-raw"), wbits=-15), b"deflate")),
    one("br-said-only", "read", coded("", body_of("br-said-only"), b"br")),
    one("br-done", "rejected", coded("", BROTLI, b"br")),
    one("zstd-said-only", "read", coded("", body_of("zstd-said-only"), b"zstd")),
    one("zstd-done", "rejected", coded("", bytes.fromhex("28b52ffd2005290000") + b"hello", b"zstd")),
    one("deflate-said-only", "read", coded("", body_of("deflate-said-only"), b"deflate")),
    one("gzip-is-deflate", "read|rejected", coded("", zlib.compress(body_of("gzip-is-deflate")), b"gzip")),
    one("deflate-is-gzip", "read|rejected", coded("", gzip.compress(body_of("deflate-is-gzip")), b"deflate")),
    one("gzip-thrice", "read", coded("", thrice(body_of("gzip-thrice")), b"gzip, gzip, gzip")),
    one(
        "gzip-many",
        "read|rejected",
        coded("", body_of("gzip-many"), b", ".join([b"gzip"] * 1000)),
    ),
    one(
        "gzip-deep-bomb",
        "rejected|failed: length",
        coded("", gzip.compress(gzip.compress(bomb(), mtime=0), mtime=0), b"gzip, gzip, gzip"),
    ),
    one("members-bomb", "rejected|failed: length", coded("", gzip.compress(b"") * 100_000, b"gzip")),
    one("unknown-coding", "read", coded("", body_of("unknown-coding"), b"rot13")),
    one("large-body", "read|rejected", page(article("large-body", "<!-- x -->" * 1_000_000))),
]
