"""A small archive for the examples of docstrings: two Departments, a change, a picture, a document, a removal."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from archive.catalog import Catalog
from archive.documents.cache import DocumentCache
from archive.documents.model import DocumentText
from archive.model import Attachment, Image
from archive.times import VN
from tests.archive.recorded import COPY, GONE, RICE, START, Site

PICTURE = "https://skhcn.hatinh.gov.vn/anh/lua.jpg"
PLAN = "https://skhcn.hatinh.gov.vn/tep/ke-hoach.pdf"
TEXT = """Sáng 28/2, Sở Khoa học và Công nghệ tổ chức nghiệm thu đề tài nghiên cứu giống lúa chịu mặn tại huyện Cẩm Xuyên.

Sau hai vụ sản xuất thử nghiệm trên diện tích mười héc ta, giống lúa mới cho năng suất bình quân sáu tấn trên một héc
ta, cao hơn giống đối chứng khoảng mười lăm phần trăm; cây cứng, ít sâu bệnh và chịu được độ mặn ba phần nghìn. Hội đồng
đánh giá đề tài đạt loại xuất sắc, đề nghị Sở tiếp tục phối hợp với các địa phương nhân rộng mô hình, hỗ trợ nông dân về
kỹ thuật và kết nối doanh nghiệp tiêu thụ sản phẩm."""


def make_example(root: Path) -> None:
    """Make the archive below *root*."""
    with Catalog.open(root / "catalog.sqlite3") as catalog, catalog.transaction():
        with Site(root, "ha_tinh", catalog) as here:
            picture = here.capture(PICTURE, START, "(ảnh)".encode(), "image/jpeg")
            plan = here.capture(PLAN, START, "(kế hoạch)".encode(), "application/pdf")
            sha256 = hashlib.sha256("(kế hoạch)".encode()).hexdigest()
            files = {
                "images": (Image(PICTURE, 0, caption="Ruộng lúa thử nghiệm", capture=picture.id),),
                "attachments": (Attachment(PLAN, 0, "Kế hoạch nhân rộng", None, None, sha256, plan.id),),
            }
            here.article(RICE, START, "Nghiệm thu giống lúa", TEXT, **files)
            here.article(RICE, START + timedelta(days=3), "Nghiệm thu giống lúa chịu mặn", TEXT, **files)
            monday = datetime(2025, 3, 1, 8, 0, tzinfo=VN)
            here.article(GONE, START, "Lịch tiếp công dân", "Thứ Hai hằng tuần.", published=monday)
            for days in (1, 2, 3):
                here.capture(GONE, START + timedelta(days=days), "không tìm thấy".encode(), status="404 Not Found")
        with Site(root, "nghe_an", catalog) as there:
            title = "Giống lúa mới của Hà Tĩnh"
            there.article(COPY, START + timedelta(days=1), title, TEXT, source="Sở KH&CN Hà Tĩnh", authors=())
    with DocumentCache(root) as cache:
        cache.keep(sha256, "1", DocumentText("text", "Kế hoạch nhân rộng giống lúa chịu mặn", "pdf", 1))
