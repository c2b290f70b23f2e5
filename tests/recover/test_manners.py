"""A service is asked when it may be, by whatever process; and no other host in its place."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from archive.http import parse_head
from crawler.recover.client import Answer, Client, Unanswered
from crawler.recover.manners import HeldOff, Manners
from crawler.recover.stopping import Interrupted, Stopping

URL = "https://web.archive.org/web/1"


class Time(Stopping):
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000.0

    def sleep(self, seconds: float) -> None:
        self.check()
        self.now += max(0.0, seconds)


def manners(folder, time: Time, **more: float) -> Manners:
    return Manners(folder, time, {"index": 24.0, "capture": 15.0}, clock=lambda: time.now, **more)


def refusal(status: int, *fields: str) -> Answer:
    head = "\r\n".join((f"HTTP/1.1 {status} No", *fields, "", ""))
    return Answer(URL, parse_head(head.encode()), io.BytesIO(), 0)


def test_turns_are_shared_by_all_processes(tmp_path):
    time = Time()
    one, other = manners(tmp_path, time), manners(tmp_path, time)
    moments = []
    for number in range(30):
        (one if number % 2 else other).await_turn(URL, "capture")
        moments.append(time.now)

    assert [b - a for a, b in pairwise(moments)] == [4.0] * 29
    one.await_turn(URL, "index")
    one.await_turn("https://data.commoncrawl.org/x", "capture")
    assert time.now == moments[-1]


def test_after_429_nothing_is_asked_and_each_one_doubles_it(tmp_path):
    time = Time()
    first = manners(tmp_path, time)
    waits = []
    for _ in range(3):
        first.refused(URL, refusal(429))
        start = time.now
        manners(tmp_path, time).await_turn("https://web.archive.org/cdx/search/cdx", "index")
        waits.append(time.now - start)
    first.answered(URL)
    first.refused(URL, refusal(429, "Retry-After: 300"))
    start = time.now
    first.await_turn(URL, "index")

    assert waits == [60, 120, 240]
    assert time.now - start == 300


def test_a_hold_that_is_too_long_ends_the_run(tmp_path):
    time = Time()
    manners(tmp_path, time).refused(URL, refusal(429, "Retry-After: 7200"))

    with pytest.raises(HeldOff, match=r"web\.archive\.org is to be left alone for 7200 s more \(it answered 429\)"):
        manners(tmp_path, time).await_turn(URL, "index")


def test_a_torn_state_and_a_clock_set_back_hold_nobody_up(tmp_path):
    time = Time()
    one = manners(tmp_path, time)
    one.await_turn(URL, "capture")
    time.now -= 50_000.0
    start = time.now
    one.await_turn(URL, "capture")
    (tmp_path / "web.archive.org.json").write_bytes(b'{"until": "x')
    one.await_turn(URL, "capture")

    assert time.now == start


def test_a_signal_ends_the_waiting(tmp_path):
    time = Time()
    one = manners(tmp_path, time)
    one.refused(URL, refusal(429))
    time.is_told = True

    with pytest.raises(Interrupted):
        one.await_turn(URL, "capture")


def test_only_the_named_port_of_this_machine_is_asked():
    client = Client("khcn", 2.0, may_be_private=frozenset({("127.0.0.1", 9)}))

    with pytest.raises(Unanswered, match=r"private: 127\.0\.0\.1"):
        client.get("http://127.0.0.1:10/")
    with pytest.raises(Unanswered, match="private: 169"):
        client.get("http://169.254.169.254/")


@contextmanager
def answering(sent: bytes) -> Iterator[int]:
    """Yield the port at which one request is answered so."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            link, _ = server.accept()
            with link:
                link.recv(1 << 16)
                link.sendall(sent)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("sent", "body", "cut"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd", b"abc", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", b"abc", "disconnect"),
        (b"HTTP/1.1 200 OK\r\n\r\nabc", b"abc", None),
        (b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\n\r\n", b"abc", None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", b"abc", "disconnect"),
        (b"HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n", b"", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n" + b"x" * 30, b"", "length"),
    ],
)  # fmt: skip
def test_a_body_is_taken_as_far_as_it_comes(sent, body, cut):
    with answering(sent) as port:
        client = Client("khcn", 20.0, 20, may_be_private=frozenset({("127.0.0.1", port)}))
        got = client.get(f"http://127.0.0.1:{port}/x")

    assert (got.read(), got.cut) == (body, cut)


@pytest.mark.parametrize("sent", [b"", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: cut"])
def test_what_is_no_answer_is_none(sent):
    with answering(sent) as port:
        client = Client("khcn", 20.0, may_be_private=frozenset({("127.0.0.1", port)}))
        with pytest.raises(Unanswered, match=r"malformed|connection"):
            client.get(f"http://127.0.0.1:{port}/")
