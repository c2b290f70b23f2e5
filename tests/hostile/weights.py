"""What costs much to read: expressions that go back and forth, nested and endless values, and names of everything."""

from __future__ import annotations

from tests.hostile.case import Case, one
from tests.hostile.markup import charset
from tests.hostile.pages import HTML, article, page

ANY = "read|begun|rejected"
"""Read or not: what counts is that it ends, and stops nobody."""


def body(name: str, more: str, outcome: str = ANY) -> Case:
    return one(name, outcome, page(article(name, more)))


def head(name: str, more: str, outcome: str = "read") -> Case:
    return one(name, outcome, page(article(name, head=more)))


def linked(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


COSTS = [
    body("spaces-in-byline", "<p>Tác giả:" + " \u00a0" * 60_000 + "x</p>"),
    body("names", "<p>Ảnh: " + "Nguyễn Văn " * 10_000 + "</p>"),
    body("dates", "<p>" + "02/05/2024 " * 20_000 + "</p>"),
    body("date-halves", "<p>Ngày " + "1/" * 60_000 + "</p>"),
    body("digits", "<p>" + "1" * 300_000 + "</p>"),
    body("brackets", "<p>" + "(" * 200_000 + "</p>"),
    body("marks", "<p>" + "&" * 100_000 + "</p>"),
    body("dashes", "<p>" + "- " * 100_000 + "</p>"),
    body("dots", "<p>Theo" + "." * 200_000 + "</p>"),
    body("combining", "<p>e" + "\u0301" * 100_000 + "</p>"),
    body("bidi", "<p>" + "\u202e\u2066" * 20_000 + "</p>"),
    body("no-width", "<p>" + "\u200b\ufeff\u00ad" * 50_000 + "x</p>"),
    body("escaped-deep", "<p>&" + "amp;" * 100_000 + "lt;</p>"),
    body("misnested", "<b><i></b></i>" * 3_000),
    body("formatting", "<b><i><u><font>" * 5_000),
    body("cells", "<table>" + "<tr><td colspan=99999 rowspan=99999>" * 3_000),
    body("lists", "<ul><li>" * 3_000),
    body("headings", "<h1>Tin</h1>" * 1_000),
    body("selects", "<select><option>" * 10_000),
    body("svgs", "<svg><foreignObject><math>" * 3_000),
    body("plaintext", "<plaintext>" + "<p>" * 1_000, "read|begun"),
    body("quote-open", '<a href="/tin/x' + "<p>x</p>" * 1_000),
    body("tag-open", "<div " + "<" * 50_000),
    body("cdata", "<![CDATA[" + "]]" * 50_000),
    body("comments", "<!--" * 50_000),
    body("doctypes", "<!DOCTYPE html>" * 5_000),
    body("processing", "<?php " * 20_000),
    body("script-giant", "<script>" + "var a='<p>';" * 60_000 + "</script>", "read|begun"),
    body("style-giant", "<style>" + "a{b:url(" * 10_000 + "</style>", "read|begun"),
    body("style-attributes", "<p style='background:url(" + "(" * 50_000 + "'>x</p>"),
    body("srcset-giant", "<img srcset='" + ",".join(f"/a.jpg {n}w" for n in range(3_000)) + "'>", "read|begun"),
    body("image-map", "<img usemap='#m'><map name=m>" + "<area href='/tin/../..'>" * 500 + "</map>"),
    body("nul-in-attributes", "<p class='a\0b' id='\0'>x</p><a href='/tin/\0'>x</a>", "read|begun"),
    head("json-deep", linked("[" * 100_000)),
    head("json-objects", linked('{"@graph":' * 20_000)),
    head("json-number", linked('{"@type":"NewsArticle","datePublished":' + "9" * 10_000 + "}")),
    head("json-nan", linked('{"@type":"NewsArticle","headline":NaN,"datePublished":-Infinity,"author":[[[null]]]}')),
    head("json-types", linked('{"@type":["NewsArticle",{}],"headline":{"a":1},"author":{"name":["x"]},"image":7}')),
    head("json-date", linked('{"@type":"NewsArticle","datePublished":"99999-99-99T99:99:99+99:99"}')),
    head("json-surrogate", linked('{"@type":"NewsArticle","author":{"name":"\\ud800\\u0000"}}'), ANY),
    head("json-many", linked('{"@type":"NewsArticle"}') * 2_000),
    head("meta-dates", '<meta property="article:published_time" content="-271821-04-20T00:00:00Z">'
         '<meta name="date" content="0000-00-00"><meta itemprop="datePublished" content="1e400">'),
    head("meta-many", '<meta property="og:image" content="/a.jpg">' * 2_000),
    head("canonical-away", '<link rel="canonical" href="http://khac.example/tin">'),
    head("canonical-file", '<link rel="canonical" href="file:///etc/passwd"><link rel="canonical" href="javascript:1">'),
    head("canonical-inward", '<link rel="canonical" href="http://127.0.0.1:1/tin"><meta property="og:url" content="http://[::1]/">'),
    head("base-script", '<base href="javascript:alert(1)//"><base href="data:text/html,x">'),
    head("base-odd", '<base href="http://[::1"><base href="http://a:99999999/"><base href="//">', "read"),
    head("base-long", f'<base href="/{"x/" * 50_000}">'),
    head("manifest", '<link rel="manifest" href="file:///etc/passwd"><link rel="preload" href="data:,x" as="image">'),
    one("title-nul", ANY, page(article("title-nul").replace("<h1>", "<h1>\0"))),
    one("title-bidi", ANY, page(article("title-bidi", heading="\u202eTin ngược\u202c về khoa học và công nghệ"))),
    Case("refresh-a", "read", [page(article("refresh-a", head='<meta http-equiv="refresh" content="0;url=/tin/refresh-b">'))],
         {"/tin/refresh-b": [page(article("refresh-a", head='<meta http-equiv="refresh" content="0;url=/tin/refresh-a">'))]}),
    head("refresh-script", '<meta http-equiv="refresh" content="0;url=javascript:alert(1)"><meta http-equiv="refresh" content="nan">'),
]  # fmt: skip


def named(name: str, said: str, outcome: str = "read") -> Case:
    return charset(name, "utf-8", said, outcome)


def thrice() -> Case:
    html = article("thrice").replace(
        "<head>", '<head><meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'
    )
    body = '<?xml version="1.0" encoding="shift_jis"?>' + html.replace('"utf-8"', '"gbk"')
    return one("thrice", "read", page(body, kind=b"text/html; charset=iso-8859-5"))


NAMES = [
    *(named(f"as-{codec}", codec) for codec in (
        "zlib", "base64", "rot13", "hex", "bz2", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined",
        "mbcs", "uu", "quopri", "utf-8-sig", "iso-2022-jp", "hz", "gb18030", "cp037",
    )),
    named("as-path", "../../etc/passwd"),
    named("as-long", "x" * 20_000),
    named("as-marks", "'\"<script>\\"),
    thrice(),
    charset("utf16-silent", "utf-16-le", None, ANY),
    charset("utf16-be-silent", "utf-16-be", None, ANY),
    one("utf7-silent", "read", page(article("utf7-silent", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"), kind=b"text/html")),
    one("overlong", "read|begun", page(article("overlong").encode() + b"\xc0\xaf\xe0\x80\xaf\xed\xa0\x80\xf8\x88\x80\x80\x80")),
    one("bom-twice", "read", page(b"\xef\xbb\xbf\xef\xbb\xbf" + article("bom-twice").encode(), kind=HTML)),
    one("bom-lies", "rejected|begun", page(b"\xff\xfe" + article("bom-lies").encode(), kind=HTML)),
    one("bom-within", "read", page(article("bom-within").replace("<p>", "<p>\ufeff"))),
]  # fmt: skip
