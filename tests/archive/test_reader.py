import io
import random
import tracemalloc
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.cdxj import index_warc, sidecar_path
from archive.errors import ArchiveError, DamagedRecord
from archive.http import read_message
from archive.http import read_payload as payload_off_the_wire
from archive.model import Location
from archive.times import to_millis
from archive.warc.reader import (
    crawl_info,
    find_warc,
    iter_captures,
    iter_exchanges,
    list_warcs,
    read_exchange,
    read_payload,
    read_record,
    warcinfo,
)
from archive.warc.writer import WarcWriter
from tests.archive.exchanges import DATE, ODD, PAGE, UNANSWERED, exchange

EVERYTHING = {**ODD, **UNANSWERED}


def write(root, *exchanges, **more):
    """Write exchanges; return the path of the one file and the captures."""
    with WarcWriter(root, "ha_tinh", "ha_tinh-1", info={"robots": "obey", "operator": "Sở KH&CN"}) as writer:
        captures = [writer.write(each, **more) for each in exchanges]
    (warc,) = list_warcs(root)
    return warc, captures


def odd(name, **more):
    return exchange(EVERYTHING[name], f"https://a.vn/{name}", **more)


def test_captures_read_back_equal_those_returned(tmp_path):
    more = [
        exchange(url="https://a.vn/đổi mới?x=<y>", truncated="disconnect", error="ConnectionLost\n(clean)"),
        exchange(url="http://[::1]:8080/", tls=None, protocols=("http/1.0",), ip=None, request=b""),
        exchange(url="https://a.vn/\ud800\u2028\x85", truncated="out of luck"),
        exchange(method="HEAD", response=ODD["head-only"]),
    ]
    warc, captures = write(
        tmp_path, *map(odd, EVERYTHING), *more, via="https://a.vn/danh sách\r\n\ud800", purpose="image"
    )

    found = [capture for capture, _ in iter_captures(tmp_path, warc)]

    assert found == [capture for capture in captures if capture is not None]
    assert len(found) == len(ODD) + len(more)
    assert {capture.date for capture in found} == {to_millis(DATE)}


FRAGMENTS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK", b"HTTP/1.1 103 Hints", b"\r\n", b"\n", b"\r\n\r\n", b"\n\n", b" ", b"\t", b":",
        b"\x85", b"\xc2\xa0", b"Content-Type: text/html", b"Content-Type: \xff;x", b"Content-Length: 3",
        b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b"3\r\nabc\r\n", b"0\r\n\r\n", b"\x1f\x8b\x08",
        b"WARC/1.1\r\n", b"\x00", b"a b",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(FRAGMENTS, max_size=12).map(b"".join), min_size=1, max_size=20))
def test_any_bytes_are_archived_and_read_alike(answers):
    with TemporaryDirectory() as folder:
        root = Path(folder)
        answers += [b"HTTP/1.1 200 OK" + answer for answer in answers]
        warc, captures = write(root, *map(exchange, answers))
        live = sidecar_path(root, warc).read_bytes()
        stored = list(iter_exchanges(root, warc))

        assert [each.capture for each in stored] == captures
        for answer, each in zip(answers, stored, strict=True):
            assert b"".join(each.informational) + each.exchange().response == answer
            if each.capture:
                assert each.payload() == payload_off_the_wire(answer)
        assert index_warc(root, warc).read_bytes() == live


@pytest.mark.parametrize("purpose", ["page", "image", "attachment", "robots", "unknown", "not a purpose"])
def test_purpose_and_via_survive(tmp_path, purpose):
    warc, (capture,) = write(tmp_path, exchange(), via=None, purpose=purpose)

    assert capture.purpose == (purpose if purpose != "not a purpose" else "unknown")
    assert capture.via is None
    assert [found for found, _ in iter_captures(tmp_path, warc)] == [capture]


def test_exchanges_read_back_byte_for_byte(tmp_path):
    sent = b"GET /\xff HTTP/1.1\r\nX:  odd \r\n\tfolded\r\n\r\n"
    warc, captures = write(tmp_path, *(odd(name, request=sent, error="e") for name in EVERYTHING))

    for name, capture, stored in zip(EVERYTHING, captures, iter_exchanges(tmp_path, warc), strict=True):
        told = stored.exchange()
        assert b"".join(stored.informational) + told.response == EVERYTHING[name]
        assert (told.request, told.ip, told.tls, told.error) == (sent, "127.0.0.1", "TLS_AES_256_GCM_SHA384", "e")
        assert (told.url, told.date) == (f"https://a.vn/{name}", DATE)
        assert stored.told["fetchTimeMs"] == "250"
        if capture is not None:
            assert read_exchange(tmp_path, capture.location) == told


