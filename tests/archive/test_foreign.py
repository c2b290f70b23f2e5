"""WARC files of other programs, whole and broken, read record by record."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib

import pytest

from archive.digests import payload_digest
from archive.foreign import NotAnArchive, open_foreign, read_exchanges
from archive.http import measure_body, read_payload
from archive.warc.lenient import Loss, read_foreign

LIMIT = 1 << 20


def record(
    number: int, block: bytes = b"xin chao", *, version: str = "1.1", length: int | None = None, **fields
) -> bytes:
    given = {
        "WARC-Type": "resource",
        "WARC-Record-ID": f"<urn:uuid:{number}>",
        "WARC-Date": "2024-01-01T00:00:00Z",
        "WARC-Target-URI": f"https://example.vn/{number}",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    size = len(block) if length is None else length
    return f"WARC/{version}\r\n{lines}Content-Length: {size}\r\n\r\n".encode() + block + b"\r\n\r\n"


def read(data: bytes, limit: int = LIMIT) -> tuple[list[str], list[str]]:
    """Return the ids of the records and the causes of the losses."""
    ids, causes = [], []
    for found in read_foreign(io.BytesIO(data), max_block=limit):
        if isinstance(found, Loss):
            causes.append(found.cause)
        else:
            ids.append(found.record.id.rpartition(":")[2])
    return ids, causes


def members(*records: bytes) -> bytes:
    return b"".join(gzip.compress(one) for one in records)


WHOLE = {
    "a gzip member a record": members(record(1), record(2)),
    "several records in a gzip member": gzip.compress(record(1) + record(2)),
    "mixed": gzip.compress(record(1)) + gzip.compress(record(2)),
    "plain": record(1) + record(2),
    "WARC/1.0": record(1, version="1.0") + record(2, version="0.18"),
    "no line ends behind a block": members(record(1)[:-4], record(2)[:-2]),
    "too many line ends": record(1) + b"\r\n\r\n" + record(2),
    "zeros at the end": members(record(1), record(2)) + b"\0" * 100_000,
    "a block that looks like a record": record(1, record(9)) + record(2),
    "an empty block": record(1, b"") + record(2),
    "a right digest": members(record(1, WARC_Block_Digest=payload_digest(b"xin chao")), record(2)),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_whole_files_give_all_records(data):
    assert read(data) == (["1", "2"], [])


FLIPPED = bytearray(members(record(1), record(2, bytes(range(256)) * 40), record(3)))
FLIPPED[len(members(record(1))) + 150] ^= 0x55

BROKEN = {
    "cut in the last record": (members(record(1), record(2))[:-20], ["1"], "the file ends within its gzip member"),
    "cut, plain": ((record(1) + record(2))[:-9], ["1"], "5 bytes of its block are missing"),
    "cut in the named fields": ((record(1) + record(2))[:-60], ["1"], "the file ends within its named fields"),
    "a flipped byte": (bytes(FLIPPED), ["1", "3"], ""),
    "junk behind the end": (members(record(1)) + b"junk" * 9, ["1"], "broken gzip member"),
    "Content-Length too small": (members(record(1), record(2, length=3), record(3)), ["1", "3"], "its Content-Length is wrong"),
    "Content-Length too small, plain": (record(1) + record(2, length=3) + record(3), ["1", "3"], "its Content-Length is wrong"),
    "Content-Length too large": (members(record(1), record(2, length=99), record(3)), ["1", "3"], "87 bytes of its block"),
    "Content-Length too large, plain": (record(1) + record(2, length=99) + record(3), ["1"], "is wrong"),
    "Content-Length no number": (record(1) + record(2).replace(b"h: 8", b"h: x") + record(3), ["1", "3"], "is 'x'"),
    "a negative Content-Length": (record(1) + record(2).replace(b"h: 8", b"h: -8") + record(3), ["1", "3"], "is '-8'"),
    "no WARC in a member": (members(record(1), b"hello world" * 9, record(3)), ["1", "3"], "instead of WARC/1.1"),
    "a wrong digest": (members(record(1), record(2, WARC_Block_Digest="sha1:" + "A" * 32)), ["1"], "Block-Digest is wrong"),
    "a head beyond 1 MiB": (members(record(1), record(2, X="a" * (2 << 20)), record(3)), ["1", "3"], "within 1 MiB"),
    "a block beyond the limit": (members(record(1), record(2, b"\0" * (2 << 20)), record(3)), ["1", "3"], "larger than"),
    "endless line ends": (members(record(1), b"\r\n" * 100_000, record(3)), ["1"], "what follows is not read"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "kept", "cause"), BROKEN.values(), ids=BROKEN)
def test_of_broken_files_the_rest_is_read_and_the_loss_named(data, kept, cause):
    ids, causes = read(data)

    assert ids == kept
    assert len(causes) >= 1
    assert cause in causes[0]


def test_a_bomb_is_not_kept_in_memory_and_not_inflated_to_its_end():
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = deflater.compress(record(1, length=1 << 40)[:-12])
    bomb += b"".join(deflater.compress(bytes(1 << 20)) for _ in range(300)) + deflater.flush()
    tracemalloc.start()

    ids, causes = read(gzip.compress(record(0)) + bomb)

    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()
    assert ids == ["0"]
    assert "is larger than anything that is read; what follows is not read" in causes[0]


def test_the_named_fields_are_held_as_they_stand():
    data = record(1).replace(b"WARC-Date: ", b"warc-date:\t \t", 1).replace(b"WARC/1.1", b"WARC/1.0")

    (found,) = read_foreign(io.BytesIO(data), max_block=LIMIT)

    assert found.record.header == data[: data.index(b"\r\n\r\n") + 4]


NONE = {
    "empty": (b"", "is empty"),
    "text": (b"hello\n", "is no WARC or WACZ file"),
    "gzipped text": (gzip.compress(b"hello\n" * 100), "is no WARC or WACZ file"),
    "no gzip": (b"\x1f\x8b\x08\x00aaaaaaaaaaaaaaaaaaaaa", "no gzip file"),
    "half a ZIP": (b"PK\x03\x04" + bytes(100), "no whole ZIP file"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(20), "zstd -d"),
}


@pytest.mark.parametrize(("data", "why"), NONE.values(), ids=NONE)
def test_what_is_no_archive_is_refused(data, why, tmp_path):
    path = tmp_path / "file.warc.gz"
    path.write_bytes(data)

    with pytest.raises(NotAnArchive, match=why):
        open_foreign(path)


def test_a_folder_and_a_path_that_does_not_exist_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.warc"):
        with pytest.raises(NotAnArchive, match="can not be read"):
            open_foreign(path)


@pytest.mark.parametrize("packed", [False, True])
def test_an_arc_file_is_known_and_not_read(packed, tmp_path):
    line = b"filedesc://a.arc 0.0.0.0 20040101000000 text/plain 76\n1 0 Alexa Internet\n"
    path = tmp_path / "a.arc"
    path.write_bytes(gzip.compress(line) if packed else line)

    (loss,) = read_exchanges(open_foreign(path), max_block=LIMIT)

    assert "an ARC file" in loss.cause


FAULTY = {
    "no id": record(2, WARC_Record_ID=None),
    "an id with spaces": record(2, WARC_Record_ID="<a b>"),
    "no date": record(2, WARC_Date=None),
    "a date that is none": record(2, WARC_Date="yesterday"),
    "no type": record(2, WARC_Type=None),
    "no address": record(2, WARC_Target_URI=None),
}


@pytest.mark.parametrize("faulty", FAULTY.values(), ids=FAULTY)
def test_a_record_that_no_index_could_hold_is_a_loss(faulty, tmp_path):
    path = tmp_path / "a.warc"
    path.write_bytes(record(1) + faulty + record(3))

    found = list(read_exchanges(open_foreign(path), max_block=LIMIT))

    assert [type(one) is Loss for one in found].count(True) == 1
    assert [one.id for one in found if not isinstance(one, Loss)] == ["urn:uuid:1", "urn:uuid:3"]


def test_a_rendered_answer_is_not_cut_at_the_length_it_had_when_coded():
    answer = b"HTTP/1.0 200\r\nContent-Length: 4\r\n\r\n<html>inflated</html>"

    assert read_payload(answer).body == b"<htm"
    assert read_payload(answer, is_wire=False).body == b"<html>inflated</html>"
    assert measure_body(io.BytesIO(answer), is_wire=False)[0] == 21


@pytest.mark.parametrize(
    "head",
    [b"HTTP/2 200 \r\n", b"HTTP/2.0 200 OK\r\n", b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\nContent-Encoding: br\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"],
)  # fmt: skip
def test_heads_that_lie_about_a_decoded_body_do_not_harm_it(head):
    payload = read_payload(head + b"\r\n<html>xin chao</html>", is_wire=False)

    assert (payload.status, payload.body) == (200, b"<html>xin chao</html>")
