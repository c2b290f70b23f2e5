import gzip
import io
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.http import (
    dechunk,
    decode_content,
    parse_head,
    read_head,
    read_message,
    read_payload,
    split_informational,
)
from tests.archive.exchanges import ODD, PAGE

OK = b"HTTP/1.1 200 OK\r\n"


def packed(body: bytes) -> bytes:
    """Gzip without a time stamp: a test's name must not change from one second to the next."""
    return gzip.compress(body, mtime=0)


def chunk(body: bytes, sizes: list[int], line_end: bytes = b"\r\n") -> bytes:
    """Frame a body in chunks of these sizes, the last one taking the rest."""
    framed = b""
    for size in sizes:
        piece, body = body[:size], body[size:]
        if piece:
            framed += b"%X;ext=1" % len(piece) + line_end + piece + line_end
    if body:
        framed += b"%x" % len(body) + line_end + body + line_end
    return framed + b"0" + line_end + b"Trailer: x" + line_end + line_end


sizes = st.lists(st.integers(1, 300))


@given(st.binary(max_size=2000), sizes, st.sampled_from([b"\r\n", b"\n"]))
def test_chunks_give_back_the_body(body, sizes, line_end):
    notes: list[str] = []

    assert dechunk(chunk(body, sizes, line_end), notes) == body
    assert notes == []


@given(st.binary(max_size=500), sizes, st.integers(0, 3000))
def test_a_cut_chunked_body_gives_what_was_received(body, sizes, cut):
    framed = chunk(body, sizes)

    assert body.startswith(dechunk(framed[:cut]))


@given(st.binary(max_size=300))
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx")
@example(b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n\x78\x9c")
def test_nothing_raises_on_any_bytes(data):
    message = read_message(data)

    assert read_payload(data) == message.payload
    for prefix in (OK, OK + b"Transfer-Encoding: chunked\r\n\r\n", OK + b"Content-Encoding: gzip, deflate\r\n\r\n"):
        read_message(prefix + data)


@given(st.binary(max_size=3000), st.sampled_from(["gzip", "x-gzip", "deflate", "GZIP", "raw-deflate"]))
def test_content_codings_are_undone(body, coding):
    if coding == "raw-deflate":
        deflater = zlib.compressobj(wbits=-15)
        coded, coding = deflater.compress(body) + deflater.flush(), "deflate"
    else:
        coded = zlib.compress(body) if coding == "deflate" else gzip.compress(body)

    assert decode_content(coded, [coding]) == body


@given(st.binary(max_size=300), st.integers(0, 400))
def test_cut_gzip_gives_what_could_be_inflated(body, cut):
    assert body.startswith(decode_content(gzip.compress(body)[: 10 + cut], ["gzip"]))


@pytest.mark.parametrize(
    ("coded", "codings", "body", "notes"),
    [
        (PAGE, ["gzip"], PAGE, ["not-encoded"]),
        (PAGE, ["deflate"], PAGE, ["not-encoded"]),
        (PAGE, ["br"], PAGE, ["unknown-coding"]),
        (PAGE, ["identity", ""], PAGE, []),
        (b"", ["gzip"], b"", []),
        (b"\x1f\x8bnot gzip after all", ["gzip"], b"\x1f\x8bnot gzip after all", ["not-encoded"]),
        (packed(PAGE), ["gzip", "gzip"], PAGE, ["not-encoded"]),
        (packed(packed(PAGE)), ["gzip", "gzip"], PAGE, []),
        (packed(zlib.compress(PAGE)), ["deflate", "gzip"], PAGE, []),
        (packed(PAGE[:9]) + packed(PAGE[9:]), ["gzip"], PAGE, []),
        (packed(PAGE) + b"\0\0\0", ["gzip"], PAGE, []),
        (packed(PAGE)[:-8] + b"\0" * 8, ["gzip"], PAGE, ["torn-encoding"]),
        (packed(PAGE)[:-9], ["gzip"], PAGE, ["torn-encoding"]),
    ],
)
def test_codings_that_lie_or_are_broken(coded, codings, body, notes):
    told: list[str] = []

    assert decode_content(coded, codings, notes=told) == body
    assert told == notes


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_cut_at_the_limit(coding):
    zeros = bytes(50_000_000)
    bomb = gzip.compress(zeros) if coding == "gzip" else zlib.compress(zeros)
    message = read_message(OK + b"Content-Encoding: %s\r\n\r\n" % coding.encode() + bomb, max_size=100_000)

    assert message.payload.body == zeros[:100_000]
    assert message.notes == ("cut-at-limit",)


def test_a_bomb_of_empty_members_ends_soon():
    notes: list[str] = []

    assert decode_content(gzip.compress(b"") * 100_000, ["gzip"], notes=notes) == b""
    assert notes == ["cut-at-limit"]


def test_exactly_the_limit_is_not_cut():
    body = b"x" * 1000

    assert read_message(OK + b"\r\n" + body, max_size=1000).notes == ()
    assert read_message(OK + b"\r\n" + body, max_size=999).notes == ("cut-at-limit",)
    assert decode_content(gzip.compress(body), ["gzip"], 1000) == body


@pytest.mark.parametrize(
    ("name", "status", "body", "notes"),
    [
        ("plain", 200, PAGE, ()),
        ("close-delimited", 200, PAGE, ()),
        ("lf-only", 200, PAGE, ()),
        ("lf-at-the-end", 200, PAGE, ()),
        ("line-of-spaces", 200, PAGE, ()),
        ("no-reason", 200, PAGE, ()),
        ("no-space-after-status", 200, PAGE, ()),
        ("lower-case-version", 200, PAGE, ()),
        ("204", 204, b"", ()),
        ("304", 304, b"", ()),
        ("long-body", 200, PAGE[:3], ("excess",)),
        ("short-body", 200, PAGE, ("short-body",)),
        ("cut-head", 200, b"", ("cut-head",)),
        ("gzip", 200, PAGE, ()),
        ("lying-gzip", 200, PAGE, ("not-encoded",)),
        ("chunked", 200, b"<html>", ()),
        ("chunked-cut", 200, b"<html>ab", ("cut-chunk",)),
        ("chunked-lying", 200, PAGE, ("not-chunked",)),
        ("103", 200, PAGE, ()),
        ("http-0.9", 0, PAGE, ("no-status-line",)),
        ("leading-empty-line", 0, ODD["leading-empty-line"], ("no-status-line",)),
    ],
)
def test_odd_answers_are_read_as_browsers_do(name, status, body, notes):
    message = read_message(ODD[name])

    assert (message.payload.status, message.payload.body, message.notes) == (status, body, notes)


@pytest.mark.parametrize(
    ("framed", "body", "note"),
    [
        (b"3\r\nabc\r\nxyz\r\nde", b"abc", "bad-chunk"),
        (b"3\r\nabcd\r\n0\r\n\r\n", b"abc", "bad-chunk"),
        (b"-3\r\nabc\r\n", b"-3\r\nabc\r\n", "not-chunked"),
        (b"0x3\r\nabc\r\n", b"0x3\r\nabc\r\n", "not-chunked"),
        (b"", b"", "cut-chunk"),
        (b"3", b"", "cut-chunk"),
        (b"3\r\nabc", b"abc", "cut-chunk"),
        (b"3\r\nabc\r\n", b"abc", "cut-chunk"),
        (b" 3 \r\nabc\r\n0\r\n", b"abc", ""),
        (b"3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK", b"abc", ""),
    ],
)
def test_broken_chunks_end_the_body(framed, body, note):
    notes: list[str] = []

    assert dechunk(framed, notes) == body
    assert notes == ([note] if note else [])


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"identity", b"deflate"])
def test_lying_codings_do_not_lift_the_limit(coding):
    message = read_message(OK + b"Content-Encoding: " + coding + b"\r\n\r\n" + PAGE, max_size=10)

    assert message.payload.body == PAGE[:10]
    assert "cut-at-limit" in message.notes


