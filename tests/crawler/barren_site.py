"""A site whose addresses are endless, each another and each with a page: no rule of addresses tells which are traps."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from random import Random
from urllib.parse import urlsplit

from tests.crawler.scripted import Server, answer, moved, running

HOST = "sokhcn.bentre-thu.gov.vn"
LISTS, ON_A_LIST = 12, 3
FLOOD = 1_200
TRAPS = ("/loc?mau=1", "/thu-muc/", "/tim?tu=0", "/so-trang/1", "/nguon/1", "/lu", "/ve?tu=a")
"""Facets that combine, folders that grow, redirects that change, pages without end, random words, a flood, a return."""
_LETTERS = "bcdfghklmnpqrstvx"


class BarrenServer(Server):
    """Makes a page for whatever address is asked for."""

    flood = FLOOD

    def next(self, address: str) -> bytes:
        target = address[address.index("/") :]
        if target in ("/robots.txt", "/sitemap.xml"):
            return answer(b"", "404 Not Found")
        with self.lock:
            self.log.append((0.0, address))
        if re.match(r"/tim\?tu=\d+", target):
            return moved(f"/tim?tu={int(target[8:]) + 1}")
        return answer(_page(target, self.flood).encode(), kind="text/html; charset=utf-8")


def barren_site(flood: int = FLOOD) -> AbstractContextManager[BarrenServer]:
    server = BarrenServer({f"{HOST}/": [b""]})
    server.flood = flood
    return running(server)


def articles() -> Iterator[str]:
    """Yield the addresses of all articles: numbers under one pattern, each named by one of many lists only."""
    return (f"/tin/{number}" for number in range(LISTS * ON_A_LIST))


def _page(target: str, flood: int) -> str:
    parts = urlsplit(target)
    path, query = parts.path, parts.query
    if path == "/":
        return _html("<h1>Sở</h1>", *TRAPS, *(f"/danh-muc/{number}" for number in range(LISTS)))
    if path.startswith("/danh-muc/"):
        first = int(path.rpartition("/")[2]) * ON_A_LIST
        return _html("<h1>Tin tức</h1>", *(f"/tin/{first + number}" for number in range(ON_A_LIST)))
    if re.fullmatch(r"/tin/\d+", path):
        return _article(path)
    if path == "/loc":
        keys = dict(pair.split("=") for pair in query.split("&"))
        others = ({**keys, key: str(value)} for key in ("mau", "co", "hang", "gia") for value in range(6))
        return _html(
            "<h1>Lọc</h1>", *("/loc?" + "&".join(f"{k}={v}" for k, v in sorted(each.items())) for each in others)
        )
    if path.startswith("/thu-muc/"):
        return _html("<h1>Thư mục</h1>", *(f"{path}{_word(path, number)}/" for number in range(2)))
    if path.startswith("/so-trang/"):
        number = int(path.rpartition("/")[2])
        return _html("<h1>Trang</h1>", *(f"/so-trang/{number + more}" for more in range(1, 9)))
    if path.startswith("/nguon/"):
        # The same article, but for its number: an article each, and nothing new.
        number = int(path.rpartition("/")[2])
        return _article("/tin/0", f"/nguon/{2 * number}", f"/nguon/{2 * number + 1}").replace(
            "lần thứ", f"lần {number} thứ"
        )
    if path.startswith("/lu"):
        return _html("<h1>Lũ</h1>", *(f"/lu-{_word(path, number)}" for number in range(flood if path == "/lu" else 3)))
    return _html("<h1>Về</h1>", *(f"/ve?tu={_word(query, number)}" for number in range(3)))


def _word(seed: str, number: int) -> str:
    return "".join(Random(f"{seed} {number}").choices(_LETTERS, k=9))


def _article(path: str, *links: str) -> str:
    random = Random(path)
    said = " ".join("".join(random.choices(_LETTERS + "aeiou", k=6)) for _ in range(60))
    return _html(
        f"<h1>Kết quả nghiên cứu {said[:40]}</h1><p>Ngày đăng: 12/05/2025 08:30</p>"
        f"<p>Sở Khoa học và Công nghệ tổ chức hội nghị lần thứ nhất đánh giá kết quả: {said}.</p><p>{said[::-1]}.</p>",
        *links,
    )


def _html(body: str, *links: str) -> str:
    anchors = "".join(f'<li><a href="{link}">Xem {place}</a></li>' for place, link in zip(itertools.count(), links))
    return f"<!DOCTYPE html><html><head><title>Sở KH&CN</title></head><body>{body}<ul>{anchors}</ul></body></html>"
