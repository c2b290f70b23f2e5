"""Parts of the capture that a whole crawl can not reach one by one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.exceptions import DownloadFailedError
from twisted.internet.error import ConnectionDone, DNSLookupError

from archive.codings import dechunk
from archive.errors import ArchiveError, DiskFull
from crawler.answer import MAX_HEAD, AnswerReader, Malformed
from crawler.answer import MAX_LINE as MAX_FIELD
from crawler.attempt import SPOOL_IN_MEMORY, Attempt, Fetch
from crawler.causes import cause
from crawler.chunks import MAX_LINE, LenientChunks
from crawler.order import order_of


def fed(pieces: list[bytes]) -> tuple[bytes, bytes | None, bool]:
    """Return (the body delivered, the bytes after its end or None, whether framing broke)."""
    body, rest = bytearray(), []
    chunks = LenientChunks(body.extend, rest.append)
    for piece in pieces:
        chunks.feed(piece)
    return bytes(body), rest[0] if rest else None, chunks.ends_with_connection


framed = st.lists(st.binary(min_size=1, max_size=20), max_size=5).flatmap(
    lambda chunks: st.tuples(
        st.just(b"".join(chunks)),
        st.sampled_from([b"\r\n", b"\n"]).map(
            lambda end: (
                b"".join(b"%x;e%s%s%s" % (len(each), end, each, end) for each in chunks)
                + b"0%sX: y%s%s" % (end, end, end)
            )
        ),
    )
)


@given(framed, st.binary(max_size=9), st.lists(st.integers(0, 200), max_size=6))
def test_the_end_of_a_chunked_body_is_found_however_it_is_cut(body_and_bytes, after, cuts):
    body, sent = body_and_bytes
    whole = sent + after
    places = [0, *sorted(cut % len(sent) for cut in cuts), len(whole)]

    assert fed([whole[a:b] for a, b in pairwise(places)]) == (body, after, False)


@given(st.binary(max_size=60) | st.text("0123af;\r\n \tx", max_size=40).map(str.encode))
def test_no_bytes_break_the_chunk_decoder(data):
    body, rest, broken = fed([data[:7], data[7:]])

    # Where the framing holds to its end, the wire and the archive read the same body.
    assert rest is None or broken or body == dechunk(data[: len(data) - len(rest)])


@pytest.mark.parametrize("start", [b"<html>", b"5;" + b"x" * (MAX_LINE + 9), b"5\r\nabcdeX"])
def test_broken_framing_ends_with_the_connection(start):
    rest: list[bytes] = []
    chunks = LenientChunks(lambda _: None, rest.append)
    chunks.feed(start)

    assert chunks.ends_with_connection
    assert rest == []


@pytest.mark.parametrize("start", [b"", b"5", b"5\r\nab", b"5\r\nabcde", b"0\r\nX: y\r\n"])
def test_a_body_that_is_cut_inside_the_framing_is_not_whole(start):
    reader = AnswerReader("GET")
    reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + start)

    assert (reader.rest, reader.ends_with_connection) == (None, False)


def test_a_full_disk_is_told_as_such():
    attempt = Attempt("127.0.0.1", None)
    attempt.response = open("/dev/full", "r+b", buffering=0)  # noqa: SIM115

    with pytest.raises(DiskFull, match="CAPTURE_SPOOL_DIR"):
        attempt.receive(b"x")
    with pytest.raises(DiskFull):
        attempt.exchange("http://a.vn/", "GET")
    attempt.response.close()


def test_a_spool_folder_that_is_none_is_told_as_such(tmp_path):
    fetch = Fetch("http://a.vn/", "GET", str(tmp_path / "none"))
    attempt = fetch.begin("127.0.0.1")

    with pytest.raises(ArchiveError, match="CAPTURE_SPOOL_DIR"):
        attempt.receive(b"x" * (SPOOL_IN_MEMORY + 1))
    fetch.release()


def test_bytes_after_the_end_belong_to_no_attempt():
    attempt = Attempt(None, None)
    attempt.receive(b"HTTP/1.1 204 No\r\n\r\n")
    attempt.settle()
    attempt.receive(b"HTTP/1.1 200 evil\r\n\r\n")
    attempt.write(b"GET /evil")

    exchange = attempt.exchange("http://a.vn/", "GET")

    assert (exchange.response.read(), exchange.size, exchange.request) == (b"HTTP/1.1 204 No\r\n\r\n", 19, b"")


def test_a_request_that_stayed_here_is_no_request():
    fetch = Fetch("http://a.vn/", "GET")
    stale, sent = fetch.begin("127.0.0.1"), fetch.begin("127.0.0.1")
    for attempt, left in ((stale, 0), (sent, None)):
        attempt.write(b"GET / HTTP/1.1\r\n\r\n")
        attempt.sent = left
    stale.settle("closed: before it was sent")
    sent.receive(b"HTTP/1.1 204 No\r\n\r\n")
    sent.settle()

    assert [exchange.size for exchange in fetch.exchanges(None)] == [19]


def test_a_retry_that_finds_nobody_is_an_exchange_of_its_own():
    fetch = Fetch("http://a.vn/", "GET")
    stale = fetch.begin("127.0.0.1")
    stale.write(b"GET / HTTP/1.1\r\n\r\n")
    stale.settle("closed: without an answer")

    got = list(fetch.exchanges(DNSLookupError("a.vn")))

    assert [bool(each.request) for each in got] == [True, False]
    assert [each.error.partition(":")[0] for each in got] == ["closed", "dns"]


def test_the_cause_beneath_the_wrappers_is_named():
    wrapped = DownloadFailedError("lost")
    wrapped.__cause__ = ConnectionDone()

    assert cause(wrapped) == "closed: Connection was closed cleanly."
    assert cause(KeyError("x")) == "malformed: 'x'"
    assert cause(RuntimeError("a\nb")) == "error: RuntimeError: a b"


def test_an_answer_of_two_reads_names_its_protocol():
    attempt = Attempt(None, None)
    for piece in (b"HT", b"TP/1.0 200 OK\r\n\r\n"):
        attempt.receive(piece)

    assert attempt.protocols == ("http/1.0",)
    assert isinstance(attempt.exchange("http://a.vn/", "GET").response.read(), bytes)


@pytest.mark.parametrize(
    ("method", "sent", "status", "length", "rest", "is_last"),
    [
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiX", 200, 2, b"X", False),
        ("GET", b"HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 404 No\nContent-Length: 0\n\n", 404, 0, b"", False),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", 200, 0, b"", False),
        ("GET", b"HTTP/1.1 304 No\r\nContent-Length: 99\r\n\r\n", 304, 0, b"", False),
        ("GET", b"HTTP/1.1 200 OK\r\nConnection: X, Close\r\nContent-Length: 0\r\n\r\n", 200, 0, b"", True),
        ("GET", b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200, 0, b"", True),
        ("GET", b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", 200, 0, b"", False),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", 200, None, None, False),
        ("GET", b"HTTP/1.1 000 Odd\r\nContent-Length: 1\r\n\r\nx", 0, 1, b"", False),
    ],
)
def test_the_end_of_an_answer_is_found_byte_by_byte(method, sent, status, length, rest, is_last):
    reader = AnswerReader(method)
    for at in range(len(sent)):
        if reader.rest is None:
            reader.feed(sent[at : at + 1])
        else:
            assert sent[at:] == rest
            break
    whole = AnswerReader(method)
    whole.feed(sent)

    assert (whole.head, whole.length, whole.rest, whole.is_last) == (reader.head, length, rest, is_last)
    assert whole.head is not None
    assert whole.head.status == status
    assert whole.ends_with_connection == (rest is None)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"\r\nHTTP/1.1 200 OK\r\n\r\n", "no status line"),
        (b"<html>\n", "no status line"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n", "another protocol"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * MAX_FIELD, "header line is longer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * MAX_FIELD + b"\r\n\r\n", "header line is longer"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * (MAX_HEAD // 6), "the head is longer"),
        (b"HTTP/1.1 103 Early\r\n\r\n" * (MAX_HEAD // 22 + 1), "the head is longer"),
    ],
)
def test_what_no_browser_would_read_is_malformed(sent, why):
    with pytest.raises(Malformed, match=why):
        AnswerReader("GET").feed(sent)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://a.vn", b"GET / HTTP/1.1\r\nHost: a.vn\r\n\r\n"),
        ("http://a.vn?", b"GET /? HTTP/1.1\r\nHost: a.vn\r\n\r\n"),
        ("https://a.vn:443/x/../y;z?a=1&b=%C4%91?", b"GET /x/../y;z?a=1&b=%C4%91? HTTP/1.1\r\nHost: a.vn\r\n\r\n"),
        ("http://u:p@a.vn:8080/x", b"GET /x HTTP/1.1\r\nHost: a.vn:8080\r\n\r\n"),
        ("http://[::1]:80/x", b"GET /x HTTP/1.1\r\nHost: [::1]\r\n\r\n"),
    ],
)
def test_a_request_asks_for_what_its_address_says(url, sent):
    assert order_of(Request(url), url).message == sent


def test_no_value_begins_a_field_of_its_own():
    headers = {"X-A": "1\r\nX-Evil: 2\n\nGET /evil", "Content-Length": "99"}
    order = order_of(Request("http://a.vn/", method="POST", headers=headers, body=b"q=1"), "http://a.vn/")

    assert (
        order.message == b"POST / HTTP/1.1\r\nHost: a.vn\r\nContent-Length: 3\r\nX-A: 1 X-Evil: 2  GET /evil\r\n\r\nq=1"
    )
    assert not order.is_repeatable


@pytest.mark.parametrize(("url", "headers"), [("http://a.vn/a b", {}), ("http://a.vn/", {"X A": "1"})])
def test_what_would_be_no_request_is_refused(url, headers):
    with pytest.raises(ValueError, match="can not be the"):
        order_of(Request("http://a.vn/", headers=headers), url)