def test_header_bytes_stay_as_sent_and_latin_1_in_the_payload():
    data = OK + b"X-Odd:  a\r\nX-ODD: b\r\n\tc\r\nno colon\r\n folded onto it\r\n: no name\r\nT\xecnh : \xff\r\n\r\n"

    assert parse_head(data).headers == ((b"X-Odd", b"a"), (b"X-ODD", b"b c"), (b"T\xecnh", b"\xff"))
    assert read_payload(data).headers[2] == ("Tình", "ÿ")
    assert read_payload(data).header("x-odd") == "a"


@pytest.mark.parametrize(
    ("lines", "length"),
    [
        (b"", None),
        (b"Content-Length: 5\r\n", 5),
        (b"Content-Length: 5\r\nContent-Length: 5\r\n", 5),
        (b"Content-Length: 5, 5\r\n", 5),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n", None),
        (b"Content-Length: -5\r\n", None),
        (b"Content-Length: +5\r\n", None),
        (b"Content-Length: \xb2\r\n", None),
        (b"Content-Length: " + b"9" * 5000 + b"\r\n", None),
    ],
)
def test_only_a_clear_content_length_counts(lines, length):
    assert parse_head(OK + lines + b"\r\n").content_length == length


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 2000 OK", b"HTTP/1.1 20 OK", b"HTTP/x 200 OK", b"ICY 200 OK", b"HTTP/1.1"]
)
def test_other_first_lines_are_no_status_line(first):
    assert parse_head(first + b"\r\n\r\n").status is None


def test_interim_heads_are_split_off_and_101_is_not():
    early, switch = b"HTTP/1.1 103 Early\nLink: a\n\n", b"HTTP/1.1 101 Switching\r\n\r\n"
    cont = b"HTTP/1.1 100 Continue\r\n\r\n"

    assert split_informational(cont + early + OK + b"\r\n") == ([cont, early], len(cont + early))
    assert split_informational(io.BytesIO(cont)) == ([cont], len(cont))
    assert split_informational(switch) == ([], 0)
    assert split_informational(cont[:-1]) == ([], 0)


@given(st.sampled_from(sorted(ODD)))
def test_an_answer_reads_alike_with_and_without_its_interim_heads(name):
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"

    assert read_payload(interim + ODD[name]) == read_payload(ODD[name])


@pytest.mark.parametrize("size", [65_530, 65_534, 65_535, 65_536, 65_537, 131_072])
def test_the_end_of_a_head_is_found_at_any_offset(size):
    head = OK + b"X: " + b"a" * size + b"\r\n\r\n"

    assert read_head(io.BytesIO(b"before" + head + b"body"), 6).length == len(head)


def test_a_file_need_not_stand_at_its_beginning():
    file = io.BytesIO(ODD["plain"])
    file.seek(7)

    assert read_payload(file).body == PAGE


@pytest.mark.parametrize(
    ("value", "mime"),
    [(b"Text/HTML; charset=x", "text/html"), (b"text/html charset=x", "text/html"), (b"", None), (b" ;x", None)],
)
def test_the_media_type_comes_without_parameters(value, mime):
    assert parse_head(OK + b"Content-Type: " + value + b"\r\n\r\n").mime == mime
