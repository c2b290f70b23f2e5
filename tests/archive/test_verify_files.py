"""What verify makes of other programs' files, of bad ones, and of a root in which a crawl runs."""

from __future__ import annotations

import fcntl
import gzip
import io
import json
import random
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.errors import ArchiveError
from archive.verify import Verification, run
from tests.archive.verify_samples import (
    check,
    make_root,
    make_wacz,
    read_wacz,
    rules,
    sha256,
    with_manifest,
    write_wacz,
)
from tests.khcn import khcn

HEAD = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"


@pytest.mark.parametrize("suffix", [".warc.gz", ".warc"])
def test_a_file_of_warcio_gives_nothing_chunked_bodies_included(suffix, tmp_path):
    path = tmp_path / f"x{suffix}"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=suffix == ".warc.gz")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "another program"}))
        for number in range(3):
            fields = [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")]
            answer = writer.create_warc_record(
                f"http://a.vn/{number}",
                "response",
                payload=io.BytesIO(b"3\r\nabc\r\n0\r\n\r\n"),
                http_headers=StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1"),
            )
            asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "a.vn")], is_http_request=True)
            request = writer.create_warc_record(f"http://a.vn/{number}", "request", http_headers=asked)
            writer.write_request_response_pair(request, answer)

    assert check(tmp_path / "no-root", path) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(100),
        gzip.compress(b"", mtime=0),
        gzip.compress(b"hello", mtime=0),
        gzip.compress(b"filedesc://x.arc 0.0.0.0 20080101000000 text/plain 76\n1 0 X\n", mtime=0),
        b"\x1f\x8b\x08" + random.Random(1).randbytes(5000),
        b"\x1f\x8b\x08" * 3000,
        b"WARC/1.0\r\n" + random.Random(2).randbytes(50_000),
        HEAD + b"Content-Length: 999999999999999999\r\n\r\nx",
        b"PK\3\4" + bytes(50),
        HEAD + b"Content-Length: -1\r\n\r\n" + HEAD,
        b"WARC/1.0\r\n" + b"a: b\r\n" * 200_000,
    ],
    ids=range(12),
)
def test_what_is_no_archive_is_a_finding_and_never_an_error(content, tmp_path):
    path = tmp_path / "x.warc.gz"
    path.write_bytes(content)

    assert check(tmp_path / "no-root", path)


def test_a_member_that_inflates_to_ten_gigabytes_takes_little_memory(tmp_path):
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [deflater.compress(HEAD + b"WARC-Target-URI: http://a.vn\r\nContent-Length: 10000000000\r\n\r\n")]
    pieces.append(deflater.flush(zlib.Z_FULL_FLUSH))
    # Behind a full flush equal bytes are deflated equally: made once, repeated.
    zeros = deflater.compress(bytes(1 << 24)) + deflater.flush(zlib.Z_FULL_FLUSH)
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(b"".join(pieces) + zeros * 640)
    code = (
        "import sys; from pathlib import Path; from archive.verify import Verification\n"
        "found = list(Verification(Path('none'), [Path(sys.argv[1])]).findings())\n"
        # Not ru_maxrss: that of a child begins with what its parent held.
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]\n"
        "print(found[0].rule, int(peak) // 1024)"
    )

    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)

    rule, megabytes = done.stdout.split()
    assert rule == "gzip-bomb"
    assert int(megabytes) < 150


