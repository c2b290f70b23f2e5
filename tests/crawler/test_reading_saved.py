"""Real pages, saved elsewhere, are read by evidence alone: newspapers as articles, lists and traps as none."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.model import Article, NotAnArticle, Payload
from crawler.sites import Site
from spiders.pages.generic import GenericArticle
from tests.crawler.reading_helpers import capture_of

PAGES = Path(__file__).parents[3] / "shared" / "pages"
STRANGER = Site(id="stranger", name="Báo", name_en="Paper", status="active")
ARTICLES = {
    "baochinhphu_article.html": ("Chính sách mới có hiệu lực từ tháng 3/2026", "2026-03-01 09:51", "(Chinhphu.vn) - Tháng 3/2026"),
    "cafef_article.html": ("Thời điểm nâng hạng cận kề, MBS điểm tên 30 cổ phiếu", "2026-03-07 00:01", "“Sau tháng 9/2026, dòng vốn"),
    "vietnamnet_article.html": ("Cổ phiếu FLC được giao dịch trở lại", "2026-03-07 08:52", "CTCP Tập đoàn FLC cho biết"),
    "vnexpress_article_2023.html": ("Ông Hồ Đức Phớc: Sẽ nâng mức giảm trừ", "2023-11-02 19:20", "Bộ trưởng Tài chính Hồ Đức Phớc"),
}  # fmt: skip
needs_pages = pytest.mark.skipif(
    not (PAGES / "manifest.csv").exists(), reason="the saved pages (../shared/pages) are not here"
)


def saved() -> dict[str, str]:
    """Return the addresses of the saved pages."""
    manifest = PAGES / "manifest.csv"
    if not manifest.exists():
        return {}
    with manifest.open(encoding="utf-8", newline="") as rows:
        return {row["file"]: row["original_url"] or "http://example.vn/" for row in csv.DictReader(rows)}


def read_saved(name: str) -> Article | NotAnArticle:
    """Read one saved page."""
    payload = Payload(200, (("Content-Type", "text/html"),), (PAGES / name).read_bytes())
    url = saved()[name]
    return GenericArticle(STRANGER, url, datetime(2026, 4, 1, tzinfo=UTC), payload).article(capture_of(url, STRANGER))


@needs_pages
@pytest.mark.parametrize("name", ARTICLES)
def test_a_newspapers_article_gives_title_time_and_body(name):
    title, published, lead = ARTICLES[name]

    got = read_saved(name)

    assert isinstance(got, Article)
    assert got.title.startswith(title)
    assert f"{got.published:%Y-%m-%d %H:%M}" == published
    assert got.text.startswith(lead)
    assert len(got.text) > 1_500


@needs_pages
@pytest.mark.parametrize("name", sorted(set(saved()) - set(ARTICLES)))
def test_lists_static_pages_and_traps_are_no_articles(name):
    assert isinstance(read_saved(name), NotAnArticle)
