"""A catalog rebuilt from the WARC files equals the one written while crawling."""

from __future__ import annotations

import gzip
import io
import itertools
import shutil
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from PIL import Image as Picture

from archive.catalog import Catalog
from archive.catalog.swap import swap_in
from archive.errors import CatalogError
from archive.http import read_payload
from archive.jsonl import write_settled
from archive.model import Article, Attachment, Capture, Image, Listing, NotAnArticle, Payload
from archive.times import warc_date
from archive.warc.records import LiveExchange
from archive.warc.writer import WarcWriter
from crawler.assets import AssetBook, complete
from crawler.exits import UnknownSite
from crawler.reading import CrawlReader, settle, store, store_crawl
from crawler.rebuild import note_again, rebuild
from crawler.sites import Site
from tests.archive.facts import make_article

HOST = "https://skhcn.hatinh.gov.vn"
START = datetime(2025, 3, 1, 0, 0, 0, 250_000, UTC)


def jpeg(colour: str) -> bytes:
    file = io.BytesIO()
    Picture.new("RGB", (64, 48), colour).save(file, "JPEG")
    return file.getvalue()


def derive(site: Site, capture: Capture, payload: Payload) -> Article | Listing | NotAnArticle:
    """Read a played page: ``title|text|picture,picture|document``."""
    lines = payload.body.decode().removeprefix("<html>").split("|")
    match lines:
        case ["listing"]:
            return Listing(capture.url, (), None)
        case ["broken"]:
            raise ValueError("a page that breaks the reading code")
        case [title, text, pictures, document]:
            return make_article(
                capture,
                site=site.id,
                title=title,
                text=text,
                section=capture.via,
                images=tuple(Image(url, n) for n, url in enumerate(pictures.split(",")) if url),
                attachments=(Attachment(document, 0),) if document else (),
            )
    return NotAnArticle("no_title")


def load_site(site: str) -> Site:
    if site not in ("ha_tinh", "hau_giang"):
        raise UnknownSite(f'no site "{site}"')
    return Site(id=site, name="Sở", name_en="Department", status="active")


def page(title: str, text: str = "Nội dung.", pictures: str = "", document: str = "") -> bytes:
    return f"<html>{title}|{text}|{pictures}|{document}".encode()


class Play:
    """A crawl as the live one goes: write, note, store; articles early; settle at the end."""

    def __init__(self, root: Path, site: str = "ha_tinh", day: int = 0, *, max_bytes: int = 2_000, known: bool = True):
        self.root, self.site = root, site
        self.time = START + timedelta(days=day)
        self.crawl = f"{site}-{self.time:%Y%m%d%H%M%S}250"
        self.info = {"robots": "obey", "operator": "Sở KH&CN", "started": warc_date(self.time)}
        self.writer = WarcWriter(root, site, self.crawl, info=self.info, max_bytes=max_bytes, clock=lambda: self.time)
        self.reader = CrawlReader(self.crawl, partial(derive, load_site(site))) if known else None
        self.catalog = Catalog.open(root / "catalog.sqlite3")

    def get(
        self,
        path: str,
        body: bytes = b"",
        *,
        mime: str = "text/html",
        status: int = 200,
        purpose: str = "page",
        location: str | None = None,
        truncated: str | None = None,
        early: bool = True,
    ) -> Capture | None:
        self.time += timedelta(seconds=1, milliseconds=7, microseconds=123)
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {mime}\r\nContent-Length: {len(body)}\r\n"
        head += f"Location: {location}\r\n" if location else ""
        response = head.encode() + b"\r\n" + body if status else b""
        exchange = LiveExchange(
            url=HOST + path,
            method="GET",
            date=self.time,
            ended=self.time + timedelta(milliseconds=40),
            ip="127.0.0.1",
            tls=None,
            protocols=("http/1.1",),
            request=f"GET {path} HTTP/1.1\r\nHost: skhcn.hatinh.gov.vn\r\n\r\n".encode(),
            response=io.BytesIO(response),
            size=len(response),
            error=None if response else "timeout",
            truncated=truncated,
        )
        capture = self.writer.write(exchange, via=HOST + "/tin-tuc", purpose=purpose)
        with self.catalog.transaction():
            store_crawl(self.catalog, self.crawl, self.site, self.info)
            if capture is not None and self.reader is None:
                self.catalog.add_captures([capture])
            elif capture is not None:
                outcome = self.reader.note(capture, lambda: read_payload(exchange.response))
                store(self.catalog, capture, outcome)
                if outcome.kind == "article" and early:
                    self.catalog.add_article(self.reader.article(capture.id))
        return capture

    def end(self) -> dict[str, int]:
        self.writer.close()
        counts = settle(self.catalog, self.reader) if self.reader else {}
        write_settled(self.catalog, self.root, self.site, self.crawl)
        self.catalog.close()
        return dict(counts)


