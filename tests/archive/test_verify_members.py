"""Members that are taken at once, against the same ones looked at piece by piece."""

import io
import random
import zlib

import pytest

from archive.verify import members
from archive.verify.records import Framing
from archive.verify.whole import OURS

RECORD = b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
NOISE = random.Random(1).randbytes(90_000)


class Told:
    """What a taker was told of each member, its bytes together."""

    def __init__(self):
        self.told = []

    def begin(self, offset):
        self._offset, self._data = offset, b""

    def feed(self, data):
        self._data += data
        return True

    def end(self, length, oddity):
        self.told.append((self._offset, length, oddity, zlib.crc32(self._data)))

    def broken(self, offset, rule, detail):
        self.told.append((offset, rule, detail))


def member(body, level=6):
    deflater = zlib.compressobj(level, zlib.DEFLATED, 31)
    return deflater.compress(RECORD % (len(body), body)) + deflater.flush()


def walked(data):
    taker = Told()
    members.walk(io.BytesIO(data), 0, len(data), taker)
    return taker.told


def piecemeal(data, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(members, "unpack", lambda data, at, stop, *, is_last: None)
        return walked(data)


FILES = {
    "deflated": member(b"xin chao " * 20) + member(b"hai") + member(b""),
    "stored": member(b"xin chao", 0) + member(NOISE, 0) + member(b"ba", 0),
    "noise": member(b"mot") + member(NOISE[:300]) + member(NOISE[:70_000]),
    "with another in it": member(member(b"trong"), 0) + member(OURS + b"\0\3" + NOISE[:50]) + member(b"sau"),
    "across blocks": b"".join(member(NOISE, number % 2 * 6) for number in range(9)),
    "cut": (member(b"xin chao") + member(NOISE, 0))[:-30_000],
}


@pytest.mark.parametrize("name", FILES)
def test_members_taken_at_once_are_those_found_piece_by_piece(name, monkeypatch):
    assert walked(FILES[name]) == piecemeal(FILES[name], monkeypatch)


@pytest.mark.parametrize("name", ["deflated", "stored", "with another in it"])
def test_a_changed_bit_is_told_alike_by_both(name, monkeypatch):
    data = FILES[name]
    heads = [at for at in range(len(data)) if at < 200 or at > len(data) - 120]

    for at in heads:
        spoiled = bytearray(data)
        spoiled[at] ^= 1 << at % 8

        assert walked(bytes(spoiled)) == piecemeal(bytes(spoiled), monkeypatch), at


def test_a_long_member_is_not_held_whole(monkeypatch):
    monkeypatch.setattr(members, "AT_ONCE", 1 << 16)
    data = member(b"truoc") + member(NOISE * 9, 0) + member(b"sau")

    assert walked(data) == piecemeal(data, monkeypatch)


def framed(pieces):
    """Return what records are cut out of a stream that comes in pieces."""
    told = []

    def take(record):
        told.append((record.offset, record.length, record.fields, record.faults, str(record.block), record.kept))

    framing = Framing(take, lambda *fault: told.append(fault), lambda _: False)
    for piece in pieces:
        framing.feed(piece)
    framing.end()
    return told


DIGESTED = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Block-Digest: sha1:X\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
STREAMS = {
    "records": DIGESTED % (5, b"trong") + DIGESTED % (0, b"") + RECORD % (3, b"sau"),
    "junk between": DIGESTED % (5, b"trong") + b"rac" + DIGESTED % (3, b"sau") + b"rac",
    "no length": DIGESTED.replace(b"%d", b"x") % b"trong" + DIGESTED % (3, b"sau"),
    "torn": (DIGESTED % (90, bytes(90)))[:-20],
    "a long header": DIGESTED.replace(b"sha1:X", b"sha1:" + b"X" * 5000) % (3, b"sau"),
}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("size", [1, 7, 70, 4096, 9000])
def test_a_view_is_cut_into_the_same_records(name, size):
    data = STREAMS[name]
    pieces = [data[at : at + size] for at in range(0, len(data), size)]

    assert framed(map(memoryview, pieces)) == framed(pieces)
