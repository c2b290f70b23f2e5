import io
import json
import zlib
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ArchiveError
from archive.zipnum import MAX_MEMBER, Block, ZipNum, write_zipnum


def line(key, timestamp=20240101000000, **fields):
    return f"{key} {timestamp} {json.dumps({'url': key, **fields})}".encode()


def pack(lines, per_block=3):
    data, index = io.BytesIO(), io.BytesIO()
    count = write_zipnum(lines, data, index, "index.cdx.gz", per_block=per_block)
    return data.getvalue(), index.getvalue(), count


def unpack(data, index):
    read = []

    def block(place):
        read.append(place)
        return data[place.offset : place.offset + place.length]

    return ZipNum(index.splitlines(keepends=True), block), read


def test_the_small_index_leads_to_gzip_members_of_the_large_one():
    lines = [line(f"vn,a)/{n}") for n in range(8)]
    data, index, count = pack(lines)

    first, *rest = index.decode().splitlines()
    assert first == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    assert count == 8
    assert [entry.split(" {")[0] for entry in rest] == [f"vn,a)/{n} 20240101000000" for n in (0, 3, 6)]
    for entry in rest:
        place = json.loads(entry[entry.index("{") :])
        member = data[place["offset"] : place["offset"] + place["length"]]
        assert zlib.decompress(member, 31).startswith(entry.partition(" {")[0].encode())
        assert place["digest"] == "sha256:" + sha256(member).hexdigest()
    assert zlib.decompressobj(31).decompress(data).count(b"\n") == 3


def test_an_empty_index_is_one():
    data, index, count = pack([])

    assert (data, count) == (b"", 0)
    assert list(unpack(data, index)[0].lines()) == []
    assert list(unpack(data, index)[0].lookup("vn,a)/")) == []


def test_no_two_members_begin_with_the_same_key_and_time():
    lines = sorted([line("vn,a)/", n=n) for n in range(10)] + [line("vn,b)/")])
    data, index, _ = pack(lines)

    zipnum, _ = unpack(data, index)
    assert [block.prefix for block in zipnum.blocks] == ["vn,a)/ 20240101000000", "vn,b)/ 20240101000000"]
    assert list(zipnum.lines()) == lines


KEYS = st.sampled_from(["vn,a)/", "vn,a)/ ", "vn,a)/?x", "vn,a)/b", "vn,ab)/", "vn,đ)/"]).map(str.strip)


@given(st.lists(st.tuples(KEYS, st.integers(20240101000000, 20240101000005), st.integers(0, 3))), st.integers(1, 4))
def test_a_lookup_gives_the_lines_of_its_key_and_no_others(entries, per_block):
    lines = sorted(line(key, time, n=n) for key, time, n in entries)
    data, index, _ = pack(lines, per_block)

    zipnum, _ = unpack(data, index)
    assert list(zipnum.lines()) == lines
    for key in {key for key, _, _ in entries} | {"vn,a)/zzz", "a", "z"}:
        assert list(zipnum.lookup(key)) == [each for each in lines if each.startswith(key.encode() + b" ")]


def test_a_lookup_reads_one_or_two_members_of_many():
    lines = [line(f"vn,a)/{n:04}") for n in range(1000)]
    zipnum, read = unpack(*pack(lines, 10)[:2])

    assert len(list(zipnum.lookup("vn,a)/0505"))) == 1
    assert len(read) <= 2
    assert len(zipnum.blocks) == 100


def test_the_older_form_with_tabs_is_read():
    member = zlib.compressobj(wbits=31)
    data = member.compress(line("vn,a)/") + b"\n") + member.flush()
    index = f"vn,a)/ 20240101000000\tpart-0.gz\t0\t{len(data)}\t1\n".encode()

    zipnum, read = unpack(data, index)
    assert list(zipnum.lookup("vn,a)/")) == [line("vn,a)/")]
    assert read == [Block("vn,a)/ 20240101000000", "part-0.gz", 0, len(data))]


@pytest.mark.parametrize("index", [b"nonsense", b"a 1 {}", b'a 1 {"offset": "x", "length": 1}', b"a\tb", b"!meta 0 {"])
def test_a_small_index_that_is_none_is_refused(index):
    with pytest.raises(ArchiveError, match="line 1 of the ZipNum index"):
        unpack(b"", index)


def bomb():
    deflater = zlib.compressobj(9, wbits=31)
    return b"".join(deflater.compress(bytes(1 << 20)) for _ in range(MAX_MEMBER // (1 << 20) + 1)) + deflater.flush()


@pytest.mark.parametrize(
    ("member", "told"),
    [
        (b"not gzip", "no gzip member"),
        (zlib.compressobj(wbits=31).compress(b"") + b"\x1f\x8b\x08", "cut|no gzip"),
        (pack([line("vn,a)/")])[0][:-9], "cut"),
        (bomb(), "more than 64 MiB"),
    ],
)
def test_a_damaged_member_is_told(member, told):
    index = f'vn,a)/ 20240101000000 {{"offset": 0, "length": {len(member)}}}\n'.encode()

    with pytest.raises(ArchiveError, match=told):
        list(unpack(member, index)[0].lines())


def test_a_member_that_was_changed_is_told():
    data, index, _ = pack([line("vn,a)/")])
    other = pack([line("vn,b)/")])[0]

    assert len(other) == len(data)
    with pytest.raises(ArchiveError, match="another digest"):
        list(unpack(other, index)[0].lines())
