"""``khcn crawl --seeds`` of home pages whose sites no file declares: found whole, read as declared ones, and again."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive import open_archive
from tests.crawler.other_sites import other_sites
from tests.crawler.reading_helpers import told, true_of
from tests.crawler.scripted import answer, served
from tests.crawler.whole import check_whole
from tests.khcn import FAST, khcn
from tests.play import play
from tests.play.departments import department_articles

pytestmark = pytest.mark.xdist_group("undeclared")

HOSTS = ("skhcn.hatinh.gov.vn", "sokhcn.haiphong.gov.vn", "sokhcn.tayninh.gov.vn")
"""One of its own making, one without any mark, one of a family."""
OPTIONS = ("--json", "--jobs", "3", *FAST, "-s", "REQUISITES_ENABLED=0")
FIELDS = ("title", "published", "text", "authors")


def host_of(url: str) -> str:
    return urlsplit(url).netloc


class Crawled:
    """Three sites, crawled from their home pages; then an article is published that only a section names."""

    def __init__(self, folder: Path) -> None:
        self.data, seeds = folder / "data", folder / "seeds.txt"
        seeds.write_text("".join(f"http://{host}/\n" for host in HOSTS))
        path = other_sites(folder / "project", only=("hau_giang",))

        def run(resolve: str):
            return khcn("crawl", "--seeds", str(seeds), *OPTIONS, data=self.data, resolve=resolve, PYTHONPATH=path)

        with play(seeds=False, oldest=40, all_sites=True, still=True) as played:
            shown = [one for one in (*played.articles, *department_articles()) if host_of(one.url) in HOSTS]
            self.truth = {one.url: one for one in shown}
            self.first = run(played.resolve)
            self.fetched = list(played.log)
            self.second = run(played.resolve)
            self.refetched = played.log[len(self.fetched) :]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    return Crawled(tmp_path_factory.mktemp("undeclared"))


@pytest.fixture(scope="module")
def articles(crawled):
    with open_archive(crawled.data) as archive:
        return {article.url: article for article in archive.articles()}


def test_nearly_all_articles_are_found_and_nothing_else_is_one(crawled, articles):
    assert crawled.first.returncode == 0, crawled.first.stderr
    assert {article.site.partition("__")[0] for article in articles.values()} == {"host"}
    assert len(articles.keys() & crawled.truth) >= 0.99 * len(crawled.truth)
    assert articles.keys() - crawled.truth == set()


@pytest.mark.parametrize("name", FIELDS)
def test_fields_are_what_is_true(crawled, articles, name):
    pairs = [(told(articles[url])[name], true_of(true)[name]) for url, true in crawled.truth.items() if url in articles]
    wrong = [(found, true) for found, true in pairs if found != true]

    assert len(wrong) <= 0.02 * len(pairs), wrong[:3]


def test_the_second_crawl_looks_at_lists_and_asks_for_no_article(crawled):
    assert crawled.second.returncode == 0, crawled.second.stderr
    asked = [f"http://{hit.host}{hit.target}" for hit in crawled.refetched]

    assert set(asked) & set(crawled.truth) == set()
    assert len(asked) < len(crawled.fetched) / 5
    assert "http://sokhcn.tayninh.gov.vn/vi/news/thong-bao/" in asked
    for report in map(json.loads, crawled.second.stdout.splitlines()):
        assert {name: count for name, count in report["articles"].items() if name != "rejected" and count} == {}


def test_a_rebuild_gives_the_same(crawled, articles):
    check_whole(crawled.data, articles)


HOST = "portal.khcn-vi-du.vn"
TEXT = "Sở Khoa học và Công nghệ tổ chức hội nghị với sự tham dự của các đơn vị trực thuộc và doanh nghiệp trong tỉnh. "


def page(title: str, inner: str) -> bytes:
    menu = '<ul class="menu"><li><a href="/">Trang chủ</a></li><li><a href="/thong-bao">Thông báo</a></li></ul>'
    return f"<html><head><title>{title}</title></head><body>{menu}{inner}</body></html>".encode()


def article(number: int) -> bytes:
    title = f"Hội nghị số {number} về chuyển đổi số trong nông nghiệp"
    return page(
        title, f"<div><h1>{title}</h1><p>Ngày đăng: {number:02}/05/2024 08:30</p><p>{TEXT}</p><p>{TEXT * 2}</p></div>"
    )


def items(numbers, is_dated: bool = True) -> str:
    dates = {n: f"<i>{n:02}/05/2024</i>" if is_dated else "" for n in numbers}
    links = "".join(
        f'<li><a href="/tin/hoi-nghi-{n}">Hội nghị số {n} về chuyển đổi số trong nông nghiệp</a> {date}</li>'
        for n, date in dates.items()
    )
    return f"<ul>{links}</ul>"


def site(newest: int, size: int = 4, *, is_dated: bool = True) -> dict[str, list[bytes]]:
    """A home page that names the first articles only, and a section of several pages, newest first."""
    numbers = list(range(newest, 0, -1))
    pages = [numbers[at : at + size] for at in range(0, len(numbers), size)]
    routes = {"/": page("Sở KH&CN", items((1, 2, 3), is_dated))}
    for at, shown in enumerate(pages, 1):
        pager = "".join(f'<a href="/thong-bao?trang={n}">{n}</a>' for n in range(1, len(pages) + 1) if n != at)
        listing = page("Thông báo", f"<h2>Thông báo</h2>{items(shown, is_dated)}<div>{pager}</div>")
        routes |= {f"/thong-bao?trang={at}": listing} | ({"/thong-bao": listing} if at == 1 else {})
    routes |= {f"/tin/hoi-nghi-{n}": article(n) for n in numbers}
    html = "text/html; charset=utf-8"
    found = {f"{HOST}{target}": [answer(body, kind=html)] for target, body in routes.items()}
    return {f"{HOST}/*": [answer(b"", "404 Not Found")], **found}


@pytest.mark.parametrize("is_rebuilt", [False, True], ids=["as it is", "after a rebuild"])
def test_an_article_that_only_its_section_names_is_found_by_the_next_crawl(tmp_path, is_rebuilt):
    data, seeds = tmp_path / "data", tmp_path / "seeds.txt"
    seeds.write_text(f"http://{HOST}/\n")
    with served(site(newest=20)) as server:
        resolve = f"{HOST}=127.0.0.1:{server.server_address[1]}"
        options = ("crawl", "--seeds", str(seeds), *OPTIONS, "-s", "KNOWN_IN_A_ROW=5")
        first = khcn(*options, data=data, resolve=resolve)
        assert first.returncode == 0, first.stderr
        assert json.loads(first.stdout)["articles"]["new"] == 20
        if is_rebuilt:
            (data / "catalog.sqlite3").unlink()
            assert khcn("rebuild", data=data).returncode == 0
        before = len(server.asked(HOST))
        server.routes = site(newest=22)
        second = khcn(*options, data=data, resolve=resolve)
        asked = server.asked(HOST)[before:]

    assert second.returncode == 0, second.stderr
    assert json.loads(second.stdout)["articles"]["new"] == 2
    # The first page has two that are known, the second three more: five in a row.
    assert {"/", "/thong-bao", "/thong-bao?trang=2", "/tin/hoi-nghi-22", "/tin/hoi-nghi-21"} <= set(asked)
    assert [
        target for target in asked if target in ("/thong-bao?trang=3", "/thong-bao?trang=4", "/tin/hoi-nghi-20")
    ] == []


@pytest.mark.parametrize(("is_dated", "walked"), [(True, 3), (False, 6)], ids=["dated lists", "lists without dates"])
def test_a_list_is_left_where_it_has_become_older_than_is_asked_for(tmp_path, is_dated, walked):
    data, seeds = tmp_path / "data", tmp_path / "seeds.txt"
    seeds.write_text(f"http://{HOST}/\n")
    with served(site(newest=31, is_dated=is_dated)) as server:
        resolve = f"{HOST}=127.0.0.1:{server.server_address[1]}"
        options = ("crawl", "--seeds", str(seeds), *OPTIONS, "-s", "KNOWN_IN_A_ROW=5")
        cut = khcn(*options, "--since", "2024-05-25", data=data, resolve=resolve)
        asked = server.asked(HOST)
        whole = khcn(*options, data=data, resolve=resolve) if is_dated else None

    assert cut.returncode == 0, cut.stderr
    read = {int(target.rpartition("-")[2]) for target in asked if target.startswith("/tin/hoi-nghi-")}
    pages = {target for target in asked if target.startswith("/thong-bao?trang=")}
    report = json.loads(cut.stdout)
    assert set(range(25, 32)) <= read
    assert not is_dated or read == set(range(25, 32))
    assert len(pages) < walked
    assert report["complete"] is False
    if whole is not None:
        assert json.loads(whole.stdout)["articles"]["new"] == 31 - report["articles"]["new"]
        assert json.loads(whole.stdout)["complete"] is True