def test_payloads_are_those_that_the_crawl_read(tmp_path):
    warc, captures = write(tmp_path, *map(odd, ODD))

    for name, capture, (_, stored) in zip(ODD, captures, iter_captures(tmp_path, warc), strict=True):
        assert read_payload(tmp_path, capture) == payload_off_the_wire(ODD[name]), name
        assert stored.payload() == payload_off_the_wire(ODD[name]), name


def test_captures_say_what_the_answer_says(tmp_path):
    _, captures = write(tmp_path, *map(odd, ODD))
    facts = dict(zip(ODD, ((capture.status, capture.mime) for capture in captures), strict=True))

    assert facts["plain"] == (200, "text/html")
    assert facts["103"] == (200, "text/html")
    assert facts["304"] == (304, None)
    assert facts["jpeg"] == (200, "image/jpeg")
    assert facts["upper-case-type"] == (200, "text/html")
    assert facts["http-0.9"] == facts["not-http"] == (None, None)
    assert all(capture.digest for capture in captures)


def test_a_payload_can_be_bounded(tmp_path):
    _, (capture,) = write(tmp_path, odd("gzip"))

    assert read_payload(tmp_path, capture, max_size=10).body == PAGE[:10]


def test_warcinfo_gives_back_what_the_crawl_gave(tmp_path):
    warc, _ = write(tmp_path, exchange())

    assert crawl_info(warcinfo(tmp_path / warc)) == {"robots": "obey", "operator": "Sở KH&CN"}


def test_an_open_file_is_read_by_its_final_name(tmp_path):
    writer = WarcWriter(tmp_path, "ha_tinh", "ha_tinh-1", info={})
    capture = writer.write(exchange())

    assert find_warc(tmp_path, capture.location.warc).name.endswith(".warc.gz.open")
    assert read_payload(tmp_path, capture).body == PAGE
    assert next(iter_captures(tmp_path, list_warcs(tmp_path)[0]))[0] == capture
    writer.close()
    assert read_payload(tmp_path, capture).body == PAGE


def test_files_are_listed_by_site(tmp_path):
    for site in ("ha_tinh", "hau_giang"):
        with WarcWriter(tmp_path, site, "c", info={}) as writer:
            writer.write(exchange())

    assert len(list_warcs(tmp_path)) == 2
    assert [warc.split("/")[1] for warc in list_warcs(tmp_path, "hau_giang")] == ["hau_giang"]
    assert list_warcs(tmp_path, "lam_dong") == []


def test_every_cut_leaves_the_records_before_it(tmp_path):
    warc, captures = write(tmp_path, *map(odd, ["plain", "jpeg", "103", "chunked"]))
    path = tmp_path / warc
    data = path.read_bytes()
    path.unlink()
    left = path.with_name(path.name + ".open")
    chance = random.Random(1)
    ends = [capture.location.offset + capture.location.length for capture in captures]

    for cut in sorted({*chance.sample(range(1, len(data)), 150), *ends, *(end - 1 for end in ends)}):
        left.write_bytes(data[:cut])
        torn = []
        whole = sum(end <= cut for end in ends)
        found = [capture for capture, _ in iter_captures(tmp_path, warc, on_torn=torn.append)]
        assert [capture.id for capture in found] == [capture.id for capture in captures[:whole]]
        assert len(torn) <= 1
        if torn:
            assert data[torn[0].offset :][:2] == b"\x1f\x8b"
            assert torn[0].offset < cut


def test_a_torn_tail_of_an_open_file_is_logged(tmp_path, caplog):
    warc, (capture,) = write(tmp_path, exchange())
    path = tmp_path / warc
    path.with_name(path.name + ".open").write_bytes(path.read_bytes()[:-1])
    path.unlink()

    assert [found for found, _ in iter_captures(tmp_path, warc)] == [capture]
    assert [(record.message, record.warc) for record in caplog.records] == [("torn tail", warc)]


def test_damage_in_a_closed_file_is_an_error_after_what_is_whole(tmp_path):
    warc, captures = write(tmp_path, odd("plain"), odd("jpeg"), odd("chunked"))
    path = tmp_path / warc
    data = bytearray(path.read_bytes())
    data[captures[1].location.offset + 2000] ^= 1
    path.write_bytes(data)
    found = []

    with pytest.raises(DamagedRecord, match="khcn verify"):
        found.extend(capture for capture, _ in iter_captures(tmp_path, warc))
    assert found == captures[:1]
    assert read_payload(tmp_path, captures[2]).body == b"<html>"
    with pytest.raises(DamagedRecord, match="gzip"):
        read_payload(tmp_path, captures[1])


def test_a_location_that_does_not_fit_is_an_error(tmp_path):
    warc, (capture,) = write(tmp_path, exchange())
    lies = [
        Location(warc, capture.location.offset, capture.location.length + 1),
        Location(warc, capture.location.offset + 1, capture.location.length),
        Location(warc, 10**9, 1),
        Location("warcs/none.warc.gz", 0, 1),
        Location("../secret.warc.gz", 0, 1),
        Location("/etc/passwd", 0, 1),
    ]

    for location in lies:
        with pytest.raises(ArchiveError):
            read_record(tmp_path, location)


