"""Reading an archive from Python: articles, captures and their bytes, with nothing but a folder."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.errors import CatalogError, ConfigError
from archive.model import Article, Image
from archive.warc.records import LiveExchange
from archive.warc.writer import WarcWriter
from tests.archive.facts import PAGE, SITE, make_article

DAY = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
REQUEST = b"GET /chi-tiet-tin-tuc/chuyen-doi-so HTTP/1.1\r\nHost: skhcn.hatinh.gov.vn\r\n\r\n"


def response(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nX-Odd:  a\r\nContent-Type: text/html\r\n\r\n" + body


def record(writer: WarcWriter, url: str, body: bytes, moment: datetime):
    raw = response(body)
    exchange = LiveExchange(
        url=url,
        method="GET",
        date=moment,
        ended=moment,
        ip="127.0.0.1",
        tls="TLS_AES_256_GCM_SHA384",
        protocols=("http/1.1",),
        request=REQUEST,
        response=io.BytesIO(raw),
        size=len(raw),
    )
    return writer.write(exchange, purpose="page")


@pytest.fixture
def root(tmp_path) -> Path:
    """An archive in the middle of a crawl: one page twice, its WARC file still open."""
    writer = WarcWriter(tmp_path, SITE, "ha_tinh-1", info={})
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        for days, title in enumerate(["Tên cũ", "Tên mới"]):
            capture = record(writer, PAGE, title.encode(), DAY + timedelta(days=days))
            images = (Image(PAGE + "/1.jpg", 0, caption="Quang cảnh"),)
            catalog.add_captures([capture])
            with catalog.transaction():
                catalog.add_article(make_article(capture, title=title, images=images))
    return tmp_path


def test_articles_and_their_pictures_are_iterated(root):
    with open_archive(root) as archive:
        articles, pictures = archive.articles(site=SITE), archive.images(since=date(2025, 2, 28))

        assert [article.title for article in articles] == ["Tên mới"]
        assert [(article.title, image.caption) for article, image in pictures] == [("Tên mới", "Quang cảnh")]
        assert list(archive.articles(site="hau_giang")) == list(archive.images(until=date(2025, 2, 27))) == []


def test_an_article_is_found_by_address_and_time(root):
    with open_archive(str(root)) as archive:
        assert archive.article(PAGE.replace("https://", "http://www.")).title == "Tên mới"
        assert archive.article(PAGE, at=DAY).title == "Tên cũ"
        assert [article.title for article in archive.versions(PAGE)] == ["Tên cũ", "Tên mới"]
        assert archive.article(PAGE + "-khong-co") is None


def test_a_capture_gives_the_bytes_that_went_over_the_wire(root):
    with open_archive(archive_url=root.as_uri()) as archive:
        capture = archive.capture(PAGE, at=DAY + timedelta(hours=1))
        exchange = capture.exchange()

        assert (exchange.request, exchange.response) == (REQUEST, response("Tên cũ".encode()))
        assert (exchange.url, exchange.date, exchange.ip) == (PAGE, DAY, "127.0.0.1")
        assert capture.payload().body.decode() == "Tên cũ"
        assert capture.payload().header("x-odd") == "a"
        assert archive.capture_by_id(archive.article(PAGE).capture).payload().body.decode() == "Tên mới"
        assert [entry.date for entry in archive.captures(site=SITE)] == [DAY, DAY + timedelta(days=1)]
        assert archive.capture(PAGE + "-khong-co") is archive.capture_by_id("urn:uuid:none") is None


def test_an_iterator_sees_what_a_crawl_adds_later(root):
    with open_archive(root) as archive, Catalog.open(root / "catalog.sqlite3") as catalog:
        assert archive.article(PAGE + "-2") is None
        writer = WarcWriter(root, SITE, "ha_tinh-2", info={})
        capture = record(writer, PAGE + "-2", b"x", DAY)
        with catalog.transaction():
            catalog.add_captures([capture])
            catalog.add_article(make_article(capture))

        assert isinstance(archive.article(PAGE + "-2"), Article)


def test_a_closed_archive_says_so(root):
    archive = open_archive(root)
    articles = archive.articles()
    archive.close()
    archive.close()

    for question in (archive.articles, archive.captures, archive.images, archive.removed):
        with pytest.raises(CatalogError, match=r"catalog\.sqlite3: the catalog was closed; open it again"):
            list(question())
    with pytest.raises(CatalogError, match="closed"):
        next(articles)
    with pytest.raises(CatalogError, match="closed"):
        archive.search("lúa")


def test_a_catalog_elsewhere_is_used_when_named(root, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "c.sqlite3"
    (root / "catalog.sqlite3").rename(elsewhere)
    for suffix in ("-wal", "-shm"):
        assert not (root / f"catalog.sqlite3{suffix}").exists()

    with open_archive(root, catalog_url=f"sqlite:///{elsewhere}") as archive:
        assert archive.capture(PAGE).payload().body.decode() == "Tên mới"


def test_a_place_without_an_archive_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CatalogError, match=r"data/catalog\.sqlite3: there is no catalog; `khcn crawl`"):
        open_archive()
    with pytest.raises(ConfigError, match="names no storage"):
        open_archive(archive_url="gs://bucket/prefix")
    with pytest.raises(CatalogError, match=r"data/catalog\.sqlite3: there is no catalog"):
        open_archive(archive_url="s3://bucket/prefix")
    assert not os.listdir(tmp_path)


def loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_door_loads_no_library():
    assert not loaded_by("from archive import open_archive") & {"sqlalchemy", "warcio", "msgspec", "scrapy"}


def test_reading_an_archive_needs_neither_scrapy_nor_twisted(root):
    code = f"from archive import open_archive\narchive = open_archive({str(root)!r})\nlist(archive.articles())"

    assert not loaded_by(code) & {"scrapy", "twisted", "lxml", "PIL"}
