"""One site's captures and articles, kept by the project's own writer and catalog as a crawl would."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from archive.catalog import Catalog
from archive.model import Article, Capture
from archive.times import VN
from archive.warc.writer import WarcWriter
from tests.archive.exchanges import exchange

RICE = "https://skhcn.hatinh.gov.vn/tin/giong-lua-moi"
GONE = "https://skhcn.hatinh.gov.vn/tin/lich-tiep-cong-dan"
COPY = "https://skhcn.nghean.gov.vn/tin/giong-lua-moi"
START = datetime(2025, 3, 1, 2, 0, tzinfo=UTC)


class Site:
    """Writes one site's captures, and puts them and their articles into the catalog."""

    def __init__(self, root: Path, site: str, catalog: Catalog) -> None:
        self.site = site
        self.crawl = f"{site}-{START:%Y%m%d%H%M%S}000"
        self._writer = WarcWriter(root, site, self.crawl, info={})
        self._catalog = catalog
        self.via: str | None = None
        """The page on which the next captures are found; null for a list of the host."""

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def capture(
        self,
        url: str,
        moment: datetime,
        body: bytes,
        mime: str = "text/html; charset=utf-8",
        status: str = "200 OK",
        purpose: str = "page",
        head: bytes = b"",
    ) -> Capture:
        """Keep an answer."""
        raw = f"HTTP/1.1 {status}\r\nContent-Type: {mime}\r\n".encode() + head + b"\r\n" + body
        host, _, path = url.partition("//")[2].partition("/")
        request = f"GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        told = exchange(raw, url, date=moment, ended=moment, tls=None, protocols=("http/1.1",), request=request)
        kept = self._writer.write(told, via=self.via or f"https://{host}/tin", purpose=purpose)  # type: ignore[arg-type]
        assert kept is not None
        self._catalog.add_captures([kept])
        return kept

    def article(self, url: str, moment: datetime, title: str, text: str, **fields: object) -> Article:
        """Keep an article as it read at a moment."""
        page = self.capture(url, moment, f"<h1>{title}</h1>".encode(errors="replace"))
        known: dict[str, object] = {
            "source_id": None, "summary": None, "published": datetime(2025, 2, 28, 14, 30, tzinfo=VN),
            "published_precision": "minute", "modified": None, "authors": ("Tùng Như",), "photographers": (),
            "source": None, "section": "Tin tức", "tags": (), "language": "vi", "images": (), "attachments": (),
            "parser": f"{page.site}/1", "site": page.site, "url": url, "capture": page.id, "captured": page.date,
        }  # fmt: skip
        article = Article(title=title, text=text, **(known | fields))  # type: ignore[arg-type]
        self._catalog.add_article(article)
        self._catalog.add_reading(page.id, "article", f"{page.site}/1")
        return article