def test_another_record_than_the_captures_is_an_error(tmp_path):
    _, (one, other) = write(tmp_path, exchange(), exchange())
    object.__setattr__(one, "location", other.location)

    with pytest.raises(DamagedRecord, match=other.id):
        read_payload(tmp_path, one)


def member(header: bytes, block: bytes = b"", end: bytes = b"\r\n\r\n") -> bytes:
    deflater = zlib.compressobj(wbits=31)
    return deflater.compress(b"WARC/1.1\r\n" + header + b"\r\n\r\n" + block + end) + deflater.flush()


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"not gzip at all", "gzip"),
        (b"WARC/1.1\r\nWARC-Type: response\r\n", "gzip"),
        (member(b"Content-Length: 5", b"abc"), "do not end|missing|empty lines"),
        (member(b"Content-Length: 2", b"abc"), "more bytes"),
        (member(b"Content-Length: x"), "Content-Length"),
        (member(b"WARC-Type: response"), "Content-Length"),
        (member(b"Content-Length: 3", b"abc", b""), "empty lines"),
        (zlib.compress(b"", wbits=31), "ends within"),
        (zlib.compress(b"GET / HTTP/1.1\r\n\r\n", wbits=31), "begins with"),
        (zlib.compress(bytes(5 << 20), wbits=31), "1 MiB"),
        (member(b"WARC-Type: response\r\nContent-Length: 3", b"abc"), "WARC-Date"),
        (member(b"WARC-Type: response\r\nWARC-Date: 2024\r\nContent-Length: 3", b"abc"), "WARC-Record-ID"),
    ],
)
def test_what_is_no_record_is_named(tmp_path, data, detail):
    path = tmp_path / "warcs/x/2024/x.warc.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)

    with pytest.raises(DamagedRecord, match=detail):
        list(iter_captures(tmp_path, "warcs/x/2024/x.warc.gz"))


def test_a_bomb_in_a_member_stays_small(tmp_path):
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(member(b"Content-Length: 5", bytes(200 << 20)))

    tracemalloc.start()
    with pytest.raises(DamagedRecord, match="more bytes"):
        list(iter_captures(tmp_path, "bomb.warc.gz"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def foreign(path, order):
    """Write a file as other programs do: no site, other order of the records."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        answer = writer.create_warc_record("http://a.vn/", "response", io.BytesIO(PAGE), http_headers=head)
        request = writer.create_warc_record(
            "http://a.vn/",
            "request",
            http_headers=StatusAndHeaders("/ HTTP/1.1", [("Host", "a.vn")], protocol="GET"),
            warc_headers_dict={"WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID")},
        )
        revisit = writer.create_revisit_record("http://a.vn/", "sha1:X", "http://a.vn/", "2024-01-01T00:00:00Z")
        parts = {"info": writer.create_warcinfo_record("x.warc.gz", {"software": "other"})}
        parts |= {"answer": answer, "request": request, "revisit": revisit}
        for name in order:
            writer.write_record(parts[name])


@pytest.mark.parametrize("order", [["info", "request", "answer"], ["answer", "request"], ["answer", "info", "request"]])
def test_files_of_other_programs_are_read(tmp_path, order):
    foreign(tmp_path / "their-name.warc.gz", order)
    (stored,) = iter_exchanges(tmp_path, "their-name.warc.gz")

    assert stored.payload().body == PAGE
    assert stored.exchange().request.startswith(b"GET / HTTP/1.1")
    assert (stored.capture.status, stored.capture.mime) == (200, "text/html")
    assert (stored.capture.site, stored.capture.crawl) == ("", "their-name")


def test_a_revisit_says_that_its_body_lies_elsewhere(tmp_path):
    foreign(tmp_path / "x.warc.gz", ["revisit"])
    ((capture, stored),) = iter_captures(tmp_path, "x.warc.gz")

    assert (capture.digest, capture.status) == ("sha1:X", None)
    with pytest.raises(ArchiveError, match=r"revisit.*http://a\.vn/"):
        stored.payload()
    with pytest.raises(ArchiveError, match="revisit"):
        read_payload(tmp_path, capture)


def test_no_answer_has_no_payload(tmp_path):
    warc, _ = write(tmp_path, exchange(b"", error="timeout"))
    (stored,) = iter_exchanges(tmp_path, warc)

    with pytest.raises(ArchiveError, match="timeout"):
        stored.payload()


def test_notes_of_the_payload_are_the_same_before_and_after(tmp_path):
    _, captures = write(tmp_path, *map(odd, ODD))

    for name, capture in zip(ODD, captures, strict=True):
        record = read_record(tmp_path, capture.location)
        assert read_message(record.block).notes == read_message(ODD[name]).notes
