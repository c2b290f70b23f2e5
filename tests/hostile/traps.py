"""Addresses without end."""

from __future__ import annotations

from tests.hostile.case import Case
from tests.hostile.pages import article, page

LINKS = "".join(f'<a href="/tin/lu-{n}">Tin {n}</a>' for n in range(1_300))

TRAPS = [
    Case("flood", "rejected|read", [page(article("flood", LINKS))]),
    Case("soft-404", "rejected|gone", [page("<html><title>Thông báo</title><body><h1>Không tìm thấy trang</h1><p>Trang bạn tìm không tồn tại.</p>")]),
]  # fmt: skip
