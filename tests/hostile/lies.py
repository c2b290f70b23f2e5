"""What else is wrong with how pages are sent: lengths and codings that are lists, answers that are none."""

from __future__ import annotations

import gzip

from tests.crawler.odd_cases import chunk, chunked
from tests.crawler.odd_server import Script, close
from tests.hostile.case import HEAD, Case, body_of, bomb, coded, endless, one, sized, whole
from tests.hostile.pages import HTML, article, page


def length(name: str, value: bytes, outcome: str = "read") -> Case:
    """Return a page, ended by its connection, of which *value* is said to be the length; # is the true one."""
    true = b"%d" % len(body_of(name))
    return one(name, outcome, [whole(name, HEAD + b"Content-Length:" + value.replace(b"#", true) + b"\r\n"), close])


def coding(name: str, value: bytes, body: bytes | None = None, outcome: str = "read") -> Case:
    """Return a page of which *value* is said to be its transfer coding."""
    fields = HEAD + b"Transfer-Encoding: " + value + b"\r\n\r\n"
    return one(name, outcome, [fields + (body_of(name) if body is None else body), close])


def in_chunks(name: str, size: int = 300) -> bytes:
    body = body_of(name)
    return b"".join(chunk(body[at : at + size]) for at in range(0, len(body), size)) + b"0\r\n\r\n"


def status(name: str, line: bytes, outcome: str) -> Case:
    return one(name, outcome, [sized(name).replace(b"HTTP/1.1 200 OK", line, 1), close])


def html(data: bytes) -> bytes:
    return data.replace(b"text/html", HTML, 1)


