"""Members of stored blocks, which are taken without an inflater, against the same ones inflated."""

import io
import random
import zlib

import pytest

from archive.warc import framing
from archive.warc.framing import Torn, gzip_member, read_members
from archive.warc.record import Record

RECORD = b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
NOISE = random.Random(1).randbytes(90_000)


def member(body, level=0, size=None):
    deflater = zlib.compressobj(level, zlib.DEFLATED, 31)
    return deflater.compress(RECORD % (len(body) if size is None else size, body)) + deflater.flush()


def in_blocks(text, *sizes):
    """Return a member whose stored blocks are as long as is said, and the last one as long as is left."""
    blocks, at = b"", 0
    for number, size in enumerate((*sizes, len(text) - sum(sizes))):
        kind = bytes([number == len(sizes)])
        blocks += kind + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + text[at : at + size]
        at += size
    end = zlib.crc32(text).to_bytes(4, "little") + len(text).to_bytes(4, "little")
    return b"\x1f\x8b\x08" + bytes(5) + b"\4\3" + blocks + end


def read(data, offset=0, **limits):
    """Return what each record says and where it lies, and how the file is torn."""
    told = []
    try:
        for each in read_members(io.BytesIO(data), offset, **limits):
            record = each.record
            told.append((each.offset, each.length, record.fields, record.start, record.size, record.read()))
    except Torn as torn:
        told.append((torn.offset, torn.detail))
    return told


def inflated(data, monkeypatch, offset=0, **limits):
    with monkeypatch.context() as patch:
        patch.setattr(framing._Source, "stored", lambda source, offset, max_block: None)
        return read(data, offset, **limits)


SHORT = RECORD % (8, b"xin chao")
FILES = {
    "stored": member(b"xin chao") + member(NOISE) + member(b""),
    "by turns": b"".join(member(NOISE, number % 2 * 6) for number in range(9)),
    "with another in it": member(member(b"trong")) + member(member(b"trong"), 6) + member(b"sau"),
    "in short blocks": in_blocks(SHORT, 3) + in_blocks(SHORT, 55, 0, 2) + in_blocks(SHORT, len(SHORT) - 2),
    "empty blocks": in_blocks(SHORT, 0, 0) + in_blocks(SHORT, len(SHORT)),
    "a long header": in_blocks(b"WARC/1.1\r\nX: " + b"x" * 70_000 + SHORT[8:], 60_000) + member(b"sau"),
    "too much": member(b"truoc") + member(NOISE, size=3),
    "too little": member(b"truoc") + member(NOISE, size=90_001),
    "no record": member(b"truoc") + in_blocks(b"GET / HTTP/1.1\r\n\r\n\r\n\r\n"),
    "empty": member(b"truoc") + in_blocks(b""),
    "cut": (member(b"xin chao") + member(NOISE))[:-30_000],
    "junk behind": member(b"xin chao") + b"junk",
}


@pytest.mark.parametrize("name", FILES)
def test_stored_members_are_read_as_if_they_were_inflated(name, monkeypatch):
    assert read(FILES[name]) == inflated(FILES[name], monkeypatch)


@pytest.mark.parametrize("name", ["stored", "in short blocks", "with another in it"])
def test_a_changed_bit_is_told_alike(name, monkeypatch):
    data = FILES[name]

    for at in (at for at in range(len(data)) if at < 250 or at > len(data) - 120):
        spoiled = bytearray(data)
        spoiled[at] ^= 1 << at % 8

        # Which of several faults is told first is a matter of how much was read at once.
        found, wanted = read(bytes(spoiled)), inflated(bytes(spoiled), monkeypatch)
        assert found[:-1] == wanted[:-1], at
        assert found[-1][0] == wanted[-1][0], at


@pytest.mark.parametrize("name", ["stored", "in short blocks"])
def test_each_cut_is_told_alike(name, monkeypatch):
    data = FILES[name]

    for length in (length for length in range(len(data)) if length < 250 or length > len(data) - 120):
        assert read(data[:length]) == inflated(data[:length], monkeypatch), length


def test_blocks_over_a_limit_are_refused_alike(monkeypatch):
    data = member(b"truoc") + member(NOISE)

    assert read(data, max_block=80_000) == inflated(data, monkeypatch, max_block=80_000)
    assert read(data, max_block=80_000)[-1][1].endswith("is larger than the limit of 80000")


def test_a_long_member_is_not_held_as_one(monkeypatch):
    monkeypatch.setattr(framing, "_AT_ONCE", 1 << 16)
    data = member(b"truoc") + member(NOISE * 9) + member(b"sau")

    assert read(data) == inflated(data, monkeypatch)


def test_reading_begins_anywhere(monkeypatch):
    first = member(b"truoc")

    assert read(first + member(NOISE), len(first)) == inflated(first + member(NOISE), monkeypatch, len(first))


@pytest.mark.parametrize("size", [0, 5, 65_530, 65_535, 65_536, 200_000])
@pytest.mark.parametrize("start", [b"\xff\xd8\xff", b"<p>"], ids=["compressed", "text"])
@pytest.mark.parametrize("header", [b"WARC/1.1\r\nX: a\r\n", b"WARC/1.1\r\nX: " + b"x" * 140_000 + b"\r\n"], ids=len)
def test_what_is_written_is_read_by_any_inflater(header, start, size, monkeypatch):
    block = (start + NOISE * 3)[:size]
    header += b"WARC-Type: resource\r\nContent-Length: %d\r\n\r\n" % size
    fields = [("WARC-Type", "resource"), ("Content-Length", str(size))]
    record = Record(fields, io.BytesIO(b"before" + block), 6, size, header=header)

    data = b"".join(gzip_member(record))

    assert zlib.decompress(data, 31) == header + block + b"\r\n\r\n"
    assert [told[-1] for told in read(data)] == [told[-1] for told in inflated(data, monkeypatch)] == [block]