def play_ha_tinh(root: Path) -> None:
    """Three crawls with everything that goes wrong: A -> B -> A, shared and late pictures, redirects."""
    first = Play(root)
    first.get("/robots.txt", b"User-agent: *", mime="text/plain", purpose="robots")
    first.get("/tin-tuc", b"<html>listing")
    first.get("/a", page("A", pictures=f"{HOST}/1.jpg,{HOST}/cu.jpg", document=f"{HOST}/k.pdf"))
    first.get("/1.jpg", status=503, purpose="image")
    first.get("/cu.jpg", status=301, purpose="image", location="/2.jpg", mime="text/html")
    first.get("/2.jpg", jpeg("blue"), mime="image/jpeg", purpose="image")
    first.get("/k.pdf", b"%PDF-1.4 1", mime="application/pdf", purpose="attachment")
    first.get("/b", page("B", pictures=f"{HOST}/1.jpg"), early=False)
    first.get("/1.jpg", jpeg("red"), mime="image/jpeg", purpose="image")
    first.get("/1.jpg", jpeg("green"), mime="image/jpeg", purpose="image")
    first.get("/cut", page("Cụt"), truncated="disconnect")
    first.get("/timeout", status=0)
    first.get("/broken", b"<html>broken")
    first.get("/empty", b"<html>")
    first.get("/old", status=302, location="/a")
    assert first.end() == {"new": 2}

    second = Play(root, day=30)
    second.get("/a", page("A mới", pictures=f"{HOST}/soft.jpg"))
    second.get("/soft.jpg", b"<html>Not found", mime="text/html", purpose="image")
    second.get("/b", page("B", pictures=f"{HOST}/1.jpg"))
    assert second.end() == {"changed": 1, "unchanged": 1}

    third = Play(root, day=400)
    third.get("/a", page("A", pictures=f"{HOST}/1.jpg", document=f"{HOST}/k.pdf"))
    third.get("/k.pdf", b"%PDF-1.4 1", mime="application/pdf", purpose="attachment")
    third.get("/c", page("C"))
    assert third.end() == {"changed": 1, "new": 1}


def play_hau_giang(root: Path) -> None:
    crawl = Play(root, "hau_giang")
    crawl.get("/hg", page("Hậu Giang"))
    crawl.end()


def dump(path: Path) -> list[str]:
    with Catalog.open(path, read_only=True) as catalog:
        return list(catalog.dump())


def lines(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.jsonl"))}


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("played")
    play_ha_tinh(root)
    play_hau_giang(root)
    return root


@pytest.fixture
def root(played, tmp_path) -> Path:
    return shutil.copytree(played, tmp_path / "data")


def test_a_rebuilt_catalog_equals_the_live_one_row_by_row(root):
    live = dump(root / "catalog.sqlite3")

    rebuilt = rebuild(root, catalog=root / "again.sqlite3", load_site=load_site, derive=derive)
    again = rebuild(root, catalog=root / "again.sqlite3", load_site=load_site, derive=derive)

    assert dump(root / "again.sqlite3") == live
    assert rebuilt == again
    assert rebuilt.warcs == len(list(root.rglob("*.warc.gz"))) > 6
    assert rebuilt.crawls == 4
    assert rebuilt.captures == {"listing": 1, "article": 7, "asset": 6, "rejected": 2, "redirect": 1, "other": 4}
    assert rebuilt.rejected == {"error: ValueError": 1, "no_title": 1}
    assert rebuilt.articles == {"new": 4, "changed": 2, "unchanged": 1}
    assert not rebuilt.damage
    assert not rebuilt.unknown_sites


def test_json_lines_come_out_byte_for_byte(root):
    live = lines(root)
    shutil.rmtree(root / "articles")

    rebuilt = rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site, derive=derive)

    assert lines(root) == live
    assert len(live) == len(rebuilt.files) == 4


