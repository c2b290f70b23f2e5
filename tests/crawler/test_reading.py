"""What is read in a crawl depends on its captures only, and nothing a site sends ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from archive.catalog import Catalog
from archive.model import Article, Attachment, Capture, Listing, NotAnArticle, Payload
from crawler.reading import CrawlReader, settle, store, store_crawl
from crawler.spool import Spool
from tests.archive.facts import CRAWL, PAGE, SITE, make_article, make_capture

PLAN = "https://skhcn.hatinh.gov.vn/upload/ke-hoach.pdf"
HTML = Payload(200, (), b"<html>article</html>")
PDF = Payload(200, (), b"%PDF-1.4")


def derive(capture: Capture, payload: Payload) -> Article | Listing | NotAnArticle:
    """Read a page whose whole text is what it is."""
    match payload.body:
        case b"<html>article</html>":
            return make_article(capture, section=capture.via, attachments=(Attachment(PLAN, 0),))
        case b"<html>listing</html>":
            return Listing(capture.url, (), None)
        case b"<html>bug</html>":
            raise ValueError("object at 0x7f0000000000")
        case b"<html>naive</html>":
            return make_article(capture, published=datetime(2025, 1, 1))
        case b"<html>half</html>":
            return make_article(capture, tags=("\ud800",))
    return NotAnArticle("no_title", "seen: nothing")


@pytest.fixture(params=["memory", "disk"])
def reader(request, tmp_path) -> Iterator[CrawlReader]:
    if request.param == "memory":
        yield CrawlReader(CRAWL, derive)
        return
    with Spool(tmp_path, SITE, CRAWL) as spool:
        yield CrawlReader(CRAWL, derive, found=spool)


def never() -> Payload:
    raise AssertionError("there is nothing to be read in this capture")


@pytest.mark.parametrize(
    ("changes", "body", "kind", "detail"),
    [
        ({}, b"<html>article</html>", "article", "ha_tinh/1"),
        ({"purpose": "unknown"}, b"<html>listing</html>", "listing", ""),
        ({}, b"<html>nothing</html>", "rejected", "no_title"),
        ({}, b"<html>bug</html>", "rejected", "error: ValueError"),
        ({}, b"<html>naive</html>", "rejected", "error: ValueError"),
        ({}, b"<html>half</html>", "rejected", "error: UnicodeEncodeError"),
        ({}, b"%PDF-1.4", "asset", ""),
        ({"purpose": "image", "mime": "text/html"}, b"<html>article</html>", "other", ""),
        ({"purpose": "attachment"}, b"%PDF-1.4", "asset", ""),
    ],
)
def test_a_capture_is_read_by_its_purpose_and_content(reader, changes, body, kind, detail):
    outcome = reader.note(make_capture(1, **changes), Payload(200, (), body))

    assert (outcome.kind, outcome.detail) == (kind, detail)
    assert outcome.is_reading is (kind in ("article", "listing", "rejected"))
    assert reader.counts == {kind: 1}
    assert reader.rejected == ({detail: 1} if kind == "rejected" else {})


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "robots"},
        {"status": 404},
        {"status": 500},
        {"status": 304},
        {"status": None},
        {"truncated": "disconnect"},
    ],
)
def test_failures_and_robots_txt_are_not_even_opened(reader, changes):
    assert reader.note(make_capture(1, **changes), never).kind == "other"


def test_a_redirect_of_a_page_is_kept_and_one_of_a_file_is_noted(reader):
    moved = Payload(301, (("Location", "/moi"),), b"")

    page = reader.note(make_capture(1, status=301), moved)
    file = reader.note(make_capture(2, PLAN, status=301, purpose="attachment"), moved)

    assert (page.kind, page.detail, page.is_reading) == ("redirect", "https://skhcn.hatinh.gov.vn/moi", True)
    assert (file.kind, file.is_reading) == ("asset", False)


def test_articles_come_out_joined_whatever_came_first(reader):
    file = make_capture(1, PLAN, purpose="attachment", mime="application/pdf")
    reader.note(make_capture(3), HTML)
    reader.note(make_capture(2), HTML)

    assert reader.article(make_capture(2).id).attachments[0].capture is None
    reader.note(file, PDF)

    assert [article.capture for article in reader.finish()] == [make_capture(2).id, make_capture(3).id]
    assert all(article.attachments[0].capture == file.id for article in reader.finish())
    with pytest.raises(KeyError):
        reader.article(file.id)


def dump_of(*, early: bool, order: int) -> list[str]:
    """Crawl two pages and their document, with or without keeping articles on the way."""
    captures = [(make_capture(1, via="https://a.vn/1"), HTML), (make_capture(2, via="https://a.vn/2"), HTML)]
    captures += [(make_capture(3, PLAN, purpose="attachment", mime="application/pdf"), PDF)]
    reader = CrawlReader(CRAWL, derive)
    with Catalog.open("sqlite://") as catalog:
        for capture, payload in captures[::order]:
            outcome = reader.note(capture, payload)
            store(catalog, capture, outcome)
            if early and isinstance(outcome.result, Article):
                catalog.add_article(reader.article(capture.id))
        assert settle(catalog, reader) == {"new": 1, "unchanged": 1}
        assert settle(catalog, reader) == {"new": 1, "unchanged": 1}
        return list(catalog.dump())


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("order", [1, -1])
def test_articles_kept_early_leave_no_trace(early, order):
    assert dump_of(early=early, order=order) == dump_of(early=False, order=1)


def test_a_crawl_began_when_its_records_say():
    with Catalog.open("sqlite://") as catalog:
        store_crawl(catalog, CRAWL, SITE, {"robots": "obey", "started": "2025-03-01T00:00:00.250Z"})
        store_crawl(catalog, "foreign", SITE, {"software": "wget"}, first=make_capture(1).date)
        store_crawl(catalog, "empty", SITE, {})

        crawls = catalog.crawls()

    assert [(crawl.id, crawl.started.isoformat()) for crawl in crawls] == [
        (CRAWL, "2025-03-01T00:00:00.250000+00:00"),
        ("foreign", "2025-03-01T01:00:00.250000+00:00"),
    ]
    assert crawls[0].info["robots"] == "obey"


def test_a_page_seen_once_is_known_and_a_broken_one_is_not(reader):
    bodies = {PAGE: b"<html>article</html>", PAGE + "-2": b"<html>bug</html>", PAGE + "-3": b"<html>x</html>"}
    with Catalog.open("sqlite://") as catalog:
        for number, (url, body) in enumerate(bodies.items()):
            capture = make_capture(number, url)
            store(catalog, capture, reader.note(capture, Payload(200, (), body)))

        assert set(catalog.known(SITE)) == {PAGE, PAGE + "-3"}
