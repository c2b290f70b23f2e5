"""An archive made by the project's own writer and catalog: what pages are tested on and looked at with."""

from __future__ import annotations

import hashlib
import io
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image as Picture

from archive.catalog import Catalog
from archive.documents.cache import DocumentCache
from archive.documents.model import DocumentText
from archive.model import Attachment, Capture, Exif, Image
from archive.report import ArticleCounts, CrawlReport, Expectation, Failure, write_report
from archive.times import VN
from tests.archive.recorded import COPY, GONE, RICE, START, Site

PHOTO = "https://skhcn.hatinh.gov.vn/anh/ruong-lua.jpg"
DRAWING = "https://skhcn.hatinh.gov.vn/anh/so-do.svg"
PLAN = "https://skhcn.hatinh.gov.vn/tep/K%E1%BA%BF%20ho%E1%BA%A1ch.pdf"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
SUMMARY = (
    "Giống lúa mới cho năng suất cao hơn giống đối chứng khoảng mười lăm phần trăm và chịu được độ mặn ba phần nghìn."
)
TEXT = """Sáng 28/2, Sở Khoa học và Công nghệ tổ chức nghiệm thu đề tài nghiên cứu giống lúa chịu mặn tại huyện Cẩm Xuyên.

Sau hai vụ sản xuất thử nghiệm trên diện tích mười héc ta, giống lúa mới cho năng suất bình quân sáu tấn trên một héc ta, cao hơn giống đối chứng khoảng mười lăm phần trăm; cây cứng, ít sâu bệnh và chịu được độ mặn ba phần nghìn.

Hội đồng đánh giá đề tài đạt loại xuất sắc, đề nghị Sở tiếp tục phối hợp với các địa phương nhân rộng mô hình, hỗ trợ nông dân về kỹ thuật và kết nối doanh nghiệp tiêu thụ sản phẩm."""


@dataclass(frozen=True)
class Made:
    """What was made, by the names that tests use."""

    root: Path
    ids: dict[str, str]
    """Article ids by address."""
    captures: dict[str, str]
    """Ids of the last capture by address, as they stand in paths."""


def photo(width: int = 960, height: int = 600, seed: int = 1) -> bytes:
    """Return a picture, as JPEG: a field under a sky."""
    dice = random.Random(seed)
    small = Picture.new("RGB", (24, 15))
    hue = dice.randrange(30)
    for x in range(24):
        for y in range(15):
            sky = y < 6 + x % 3
            base = (150 + y * 9, 190 + y * 5, 225 - hue) if sky else (70 + hue + y * 3, 130 + dice.randrange(20), 50)
            small.putpixel((x, y), base)
    file = io.BytesIO()
    small.resize((width, height), Picture.Resampling.BICUBIC).save(file, "JPEG", quality=70)
    return file.getvalue()


def make(root: Path) -> Made:
    """Make the archive of the tests: two Departments, a change, a picture, a drawing, a document, a removal."""
    image, plan = photo(), b"%PDF-1.4 k\xe1\xba\xbf ho\xe1\xba\xa1ch"
    with Catalog.open(root / "catalog.sqlite3") as catalog, catalog.transaction():
        with Site(root, "ha_tinh", catalog) as here:
            pictures = (
                _image(here.capture(PHOTO, START, image, "image/jpeg", purpose="image"), image),
                replace(
                    _image(here.capture(DRAWING, START, SVG, "image/svg+xml", purpose="image"), SVG),
                    position=1, caption="Sơ đồ khu thí nghiệm", mime="image/svg+xml", exif=None, width=None, height=None,
                ),
            )  # fmt: skip
            held = here.capture(PLAN, START, plan, "application/pdf", purpose="attachment")
            sha256 = hashlib.sha256(plan).hexdigest()
            files = (Attachment(PLAN, 0, "Kế hoạch nhân rộng", "application/pdf", len(plan), sha256, held.id),)
            more = {
                "images": pictures, "attachments": files, "summary": SUMMARY, "tags": ("giống lúa",),
                "photographers": ("Đình Nam",),
            }  # fmt: skip
            here.article(RICE, START, "Nghiệm thu giống lúa", TEXT, **more)
            changed = TEXT.replace("sáu tấn", "sáu phẩy hai tấn")
            here.article(RICE, START + timedelta(days=3), "Nghiệm thu giống lúa chịu mặn", changed, **more)
            here.article(
                GONE, START, "Lịch tiếp công dân", "Thứ Hai hằng tuần.", published=datetime(2025, 3, 1, tzinfo=VN),
                published_precision="day",
            )  # fmt: skip
            for days in (1, 2, 3):
                here.capture(GONE, START + timedelta(days=days), "không tìm thấy".encode(), status="404 Not Found")
        with Site(root, "nghe_an", catalog) as there:
            title = "Giống lúa mới của Hà Tĩnh"
            there.article(COPY, START + timedelta(days=1), title, TEXT, source="Sở KH&CN Hà Tĩnh", authors=())
            for number in range(25):
                moment = datetime(2024, 1 + number % 12, 1 + number, 9, 30, tzinfo=VN)
                url = f"https://skhcn.nghean.gov.vn/tin/{number}"
                words = f"Tin số {number}", f"Sở Khoa học và Công nghệ họp giao ban lần thứ {number}."
                there.article(url, START + timedelta(hours=number), *words, published=moment)
    with DocumentCache(root) as cache:
        cache.keep(sha256, "1", DocumentText("text", "Kế hoạch nhân rộng giống lúa chịu mặn", "pdf", 1))
    _reports(root)
    return made(root)


def made(root: Path) -> Made:
    """Return the names of what an archive holds."""
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        ids = {}
        for article in catalog.articles():
            past = catalog.past(article.url)
            assert past is not None
            ids[article.url] = past.article
        captures = {capture.url: capture.id.removeprefix("urn:uuid:") for capture in catalog.captures()}
    return Made(root, ids, captures)


def _image(capture: Capture, body: bytes) -> Image:
    exif = Exif("2025-02-27T09:15:00", "NIKON D5600")
    digest = hashlib.sha256(body).hexdigest()
    return Image(
        capture.url, 0, "Ruộng lúa", "Ruộng lúa thử nghiệm ở Cẩm Xuyên.", "Đình Nam", 960, 600, "image/jpeg", len(body),
        digest, "0f0f0f0f0f0f0f0f", exif, capture.id,
    )  # fmt: skip


def _reports(root: Path) -> None:
    write_report(
        root,
        CrawlReport(
            "ha_tinh-20250304020000000", "ha_tinh", START + timedelta(days=3), START + timedelta(days=3, minutes=2), 5,
            requests=40, bytes=1_234_567, captures=38, articles=ArticleCounts(new=2, changed=1, gone=1),
            failures=(Failure("https://skhcn.hatinh.gov.vn/tin/hong", "timed out", 3),),
            expectations=(Expectation("new_within_days", False, 45.0, 30.0, "newest article is 45 days old"),),
            settings={"DOWNLOAD_DELAY": 1}, versions={"khcn": "0.1.0"},
        ),
    )  # fmt: skip
    write_report(root, CrawlReport("nghe_an-20250302020000000", "nghe_an", START, START + timedelta(minutes=1), 0))