def test_an_article_is_joined_with_what_was_fetched_last_in_its_crawl(root):
    rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site, derive=derive)

    with Catalog.open(root / "catalog.sqlite3") as catalog:
        versions = catalog.versions(HOST + "/a")
        history = [entry.version for entry in catalog.observations(HOST + "/a")]
        known = set(catalog.known("ha_tinh"))

    assert [article.title for article in versions] == ["A", "A mới", "A"]
    assert len(set(history)) == 3  # the third has one picture, the first two
    first, second, _ = versions
    assert [image.width for image in first.images] == [64, 64]
    assert first.images[0].sha256 != first.images[1].sha256
    assert first.attachments[0].size_bytes == 10
    assert second.images[0].capture is None
    assert known == {HOST + path for path in ("/a", "/b", "/c", "/empty", "/old")}


def test_the_order_of_the_captures_in_the_files_does_not_matter(root):
    from archive.warc.reader import iter_captures, list_warcs

    stored = [
        (capture, exchange.payload())
        for warc in list_warcs(root, "hau_giang") + list_warcs(root, "ha_tinh")
        for capture, exchange in iter_captures(root, warc)
    ]
    dumps = []
    for entries in (stored, stored[::-1]):
        with Catalog.open("sqlite://") as catalog:
            readers = {
                capture.crawl: CrawlReader(capture.crawl, partial(derive, load_site(capture.site)))
                for capture, _ in entries
            }
            for capture, payload in entries:
                store(catalog, capture, readers[capture.crawl].note(capture, payload))
            for reader in readers.values():
                settle(catalog, reader)
            dumps.append(list(catalog.dump()))

    assert dumps[0] == dumps[1]


def test_one_site_is_rebuilt_and_the_other_stays(root):
    live = dump(root / "catalog.sqlite3")
    with sqlite3.connect(root / "catalog.sqlite3") as connection:
        connection.execute("UPDATE versions SET title = 'verändert'")
    shutil.rmtree(root / "warcs" / "hau_giang")

    rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site, derive=derive, sites=["ha_tinh"])

    changed = [row for row in dump(root / "catalog.sqlite3") if row not in live]
    assert len(changed) == 1
    assert "hau_giang" not in changed[0]
    assert "verändert" in changed[0]


def test_captures_of_an_unknown_site_are_indexed_and_not_read(tmp_path):
    crawl = Play(tmp_path, "ha_nam", known=False)
    crawl.get("/a", page("A"))
    crawl.end()
    live = dump(tmp_path / "catalog.sqlite3")

    rebuilt = rebuild(tmp_path, catalog=tmp_path / "catalog.sqlite3", load_site=load_site, derive=derive)

    assert dump(tmp_path / "catalog.sqlite3") == live
    assert rebuilt.unknown_sites == {"ha_nam"}
    assert rebuilt.captures == {"unread": 1}


def test_a_torn_tail_is_reported_and_everything_before_it_is_read(tmp_path):
    crawl = Play(tmp_path, max_bytes=10**9)
    crawl.get("/a", page("A"))
    crawl.get("/b", page("B"))
    (warc,) = tmp_path.rglob("*.warc.gz.open")
    with warc.open("ab") as file:
        file.write(gzip.compress(b"WARC/1.1\r\n")[:12])

    rebuilt = rebuild(tmp_path, catalog=tmp_path / "again.sqlite3", load_site=load_site, derive=derive)

    assert rebuilt.captures == {"article": 2}
    assert [damage.offset for damage in rebuilt.damage] == [warc.stat().st_size - 12]
    assert rebuilt.damage[0].warc.startswith("warcs/ha_tinh/2025/")


