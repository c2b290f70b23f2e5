"""Which answers become revisits, and that nothing is lost by it."""

from __future__ import annotations

import errno
import gzip
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import DiskFull
from archive.warc.appender import Appender
from archive.warc.reader import iter_captures, list_warcs, read_exchange, read_payload, read_record
from archive.warc.record import Record
from archive.warc.writer import WarcWriter
from tests.archive.crawls import SITE, Site, at
from tests.archive.exchanges import CRLF, JPEG, ODD, PAGE

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nX-Count: %d\r\nContent-Length: %d\r\n\r\n"


def picture(count: int = 1, body: bytes = JPEG) -> bytes:
    return HEAD % (count, len(body)) + body


def types(captures, root) -> list[str]:
    return [read_record(root, capture.location).type for capture in captures]


@pytest.mark.parametrize(
    ("purpose", "url", "body", "expected"),
    [
        ("page", "https://a.vn/a", PAGE, "revisit"),
        ("page", "https://a.vn/b", JPEG, "response"),
        ("robots", "https://a.vn/a", PAGE, "revisit"),
        ("unknown", "https://a.vn/b", JPEG, "response"),
        ("image", "https://a.vn/b", JPEG, "revisit"),
        ("attachment", "https://b.vn/b", JPEG, "revisit"),
        ("requisite", "https://a.vn/b", JPEG, "revisit"),
        ("image", "https://a.vn/b", JPEG[:4095], "response"),
        ("image", "https://a.vn/b", JPEG[:4096], "revisit"),
        ("image", "https://a.vn/a", JPEG[:10], "revisit"),
        ("image", "https://a.vn/a", b"", "response"),
    ],
)
@pytest.mark.parametrize("crawls", [1, 2])
def test_what_is_the_same_where(tmp_path, purpose, url, body, expected, crawls):
    site = Site(tmp_path)
    exchanges = [(at(0, picture(1, body)), purpose), (at(1, picture(2, body), url), purpose)]

    captures = site.crawl(exchanges) if crawls == 1 else [*site.crawl(exchanges[:1]), *site.crawl(exchanges[1:])]

    assert types(captures, tmp_path) == ["response", expected]
    assert captures[1].revisit_of == (captures[0].id if expected == "revisit" else None)


def test_a_revisit_says_what_it_refers_to_and_where_that_lies(tmp_path):
    site = Site(tmp_path)
    (first,) = site.crawl([(at(0, picture()), "image")])
    (second,) = site.crawl([(at(60, picture(2), "https://a.vn/đổi mới"), "image")])
    record = read_record(tmp_path, second.location)

    assert record.get("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert record.get("WARC-Refers-To") == f"<{first.id}>"
    assert record.get("WARC-Refers-To-Target-URI") == first.url
    assert record.get("WARC-Refers-To-Date") == "2024-05-06T07:08:09.123Z"
    assert record.get("WARC-Refers-To-Filename") == Path(first.location.warc).name
    assert record.get("WARC-Refers-To-File-Offset") == str(first.location.offset)
    assert record.get("WARC-Payload-Digest") == first.digest == second.digest
    assert record.read() == HEAD % (2, len(JPEG))
    assert (second.status, second.mime) == (200, "image/jpeg")


def test_head_and_body_of_a_revisit_are_those_received(tmp_path):
    head = b"HTTP/1.1 200 OK\r\nx-Odd:  a\r\nX-ODD: \xc4\xa9\r\nno colon\r\n\r\n"
    site = Site(tmp_path)
    site.crawl([(at(0, CRLF + b"\r\n" + PAGE), "page")])
    (second,) = site.crawl([(at(1, head + PAGE), "page")])

    assert second.revisit_of
    assert read_exchange(tmp_path, second.location).response == head + PAGE
    payload = read_payload(tmp_path, second)
    assert payload.body == PAGE
    assert payload.headers == (("x-Odd", "a"), ("X-ODD", "\xc4\xa9"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("plain", "chunked-of-the-same"),
        ("plain", "lying-gzip"),
        ("plain", "long-body"),
        ("lf-only", "plain"),
        ("plain", "lf-only"),
        ("404", "404"),
        ("301", "301"),
        ("304", "304"),
        ("http-0.9", "http-0.9"),
        ("cut-head", "cut-head"),
    ],
)
def test_equal_bytes_that_are_read_otherwise_are_kept_whole(tmp_path, first, second):
    odd = {
        **ODD,
        "chunked-of-the-same": CRLF + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE),
    }
    site = Site(tmp_path)
    (one,) = site.crawl([(at(0, odd[first]), "page")])
    (other,) = site.crawl([(at(1, odd[second]), "page")])

    assert one.revisit_of is None
    assert other.revisit_of is None
    assert read_exchange(tmp_path, other.location).response == odd[second]


@pytest.mark.parametrize("more", [{"truncated": "disconnect"}, {"method": "HEAD"}, {"method": "POST"}])
def test_what_is_no_whole_answer_to_a_get_is_neither_revisit_nor_original(tmp_path, more):
    site = Site(tmp_path)
    (odd,) = site.crawl([(at(0, picture(), **more), "image")])
    (whole, again) = site.crawl([(at(1, picture()), "image"), (at(2, picture(), **more), "image")])

    if "truncated" in more:
        assert whole.revisit_of is None
    assert odd.revisit_of is None
    assert again.revisit_of is None


def test_gzipped_pages_are_the_same_by_their_gzipped_bytes(tmp_path):
    coded = CRLF + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE, mtime=0)
    site = Site(tmp_path)
    site.crawl([(at(0, coded), "page")])
    (again,) = site.crawl([(at(1, coded), "page")])

    assert again.revisit_of
    assert read_payload(tmp_path, again).body == PAGE