FRAMING_LIES = [
    length("length-list", b" 9, 9999", "read|failed: malformed"),
    length("length-list-same", b" #, #"),
    length("length-plus", b" +#", "read|failed: malformed"),
    length("length-hex", b" 0x5", "read|failed: malformed"),
    length("length-float", b" 5.0", "read|failed: malformed"),
    length("length-empty", b"", "read|failed: malformed"),
    length("length-padded", b"\t  000#  "),
    length("length-folded", b"\r\n #", "read|failed: malformed"),
    length("length-digits", " ٣".encode(), "read|failed: malformed"),
    length("length-zero", b" 0", "rejected|failed: malformed"),
    coding("te-identity", b"identity"),
    coding("te-unknown", b"xchunked"),
    coding("te-case", b"ChUnKeD", in_chunks("te-case")),
    coding("te-quoted", b'"chunked"', outcome="read|failed: malformed"),
    coding("te-twice", b"chunked, chunked", in_chunks("te-twice"), "read|rejected|failed: malformed"),
    coding("te-list", b"identity, chunked", in_chunks("te-list"), "read|failed: malformed"),
    one(
        "te-spaced",
        "read|begun|rejected|failed: malformed",
        [HEAD + b"Transfer-Encoding : chunked\r\n\r\n" + in_chunks("te-spaced"), close],
    ),
    coding("chunk-no-end", b"chunked", in_chunks("chunk-no-end")[:-5], "failed: closed"),
    coding("chunk-bare-lf", b"chunked", in_chunks("chunk-bare-lf").replace(b"\r\n", b"\n"), "read|failed: malformed"),
    coding("chunk-tiny", b"chunked", in_chunks("chunk-tiny", 1)),
    coding("chunk-padded", b"chunked", b"  %x  \r\n%s\r\n0\r\n\r\n" % (len(body_of("chunk-padded")), body_of("chunk-padded")), "read|failed: malformed"),
    coding("chunk-zeros", b"chunked", b"0000%x\r\n%s\r\n000\r\n\r\n" % (len(body_of("chunk-zeros")), body_of("chunk-zeros"))),
    coding("chunk-hex-0x", b"chunked", b"0x%x\r\n%s\r\n0\r\n\r\n" % (len(body_of("chunk-hex-0x")), body_of("chunk-hex-0x")), "read|rejected|begun|failed: malformed"),
    coding("chunk-wrong-size", b"chunked", b"9\r\n%s\r\n0\r\n\r\n" % body_of("chunk-wrong-size"), "rejected|failed: malformed"),
    one("trailer-smuggles", "read", html(chunked(chunk(body_of("trailer-smuggles")),
        end=b"0\r\nContent-Length: 3\r\nLocation: file:///etc/passwd\r\nSet-Cookie: duoi=1\r\nContent-Type: image/png\r\n\r\n"))),
    one("trailer-giant", "read|failed: malformed|failed: length", [
        html(chunked(chunk(body_of("trailer-giant")), end=b"0\r\nX: " + b"t" * 300_000 + b"\r\n\r\n")), close]),
    one("trailer-endless", "failed: malformed|failed: length", endless(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-T: " + b"t" * 90_000 + b"\r\n")),
    one("extension-open", "rejected|failed: malformed|failed: length", [HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * 300_000, close]),
    one("closes-after-head", "failed: closed|rejected", [HEAD + b"Content-Length: 500\r\n\r\n", close]),
    one("closes-in-head", "failed: closed|failed: malformed", [HEAD[:40], close]),
    one("half-unsaid", "begun", [HEAD + b"\r\n" + body_of("half-unsaid")[:-120], close]),
    one("half-at-once", "begun", page(article("half-at-once")[:-120])),
]  # fmt: skip

FOLLOWED = b"<p>nobody asked</p>"
ANSWERS = [
    one("range-unasked", "failed: status|rejected", page(article("range-unasked"), b"Content-Range: bytes 0-9/99999", status=b"206 Partial Content")),
    one("range-lie", "read", page(article("range-lie"), b"Content-Range: bytes 5-9/7")),
    one("multipart-range", "failed: status|rejected", page("--x\r\n\r\n1", status=b"206 Partial Content", kind=b"multipart/byteranges; boundary=x")),
    one("204-with-body", "rejected|failed: malformed", [b"HTTP/1.1 204 No Content\r\nContent-Length: %d\r\n\r\n" % len(FOLLOWED) + FOLLOWED]),
    one("205-with-body", "rejected|failed: status", page(FOLLOWED, status=b"205 Reset Content")),
    one("304-with-body", "rejected|failed: status", [b"HTTP/1.1 304 Not Modified\r\nContent-Length: %d\r\n\r\n" % len(FOLLOWED) + FOLLOWED]),
    one("201-created", "rejected|failed: status|read", page(article("201-created"), b"Location: file:///etc/passwd", status=b"201 Created")),
    one("only-continue", "failed: closed|failed: malformed", [b"HTTP/1.1 100 Continue\r\n\r\n", close]),
    one("continue-first", "read", b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + sized("continue-first")),
    one("continue-with-length", "read|failed: malformed", [b"HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n" + sized("continue-with-length"), close]),
    one("hints-many", "read|rejected|failed: malformed", [b"HTTP/1.1 103 Early Hints\r\n\r\n" * 300 + sized("hints-many"), close]),
    one("hints-endless", "failed: malformed|failed: length|failed: timeout", endless(b"", b"HTTP/1.1 103 Early Hints\r\nX: " + b"y" * 9_000 + b"\r\n\r\n")),
    status("no-reason", b"HTTP/1.1 200", "read"),
    status("spaced-status", b"HTTP/1.1   200   OK", "read|failed: malformed"),
    status("lower-version", b"http/1.1 200 ok", "read|failed: malformed"),
    status("version-2", b"HTTP/2 200", "read|failed: malformed"),
    status("version-9", b"HTTP/9.99 200 OK", "read|failed: malformed"),
    status("shoutcast", b"ICY 200 OK", "failed: malformed|failed: closed"),
    status("status-long", b"HTTP/1.1 2000 OK", "failed: malformed|failed: status"),
    status("status-negative", b"HTTP/1.1 -200 OK", "failed: malformed|failed: status"),
    status("status-digits", "HTTP/1.1 ٢٠٠ OK".encode(), "failed: malformed"),
    status("reason-long", b"HTTP/1.1 200 " + b"O" * 50_000, "read|failed: malformed"),
    status("reason-steers", b"HTTP/1.1 200 \x1b[2J\x07\xff", "read|failed: malformed"),
    status("reason-of-failure", b"HTTP/1.1 500 \x1b[2Jx\x9b31m", "failed: status"),
    one("blank-lines-first", "read|failed: malformed", [b"\r\n\r\n" + sized("blank-lines-first"), close]),
    one("folded-first", "read|failed: malformed", [sized("folded-first").replace(b"\r\n", b"\r\n folded: first\r\n", 1), close]),
    one("types-differ", "read|rejected", page(article("types-differ"), b"Content-Type: image/png", b"Content-Type: application/pdf")),
    one("type-long", "read", page(article("type-long"), kind=HTML + b"; x=" + b"y" * 100_000)),
    one("name-odd", "read|failed: malformed", page(article("name-odd"), "Tên: giá trị".encode(), b"\x00: nul", b"a b: c", b"(x): y")),
    one("date-odd", "read", page(article("date-odd"), b"Date: Mon, 99 Foo 99999 99:99:99 GMT", b"Last-Modified: -1", b"Expires: 1e999", b"ETag: W/\"" + b"e" * 9_000, b"Age: -5", b"Retry-After: nan")),
    one("asks-password", "failed: status", page("x", b"WWW-Authenticate: Negotiate " + b"A" * 5_000, status=b"401 No")),
    one("asks-proxy", "failed: status", page("x", b"Proxy-Authenticate: Basic realm=x", status=b"407 No")),
    one("upgrade", "failed: status", page("x", b"Upgrade: h2c", status=b"426 Upgrade Required")),
    one("alt-svc", "read", page(article("alt-svc"), b'Alt-Svc: h2="127.0.0.1:1"; ma=9', b"Strict-Transport-Security: max-age=99999")),
    one("link-field", "read", page(article("link-field"), b"Link: <file:///etc/passwd>; rel=preload", b"Link: <//127.0.0.1/>; rel=canonical")),
]  # fmt: skip

_GZIPPED = {name: gzip.compress(body_of(name), mtime=0) for name in ("gzip-crc", "gzip-case", "gzip-named", "te-gzip")}
CODING_LIES = [
    one("coding-charset", "read", coded("", body_of("coding-charset"), b"UTF-8")),
    one("coding-none", "read", coded("", body_of("coding-none"), b"none")),
    one("coding-empty", "read", coded("", body_of("coding-empty"), b" , ,")),
    one("coding-weights", "read|rejected", coded("", body_of("coding-weights"), b"gzip;q=1.0, *;q=0")),
    one("coding-compress", "rejected", coded("", b"\x1f\x9d\x90" + b"x" * 500, b"compress")),
    one("gzip-case", "read", coded("", _GZIPPED["gzip-case"], b"GZip")),
    one("gzip-crc", "read", coded("", _GZIPPED["gzip-crc"][:-8] + b"\0" * 8, b"gzip")),
    one("gzip-named", "read", coded("", _GZIPPED["gzip-named"][:3] + b"\x08" + _GZIPPED["gzip-named"][4:10] + b"../../etc/passwd" * 500 + b"\0" + _GZIPPED["gzip-named"][10:], b"gzip")),
    one("gzip-empty", "rejected", coded("", b"", b"gzip")),
    one("gzip-head-only", "rejected", coded("", b"\x1f\x8b\x08", b"gzip")),
    one("deflate-bomb", "rejected|failed: length", coded("", bomb(20)[10:-8], b"deflate")),
    one("te-gzip", "read|rejected|failed: malformed", html(chunked(chunk(_GZIPPED["te-gzip"]))).replace(b"Encoding: chunked", b"Encoding: gzip, chunked", 1)),
]  # fmt: skip


def cookie_flood() -> Script:
    return page(article("cookie-flood"), *(b"Set-Cookie: c%d=%s; Path=/" % (n, b"v" * 4_000) for n in range(200)))


COOKIE_FLOOD = [one("cookie-flood", "read", cookie_flood())]
"""What a browser would send back is a head of 720,000 bytes, at which most servers refuse to answer."""

LATER = [
    one("retry-after-long", "failed: status", page("x", b"Retry-After: 99999999999", status=b"503 Busy")),
    one(
        "retry-after-odd",
        "failed: status",
        page("x", b"Retry-After: Fri, 31 Dec 99999 00:00:00 GMT", status=b"503 Busy"),
    ),
]
"""A host that asks for a day is left alone for a day."""
