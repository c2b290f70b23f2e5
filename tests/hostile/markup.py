"""Markup and character sets as no standard has them."""

from __future__ import annotations

import unicodedata

from tests.crawler.old_fonts import WRITTEN
from tests.hostile.case import Case, body_of, one
from tests.hostile.pages import HTML, article, page

MARKUP = [
    one(
        "attributes",
        "begun|read|rejected",
        page(article("attributes", "<div " + " ".join(f"a{n}='x'" for n in range(400_000)) + ">")),
    ),
    one("nested", "read|rejected", page(article("nested", "<div>" * 200_000))),
    one("long-text", "read|begun|rejected", page(article("long-text", "<p>" + "Nước sông dâng " * 200_000))),
    one("breaks", "read|begun|rejected|failed: error", page(article("breaks", "dòng<br>" * 150_000))),
    one("nul-bytes", "read", page(body_of("nul-bytes").replace(b"<p>", b"<p>\0\0"))),
    one("invalid-utf8", "read|begun", page(body_of("invalid-utf8") + b"\xff\xfe\xc3\x28")),
    one(
        "entity-bomb",
        "read|rejected",
        page(
            '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa">'
            + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or chr(32).strip()};" * 10}">' for n in range(1, 10))
            + "]>"
            + article("entity-bomb", "&a9;")
        ),
    ),
    one("base-away", "read", page(article("base-away", '<a href="tin/x">x</a>', '<base href="http://khac.example/">'))),
    one("open-comment", "read|rejected", page(article("open-comment", "<!-- không đóng"))),
    one(
        "script-in-text",
        "read",
        page(article("script-in-text", '<script>document.write(\'<p>\' + "</scr" + "ipt>")</script>')),
    ),
    one("frames", "rejected", page("<html><frameset><frame src='file:///etc/passwd'></frameset></html>")),
    one("long-title", "read|rejected", page(article("long-title", heading="Tin " * 200_000))),
    one(
        "links-giant",
        "read|rejected|begun",
        page(article("links-giant", "".join(f"<a href='http://khac.example/{n}'>{n}</a>" for n in range(12_000)))),
    ),
    one(
        "doctype-external",
        "read",
        page(
            '<!DOCTYPE html SYSTEM "file:///etc/passwd" [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
            + article("doctype-external", "<i>&e;</i>")
        ),
    ),
    one("long-word", "read|begun|rejected", page(article("long-word", "<p>" + "a" * 2_000_000))),
    one("no-html", "rejected", page("xin chào")),
    one("empty", "rejected|failed: status", page("")),
    one("spaces", "rejected", page(" \n" * 1000)),
    one("xml-inside", "read", page('<?xml version="1.0"?>' + article("xml-inside"))),
    one("tables", "read|rejected", page(article("tables", "<table><tr><td>" * 5000))),
    one("attribute-giant", "read", page(article("attribute-giant", f'<div data-x="{"y" * 1_000_000}">'))),
    one("entities", "read", page(article("entities", "<p>" + "&#x110;&#999999999;&#0;" * 1000 + "</p>"))),
]


def charset(name: str, codec: str, declared: str | None, outcome: str = "read") -> Case:
    html = article(name).replace('<meta charset="utf-8">', "")
    kind = b"text/html" + (f"; charset={declared}".encode() if declared else b"")
    return one(name, outcome, page(html.encode(codec, "replace"), kind=kind))


def old(name: str, system: str, kind: bytes, encoding: str = "latin-1") -> Case:
    """Return a page in the letters of an old font; its headline has no capitals that the font lacks."""
    html = article(name).replace('<meta charset="utf-8">', "")
    return one(name, "read", page(WRITTEN[system](html).encode(encoding), kind=kind))


def with_tones(html: str) -> bytes:
    """Return a page in windows-1258: letters with hats, and tones behind them."""
    pieces = []
    for letter in html:
        apart = unicodedata.normalize("NFD", letter)
        tone = next((mark for mark in apart if mark in "\u0300\u0301\u0303\u0309\u0323"), "")
        pieces.append(unicodedata.normalize("NFC", apart.replace(tone, "")) + tone if tone else letter)
    return "".join(pieces).encode("cp1258")


def meta(name: str, said: str, header: bytes, codec: str = "utf-8") -> Case:
    html = article(name).replace("utf-8", said)
    return one(name, "read", page(html.encode(codec), kind=header))


NFD = article("nfd")
PLAIN = {name: article(name).replace('<meta charset="utf-8">', "") for name in ("cp1258-said", "cp1258-unsaid")}
CHARSETS = [
    charset("utf16-bom", "utf-16", None),
    charset("utf16-said", "utf-16-le", "utf-16le"),
    charset("utf16-lie", "utf-8", "utf-16"),
    charset("utf8-bom", "utf-8-sig", "iso-8859-1"),
    charset("latin1-lie", "utf-8", "iso-8859-1"),
    charset("cp1252-lie", "utf-8", "windows-1252"),
    charset("unknown", "utf-8", "x-vps"),
    charset("utf7-said", "utf-8", "utf-7"),
    charset("utf32", "utf-32", "utf-32", "read|rejected"),
    charset("ascii-said", "utf-8", "us-ascii"),
    one("cp1258-said", "read", page(with_tones(PLAIN["cp1258-said"]), kind=b"text/html; charset=windows-1258")),
    one("cp1258-unsaid", "read", page(with_tones(PLAIN["cp1258-unsaid"]), kind=b"text/html")),
    old("tcvn3", "tcvn3", b"text/html"),
    old("tcvn3-cp1252", "tcvn3", b"text/html; charset=windows-1252"),
    old("tcvn3-utf8", "tcvn3", b"text/html; charset=utf-8", "utf-8"),
    old("tcvn3-user", "tcvn3", b"text/html; charset=x-user-defined"),
    old("vni", "vni", b"text/html"),
    old("vni-utf8", "vni", b"text/html; charset=utf-8", "utf-8"),
    meta("meta-lies", "iso-8859-1", HTML),
    meta("meta-utf16", "utf-16", b"text/html"),
    meta("meta-against-header", "utf-8", b"text/html; charset=iso-8859-1"),
    meta("meta-nonsense", "\x00utf-8\x00", b"text/html"),
    charset("utf16-be-bom", "utf-16-be", "utf-16be"),
    one("nfd", "read", page(unicodedata.normalize("NFD", NFD))),
    one("quoted", "read", page(article("quoted"), kind=b'text/html; charset="utf-8"; charset=x')),
    one("type-nonsense", "read|rejected", page(article("type-nonsense"), kind=b";;;=/\xff")),
    one("type-image", "read|rejected", page(article("type-image"), kind=b"image/jpeg")),
]