def test_a_chain_always_refers_to_the_first(tmp_path):
    site = Site(tmp_path)
    captures = [site.crawl([(at(n, picture(n)), "image")])[0] for n in range(4)]

    assert [capture.revisit_of for capture in captures] == [None] + [captures[0].id] * 3


def test_an_original_that_can_not_be_read_is_kept_anew(tmp_path, caplog):
    site = Site(tmp_path)
    (first,) = site.crawl([(at(0, picture()), "image")])
    path = tmp_path / first.location.warc
    data = bytearray(path.read_bytes())
    data[first.location.offset + first.location.length // 2] ^= 1
    path.write_bytes(data)

    healed, again = site.crawl([(at(1, picture()), "image"), (at(2, picture()), "image")])

    assert healed.revisit_of is None
    assert again.revisit_of == healed.id
    assert "original not readable" in caplog.text
    path.unlink()
    assert [c.revisit_of for c in site.crawl([(at(3, picture()), "image")])] == [healed.id]


def test_what_was_taken_back_is_not_referred_to(tmp_path, monkeypatch):
    from archive.dedup import Dedup

    flush, fails = Appender.flush, [False]

    def broken(self):
        if fails[0]:
            fails[0] = False
            raise OSError(errno.ENOSPC, "no space left")
        flush(self)

    monkeypatch.setattr(Appender, "flush", broken)
    with WarcWriter(tmp_path, SITE, "ha_tinh-1", info={}, dedup=Dedup(tmp_path, lambda digest, url: ())) as writer:
        writer.write(at(0, picture(0, JPEG[::-1])), purpose="image")
        fails[0] = True
        with pytest.raises(DiskFull):
            writer.write(at(1, picture()), purpose="image")
        captures = [writer.write(at(n, picture()), purpose="image") for n in (2, 3)]

    assert [capture.revisit_of for capture in captures] == [None, captures[0].id]


def test_nothing_is_referred_to_before_the_catalog_knows_it(tmp_path):
    site = Site(tmp_path, durable=False)
    site.crawl([(at(0, picture()), "image")])
    (again,) = site.crawl([(at(1, picture()), "image")])

    assert again.revisit_of is None


def test_what_is_not_remembered_any_more_is_asked_of_the_catalog(tmp_path, monkeypatch):
    from archive.dedup import Dedup

    monkeypatch.setattr("archive.dedup.RECENT", 2)
    site = Site(tmp_path)
    asked: list[str] = []

    def ask(digest, url):
        asked.append(digest)
        return site.catalog.whole(SITE, digest, url)

    bodies = [bytes([number]) * 5000 for number in range(6)]
    with WarcWriter(tmp_path, SITE, "ha_tinh-1", info={}, dedup=Dedup(tmp_path, ask, written=set())) as writer:
        first = [writer.write(at(n, picture(n, body)), purpose="image") for n, body in enumerate(bodies)]
        assert asked == []  # the site is new: nothing but what was written is to be found
        writer.sync()
        site.catalog.add_captures(first)
        again = [writer.write(at(n + 9, picture(n, body)), purpose="image") for n, body in enumerate(bodies)]

    assert [capture.revisit_of for capture in first] == [None] * 6
    assert [capture.revisit_of for capture in again] == [capture.id for capture in first]
    assert asked == [capture.digest for capture in first]


BODIES = st.sampled_from([b"", b"a", PAGE, JPEG, JPEG[:4096], JPEG[:4095], b"b" * 5000])
URLS = st.sampled_from([f"https://a.vn/{name}" for name in "abc"])
PURPOSES = st.sampled_from(["page", "image", "attachment", "robots"])
CHUNKED = st.booleans()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(URLS, BODIES, PURPOSES, CHUNKED), max_size=6), min_size=1, max_size=4))
def test_whatever_is_crawled_reads_back_as_it_was_sent(crawls):
    with TemporaryDirectory() as folder:
        root = Path(folder)
        site = Site(root)
        sent, returned = {}, []
        for number, crawl in enumerate(crawls):
            exchanges = []
            for place, (url, body, purpose, is_chunked) in enumerate(crawl):
                plain = HEAD % (place, len(body)) + body
                chunks = CRLF + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
                response = chunks if is_chunked and body else plain
                exchanges.append((at(number * 10 + place, response, url), purpose))
            captures = site.crawl(exchanges, max_bytes=9000)
            sent |= {capture.id: (each[1], each[0]) for capture, each in zip(captures, crawl_of(crawl), strict=True)}
            returned += captures
        by_id = {capture.id: capture for capture in returned}
        found = [entry for warc in list_warcs(root) for entry in iter_captures(root, warc)]

        assert {capture.id: capture for capture, _ in found} == by_id
        kept = defaultdict(int)
        for capture, stored in found:
            body, url = sent[capture.id]
            assert (stored.payload().body, capture.url) == (body, url)
            if capture.revisit_of:
                original = by_id[capture.revisit_of]
                assert original.revisit_of is None
                assert original.digest == capture.digest
                assert original.date < capture.date
            elif capture.purpose in ("image", "attachment") and len(body) >= 4096:
                kept[body, read_record(root, capture.location).head().is_chunked] += 1
        assert all(number == 1 for number in kept.values())


def crawl_of(crawl):
    return [(url, body) for url, body, _, _ in crawl]


def test_large_heads_and_records_stay_records(tmp_path):
    site = Site(tmp_path)
    head = b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 20) + b"\r\n\r\n"
    site.crawl([(at(0, head + PAGE), "page")])
    (again,) = site.crawl([(at(1, head + PAGE), "page")])

    record: Record = read_record(tmp_path, again.location)
    assert read_exchange(tmp_path, again.location).response == head + PAGE
    assert record.type == "response"
