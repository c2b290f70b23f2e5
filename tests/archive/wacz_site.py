"""A small archive to be exported: two crawls of one site, the second with revisits, and one of another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from archive.catalog import Catalog
from archive.dedup import Dedup
from archive.wacz.write import About
from archive.warc.writer import WarcWriter
from tests.archive.exchanges import CHUNKED, CRLF, DATE, ODD, exchange
from tests.archive.facts import make_article

ABOUT = About("Sở Khoa học và Công nghệ tỉnh Hà Tĩnh", "Tin tức", "khcn/0.1.0")
HOST = "https://skhcn.hatinh.gov.vn"
HOME = f"{HOST}/"
SECOND = DATE + timedelta(days=30)
ARTICLES = 5
NAMES = sorted(set(ODD) - CHUNKED - {"line-of-spaces"} | {"chunked"})


def make_archive(root: Path, *, odd: bool = True, max_bytes: int = 1_000_000_000) -> Path:
    """Crawl twice: home page, articles with a picture each, and odd answers; all unchanged but one article."""
    root.mkdir(parents=True, exist_ok=True)
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        for number, start in enumerate((DATE, SECOND)):
            _crawl(root, catalog, "ha_tinh", HOST, f"ha_tinh-{number}", start, odd=odd, max_bytes=max_bytes)
        _crawl(root, catalog, "hau_giang", "http://skhcn.haugiang.gov.vn", "hau_giang-0", DATE, odd=False)
    return root


def _crawl(root, catalog, site, host, crawl, start, *, odd, max_bytes=1_000_000_000):
    changed = "mới" if start == SECOND else "cũ"
    dedup = Dedup(root, partial(catalog.whole, site))
    captures = []
    with (
        WarcWriter(root, site, crawl, info={}, max_bytes=max_bytes, dedup=dedup, clock=lambda: start) as writer,
        catalog.transaction(),
    ):
        catalog.add_crawl(crawl, site, start, {})

        def fetch(url, answer, purpose="page", via=None):
            moment = start + timedelta(seconds=len(captures))
            capture = writer.write(exchange(answer, url, date=moment, ended=moment), via, purpose)
            captures.append(capture)
            catalog.add_captures([capture])
            return capture

        home = fetch(f"{host}/", CRLF + b"\r\n<html>home</html>")
        catalog.add_reading(home.id, "listing")
        for number in range(ARTICLES):
            url = f"{host}/tin/{number}"
            body = f"<html>Tin {number} {changed if number == 0 else ''}{'x' * 5000}</html>".encode()
            page = fetch(url, CRLF + b"\r\n" + body, via=f"{host}/")
            article = make_article(
                page, url=url, site=site, title=f"Tin số {number}", text=f"Đoạn {number} {body[6:20].decode()}"
            )
            catalog.add_article(replace(article, published=article.published + timedelta(days=number)))
            catalog.add_reading(page.id, "article", "x/1")
            fetch(f"{host}/anh/{number}.jpg", ODD["jpeg"] + bytes([number]) * 300, "image", url)
        for name in NAMES if odd else ():
            fetch(f"{host}/odd/{name}", ODD[name])
    with catalog.transaction():
        catalog.add_captures(captures)
