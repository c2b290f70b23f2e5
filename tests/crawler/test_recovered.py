"""Captures recovered from other archives: read by the look of their day, and joined with our own in the order of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.jsonl import write_settled
from archive.model import Article, Capture, Location, NotAnArticle, Origin, Payload
from archive.warc.files import crawl_info, find_warc, warcinfo
from archive.warc.writer import WarcWriter
from crawler.derive import derive
from crawler.readers import states_of
from crawler.reading import CrawlReader, settle, store, store_crawl
from crawler.rebuild import Rebuilt, note_warc, rebuild
from tests.archive.exchanges import exchange
from tests.archive.recovered_samples import Memento, write_recovery
from tests.crawler.reading_helpers import HAU_GIANG, SITES

SITE = "bac_giang"  # dissolved, and no layout of it is declared
URL = "http://skhcn.bacgiang.gov.vn/chi-tiet-tin-tuc/-/asset/nghiem-thu-de-tai-vai-thieu-1234"
TITLE = "Nghiệm thu đề tài vải thiều sớm Tân Yên"
BEGUN = datetime(2025, 5, 20, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def page(title: str, printed: str, more: str = "") -> bytes:
    text = "".join(
        f"<p>Hội đồng nghiệm thu cấp tỉnh đã họp lần thứ {number} để đánh giá kết quả thực hiện đề tài, với sự tham gia "
        f"của các nhà khoa học, lãnh đạo Sở Khoa học và Công nghệ cùng đại diện các huyện.{more}</p>"
        for number in range(1, 6)
    )
    return (
        f"<!DOCTYPE html><html lang=vi><head><title>{title}</title></head><body><div id=menu><a href='/'>Trang chủ</a> "
        f"<a href='/tin-tuc'>Tin tức</a></div><div class=content><h1>{title}</h1><div class=date>{printed}</div>{text}"
        "</div></body></html>"
    ).encode()


def memento(year: int, body: bytes, *, month: int = 3, **more: object) -> Memento:
    return Memento(URL, datetime(year, month, 11, 2, tzinfo=UTC), body, **more)  # type: ignore[arg-type]


A = page(TITLE, "10/03/2015 08:30")
B = page(TITLE, "10/03/2015 08:30", " Kinh phí đã được duyệt.")
C = page(TITLE, "10/03/2015 08:30", " Đề tài được nhân rộng ra toàn tỉnh.")


# --- the order of time --------------------------------------------------------------------------


def write_crawl(root: Path, bodies: list[bytes], begun: datetime = BEGUN) -> None:
    """Write crawls of our own, one a day, each with the page as it was then."""
    for number, body in enumerate(bodies):
        date = begun + number * DAY
        crawl = f"{SITE}-{date:%Y%m%d%H%M%S}000"
        info = {"started": f"{date:%Y-%m-%dT%H:%M:%S}.000Z"}
        with WarcWriter(root, SITE, crawl, info=info, clock=lambda date=date: date) as writer:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(
                body
            )
            writer.write(exchange(head + body, URL, date=date, ended=date), purpose="page")


def take(root: Path, warc: str, crawl: str) -> None:
    """Read a file into the catalog as an import and a recovery do."""
    site = SITES.get(SITE)
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        reader = CrawlReader(crawl, partial(derive, site), states_of(site))
        store_crawl(catalog, crawl, SITE, crawl_info(warcinfo(find_warc(root, warc))))
        with catalog.transaction():
            for capture, outcome in note_warc(root, warc, reader, Rebuilt(), catalog):
                store(catalog, capture, outcome, reader.states)
        settle(catalog, reader)
        write_settled(catalog, root, SITE, crawl)


def dumped(root: Path) -> tuple[list[str], dict[str, bytes]]:
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        files = {path.name: path.read_bytes() for path in (root / "articles").rglob("*.jsonl")}
        return list(catalog.dump()), files


def rebuilt(root: Path) -> tuple[list[str], dict[str, bytes]]:
    rebuild(root, catalog=root / "catalog.sqlite3", load_site=SITES.get)
    return dumped(root)


def told(root: Path) -> tuple[list[tuple[int, int | None, str]], str]:
    """Return of each version its year, what it is like and the origin of its capture, and the state of the article."""
    with open_archive(root) as archive:
        history = archive.history(URL)
        assert history is not None
        origins = [archive.capture_by_id(version.capture) for version in history.versions]
        spans = [
            (version.captured.year, version.like, capture.origin)
            for version, capture in zip(history.versions, origins, strict=True)
            if capture is not None
        ]
        return spans, history.state


@pytest.mark.parametrize(
    ("ours", "theirs", "spans"),
    [
        ([B], [memento(2015, A), memento(2018, A)], [(2015, None, "recover"), (2025, None, "crawl")]),
        ([B, C], [memento(2015, B)], [(2015, None, "recover"), (2025, None, "crawl")]),
        ([B], [memento(2015, A), memento(2019, C)], [(2015, None, "recover"), (2019, None, "recover"), (2025, None, "crawl")]),
        ([A], [memento(2015, A), memento(2019, B)], [(2015, None, "recover"), (2019, None, "recover"), (2025, 1, "crawl")]),
        ([B], [memento(2025, C, month=6)], [(2025, None, "crawl"), (2025, None, "recover")]),
    ],
    ids=["older", "the same text, older", "two older", "changed and back", "newer"],
)  # fmt: skip
def test_an_older_capture_that_comes_later_takes_its_place_in_time(tmp_path, ours, theirs, spans):
    write_crawl(tmp_path, ours)
    rebuild(tmp_path, catalog=tmp_path / "catalog.sqlite3", load_site=SITES.get)
    warc = write_recovery(tmp_path, SITE, "recovered-1", theirs)

    take(tmp_path, warc, "recovered-1")

    live = dumped(tmp_path)
    assert told(tmp_path) == (spans, "live")
    latest = max([*((each.date, each.body) for each in theirs), *((BEGUN + n * DAY, b) for n, b in enumerate(ours))])
    with open_archive(tmp_path) as archive:
        (article,) = archive.articles()
    assert [mark for mark in ("Kinh phí", "nhân rộng") if mark in article.text] == [
        mark for mark in ("Kinh phí", "nhân rộng") if mark in latest[1].decode()
    ]
    assert rebuilt(tmp_path) == live


def test_recovered_first_and_crawled_then_gives_the_same_as_the_other_way_round(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    write_recovery(one, SITE, "recovered-1", [memento(2015, A), memento(2019, C)])
    rebuild(one, catalog=one / "catalog.sqlite3", load_site=SITES.get)
    first = told(one)
    write_crawl(one, [B])
    write_crawl(other, [B])
    warc = write_recovery(other, SITE, "recovered-1", [memento(2019, C), memento(2015, A)])
    rebuild(other, catalog=other / "catalog.sqlite3", load_site=SITES.get)

    rebuild(one, catalog=one / "catalog.sqlite3", load_site=SITES.get)

    assert warc.endswith(".warc.gz")
    assert first[0] == [(2015, None, "recover"), (2019, None, "recover")]
    assert told(one) == told(other)


def test_errors_of_years_ago_do_not_make_an_article_gone_that_is_there(tmp_path):
    missing = [memento(2019, b"x", month=month, status="404 Not Found") for month in (3, 4, 5, 6)]
    write_crawl(tmp_path, [B])
    rebuild(tmp_path, catalog=tmp_path / "catalog.sqlite3", load_site=SITES.get)

    take(tmp_path, write_recovery(tmp_path, SITE, "recovered-1", [memento(2015, A), *missing]), "recovered-1")

    assert told(tmp_path)[1] == "live"
    with open_archive(tmp_path) as archive:
        history = archive.history(URL)
        assert history is not None
        assert [event.event for event in history.events] == ["new", "gone", "back", "changed"]
        assert archive.catalog.closest(URL) is not None
        assert archive.catalog.closest(URL).origin == "crawl"
        assert archive.catalog.closest(URL, datetime(2016, 1, 1, tzinfo=UTC)).origin == "recover"


# --- the look of its day ------------------------------------------------------------------------

PRINTED = "10/03/2015, 08:30 (GMT+7)"
OTHER_WORLD = "http://haugiang.gov.vn/Default.aspx?tabid=12&siteid=60&id=55"
SPAM = b"<html><h1>Slot gacor maxwin</h1>" + b"<p>Daftar situs judi slot online gampang menang hari ini.</p>" * 30
SAME_ADDRESS = "http://haugiang.gov.vn/HtmlView.aspx?pageid=3129&mid=7506&siteid=60&ItemID=9"


def read(url: str, year: int, *, origin: Origin = "recover", site=HAU_GIANG, body: bytes | None = None):
    date = datetime(year, 3, 11, tzinfo=UTC)
    capture = Capture("urn:uuid:1", url, date, 200, "text/html", None, site.id, "c", Location("w", 0, 1), origin=origin)
    html = page("Nghiệm thu đề tài nuôi cá thát lát cườm", PRINTED) if body is None else body
    return derive(site, capture, Payload(200, (("Content-Type", "text/html; charset=utf-8"),), html))


def test_a_page_from_before_the_first_layout_is_read_by_the_generic_reader_that_says_how_sure_it_is():
    article = read(OTHER_WORLD, 2015)

    assert isinstance(article, Article)
    assert (article.parser.partition("/")[0], article.published and article.published.year) == ("generic", 2015)
    assert article.confidence
    assert article.title == "Nghiệm thu đề tài nuôi cá thát lát cườm"


@pytest.mark.parametrize(
    ("url", "year", "body"),
    [
        (OTHER_WORLD, 2021, None),
        (OTHER_WORLD, 2026, None),
        (OTHER_WORLD, 2015, SPAM),
        (OTHER_WORLD, 2015, b"<html><title>x</title><p>404 Not Found</p></html>"),
        ("http://haugiang.gov.vn/", 2015, None),
    ],
    ids=["a layout tells of that day", "after the last layout", "spam", "no page", "home page"],
)
def test_what_else_stood_on_the_host_is_no_article(url, year, body):
    assert isinstance(read(url, year, body=body), NotAnArticle)


def test_at_an_address_that_is_known_it_is_the_same_article(tmp_path):
    old, new = read(SAME_ADDRESS, 2015), read(SAME_ADDRESS, 2021)

    assert isinstance(old, Article)
    assert isinstance(new, Article)
    assert (old.source_id, old.url) == (new.source_id, new.url)
    assert old.source_id == "7506.9"
    assert new.parser.startswith("hau_giang_html_view/")


def test_each_day_is_read_by_the_layout_of_that_day():
    by_url = "http://skhcn.haugiang.gov.vn/chi-tiet/-/tin-tuc/nghiem-thu-de-tai-61777"
    body = page("Nghiệm thu đề tài nuôi cá thát lát cườm", "Ngày 18-05-2022")

    article = read(by_url, 2023, body=body)

    assert isinstance(article, Article)
    assert article.parser.startswith("hau_giang_chi_tiet/")


@pytest.mark.parametrize(("origin", "is_read"), [("recover", True), ("crawl", False), ("import", False)])
def test_where_a_layout_has_no_first_day_only_what_was_recovered_may_look_otherwise(origin, is_read):
    site = SITES.get("phu_yen")  # one layout, of a family with marks, without days

    found = read("http://khcnpy.gov.vn/default.aspx?id=7", 2012, origin=origin, site=site)

    assert isinstance(found, Article) == is_read
    assert is_read or found.reason == "other_page"


def test_the_state_of_the_code_that_reads_it_is_that_of_all_readers():
    capture = Capture(
        "urn:uuid:1", OTHER_WORLD, datetime(2015, 1, 1, tzinfo=UTC), 200, "text/html", None, "hau_giang", "c",
        Location("w", 0, 1),
    )  # fmt: skip
    state = states_of(HAU_GIANG)

    assert state(capture) != state(replace(capture, date=datetime(2021, 1, 1, tzinfo=UTC)))
