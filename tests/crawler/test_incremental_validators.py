"""Which validators are sent for an address, given what the archive holds of it."""

from __future__ import annotations

from functools import partial

import pytest

from archive.http import parse_head
from crawler.validators import MAX_VALIDATOR, Validators, conditions_of
from tests.archive.crawls import SITE, Site, at
from tests.archive.exchanges import CRLF, DATE, JPEG, PAGE

SAME = b"HTTP/1.1 304 Not Modified\r\n\r\n"


def ok(etag: bytes = b'"a"', body: bytes = PAGE) -> bytes:
    return CRLF + b"ETag: " + etag + b"\r\n\r\n" + body


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def known(site, url="https://a.vn/a"):
    return Validators(site.root, partial(site.catalog.latest, SITE), site.catalog.capture).known(url)


def etag(site) -> bytes | None:
    found = known(site)
    return found.conditions[b"If-None-Match"] if found else None


def test_nothing_is_known_of_an_address_that_was_never_answered_with_200(site):
    assert known(site) is None
    site.crawl([(at(0, b'HTTP/1.1 404 Not Found\r\nETag: "a"\r\n\r\n'), "page")])
    assert known(site) is None
    site.crawl([(at(1, ok(), truncated="disconnect"), "page")])
    assert known(site) is None


def test_the_last_whole_answer_counts_also_behind_failures(site):
    site.crawl([(at(0, ok()), "page"), (at(1, ok(b'"b"', PAGE * 2)), "page")])
    site.crawl([(at(2, b"HTTP/1.1 503 Busy\r\n\r\n"), "page"), (at(3, ok(b'"c"'), truncated="time"), "page")])

    assert etag(site) == b'"b"'


def test_a_revisit_gives_its_own_validators_and_its_originals_body(site):
    (first,) = site.crawl([(at(0, ok(b'"a"', JPEG), "https://a.vn/first.jpg"), "image")])
    (second,) = site.crawl([(at(1, ok(b'"b"', JPEG)), "image")])
    found = known(site)

    assert second.revisit_of == first.id
    assert found.conditions == {b"If-None-Match": b'"b"'}
    assert (found.original.id, found.original.url) == (first.id, "https://a.vn/first.jpg")
    assert found.payload().body == JPEG
    assert found.measure()[0] == len(JPEG)


def test_every_fourth_check_is_unconditional(site):
    site.crawl([(at(0, ok()), "page")])
    for minutes in range(1, 10):
        held = known(site)
        if minutes % 4:
            assert held is not None, minutes
            site.crawl([(at(minutes, SAME, known=held.original), "page")])
        else:
            assert held is None, minutes
            site.crawl([(at(minutes, ok()), "page")])


def test_what_can_not_be_read_is_asked_for_anew(site, caplog):
    (first,) = site.crawl([(at(0, ok()), "page")])
    path = site.root / first.location.warc
    content = bytearray(path.read_bytes())
    content[first.location.offset + first.location.length - 5] ^= 1  # its gzip checksum
    path.write_bytes(content)

    assert known(site) is None
    assert "asked for anew" in caplog.text
    path.unlink()
    assert known(site) is None


def test_damage_of_a_revisits_original_is_found_too(site):
    (first,) = site.crawl([(at(0, ok(b'"a"', JPEG), "https://a.vn/first.jpg"), "image")])
    site.crawl([(at(1, ok(b'"b"', JPEG)), "image")])
    (site.root / first.location.warc).unlink()

    assert known(site) is None


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        (b'ETag: "a\x01b"', {}),
        (b'ETag: "a\tb"', {}),
        (b'ETag:\r\n "folded"', {b"If-None-Match": b'"folded"'}),
        (b'ETag: W/""', {}),
        (b'ETag: "' + b"x" * (MAX_VALIDATOR - 2) + b'"', {b"If-None-Match": b'"' + b"x" * (MAX_VALIDATOR - 2) + b'"'}),
        (b'ETag: "' + b"x" * MAX_VALIDATOR + b'"', {}),
        (b"Last-Modified: Mon, 06 May 2024 07:08:09 GMT", {b"If-Modified-Since": b"Mon, 06 May 2024 07:08:09 GMT"}),
        (b"Last-Modified: Mon, 06 May 2024 07:08:10 GMT", {}),
        (b"Last-Modified: Mon, 06 May 2024 14:08:09 +0700", {b"If-Modified-Since": b"Mon, 06 May 2024 14:08:09 +0700"}),
        (b"Last-Modified: 0", {}),
        (b"Last-Modified: -1", {}),
        (b"Last-Modified: Mon, 99 May 2024 99:99:99 GMT", {}),
        (b"Last-Modified: Mon, 06 May 99999999999 07:08:09 GMT", {}),
        (b"", {}),
    ],
)
def test_odd_validators(fields, sent):
    head = parse_head(b"HTTP/1.1 200 OK\r\nX: 1\r\n" + fields + b"\r\n\r\n")

    assert conditions_of(head, DATE) == sent
