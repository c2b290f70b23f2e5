"""What a crawl has found lies on the disk, and says what would be said from memory."""

from __future__ import annotations

import gc
import random
from collections import deque
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.errors import DiskFull, KhcnError
from archive.model import Article, Image, Payload
from crawler.assets import AssetBook
from crawler.found import Found
from crawler.reading import CrawlReader, files_mark, settle, store
from crawler.spool import RECENT, Spool
from tests.archive.facts import CRAWL, SITE, make_article, make_capture
from tests.crawler.test_assets import PDF, PHOTO, PLAN, answer, jpeg, redirect
from tests.crawler.test_reading import HTML, derive


@pytest.fixture
def spool(tmp_path):
    with Spool(tmp_path, SITE, CRAWL) as spool:
        yield spool


@pytest.fixture(params=["memory", "disk"])
def found(request, spool):
    return spool if request.param == "disk" else Found(CRAWL)


def test_articles_come_in_the_order_in_which_they_were_captured(found):
    one, two, three = (make_article(make_capture(number), title=f"Bài {number}") for number in (1, 2, 3))
    late = replace(make_article(make_capture(4)), captured=two.captured)
    for article in (three, late, one, two):
        found.add(article)

    assert list(found.in_order()) == [one, two, late, three]
    assert [found.article(each.capture) for each in (one, three)] == [one, three]
    assert sorted(found.addresses()) == sorted(each.url for each in (one, two, three, late))


def test_of_an_article_read_twice_the_later_one_counts_and_it_is_to_be_kept_again(found):
    article = make_article(make_capture(1), images=(Image(PHOTO, 0),))
    found.add(article)
    assert found.mark_of(article.capture) is None
    found.keep(article.capture, files_mark(article))
    assert found.mark_of(article.capture) == files_mark(article)

    found.add(replace(article, title="Khác"))

    assert [each.title for each in found.in_order()] == ["Khác"]
    assert found.mark_of(article.capture) is None


def test_the_last_answer_at_an_address_is_given_once(found):
    for address, capture in ((0, "a"), ((1 << 64) - 1, "b"), (1 << 63, "c"), (0, "d")):
        found.hold(address, capture)

    asked = (0, (1 << 64) - 1, 1 << 63, 0, 5)
    assert [found.release(address) for address in asked] == ["d", "b", "c", None, None]


def test_what_was_not_read_as_an_article_is_none(found):
    with pytest.raises(KeyError):
        found.article(make_capture(1).id)
    assert found.mark_of(make_capture(1).id) is None
    assert not list(found.in_order())


def test_a_book_on_the_disk_says_what_one_in_memory_says(spool):
    answers = [
        answer(1, b"", status=503),
        *(answer(number, jpeg(colour)) for number, colour in ((2, "red"), (3, "blue"))),
        answer(4, PDF, url=PLAN, mime="application/pdf", purpose="attachment"),
        answer(5, jpeg(), url=f"{PHOTO}?other", crawl="ha_tinh-2"),
        *(redirect(number, f"{PHOTO}?{number}", PHOTO) for number in (6, 7)),
        redirect(8, f"{PHOTO}?6", PLAN),
        redirect(9, f"{PHOTO}?9", f"{PHOTO}?9"),
    ]
    asked = [PHOTO, PLAN, f"{PHOTO}?other", *(f"{PHOTO}?{number}" for number in range(6, 10))]
    chance = random.Random(12)
    for _ in range(20):
        chance.shuffle(answers)
        held = AssetBook(CRAWL)

        assert [spool.book.note(*each) for each in answers] == [held.note(*each) for each in answers]
        assert [spool.book.resolve(url) for url in asked] == [held.resolve(url) for url in asked]


def test_no_article_stays_in_memory_until_the_crawl_is_settled(spool):
    reader = CrawlReader(CRAWL, derive, found=spool)
    before = _alive()
    with Catalog.open("sqlite://") as catalog:
        for number in range(300):
            store(catalog, make_capture(number), replace(reader.note(make_capture(number), HTML), result=None))
        noted = _alive() - before
        settled: list[int] = []
        told = count()

        def look(article: Article, state: str) -> None:
            if next(told) % 100 == 50:
                settled.append(_alive())

        assert settle(catalog, reader, look) == {"new": 1, "unchanged": 299}

    assert noted <= RECENT
    assert max(settled) - before <= RECENT + 3  # one as it was read, one with its files


def _alive() -> int:
    """Count the articles in memory."""
    return sum(type(each) is Article for each in gc.get_objects())


def test_the_file_has_no_name(tmp_path, spool):
    for number in range(300):
        spool.add(make_article(make_capture(number), text="dài " * 5000))  # more than stays in memory

    assert not list(tmp_path.rglob("*.spool*"))
    assert len(list(spool.in_order())) == 300


def test_what_a_killed_process_left_is_not_read(tmp_path):
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / f"{SITE}.spool").write_bytes(b"\0" * 5000)

    with Spool(tmp_path, SITE, CRAWL) as spool:
        assert not list(spool.in_order())


def test_a_file_that_has_to_keep_its_name_is_begun_anew(tmp_path, monkeypatch):
    unlink = Path.unlink

    def refused(path, missing_ok=False):
        if not missing_ok:
            raise PermissionError(path)
        unlink(path, missing_ok=True)

    monkeypatch.setattr(Path, "unlink", refused)
    with Spool(tmp_path, SITE, CRAWL) as spool:
        spool.add(make_article(make_capture(1)))
    with Spool(tmp_path, SITE, CRAWL) as spool:
        assert not list(spool.in_order())


def test_a_folder_in_its_place_is_named(tmp_path):
    (tmp_path / "locks").write_text("no folder")

    with pytest.raises(KhcnError, match="locks"):
        Spool(tmp_path, SITE, CRAWL)


@pytest.mark.parametrize("what", ["article", "file", "redirect"])
def test_a_full_disk_is_told_as_such(spool, what):
    spool._database.execute("PRAGMA max_page_count = 20")  # SQLite says the same of a disk without room
    long = "x" * 2000

    def add(number: int) -> None:
        match what:
            case "article":
                spool.add(make_article(make_capture(number), text=long))
            case "file":
                spool.book.note(*answer(number, PDF, url=f"{PLAN}?{number}{long}", purpose="attachment"))
            case "redirect":
                spool.book.note(*redirect(number, PHOTO, f"{PLAN}?{long}"))

    with pytest.raises(DiskFull):
        deque(map(add, range(200)))


def test_what_has_no_json_is_refused(spool):
    with pytest.raises(ValueError, match="surrogate"):
        spool.add(make_article(make_capture(1), title="\ud800"))

    assert not list(spool.in_order())


def test_an_article_that_gets_a_file_after_it_was_kept_is_settled_with_it(found):
    reader = CrawlReader(CRAWL, derive, found=found)
    capture, file = make_capture(1), make_capture(2, PLAN, purpose="attachment", mime="application/pdf")
    with Catalog.open("sqlite://") as catalog:
        store(catalog, capture, reader.note(capture, HTML))
        early = reader.article(capture.id)
        catalog.add_article(early)
        found.keep(capture.id, files_mark(early))
        store(catalog, file, reader.note(file, Payload(200, (), PDF)))

        assert settle(catalog, reader) == {"new": 1}
        (kept,) = catalog.articles()

    assert [each.capture for each in kept.attachments] == [file.id]
