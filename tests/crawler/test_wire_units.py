"""Parts of the capture that a whole crawl can not reach one by one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone, DNSLookupError
from twisted.python.failure import Failure
from twisted.web._newclient import ResponseFailed
from twisted.web.http import PotentialDataLoss, _DataLoss

from archive.codings import dechunk
from archive.errors import ArchiveError, DiskFull
from crawler.attempt import SPOOL_IN_MEMORY, Attempt, Fetch
from crawler.causes import cause
from crawler.chunks import MAX_LINE, LenientChunks


def fed(pieces: list[bytes]) -> tuple[bytes, bytes | None, bool]:
    """Return (the body delivered, the bytes after its end or None, whether framing broke)."""
    body, rest = bytearray(), []
    chunks = LenientChunks(body.extend, rest.append)
    for piece in pieces:
        chunks.dataReceived(piece)
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
    chunks.dataReceived(start)

    assert chunks.ends_with_connection
    with pytest.raises(PotentialDataLoss):
        chunks.noMoreData()
    assert rest == [b""]


@pytest.mark.parametrize("start", [b"", b"5", b"5\r\nab", b"5\r\nabcde", b"0\r\nX: y\r\n"])
def test_a_connection_that_ends_inside_the_framing_is_a_loss(start):
    chunks = LenientChunks(lambda _: None, lambda _: None)
    chunks.dataReceived(start)

    with pytest.raises(_DataLoss):
        chunks.noMoreData()


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
    wrapped = ResponseFailed([Failure(ConnectionDone()), Failure(_DataLoss())])

    assert cause(wrapped) == "closed: Connection was closed cleanly."
    assert cause(KeyError("x")) == "malformed: 'x'"
    assert cause(RuntimeError("a\nb")) == "error: RuntimeError: a b"


def test_an_answer_of_two_reads_names_its_protocol():
    attempt = Attempt(None, None)
    for piece in (b"HT", b"TP/1.0 200 OK\r\n\r\n"):
        attempt.receive(piece)

    assert attempt.protocols == ("http/1.0",)
    assert isinstance(attempt.exchange("http://a.vn/", "GET").response.read(), bytes)