def test_a_site_that_is_being_crawled_has_no_findings_for_what_is_open(tmp_path):
    sample = make_root(tmp_path / "data")
    sample.path.with_name("new.warc.gz.open").write_bytes(b"")
    (sample.root / "crawls").mkdir()
    (sample.root / "crawls/ha_tinh-20240506070809123.json.open").write_bytes(b"{}")
    (sample.root / "locks").mkdir()
    sample.lines.unlink()

    with (sample.root / "locks/ha_tinh.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        during = check(sample.root)
    after = check(sample.root)

    assert during == []
    assert rules(after) == {"file-open", "jsonl-missing"}
    assert {one.remedy for one in after if one.rule == "file-open"} == {"khcn repair ha_tinh"}


def test_a_wacz_beside_the_files_it_was_made_of_repeats_no_ids(tmp_path):
    sample = make_root(tmp_path / "data")
    (sample.root / "wacz").mkdir()
    make_wacz(sample.path, sample.root / "wacz/x.wacz", sample.index.read_bytes())

    assert check(sample.root) == []


def test_a_path_that_can_not_be_read_is_an_error_that_says_so(tmp_path):
    with pytest.raises(ArchiveError, match=r"no-such\.warc: can not be read"):
        Verification(tmp_path, [tmp_path / "no-such.warc"])


def test_the_command_prints_a_finding_a_line_and_ends_with_nine(tmp_path):
    sample = make_root(tmp_path / "data")
    well = khcn("verify", data=sample.root)
    sample.path.write_bytes(sample.path.read_bytes()[:-5])

    damaged = khcn("verify", "--json", data=sample.root)
    unreadable = khcn("verify", "no-such.warc", data=sample.root)

    assert (well.returncode, well.stdout) == (0, "")
    assert "19 records" in well.stderr
    assert damaged.returncode == 9
    assert damaged.stdout.startswith('{"file": "warcs/ha_tinh/2024/ha_tinh-20240506070809-00000.warc.gz", "offset": ')
    assert unreadable.returncode == 2
    assert (
        unreadable.stderr
        == "khcn: no-such.warc: can not be read (No such file or directory); name a WARC or WACZ file\n"
    )


def test_one_process_finds_what_several_find(tmp_path, monkeypatch):
    data = make_root(tmp_path / "data").path.read_bytes()
    paths = [tmp_path / f"{number}.warc.gz" for number in range(3)]
    for path, at in zip(paths, (-1, 40, len(data) // 2), strict=True):
        spoiled = bytearray(data)
        spoiled[at] ^= 4
        path.write_bytes(spoiled)

    alone = check(tmp_path, *paths)
    monkeypatch.setattr(run, "ALONE", 0)

    assert check(tmp_path, *paths) == alone
    assert {one.file for one in alone if one.rule.startswith("gzip")} == {path.name for path in paths}


def test_nothing_is_written(tmp_path):
    sample = make_root(tmp_path / "data")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in _files(sample.root)}

    khcn("verify", data=sample.root)

    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in _files(sample.root)} == before


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and "sqlite3-" not in path.name]


def zipnum(index: bytes, **changed: object) -> dict[str, bytes]:
    """Return an index in two blocks, with the index of its blocks; *changed*: what that says of the second."""
    lines = index.splitlines(keepends=True)
    parts = [b"".join(lines[:3]), b"".join(lines[3:])]
    blocks = [gzip.compress(part, mtime=0) for part in parts]
    told = ['!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}']
    at = 0
    for number, (part, block) in enumerate(zip(parts, blocks, strict=True)):
        key = b" ".join(part.split(b" ", 2)[:2]).decode()
        fields = {"offset": at, "length": len(block), "digest": f"sha256:{sha256(block)}", "filename": "index.cdx.gz"}
        fields |= changed if number else {}
        told.append(f"{fields.pop('key', key)} {json.dumps(fields)}")
        at += len(block)
    return {"indexes/index.cdx.gz": b"".join(blocks), "indexes/index.idx": "\n".join(told).encode() + b"\n"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ""),
        ({"offset": 7}, "says bytes 7"),
        ({"length": 9}, "says bytes"),
        ({"key": "vn,zz)/ 20240506070809"}, "begins with"),
        ({"digest": "sha256:00"}, "digest"),
    ],
)
def test_the_blocks_of_an_index_are_where_their_own_index_says(changed, told, tmp_path):
    sample = make_root(tmp_path / "data")
    content = read_wacz(make_wacz(sample.path, tmp_path / "x.wacz", sample.index.read_bytes()))
    content |= zipnum(content.pop("indexes/index.cdx"), **changed)
    path = write_wacz(tmp_path / "y.wacz", with_manifest(content))

    found = check(tmp_path, path)

    assert [one.rule for one in found] == (["wacz-index"] if told else [])
    assert told in "".join(one.detail for one in found)
