"""A catalog of made-up articles to be exported: odd titles, several versions, one that is gone, one that was imported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.catalog import Catalog
from archive.documents import texts
from archive.export.manifest import Told
from archive.export.source import Source, Wanted
from archive.model import Article, Attachment, Exif, Image, Recovered
from archive.times import VN
from tests.archive.facts import keep, make_article, make_capture

SITES = ("ha_tinh", "hau_giang")
RECOVERED = Recovered(
    "https://web.archive.org/web/20150311020000id_/http://skhcn.haugiang.gov.vn/tin?id=101", "wayback",
    datetime(2026, 3, 1, tzinfo=UTC), ("status-line", "headers"), "yes",
)  # fmt: skip
HOSTS = {"ha_tinh": "https://skhcn.hatinh.gov.vn", "hau_giang": "http://skhcn.haugiang.gov.vn"}
SOFTWARE = "khcn/0.1.0"
TOLD = Told("Tin tức", "Tin tức của hai Sở", (("Hà Tĩnh", HOSTS["ha_tinh"]), ("Hậu Giang", None)), SOFTWARE)
EVERY = Wanted(SITES, every=True)
LATEST = Wanted(SITES)
TITLES = (
    "=HYPERLINK(\"http://example.org\";\"Xem\")", "+84 239 3855 111", "-5 độ ở Mẫu Sơn", "@ban biên tập", "\tthụt vào",
    "＝1+1", "'trích' và \"trích\"", "Dấu: hai chấm, #thẻ, - gạch, *sao*, [ngoặc] {nhọn} %phần & trăm!",
    "--- ", "null", "2025-06-11", "../../etc/passwd", "CON", "a\u2028b\u0085c\ufeffd\x7f", "x" * 400, "Đổi mới " * 60,
    "漢字" * 100, "!!!", "Sở KH&CN <b>đậm</b> ]]>", "Kết thúc bằng dấu chấm...", "😀 vui", "\u0001\u000b\ufffe lạ",
)  # fmt: skip
"""Headlines that are something else to a spreadsheet, a shell, YAML, XML or a file system."""


def make_catalog(path: Path) -> Path:
    with Catalog.open(path) as catalog:
        for site in SITES:
            info = {"http-header-user-agent": "khcn/0.1.0 (thử)", "settings-sha256": "5" * 64}
            catalog.add_crawl(f"{site}-20250301000000000", site, datetime(2025, 3, 1, tzinfo=UTC), info)
        for crawl, origin in (("cu", "import"), ("lai", "recover")):
            catalog.add_crawl(crawl, "hau_giang", datetime(2024, 3, 1, tzinfo=UTC), {"origin": origin})
        for article, capture in _made():
            keep(catalog, [article], [capture])
        gone = f"{HOSTS['ha_tinh']}/tin/1"
        moment = datetime(2025, 5, 1, tzinfo=UTC)
        catalog.add_captures(
            make_capture(900 + day, gone, status=404, date=moment + timedelta(days=day)) for day in range(3)
        )
    return path


def _made() -> Iterator[tuple[Article, object]]:
    for number, title in enumerate(TITLES):
        yield _one(
            number, "ha_tinh", f"/tin/{number}", datetime(2024, 1, 1, 7, tzinfo=VN) + number * timedelta(days=21), title
        )
    # The captures of an import, and one of a recovery.
    for number in range(100, 112):
        # Around the turn of a year, by the hour, so that parts and slices are cut between them.
        day = datetime(2024, 12, 31, 18, tzinfo=VN) + (number - 100) * timedelta(hours=1)
        crawl, origin = {100: ("cu", "import"), 101: ("lai", "recover")}.get(number, (None, "crawl"))
        yield _one(number, "hau_giang", f"/tin?id={number}", day, "Cùng một tiêu đề", crawl=crawl, origin=origin)
    yield _one(200, "hau_giang", "/khong-ngay", None, "Không có ngày")
    yield _one(201, "hau_giang", "/tuong-lai", datetime(2099, 1, 1, tzinfo=VN), "Ngày gõ nhầm")
    yield _one(300, "ha_tinh", "/tin/3", datetime(2024, 3, 4, 7, tzinfo=VN), "@ban biên tập (sửa)")
    yield _one(301, "ha_tinh", "/tin/3", datetime(2023, 3, 4, 7, tzinfo=VN), "@ban biên tập (sửa lần hai, đổi ngày)")


def _one(number, site, path, published, title, *, crawl=None, origin="crawl"):
    url = HOSTS[site] + path
    capture = make_capture(number, url, site=site, crawl=crawl or f"{site}-20250301000000000", origin=origin)
    images = (
        Image(f"{url}.jpg", 0, alt="Ảnh", caption="=Chú thích", credit="Đình Nam", width=640, height=480, exif=Exif(camera="Canon", gps=True)),
        Image(f"{url} 2.jpg", 1),
    )  # fmt: skip
    article = make_article(
        capture,
        title=title,
        published=published,
        published_precision="day" if published else None,
        summary="Tóm tắt: \"một\"\n=hai" if number % 2 else None,
        text=f"Đoạn một của bài {number}.\n\n---\n\n<script>Đoạn hai & hết.</script>",
        images=images if number % 3 == 0 else (),
        attachments=(Attachment(f"{url}.pdf", 0, title="Quyết định", sha256="a" * 64),) if number % 5 == 0 else (),
        confidence={"title": 0.9, "text": 0.5} if number % 4 == 0 else None,
    )  # fmt: skip
    return replace(article, captured=capture.date), capture


@contextmanager
def opened(path: Path, wanted: Wanted = LATEST, software: str = SOFTWARE) -> Iterator[Source]:
    with (
        Catalog.open(path, read_only=True) as catalog,
        catalog.snapshot() as holdings,
        texts(path.parent) as text_of,
    ):
        yield Source(holdings, text_of, wanted, software, recovered_of=lambda held: RECOVERED)