def test_a_damaged_record_is_lost_and_no_other(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        before = {capture.id: capture for capture in catalog.captures()}
    warcs = Counter(capture.location.warc for capture in before.values())
    victim, count = warcs.most_common(1)[0]
    assert count >= 2
    held = sorted((c for c in before.values() if c.location.warc == victim), key=lambda c: c.location.offset)
    content = bytearray((root / victim).read_bytes())
    content[held[0].location.offset + held[0].location.length // 2] ^= 0xFF
    (root / victim).write_bytes(content)

    rebuilt = rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site, derive=derive)

    assert [(damage.warc, damage.offset) for damage in rebuilt.damage] == [(victim, held[0].location.offset)]
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        assert {capture.id for capture in catalog.captures()} == set(before) - {held[0].id}


def test_a_rebuild_that_fails_leaves_the_old_catalog(root):
    live = dump(root / "catalog.sqlite3")
    calls = itertools.count()

    def stop(warc: str, number: int, total: int) -> None:
        if next(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site, derive=derive, progress=stop)

    assert dump(root / "catalog.sqlite3") == live
    assert not list(root.glob("*.rebuild*"))


@pytest.mark.parametrize("content", [b"", b"no database " * 999])
def test_a_spoilt_catalog_is_replaced(root, content):
    live = dump(root / "catalog.sqlite3")
    (root / "catalog.sqlite3").write_bytes(content)
    (root / "catalog.sqlite3-wal").write_bytes(b"rest of another database")

    rebuild(root, catalog=f"sqlite:///{root / 'catalog.sqlite3'}", load_site=load_site, derive=derive)

    assert dump(root / "catalog.sqlite3") == live


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"no database " * 999)])
def test_a_wal_file_left_by_a_killed_run_is_not_taken_for_the_new_catalogs(root, spoil):
    path, wal = root / "catalog.sqlite3", root / "catalog.sqlite3-wal"
    live = dump(path)
    with Catalog.open(path) as catalog:
        catalog.retract([capture.id for capture in catalog.captures()])
        left = wal.read_bytes()
    spoil(path)
    wal.write_bytes(left)

    rebuild(root, catalog=path, load_site=load_site, derive=derive)

    assert len(left) > 4096
    assert dump(path) == live


def test_a_reader_goes_on_and_sees_the_new_catalog_when_it_asks_again(root):
    live = dump(root / "catalog.sqlite3")
    with Catalog.open(root / "catalog.sqlite3") as writer:
        writer.retract([capture.id for capture in writer.captures()])
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as reader:
        asked = reader.dump()
        next(asked)
        rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site, derive=derive)

        assert len(list(asked)) < len(live)
        assert list(reader.dump()) == live


def test_a_catalog_that_is_being_written_is_not_replaced(root, monkeypatch):
    monkeypatch.setattr("archive.catalog.swap.WAIT_S", 0.05)
    path = root / "catalog.sqlite3"
    shutil.copy(path, root / "fresh.sqlite3")

    with Catalog.open(path) as writer, writer.transaction(), pytest.raises(CatalogError, match="is writing"):
        swap_in(root / "fresh.sqlite3", path)


def test_progress_names_every_file_before_it_is_read(root):
    told: list[tuple[str, int, int]] = []

    rebuilt = rebuild(
        root,
        catalog=root / "catalog.sqlite3",
        load_site=load_site,
        derive=derive,
        progress=lambda *step: told.append(step),
    )

    assert [number for _, number, _ in told] == list(range(rebuilt.warcs))
    assert {total for _, _, total in told} == {rebuilt.warcs}


def test_a_crawl_that_goes_on_first_notes_what_it_holds(tmp_path):
    before = Play(tmp_path, max_bytes=10**9)
    before.get("/a", page("A", pictures=f"{HOST}/1.jpg"))
    before.catalog.close()  # and the process is killed: neither closed nor settled

    after = Play(tmp_path)
    noted = list(note_again(tmp_path, "ha_tinh", after.reader))
    after.get("/1.jpg", jpeg("red"), mime="image/jpeg", purpose="image")
    after.end()
    live = dump(tmp_path / "catalog.sqlite3")
    rebuild(tmp_path, catalog=tmp_path / "catalog.sqlite3", load_site=load_site, derive=derive)

    assert [outcome.kind for _, outcome in noted] == ["article"]
    assert dump(tmp_path / "catalog.sqlite3") == live
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        assert catalog.article(HOST + "/a").images[0].width == 64


def test_an_empty_archive_gives_an_empty_catalog(tmp_path):
    rebuilt = rebuild(tmp_path, catalog=tmp_path / "catalog.sqlite3", load_site=load_site, derive=derive)

    assert rebuilt.warcs == 0
    assert dump(tmp_path / "catalog.sqlite3") == []


def test_the_book_and_the_catalog_agree_on_an_article(root):
    book = AssetBook("none")
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        article = catalog.article(HOST + "/c")

    assert complete(article, book) == article
