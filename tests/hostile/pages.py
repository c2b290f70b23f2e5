"""Articles and pages that hostile cases are made of."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from tests.crawler.odd_cases import answer, chunk, chunked
from tests.crawler.odd_server import Script, close

HTML = b"text/html; charset=utf-8"
_PLACES = ("Cẩm Xuyên", "Kỳ Anh", "Hương Khê", "Đức Thọ", "Can Lộc", "Nghi Xuân", "Thạch Hà", "Vũ Quang")
_THINGS = ("giống lúa chịu hạn", "nấm ăn", "năng lượng mặt trời", "truy xuất nguồn gốc", "đo lường", "nước sạch")


def title(name: str) -> str:
    """Return the headline of an article by its name: another for each."""
    at = sum(map(ord, name))
    return f"Chuyển giao kỹ thuật {_THINGS[at % 6]} cho nông dân {_PLACES[at % 8]}, đợt {name}"


def lines(name: str) -> list[str]:
    """Return the paragraphs of an article."""
    at = sum(map(ord, name))
    return [
        f"Sáng nay, Sở Khoa học và Công nghệ mở lớp chuyển giao kỹ thuật {_THINGS[at % 6]} lần thứ {at} cho bà con.",
        f"Lớp học mang số hiệu {name} kéo dài ba ngày, có hơn một trăm hộ dân của huyện {_PLACES[at % 8]} tham dự.",
        f"Sau lớp học, mỗi hộ được nhận một bộ tài liệu và được cán bộ theo dõi trong {at % 9 + 2} tháng tiếp theo.",
    ]


def article(name: str, more: str = "", head: str = "", heading: str | None = None) -> str:
    """Return the page of an article, with *more* below its text."""
    heading = title(name) if heading is None else heading
    text = "".join(f"<p>{line}</p>" for line in lines(name))
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{heading}</title>{head}</head><body>'
        f'<ul class="menu"><li><a href="/">Trang chủ</a></li></ul><div class="bai"><h1>{heading}</h1>'
        f"<p>Ngày đăng: 02/05/2024 08:30</p>{text}{more}</div></body></html>"
    )


def listing(paths: list[tuple[str, str]], head: str = "") -> str:
    """Return a home page that links to addresses by headlines."""
    items = "".join(f'<li><a href="{path}">{heading}</a> 02/05/2024</li>' for path, heading in paths)
    return f"<!DOCTYPE html><html><head><title>Sở KH&amp;CN</title>{head}</head><body><h2>Tin tức</h2><ul>{items}</ul></body>"


def page(html: str | bytes, *fields: bytes, status: bytes = b"200 OK", kind: bytes = HTML) -> Script:
    """Return the script of a page."""
    return [answer(html if isinstance(html, bytes) else html.encode(), *fields, status=status, kind=kind)]


def until_close(body: bytes, *fields: bytes) -> Script:
    """Return the script of a page that ends with its connection."""
    return [b"\r\n".join([b"HTTP/1.0 200 OK", b"Content-Type: " + HTML, *fields]) + b"\r\n\r\n" + body, close]


def _pieces(body: bytes) -> Script:
    parts = (body[at : at + 100] for at in range(0, len(body), 100))
    return [chunked(*map(chunk, parts)).replace(b"text/html", HTML, 1)]


VARIANTS: dict[str, Callable[[bytes], Script]] = {
    "length": page,
    "chunked": _pieces,
    "gzip": lambda body: page(gzip.compress(body, mtime=0), b"Content-Encoding: gzip"),
    "gzip-chunked": lambda body: [
        _pieces(gzip.compress(body, mtime=0))[0].replace(b"\r\n", b"\r\ncontent-ENCODING:gzip\r\n", 1)  # type: ignore[union-attr]
    ],
    "until-close": until_close,
    "lf-only": lambda body: [
        b"HTTP/1.1 200 OK\nContent-Type: " + HTML + b"\nContent-Length: %d\n\n" % len(body) + body
    ],
}
"""How the pages of the control articles are transferred."""
