"""An archive with what captures can be: changed, the same again, redirected, gone, packed, cut, posted, dangerous."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from archive.catalog import Catalog
from archive.dedup import Dedup
from archive.model import Article, Capture
from archive.times import VN
from archive.warc.records import LiveExchange
from archive.warc.writer import WarcWriter
from archive.web.app import create_app

HOST = "skhcn.hatinh.gov.vn"
HOME = f"https://{HOST}/"
OLD = f"http://{HOST}/"
"""Redirects to HOME since the second crawl."""
NEWS = f"https://{HOST}/tin/giong-lua-moi.html"
SAME = f"https://{HOST}/gioi-thieu"
"""The same in every crawl: a revisit from the second one on."""
LOST = f"https://{HOST}/tin/lich-tiep-dan.html"
"""200, then 404."""
MOVED = f"https://{HOST}/chuyen"
"""301 to NEWS."""
PICTURE = f"https://{HOST}/anh/lua.png"
DRAWING = f"https://{HOST}/anh/so-do.svg"
SCRIPT = f"https://{HOST}/js/trang.js"
PACKED = f"https://{HOST}/nen"
CHUNKED = f"https://{HOST}/khuc"
LIAR = f"https://{HOST}/anh/gia.png"
"""Says that it is a picture, and is a page."""
COOKIE = f"https://{HOST}/dang-nhap"
LISTING = f"https://{HOST}/tin?page=2&chuyenmuc=1"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
FIRST = datetime(2024, 1, 15, 2, 0, tzinfo=UTC)
CRAWLS = 4
EACH = 100
"""Days between two crawls."""


def page(title: str) -> bytes:
    """Return a page."""
    return f"<!doctype html><title>{title}</title><p>{title}</p><script>alert(1)</script>".encode()


def answer(body: bytes, mime: str = "text/html; charset=utf-8", status: str = "200 OK", *fields: str) -> bytes:
    """Return an answer as it goes over the wire."""
    given = "".join(f"{field}\r\n" for field in fields)
    if "Transfer-Encoding: chunked" not in fields:
        given += f"Content-Length: {len(body)}\r\n"
    return f"HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nServer: nginx\r\n{given}\r\n".encode() + body


def made(root: Path, crawls: int = CRAWLS) -> None:
    """Make the archive."""
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        for number in range(crawls):
            for site, host in (("ha_tinh", HOST), ("nghe_an", "khcn.nghean.gov.vn")):
                Crawl(root, catalog, site, host, number).run()


class Crawl:
    """One crawl of one site; the later ones find some things changed."""

    def __init__(self, root: Path, catalog: Catalog, site: str, host: str, number: int) -> None:
        self.number, self.host, self.site = number, host, site
        self.moment = FIRST + timedelta(days=EACH * number)
        self.id = f"{site}-{self.moment:%Y%m%d%H%M%S}000"
        self.catalog = catalog
        dedup = Dedup(root, lambda digest, url: catalog.whole(site, digest, url), min_bytes=1)
        self.writer = WarcWriter(root, site, self.id, info={}, dedup=dedup, clock=lambda: self.moment)
        catalog.add_crawl(self.id, site, self.moment, {"site": site})

    def ask(
        self, url: str, wire: bytes, *, method: str = "GET", body: bytes = b"", purpose: str = "page", via=None
    ) -> Capture:
        """Keep an answer, a second after the one before."""
        self.moment += timedelta(seconds=1)
        host, _, path = url.partition("//")[2].partition("/")
        request = f"{method} /{path} HTTP/1.1\r\nHost: {host}\r\n".encode()
        if body:
            request += b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n" % len(body)
        exchange = LiveExchange(
            url=url, method=method, date=self.moment, ended=self.moment, ip="127.0.0.1", tls=None, protocols=("http/1.1",),
            request=request + b"\r\n" + body, response=io.BytesIO(wire), size=len(wire),
        )  # fmt: skip
        kept = self.writer.write(exchange, purpose=purpose, via=via)
        assert kept is not None
        self.catalog.add_captures([kept])
        return kept

    def article(self, url: str, title: str) -> None:
        """Keep a page, and the article on it."""
        kept = self.ask(url, answer(page(title)))
        self.catalog.add_reading(kept.id, "article", f"{self.site}/1")
        self.catalog.add_article(article(kept, title))

    def run(self) -> None:
        """Ask for everything."""
        n, at = self.number, f"https://{self.host}"
        self.ask(f"{at}/robots.txt", answer(b"User-agent: *\n", "text/plain"), purpose="robots")
        if n == 0:
            self.ask(f"http://{self.host}/", answer(page("Trang chủ cũ")))
        else:
            self.ask(f"http://{self.host}/", answer(b"", "text/html", "301 Moved Permanently", f"Location: {at}/"))
            self.ask(f"{at}/", answer(page(f"Trang chủ {n}")))
        self.ask(f"http://www.{self.host}/tin?chuyenmuc=1&page=2", answer(page(f"Danh sách {n // 2}")))
        self.ask(f"{at}/tin?page=2&chuyenmuc=1", answer(page(f"Danh sách {n}")))
        self.ask(f"{at}:8443/cong", answer(page("Cổng khác")))
        self.ask(f"https://van-ban.{self.host}/", answer(page("Văn bản")))
        self.ask(f"{at}/gioi-thieu", answer(page("Giới thiệu")))
        self.article(f"{at}/tin/giong-lua-moi.html", f"Giống lúa mới, lần {n}")
        for place in range(6):
            self.article(f"{at}/tin/bai-{place}.html", f"Bài {place}, <b>bản</b> & {n // 2}")
        if n == 0:
            self.article(f"{at}/tin/lich-tiep-dan.html", "Lịch tiếp dân")
        else:
            self.ask(f"{at}/tin/lich-tiep-dan.html", answer(page("Không thấy"), "text/html", "404 Not Found"))
        self.ask(f"{at}/chuyen", answer(b"", "text/html", "301 Moved Permanently", "Location: /tin/giong-lua-moi.html"))
        self.ask(f"{at}/anh/lua.png", answer(PNG, "image/png"), purpose="image", via=f"{at}/tin/giong-lua-moi.html")
        self.ask(
            f"{at}/anh/so-do.svg",
            answer(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        )
        self.ask(f"{at}/anh/gia.png", answer(page("Giả"), "image/png"))
        self.ask(f"{at}/js/trang.js", answer(b"alert(1)", "application/javascript"))
        self.ask(
            f"{at}/nen", answer(gzip.compress(page("Nén"), mtime=0), "text/html", "200 OK", "Content-Encoding: gzip")
        )
        chunks = b"5\r\nxin c\r\n4\r\nh\xc3\xa0o\r\n0\r\n\r\n"
        self.ask(f"{at}/khuc", answer(chunks, "text/plain", "200 OK", "Transfer-Encoding: chunked"))
        self.ask(
            f"{at}/dang-nhap",
            answer(page("Đăng nhập"), "text/html", "200 OK", "Set-Cookie: a=1", "Set-Cookie: b=2", "Refresh: 0; url=//xau.example",
                   "Strict-Transport-Security: max-age=1", 'Clear-Site-Data: "*"', "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT"),
        )  # fmt: skip
        self.ask(f"{at}/tim", answer(b"[]", "application/json"), method="POST", body=b"trang=%d" % n)
        self.ask(f"{at}/loi", answer(page("Lỗi"), "text/html", "500 Internal Server Error"))
        self.ask(f"{at}/Tin/CHU-HOA.html", answer(page("Chữ hoa")))
        self.ask(f"{at}/tin/chu-hoa.html", answer(page("Chữ thường")))
        self.writer.close()


def article(kept: Capture, title: str, **fields: object) -> Article:
    """Return the article of a capture."""
    known: dict[str, object] = {
        "source_id": None, "summary": "Tóm tắt <nhanh>", "text": f"{title}\n\nNội dung.", "published_precision": "minute",
        "published": datetime(2024, 1, 10, 8, 30, tzinfo=VN), "modified": None, "authors": ("Tùng Như",), "photographers": ("Hải An",),
        "source": None, "section": "Tin tức", "tags": ("lúa", "Tin tức"), "language": "vi", "images": (), "attachments": (),
        "parser": f"{kept.site}/1",
    }  # fmt: skip
    known |= {"site": kept.site, "url": kept.url, "capture": kept.id, "captured": kept.date}
    return Article(title=title, **(known | fields))  # type: ignore[arg-type]


@contextmanager
def serving(root: Path, **options: object) -> Iterator[TestClient]:
    """Serve an archive below *root*, made if there is none; answers are not followed."""
    root.mkdir(parents=True, exist_ok=True)
    if not (root / "catalog.sqlite3").exists():
        made(root)
    app = create_app(root, **options)  # type: ignore[arg-type]
    with TestClient(app, base_url="http://kho.example", follow_redirects=False) as client:
        yield client
