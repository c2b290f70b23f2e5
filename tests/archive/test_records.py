import io
import json

import pytest

from archive.digests import payload_digest
from archive.errors import ArchiveError
from archive.http import dechunk
from archive.warc.record import fields_block, parse_fields
from archive.warc.records import exchange_records
from tests.archive.exchanges import ODD, PAGE, UNANSWERED, exchange

INFO_ID = "urn:uuid:00000000-0000-4000-8000-000000000000"
NO_STATUS_LINE = {"http-0.9", "not-http", "cut-status-line", "leading-empty-line"}


def records_of(response=ODD["plain"], via=None, purpose="page", **more):
    return exchange_records(exchange(response, **more), warcinfo_id=INFO_ID, via=via, purpose=purpose)


@pytest.mark.parametrize("name", ODD)
def test_blocks_are_the_bytes_of_the_wire(name):
    sent = b"GET / HTTP/1.1\r\nX: \xff\r\n odd\r\n\r\n"
    answer, request, metadata = records_of(ODD[name], request=sent)
    informational = [
        json.loads(value).encode("latin-1") for key, value in parse_fields(metadata.read()) if key == "informational"
    ]

    assert b"".join(informational) + answer.read() == ODD[name]
    assert request.read() == sent
    assert answer.type == ("resource" if name in NO_STATUS_LINE else "response")
    assert [record.type for record in (request, metadata)] == ["request", "metadata"]
    assert request.concurrent_to == metadata.concurrent_to == {answer.id}
    for record in (answer, request, metadata):
        assert record.get("WARC-Block-Digest") == payload_digest(record.read())
        assert record.get("Content-Length") == str(len(record.read()))
        assert record.get("WARC-Warcinfo-ID") == f"<{INFO_ID}>"
        assert record.get("WARC-Date") == "2024-05-06T07:08:09.123Z"
        assert record.get("WARC-Target-URI") == "https://skhcn.hatinh.gov.vn/a"


@pytest.mark.parametrize("name", UNANSWERED)
def test_without_an_answer_request_and_metadata_remain(name):
    request, metadata = records_of(UNANSWERED[name], error="timeout")

    assert (request.type, metadata.type) == ("request", "metadata")
    assert metadata.concurrent_to == {request.id}
    assert ("error", "timeout") in parse_fields(metadata.read())


def test_without_a_connection_the_cause_remains():
    (metadata,) = records_of(b"", request=b"", ip=None, tls=None, protocols=(), error="dns: no such host")

    assert metadata.get("WARC-IP-Address") is None
    assert ("error", "dns: no such host") in parse_fields(metadata.read())


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("plain", PAGE),
        ("chunked", b"<html>"),
        ("chunked-cut", b"<html>ab"),
        ("304", b""),
        ("head-only", b""),
        ("cut-head", b""),
        ("103", PAGE),
        ("gzip", ODD["gzip"].partition(b"\r\n\r\n")[2]),
    ],
)
def test_payload_digest_is_before_content_decoding_and_after_dechunking(name, payload):
    assert records_of(ODD[name])[0].get("WARC-Payload-Digest") == payload_digest(payload)


def test_equal_pages_have_equal_payload_digests_however_they_are_chunked():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    one, other = b"3\r\nabc\r\n0\r\n\r\n", b"1\r\na\r\n2;x=y\r\nbc\r\n0\r\nT: 1\r\n\r\n"
    digests = {records_of(head + body)[0].get("WARC-Payload-Digest") for body in (one, other)}

    assert digests == {payload_digest(dechunk(one))}


@pytest.mark.parametrize("name", ["lf-only", "lf-at-the-end", "line-of-spaces", *sorted(NO_STATUS_LINE)])
def test_no_payload_digest_where_readers_disagree_on_where_the_body_starts(name):
    assert records_of(ODD[name])[0].get("WARC-Payload-Digest") is None


def test_each_protocol_has_a_field_of_its_own():
    answer = records_of()[0]

    assert [value for key, value in answer.fields if key == "WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    assert answer.get("WARC-Cipher-Suite") == "TLS_AES_256_GCM_SHA384"
    assert answer.get("WARC-IP-Address") == "127.0.0.1"


@pytest.mark.parametrize(
    ("reason", "field"),
    [("disconnect", "disconnect"), ("Length", "length"), ("out of luck", "unspecified"), (None, None)],
)
def test_what_was_cut_says_so(reason, field):
    assert records_of(truncated=reason)[0].get("WARC-Truncated") == field


def test_metadata_tells_what_the_wire_does_not():
    metadata = records_of(via="https://a.vn/danh sách\r\nX: y", purpose="image", method="HEAD", error="a\r\nb: c")[2]

    assert metadata.get("Content-Type") == "application/warc-fields"
    assert dict(parse_fields(metadata.read())) == {
        "via": "https://a.vn/danh%20sách%0D%0AX:%20y",
        "purpose": "image",
        "method": "HEAD",
        "fetchTimeMs": "250",
        "error": "a  b: c",
    }


def test_no_address_breaks_out_of_its_field():
    answer = records_of(url="https://a.vn/\r\nWARC-Type: warcinfo\r\n\r\n")[0]

    assert answer.url == "https://a.vn/%0D%0AWARC-Type:%20warcinfo%0D%0A%0D%0A"


def test_an_unflushed_answer_is_refused():
    live = exchange()
    live.size += 1

    with pytest.raises(ArchiveError, match="flush"):
        exchange_records(live, warcinfo_id=INFO_ID)


def test_ids_are_unique():
    ids = {record.id for _ in range(50) for record in records_of()}

    assert len(ids) == 150


@pytest.mark.parametrize(
    ("name", "compressed"),
    [("plain", False), ("jpeg", True), ("gzip", True), ("lying-gzip", False), ("chunked", False), ("204", False)],
)
def test_compressed_bodies_are_known_by_their_bytes(name, compressed):
    assert records_of(ODD[name])[0].is_compressed() is compressed


@pytest.mark.parametrize(
    "magic",
    [
        b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypmp42", b"PK\x03\x04", b"%PDF-1.7",
        b"wOF2", b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b"\x28\xb5\x2f\xfd",
    ],
)  # fmt: skip
def test_compressed_formats_are_known_also_in_chunks(magic):
    body = magic + bytes(20)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)

    assert records_of(head + chunked)[0].is_compressed()


def test_fields_survive_their_block():
    pairs = [("a", "1: 2"), ("b", "ă  â"), ("c", ""), ("a", "again")]

    assert parse_fields(fields_block(pairs)) == pairs


def test_the_answer_may_lie_in_a_file_that_stands_anywhere():
    live = exchange()
    live.response.seek(0, io.SEEK_END)

    assert exchange_records(live, warcinfo_id=INFO_ID)[0].read() == ODD["plain"]
