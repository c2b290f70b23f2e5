"""A site full of traps: every address is answered with 200, and leads on without end."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from urllib.parse import parse_qs, urlsplit

from tests.crawler.scripted import Server, answer, running

OPEN = "sokhcn.langbay.gov.vn"
"""A host that no site file declares."""
DECLARED = "khcnpy.gov.vn"
"""A WordPress site."""
PAGES, ON_A_PAGE = 3, 4
MARKED = "/bai-viet/ket-qua-ho%CC%A3i-thi-sa%CC%81ng-ta%CC%A3o-13.html"
"""An article in whose address letters are decomposed."""
ARTICLES = (*(f"/bai-viet/nghien-cuu-khoa-hoc-{number}.html" for number in range(1, 13)), MARKED)
WORDPRESS = tuple(f"/ket-qua-nghien-cuu-{number}/" for number in range(1, 13))

PAST, FUTURE = "1997/04", "2026/03"
"""From here a calendar goes back for ever, and on for ever."""

_TOKENS = itertools.count(1)


class TrapServer(Server):
    """Makes a page for whatever address is asked for."""

    def next(self, address: str) -> bytes:
        host, _, rest = address.partition("/")
        if rest in ("robots.txt", "sitemap.xml") or rest.startswith("feed"):
            return answer(b"", "404 Not Found")
        with self.lock:
            self.log.append((0.0, address))
        page = _page if host == OPEN else _wordpress
        return answer(page(f"/{rest}").encode(), kind="text/html; charset=utf-8")


def trap_site() -> AbstractContextManager[TrapServer]:
    return running(TrapServer({f"{OPEN}/": [b""], f"{DECLARED}/": [b""]}))


def _page(target: str) -> str:
    parts = urlsplit(target)
    if parts.path in ARTICLES or parts.path.startswith("/bai-viet/bai-viet/"):
        return _html(
            _article(parts.path), f"{parts.path}/en", f"{parts.path}/vi", "bai-viet/nghien-cuu-khoa-hoc-1.html"
        )
    if re.fullmatch(r"/lich/\d+/\d+", parts.path):
        return _html("<h1>Lịch công tác</h1>", *_months(*map(int, parts.path.split("/")[2:])))
    if parts.path == "/tin":
        number = int(parse_qs(parts.query).get("page", ["1"])[0])
        shown = ARTICLES[:12][(min(number, PAGES) - 1) * ON_A_PAGE :][:ON_A_PAGE]
        return _html("<h1>Tin tức</h1>", *shown, f"/tin?page={number + 1}", "/tin?page=-1", "/tin?page=999999")
    if parts.path.startswith("/loc"):
        return _html("<h1>Lọc</h1>", f"{target}{'&' if parts.query else '?'}kieu={next(_TOKENS)}")
    return _html("<h1>Sở</h1>", "/tin", MARKED, f"/lich/{PAST}", f"/lich/{FUTURE}", "/loc")


def _months(year: int, month: int) -> Iterator[str]:
    months = year * 12 + month - 1 + (-1 if year < 2000 else 1)
    yield f"/lich/{months // 12}/{months % 12 + 1:02}"


def _wordpress(target: str) -> str:
    if target in WORDPRESS:
        return _html(_article(target))
    match = re.fullmatch(r"/category/tin-tuc(?:/page/(\d+))?/", target)
    number = int(match[1] or 1) if match else 1
    shown = WORDPRESS[(number - 1) % PAGES * ON_A_PAGE :][:ON_A_PAGE]  # behind the last page the first comes again
    return _html("<h1>Tin tức</h1>", *shown, f"/category/tin-tuc/page/{number + 1}/")


def _article(path: str) -> str:
    number = re.findall(r"\d+", path)[-1]
    said = "Sở Khoa học và Công nghệ tổ chức hội nghị đánh giá kết quả nghiên cứu của các đơn vị trong tỉnh. " * 4
    return (
        f"<h1>Kết quả nghiên cứu số {number}</h1><p>Ngày đăng: 12/05/2025 08:30</p><p>{said}</p><p>{said}{number}</p>"
    )


def _html(body: str, *links: str) -> str:
    session = f"/van-ban;jsessionid={next(_TOKENS):032X}"
    anchors = "".join(f'<li><a href="{link}">Xem {place}</a></li>' for place, link in enumerate((*links, session)))
    return f"<!DOCTYPE html><html><head><title>Sở KH&CN</title></head><body>{body}<ul>{anchors}</ul></body></html>"
