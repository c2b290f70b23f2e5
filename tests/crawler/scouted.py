"""A Department that no file declares, played on this machine, and ``khcn sites`` on it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.crawler.other_sites import other_sites
from tests.crawler.scripted import Answer, Server, answer, served
from tests.khcn import FAST, khcn

HOST = "skhcn.hoaninh.example"
HOME = f"http://{HOST}/"
HTML = "text/html; charset=utf-8"
CASES = Path(__file__).parents[1] / "sites"
LISTING = "/vi/news/hoat-dong-cua-so/"
ARTICLE = f"{LISTING}tap-huan-truy-xuat-nguon-goc-nong-san-cho-hop-tac-xa-1287.html"
MENU = (
    '<nav><ul><li><a href="/">Trang chủ</a></li><li><a href="/vi/about/">Giới thiệu</a></li>'
    '<li><a href="/vi/news/hoat-dong-cua-so/">Hoạt động của Sở</a></li>'
    '<li><a href="/vi/news/khoa-hoc/">Khoa học</a></li><li><a href="/vi/contact/">Liên hệ</a></li></ul></nav>'
)
TITLE = "Sở Khoa học và Công nghệ tỉnh Hòa Ninh - Trang chủ"


def page(body: str, title: str = TITLE, head: str = '<meta name="generator" content="NukeViet v4.5">') -> bytes:
    return answer(f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head>{body}</html>".encode(), kind=HTML)


def case(name: str) -> bytes:
    """Return a page of the cases as an answer."""
    return answer((CASES / name / "page.html").read_bytes(), kind=HTML)


def nukeviet() -> dict[str, list[Answer]]:
    """Return a site of the family nukeviet: a home page, two sections, an article."""
    return {
        f"{HOST}/": [page(f"<body>{MENU}<h1>Tin mới</h1></body>")],
        f"{HOST}{LISTING}": [case("nukeviet/listing_page_2")],
        f"{HOST}/vi/news/khoa-hoc/": [case("nukeviet/listing_of_headlines")],
        f"{HOST}{ARTICLE}": [case("nukeviet/default_theme")],
        f"{HOST}/*": [case("nukeviet/egovernment_theme")],
    }


@dataclass
class Scouted:
    """The played site, the folder of the site files, and the data root."""

    server: Server
    sites: Path
    data: Path
    project: str

    def khcn(self, *arguments: str, fast: bool = True, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run ``khcn sites`` with these arguments."""
        resolve = f"{HOST}=127.0.0.1:{self.server.server_address[1]}"
        options = FAST if fast and arguments[0] in ("new", "check") else ()
        of_run = {"resolve": resolve, "PYTHONPATH": self.project, **environ}
        return khcn("sites", *arguments, *options, data=self.data, **of_run)

    def paths(self) -> list[str]:
        """Return what was asked for."""
        return self.server.asked(HOST)


@contextmanager
def scouted(folder: Path, routes: dict[str, list[Answer]]) -> Iterator[Scouted]:
    """Play *routes* while the block runs; the site files are one of the project's and those that are added."""
    project = other_sites(folder / "project", only=("ha_tinh",))
    with served(routes) as server:
        yield Scouted(server, folder / "project" / "sites", folder / "data", project)
