"""Revisits: how a 304 is kept, how originals are found, and what other tools say of such files."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.cdxj import index_warc, sidecar_path
from archive.errors import ArchiveError, DamagedRecord
from archive.warc.reader import iter_captures, list_warcs, read_exchange, read_payload, read_record, read_stored
from tests.archive.crawls import Site, at
from tests.archive.exchanges import CRLF, JPEG, ODD, PAGE

TOOLS = Path(sys.executable).parent
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nx-odd:  \xc4\xa9\r\n\r\n'
LONG = PAGE * 200


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def full(body: bytes = LONG) -> bytes:
    return CRLF + b'ETag: "a"\r\nContent-Length: %d\r\n\r\n' % len(body) + body


def not_modified(site, first, response=NOT_MODIFIED, minutes=1):
    (capture,) = site.crawl([(at(minutes, response, first.url, known=site.known(first)), "page")])
    return capture


def test_a_304_is_an_empty_revisit_whose_head_is_in_the_metadata(site):
    (first,) = site.crawl([(at(0, full()), "page")])
    second = not_modified(site, first)
    record = read_record(site.root, second.location)

    assert (second.status, second.mime, second.digest, second.revisit_of) == (304, None, first.digest, first.id)
    assert record.get("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert record.get("WARC-Refers-To-File-Offset") == str(first.location.offset)
    assert record.size == 0
    assert read_exchange(site.root, second.location).response == NOT_MODIFIED
    assert read_payload(site.root, second) == read_payload(site.root, first)
    assert read_stored(site.root, second.location).measure() == read_stored(site.root, first.location).measure()


@pytest.mark.parametrize(
    ("response", "size", "revisits"),
    [
        (NOT_MODIFIED + PAGE, 0, True),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" + NOT_MODIFIED, 0, True),
        (NOT_MODIFIED + b"x" * (1 << 16), 0, True),
        (NOT_MODIFIED + b"x" * ((1 << 16) + 1), len(NOT_MODIFIED) + (1 << 16) + 1, False),
        (NOT_MODIFIED[:-2], len(NOT_MODIFIED) - 2, False),
        (full(b"other"), len(full(b"other")), False),
        (b"HTTP/1.1 412 Precondition Failed\r\n\r\n", 36, False),
    ],
    ids=["with a body", "after a 103", "just kept", "too much behind it", "cut", "200 with the same ETag", "412"],
)
def test_whatever_a_conditional_request_gets_its_bytes_are_kept(site, response, size, revisits):
    (first,) = site.crawl([(at(0, full()), "page")])
    second = not_modified(site, first, response)

    assert bool(second.revisit_of) is revisits
    assert read_record(site.root, second.location).size == size
    stored = read_stored(site.root, second.location)
    assert b"".join(stored.informational) + stored.exchange().response == response


def test_a_304_that_nobody_asked_for_is_an_answer_like_any_other(site):
    (capture,) = site.crawl([(at(0, NOT_MODIFIED), "page")])

    assert (capture.status, capture.revisit_of) == (304, None)
    assert read_exchange(site.root, capture.location).response == NOT_MODIFIED


def written(site) -> list[str]:
    """Write one of each; return the files."""
    (first, _) = site.crawl([(at(0, full()), "page"), (at(1, ODD["jpeg"], "https://a.vn/p.jpg"), "image")])
    site.crawl(
        [
            (at(60, NOT_MODIFIED, known=site.known(first)), "page"),
            (at(61, full()), "page"),
            (at(62, ODD["jpeg"], "https://a.vn/other.jpg"), "image"),
            (at(63, ODD["chunked"], "https://a.vn/c"), "page"),
            (at(64, ODD["chunked"], "https://a.vn/c"), "page"),
        ]
    )
    return list_warcs(site.root)


def test_the_index_of_revisits_is_that_of_cdxj_indexer_live_and_made_again(site):
    for warc in written(site):
        live = sidecar_path(site.root, warc).read_bytes()
        theirs = subprocess.run(
            [TOOLS / "cdxj-indexer", "--sort", site.root / warc], capture_output=True, check=True
        ).stdout

        assert live == theirs
        assert index_warc(site.root, warc).read_bytes() == live
    assert live.count(b'"warc/revisit"') == 4


def test_warcio_and_fastwarc_find_nothing_wrong(site):
    from fastwarc.warc import ArchiveIterator as FastIterator

    for warc in written(site):
        path = site.root / warc
        done = subprocess.run([TOOLS / "warcio", "check", "-v", path], capture_output=True, text=True, check=False)
        complaints = [line.strip() for line in done.stdout.splitlines() if "fail" in line.lower()]
        # What it says of every chunked body, revisits or not.
        chunked = [capture for capture, _ in iter_captures(site.root, warc) if capture.url.endswith("/c")]
        assert len(complaints) == len([capture for capture in chunked if not capture.revisit_of])
        assert all(line.startswith("payload digest failed") for line in complaints)
        ours = [record.rec_headers["WARC-Record-ID"] for record in ArchiveIterator(path.open("rb"))]
        fast = []
        for record in FastIterator(path.open("rb"), parse_http=False):
            fast.append(record.record_id)
            assert record.verify_block_digest()
        assert [f"<{each.strip('<>')}>" for each in fast] == ours


def foreign(site, **headers: str) -> str:
    """Put a file of another program beside ours, with one revisit; return its path."""
    warc = "warcs/ha_tinh/2024/other.warc.gz"
    (site.root / warc).parent.mkdir(parents=True, exist_ok=True)
    with (site.root / warc).open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("X", "theirs")], protocol="HTTP/1.1")
        record = writer.create_revisit_record(
            "https://a.vn/b", headers.pop("digest"), headers.pop("url", None), headers.pop("date", None), head
        )
        for name in ("WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"):
            if record.rec_headers.get_header(name) is None:
                record.rec_headers.remove_header(name)
        for name, value in headers.items():
            record.rec_headers.add_header(name.replace("_", "-"), value)
        writer.write_record(record)
    return warc


def test_originals_of_other_programs_are_found_by_id_or_by_address_and_date(site):
    (first,) = site.crawl([(at(0, full()), "page")])
    sha = first.digest
    ways = {
        "address and date": {"url": first.url, "date": "2024-05-06T07:08:09Z"},
        "address and digest": {"url": first.url},
        "place": {
            "WARC_Refers_To_Filename": Path(first.location.warc).name,
            "WARC_Refers_To_File_Offset": str(first.location.offset),
        },
        "id": {"WARC_Refers_To": f"<{first.id}>"},
    }
    for way, headers in ways.items():
        warc = foreign(site, digest=sha, **headers)
        locate = {first.id: first.location}.get
        ((capture, stored),) = iter_captures(site.root, warc, locate=locate)

        assert stored.payload().body == LONG, way
        assert stored.payload().header("X") == "theirs"
        assert read_payload(site.root, capture, locate=locate).body == LONG


@pytest.mark.parametrize(
    "headers",
    [
        {"digest": "sha1:OTHER", "url": "https://a.vn/a", "date": "2024-05-06T07:08:09Z"},
        {"url": "https://a.vn/a", "date": "2024-05-06T07:08:10Z"},
        {"url": "https://a.vn/nowhere"},
        {"WARC_Refers_To_Filename": "../../ha_tinh/2024/x.warc.gz", "WARC_Refers_To_File_Offset": "0"},
        {"WARC_Refers_To_Filename": "*.warc.gz", "WARC_Refers_To_File_Offset": "0"},
        {"WARC_Refers_To_Filename": "gone.warc.gz", "WARC_Refers_To_File_Offset": "-1"},
        {"WARC_Refers_To": "<urn:uuid:nothing>"},
    ],
)
def test_an_original_that_is_not_held_is_named(site, headers):
    (first,) = site.crawl([(at(0, full()), "page")])
    warc = foreign(site, **{"digest": first.digest, **headers})
    ((capture, stored),) = iter_captures(site.root, warc)

    assert capture.status == 200
    for ask in (stored.payload, stored.exchange, stored.measure, lambda: read_payload(site.root, capture)):
        with pytest.raises(ArchiveError, match="is a revisit, and its original is not in the archive"):
            ask()


def test_damage_of_an_original_is_said_to_be_there(site):
    (first,) = site.crawl([(at(0, full(JPEG)), "page")])
    second = not_modified(site, first)
    path = site.root / first.location.warc
    whole = path.read_bytes()

    middle = first.location.offset + first.location.length // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    with pytest.raises(DamagedRecord, match=rf"{first.location.warc}: byte {first.location.offset}, the original of"):
        read_payload(site.root, second)
    path.write_bytes(whole[:middle])
    with pytest.raises(DamagedRecord, match="khcn verify"):
        read_payload(site.root, second)
    path.write_bytes(whole[first.location.offset :] + whole)
    with pytest.raises(DamagedRecord):
        read_payload(site.root, second)
    path.unlink()
    with pytest.raises(DamagedRecord, match="no such WARC file"):
        read_payload(site.root, second)
    sidecar_path(site.root, first.location.warc).unlink()
    with pytest.raises(ArchiveError, match="not in the archive"):
        read_payload(site.root, second)


def test_an_original_in_a_file_that_moved_is_still_found(site):
    (first,) = site.crawl([(at(0, full()), "page")])
    second = not_modified(site, first)
    old = site.root / first.location.warc
    new = site.root / "warcs" / "ha_tinh" / "older" / old.name
    new.parent.mkdir()
    old.rename(new)

    assert read_payload(site.root, second).body == LONG


def test_a_revisit_of_revisits_ends(site):
    (first,) = site.crawl([(at(0, full()), "page")])
    second = not_modified(site, first)
    warc = foreign(site, digest=first.digest, WARC_Refers_To=f"<{second.id}>")
    ((_, stored),) = iter_captures(site.root, warc, locate={second.id: second.location}.get)
    assert stored.payload().body == LONG

    ((_, stored),) = iter_captures(site.root, warc)
    ring = replace(stored, find_original=None)
    with pytest.raises(ArchiveError, match="revisit"):
        ring.payload()


def test_a_304_of_other_programs_without_a_head_has_its_status(site):
    record = io.BytesIO()
    writer = WARCWriter(record, gzip=True)
    fields = {"WARC-Profile": "http://netpreserve.org/warc/1.0/revisit/server-not-modified"}
    made = writer.create_warc_record("https://a.vn/", "revisit", warc_headers_dict=fields)
    writer.write_record(made)
    (site.root / "x.warc.gz").write_bytes(record.getvalue())

    ((capture, _),) = iter_captures(site.root, "x.warc.gz")

    assert (capture.status, capture.revisit_of) == (304, None)
