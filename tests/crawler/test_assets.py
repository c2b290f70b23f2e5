"""Pictures and documents meet their captures by one rule, whatever the order of the captures."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from itertools import permutations

import pytest
from PIL import Image as Picture

from archive.model import Attachment, Capture, Image, Payload
from crawler.assets import AssetBook, complete, file_type, is_web_page, redirect_target
from tests.archive.facts import CRAWL, make_article, make_capture

PHOTO = "https://skhcn.hatinh.gov.vn/upload/anh.jpg"
PLAN = "https://skhcn.hatinh.gov.vn/upload/ke-hoach.pdf"
PDF = b"%PDF-1.4\n1 0 obj\n"


def jpeg(colour: str = "red", size: tuple[int, int] = (32, 24)) -> bytes:
    file = io.BytesIO()
    Picture.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def answer(
    number: int, body: bytes, *, url: str = PHOTO, mime: str | None = "image/jpeg", **changes
) -> tuple[Capture, Payload]:
    location = changes.pop("location_header", None)
    capture = make_capture(number, url, mime=mime, **{"purpose": "image", **changes})
    headers = (("location", location),) if location else ()
    return capture, Payload(capture.status or 0, headers, body)


def redirect(number: int, url: str, location: str, status: int = 302) -> tuple[Capture, Payload]:
    return answer(number, b"", url=url, mime=None, status=status, location_header=location)


def book_of(*answers: tuple[Capture, Payload]) -> AssetBook:
    book = AssetBook(CRAWL)
    for entry in answers:
        book.note(*entry)
    return book


def test_a_picture_gets_the_facts_of_its_file():
    body = jpeg()
    article = make_article(make_capture(1), images=(Image(PHOTO, 0, alt="Ảnh", caption="Chú thích"),))

    (image,) = complete(article, book_of(answer(2, body))).images

    assert (image.width, image.height, image.mime, image.size_bytes) == (32, 24, "image/jpeg", len(body))
    assert image.sha256 == hashlib.sha256(body).hexdigest()
    assert len(image.dhash) == 16
    assert image.capture == make_capture(2).id
    assert (image.url, image.alt, image.caption) == (PHOTO, "Ảnh", "Chú thích")


@pytest.mark.parametrize("measured", [None, (99_999, "ab" * 32)])
def test_a_picture_of_which_a_part_was_decoded_has_no_facts_of_that_part_alone(monkeypatch, measured):
    monkeypatch.setattr("crawler.assets.MAX_BODY", len(jpeg()))
    book = AssetBook(CRAWL)
    book.note(*answer(2, jpeg()), measure=lambda: measured)

    (image,) = complete(make_article(make_capture(1), images=(Image(PHOTO, 0),)), book).images

    assert (image.size_bytes, image.sha256) == (measured or (None, None))
    assert (image.width, image.capture) == (32, make_capture(2).id)


def test_a_document_gets_the_facts_of_its_file():
    article = make_article(make_capture(1), attachments=(Attachment(PLAN, 0, "Kế hoạch"),))
    book = book_of(answer(2, PDF, url=PLAN, mime="application/octet-stream", purpose="attachment"))

    (entry,) = complete(article, book).attachments

    assert entry == Attachment(
        PLAN, 0, "Kế hoạch", "application/pdf", len(PDF), hashlib.sha256(PDF).hexdigest(), make_capture(2).id
    )


def test_the_first_whole_file_of_a_url_counts_in_every_order_of_notes():
    answers = [
        answer(2, b"", status=503),
        answer(3, jpeg("blue")[:300], truncated="disconnect"),
        answer(4, jpeg("red")),
        answer(5, jpeg("green")),
        redirect(1, PHOTO, PHOTO + "?x"),
    ]
    for order in permutations(answers):
        assert book_of(*order, *order).resolve(PHOTO).capture == make_capture(4).id


def test_captures_of_one_moment_are_ordered_by_their_ids():
    one, other = answer(7, jpeg("red")), answer(8, jpeg("blue"))
    same_time = (replace(other[0], date=one[0].date), other[1])

    assert book_of(same_time, one).resolve(PHOTO).capture == one[0].id


def test_captures_of_other_crawls_do_not_count():
    assert book_of(answer(2, jpeg(), crawl="ha_tinh-2")).resolve(PHOTO) is None


@pytest.mark.parametrize(
    "failure",
    [
        answer(2, b"", status=404, mime=None),
        answer(2, b"<html><title>404</title>", status=404, mime="text/html"),
        answer(2, b"<!DOCTYPE html><title>Kh\xc3\xb4ng t\xc3\xacm th\xe1\xba\xa5y</title>", mime="text/html"),
        answer(2, b"\xef\xbb\xbf\r\n <HTML><body>404</body></html>", mime="image/jpeg"),
        answer(2, b"<script>location='/'</script>", mime=None),
        answer(2, b"Kh\xc3\xb4ng c\xc3\xb3", mime="text/html"),
        answer(2, b"", mime="image/jpeg"),
        answer(2, b"", status=None, mime=None),
        answer(2, jpeg()[:99], truncated="length"),
    ],
)
def test_what_is_no_file_gives_no_facts(failure):
    stale = Image(PHOTO, 0, width=1, sha256="ab" * 32, capture="urn:uuid:stale")
    article = make_article(make_capture(1), images=(stale,), attachments=(Attachment(PHOTO, 0),))

    done = complete(article, book_of(failure))

    assert done.images == (Image(PHOTO, 0),)
    assert done.attachments == (Attachment(PHOTO, 0),)


def test_a_line_of_text_is_no_picture():
    article = make_article(make_capture(1), images=(Image(PHOTO, 0),))

    assert complete(article, book_of(answer(2, b"Not found", mime="text/plain"))) == article


@pytest.mark.parametrize("mime", ["text/css", "application/javascript", "font/woff2"])
def test_a_style_sheet_is_not_tried_as_a_picture_and_a_picture_said_to_be_one_is(mime):
    icon, body = "https://skhcn.hatinh.gov.vn/icon", jpeg()
    sheet = answer(1, b"#define width 1\n", mime=mime, purpose="requisite")
    book = book_of(sheet, answer(2, body, url=icon, mime=mime, purpose="requisite"))

    style, picture = book.resolve(PHOTO), book.resolve(icon)

    assert style is not None
    assert (style.mime, style.image) == (mime, None)
    assert picture is not None
    assert picture.image is not None
    assert (picture.mime, picture.image.width) == ("image/jpeg", 32)


def test_a_broken_picture_is_still_the_file_that_was_sent():
    article = make_article(make_capture(1), images=(Image(PHOTO, 0),))
    body = jpeg()[:200]

    (image,) = complete(article, book_of(answer(2, body))).images

    assert (image.size_bytes, image.sha256) == (200, hashlib.sha256(body).hexdigest())
    assert image.capture == make_capture(2).id


def test_redirects_are_followed_from_capture_to_capture():
    book = book_of(
        redirect(1, "http://skhcn.hatinh.gov.vn/a.jpg", "https://skhcn.hatinh.gov.vn/a.jpg", 301),
        redirect(2, "https://skhcn.hatinh.gov.vn/a.jpg", "/upload/x/../anh.jpg#top", 307),
        answer(3, jpeg(), url="https://skhcn.hatinh.gov.vn/upload/anh.jpg"),
    )

    assert book.resolve("http://skhcn.hatinh.gov.vn/a.jpg").capture == make_capture(3).id


def chain(hops: int) -> AssetBook:
    steps = [redirect(n, f"https://a.vn/{n}", f"/{n + 1}") for n in range(hops)]
    return book_of(*steps, answer(99, jpeg(), url=f"https://a.vn/{hops}"))


def test_ten_hops_are_followed_and_no_eleventh():
    assert chain(10).resolve("https://a.vn/0") is not None
    assert chain(11).resolve("https://a.vn/0") is None


def test_a_loop_ends():
    assert book_of(redirect(1, PHOTO, PLAN), redirect(2, PLAN, PHOTO)).resolve(PHOTO) is None


@pytest.mark.parametrize(
    ("status", "location", "target"),
    [
        (301, "/b", "https://a.vn/b"),
        (302, "b?x=1", "https://a.vn/d/b?x=1"),
        (302, "//b.vn/", "https://b.vn/"),
        (303, " https://b.vn/#top ", "https://b.vn/"),
        (308, "/ảnh 1".encode().decode("latin-1"), "https://a.vn/%E1%BA%A3nh%201"),
        (302, "/\xe9", "https://a.vn/%C3%A9"),
        (200, "/b", None),
        (304, None, None),
        (302, "", None),
        (302, "javascript:void(0)", None),
        (302, "http://[", None),
        (None, "/b", None),
    ],
)
def test_a_redirect_names_the_address_that_will_be_requested(status, location, target):
    capture = make_capture(1, "https://a.vn/d/e", status=status)
    headers = (("Location", location),) if location is not None else ()

    assert redirect_target(capture, Payload(status or 0, headers, b"")) == target


def test_a_picture_is_found_under_the_spelling_of_the_page():
    captured = answer(2, jpeg(), url="https://a.vn/%E1%BA%A3nh%201.jpg")

    assert book_of(captured).resolve("https://a.vn/ảnh 1.jpg#x").capture == make_capture(2).id


def test_one_file_serves_as_picture_and_as_document():
    body = jpeg()
    article = make_article(make_capture(1), images=(Image(PHOTO, 0),), attachments=(Attachment(PHOTO, 0),))

    done = complete(article, book_of(answer(2, body, purpose="attachment", mime=None)))

    assert done.images[0].width == 32
    assert done.attachments[0].mime == "image/jpeg"
    assert complete(done, book_of(answer(2, body))).images == done.images


@pytest.mark.parametrize(
    ("declared", "body", "is_page"),
    [
        ("text/html", b"anything", True),
        ("application/xhtml+xml", b"<?xml", True),
        ("text/html", PDF, False),
        ("text/html", jpeg(), False),
        ("text/plain", b"<!DOCTYPE HTML>", True),
        ("text/plain", b"Xin chao", False),
        (None, b"\n\n<html>", True),
        (None, PDF, False),
        ("application/msword", b"<html xmlns:o='urn:schemas-microsoft-com:office:office'>", False),
        ("application/pdf", b"<html>", False),
    ],
)
def test_a_web_page_is_known_by_what_it_declares_unless_its_bytes_deny_it(declared, body, is_page):
    assert is_web_page(declared, body) is is_page


@pytest.mark.parametrize(
    ("url", "declared", "body", "mime"),
    [
        (PLAN, "text/html", PDF, "application/pdf"),
        (
            "https://a.vn/a.doc",
            "application/octet-stream",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "application/msword",
        ),
        (
            "https://a.vn/a?id=1",
            "application/vnd.ms-excel",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "application/vnd.ms-excel",
        ),
        ("https://a.vn/a.doc", "application/msword", b"PK\x03\x04", "application/msword"),
        ("https://a.vn/a.zip", "application/octet-stream", b"PK\x03\x04", "application/zip"),
        ("https://a.vn/a.rar", None, b"Rar!\x1a\x07\x00", "application/vnd.rar"),
        ("https://a.vn/a.txt", "text/plain", b"Xin chao", "text/plain"),
        ("https://a.vn/a", None, b"Xin chao", None),
    ],
)
def test_a_file_type_is_told_by_content_then_name_then_declaration(url, declared, body, mime):
    assert file_type(url, declared, body) == mime
