"""A document of any size is measured with flat memory, and as its payload would be."""

import gzip
import hashlib
import io
import tempfile
import tracemalloc

import pytest

from archive.http import measure_body, read_payload

BODY = b"%PDF-1.7 " + bytes(range(256)) * 40
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"
ANSWERS = {
    "plain": HEAD + b"\r\n" + BODY,
    "announced": HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    "longer than announced": HEAD + b"Content-Length: 5\r\n\r\n" + BODY,
    "shorter than announced": HEAD + b"Content-Length: 99999\r\n\r\n" + BODY,
    "chunked": HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n",
    "cut chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n" + BODY,
    "gzip": HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY),
    "a lie": HEAD + b"Content-Encoding: gzip\r\n\r\n" + BODY,
    "after 103": b"HTTP/1.1 103 Early Hints\r\n\r\n" + HEAD + b"\r\n" + BODY,
    "empty": b"HTTP/1.1 204 No Content\r\n\r\n" + BODY,
    "no head": BODY,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_measure_is_that_of_the_payload(name):
    body = read_payload(ANSWERS[name]).body

    assert measure_body(io.BytesIO(ANSWERS[name])) == (len(body), hashlib.sha256(body).hexdigest())


def test_a_coded_body_beyond_the_bound_has_no_measure():
    answer = HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(5000))

    assert measure_body(io.BytesIO(answer), max_size=4999) is None
    assert measure_body(io.BytesIO(answer), max_size=5000) == (5000, hashlib.sha256(bytes(5000)).hexdigest())


def test_memory_is_flat():
    size = 80_000_000
    with tempfile.TemporaryFile() as file:
        file.write(HEAD + b"Content-Length: %d\r\n\r\n" % size)
        file.truncate(file.tell() + size)
        tracemalloc.start()
        measured = measure_body(file)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert measured is not None
    assert measured[0] == size
    assert peak < 4_000_000
