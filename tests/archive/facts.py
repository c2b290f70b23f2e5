"""Captures and articles made up for tests of the archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.catalog import Catalog
from archive.catalog.changes import Change
from archive.model import Article, Capture, Location
from archive.times import VN

SITE = "ha_tinh"
CRAWL = "ha_tinh-20250301000000000"
PAGE = "https://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/chuyen-doi-so"
START = datetime(2025, 3, 1, 0, 0, 0, 250_000, UTC)


def make_capture(number: int, url: str = PAGE, **changes: Any) -> Capture:
    capture = Capture(
        id=f"urn:uuid:00000000-0000-4000-8000-{number:012}",
        url=url,
        date=START + timedelta(hours=number),
        status=200,
        mime="text/html",
        digest="sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
        site=SITE,
        crawl=CRAWL,
        location=Location("warcs/ha_tinh/2025/ha_tinh-20250301000000-00000.warc.gz", 400 * number, 380),
        purpose="page",
    )
    return replace(capture, **changes)


def make_article(capture: Capture, **changes: Any) -> Article:
    article = Article(
        site=capture.site,
        url=capture.url,
        source_id=None,
        title="Hà Tĩnh đẩy mạnh chuyển đổi số",
        summary=None,
        text="Ngày 28/2, Sở Khoa học và Công nghệ tổ chức hội nghị.\n\nĐây là đoạn thứ hai.",
        published=datetime(2025, 2, 28, 14, 30, tzinfo=VN),
        published_precision="minute",
        modified=None,
        authors=("Tùng Như", "Đình Nam"),
        photographers=(),
        source=None,
        section="Tin trong tỉnh",
        tags=("chuyển đổi số",),
        language="vi",
        images=(),
        attachments=(),
        capture=capture.id,
        captured=capture.date,
        parser="ha_tinh/1",
    )
    return replace(article, **changes)


def keep(catalog: Catalog, articles, captures=()) -> list[str]:
    """Add articles, their captures made up when not given."""
    with catalog.transaction():
        known = {entry.id for entry in captures}
        catalog.add_captures(captures)
        numbers = {article.capture for article in articles} - known
        catalog.add_captures(make_capture(int(number[-12:])) for number in sorted(numbers))
        return [catalog.add_article(article) for article in articles]


def changes_of(catalog: Catalog, after: int, limit: int) -> list[Change]:
    """Return the first *limit* changes of a catalog after that number."""
    with catalog.following() as state:
        return state.after(after, limit)
