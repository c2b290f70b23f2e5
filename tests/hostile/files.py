"""Files that are not what they are called, and articles that are none."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

from tests.crawler.odd_cases import answer
from tests.crawler.odd_server import Script
from tests.hostile.case import Case, bomb, one
from tests.hostile.pages import article, page, title


def png(width: int, height: int) -> bytes:
    """Return a PNG that says it is so large, of nothing but its head."""

    def piece(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes(100_000))
    head = piece(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + piece(b"IDAT", rows) + piece(b"IEND", b"")


def jpeg() -> bytes:
    made = io.BytesIO()
    Image.effect_noise((120, 90), 60).save(made, "JPEG")
    return made.getvalue()


def with_file(name: str, address: str, script: Script, outcome: str = "read", *, is_link: bool = False) -> Case:
    more = f'<a href="{address}">Tài liệu kèm theo</a>' if is_link else f'<p><img src="{address}" alt="Ảnh"></p>'
    return Case(
        name, outcome, [page(article(name, more))], {address.split("?")[0]: [script]} if address[0] == "/" else {}
    )


JPEG = jpeg()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def named(disposition: bytes) -> Script:
    return [answer(PDF, b"Content-Disposition: attachment; filename=" + disposition, kind=b"application/pdf")]


GIF = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\0;"
LAUGHING = SVG.replace(
    b"<svg", b'<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]><svg', 1
)
NAMES = {
    "crlf": b'"a%0d%0aSet-Cookie: b=1.pdf"',
    "star": b"x.pdf; filename*=UTF-8''..%2f..%2fetc%2fpasswd",
    "back": b'"..\\..\\a.pdf"',
    "drive": b'"C:\\con.pdf"',
    "steers": b'"\x1b[2J\x07.pdf"',
    "bidi": '"\u202efdp.exe"'.encode(),
    "empty": b'""',
    "dots": b'".."',
    "quote": b'"a.pdf',
    "twice": b'a.pdf; filename="/etc/passwd"',
    "emoji": ('"' + "📄" * 500 + '.pdf"').encode(),
    "latin1": b'"t\xe0i li\xeau.pdf"',
}


def addressed(name: str, path: str) -> Case:
    """Return an article with a document at an odd address, which is wherever the crawl asks for it, or nowhere."""
    return one(f"path-{name}", "read", page(article(f"path-{name}", f'<p><a href="{path}">Tệp</a></p>')))


FILES = [
    *(with_file(f"name-{name}", f"/tep/ten-{name}.pdf", named(said), is_link=True) for name, said in NAMES.items()),
    addressed("long", "/tep/" + "x" * 5_000 + ".pdf"),
    addressed("deep", "/a" * 2_000 + "/x.pdf"),
    addressed("nul", "/tep/a%00.pdf"),
    addressed("crlf", "/tep/a%0d%0aHost:%20x.pdf"),
    addressed("raw-crlf", "/tep/a&#13;&#10;Host: x.pdf"),
    addressed("emoji", "/tep/" + "📄" * 300 + ".pdf"),
    addressed("up", "/tep/../../../../etc/passwd.pdf"),
    addressed("encoded-up", "/tep/%252e%252e%252f..%5c..%5cetc.pdf"),
    addressed("percent", "/tep/%zz%u1234%.pdf"),
    addressed("lone", "/tep/&#xD800;.pdf"),
    addressed("space", "/tep/ a  b\t.pdf "),
    addressed("query", "/tep/x.pdf?" + "a=b&" * 3_000),
    with_file("image-gif-bomb", "/anh/bom.gif", [answer(GIF, kind=b"image/gif")]),
    with_file("image-jpeg-bomb", "/anh/bom.jpg", [answer(JPEG[:2] + b"\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + bytes(9) + JPEG[2:], kind=b"image/jpeg")]),
    with_file("image-zero", "/anh/khong.png", [answer(png(0, 0), kind=b"image/png")]),
    with_file("image-negative", "/anh/am.png", [answer(png(2**31, 1), kind=b"image/png")]),
    with_file("image-polyglot", "/anh/hai.gif", [answer(b"GIF89a=1;/*" + SVG + b"*/alert(1)", kind=b"image/gif")]),
    with_file("image-laughs", "/anh/cuoi.svg", [answer(LAUGHING, kind=b"image/svg+xml")]),
    with_file("image-loop", "/anh/vong.jpg", [answer(b"", b"Location: /anh/vong.jpg", status=b"302 Found")]),
    with_file("image-away", "/anh/xa.jpg", [answer(b"", b"Location: file:///etc/passwd", status=b"302 Found")]),
    with_file("image-part", "/anh/phan.jpg", [answer(JPEG[:500], b"Content-Range: bytes 0-499/99999", status=b"206 Partial Content", kind=b"image/jpeg")]),
    with_file("image-packed", "/anh/goi.jpg", [answer(bomb(70), b"Content-Encoding: gzip", kind=b"image/jpeg")]),
    with_file("file-polyglot", "/tep/hai.pdf", [answer(PDF + b"PK\x03\x04" + bytes(50), kind=b"application/zip")], is_link=True),
    with_file("file-packed", "/tep/goi.zip", [answer(bomb(), kind=b"application/zip")], is_link=True),
    with_file("file-page", "/tep/trang.pdf", page(article("x")), is_link=True),
    with_file("image-good", "/anh/tot.jpg", [answer(JPEG, kind=b"image/jpeg")]),
    with_file("image-bomb", "/anh/bom.png", [answer(png(60_000, 60_000), kind=b"image/png")]),
    with_file("image-cut", "/anh/cut.jpg", [answer(JPEG[:900], kind=b"image/jpeg")]),
    with_file("image-html", "/anh/trang.jpg", page("<h1>Không có ảnh</h1>")),
    with_file("image-empty", "/anh/rong.jpg", [answer(b"", kind=b"image/jpeg")]),
    with_file("image-lie", "/anh/doi.gif", [answer(JPEG, kind=b"text/html")]),
    with_file("image-svg", "/anh/ve.svg", [answer(SVG, kind=b"image/svg+xml")]),
    with_file("image-data", "data:image/png;base64," + "iVBORw0KGgo" * 200_000, []),
    with_file("image-gone", "/anh/mat.jpg", page("", status=b"404 Not Found")),
    with_file("file-parent", "/tep/a.pdf", named(b'"../../../../etc/passwd"'), is_link=True),
    with_file("file-nul", "/tep/b.pdf", named(b'"a\0b.pdf"'), is_link=True),
    with_file("file-long", "/tep/c.pdf", named(b'"' + b"x" * 500 + b'.pdf"'), is_link=True),
    with_file("file-emoji", "/tep/d.pdf", named("\"📄.pdf\"".encode()), is_link=True),
    with_file("file-lie", "/tep/e.pdf", [answer(b"MZ\x90\0" * 100, kind=b"application/pdf")], is_link=True),
    with_file("file-dots", "/tep/%2e%2e/%2e%2e/f.pdf", named(b"x.pdf"), is_link=True),
    one("csv-title", "begun", page(article("csv-title", heading="=HYPERLINK(\"http://x\") " + title("csv-title")))),
    one("terminal-title", "begun", page(article("terminal-title", heading=title("terminal-title") + " \x1b[31mđỏ\x07"))),
    Case("log-line", "read|gone", [page(article("log-line"))], {"/tin/log-line%0d%0aERROR%20x": [page(article("log-line"))]},
         link="/tin/log-line%0d%0aERROR%20x"),
    one("empty-article", "rejected", page(article("empty-article").replace("<p>", "<i>").split("<i>")[0])),
    one("twin-a", "begun", page(article("twin"))),
    one("twin-b", "begun", page(article("twin"))),
]  # fmt: skip
