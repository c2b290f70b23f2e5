"""The shards of all sidecars answer as the sidecars do, by two reads a lookup."""

from __future__ import annotations

import gzip
import json
import os
import random
from functools import partial
from pathlib import Path

import pytest

from archive import sharding
from archive.cdxj import write_sorted
from archive.errors import ArchiveError
from archive.merged import MergedIndex
from archive.sharding import make_shards
from archive.shards import FOLDER, MANIFEST, Shards, in_shards, open_shards, read_at
from archive.storage import attach
from archive.storage.bring import SHARDS, bring
from archive.storage.folder import Folder
from archive.storage.send import send_waiting
from archive.storage.store import Refused
from archive.zipnum import ZipNum
from tests.khcn import khcn
from tests.s3 import way_to


def line(key: str, stamp: int, name: str, offset: int) -> bytes:
    fields = {"url": f"https://{key}", "status": "200", "offset": str(offset), "filename": f"{name}.warc.gz"}
    return f"vn,{key}) {20250101000000 + stamp} {json.dumps(fields)}".encode()


def sidecar(root: Path, site: str, number: int, rng: random.Random, size: int = 40) -> Path:
    name = f"{site}-20250101000000-{number:05d}"
    path = root / "cdxj" / site / "2025" / f"{name}.cdxj"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_sorted(path, [line(f"k{rng.randrange(60)}", rng.randrange(9), name, at) for at in range(size)])
    return path


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(sharding, "FAN", 3)
    monkeypatch.setattr(sharding, "SHARD_BYTES", 1_000)
    monkeypatch.setattr(sharding, "PIECE", 2)
    monkeypatch.setattr(sharding, "LINES", 8)
    monkeypatch.setattr(sharding, "write_members", partial(sharding.write_members, per_block=8))
    rng = random.Random(7)
    for number in range(8):
        sidecar(tmp_path, ("ha_tinh", "ha", "hue")[number % 3], number, rng)
    return tmp_path


def index(root: Path) -> MergedIndex:
    return MergedIndex(root, refresh_s=0)


SPANS = [
    (b"", b"\xff"),
    (b"vn,k7) ", b"vn,k7)!"),
    (b"vn,k3", b"vn,k5"),
    (b"vn,zz", b"vn,zzz"),
    (b"", b"a"),
    (b"x", b"b"),
]


def answers(of: MergedIndex, keys: int = 60) -> list:
    spans = [*SPANS, *((f"vn,k{number}) ".encode(), f"vn,k{number})!".encode()) for number in range(keys))]
    return [
        [list(of.lines(*span)), list(of.lines(*span, backwards=True)), list(of.lines(*span, skip=3)), of.count(*span)]
        for span in spans
    ]


def test_shards_answer_as_the_sidecars_do(root):
    before = index(root)
    expected = answers(before)
    made = make_shards(root)
    after = index(root)

    assert answers(after) == expected
    assert answers(before) == expected  # it has noticed, and let go of what it had taken in
    assert (made.sidecars, made.lines) == (8, 320)
    assert len(made.files) > 4
    assert sorted(path.name for path in (root / FOLDER).glob("*-*")) == sorted(made.files)


def test_what_is_new_changed_or_gone_since_is_told_as_it_is(root):
    make_shards(root)
    (root / "cdxj/hue/2025/hue-20250101000000-00002.cdxj").unlink()
    sidecar(root, "ha_tinh", 0, random.Random(1), 5)
    sidecar(root, "lam_dong", 9, random.Random(2), 5)
    begun = sidecar(root, "lam_dong", 10, random.Random(3), 5)
    begun.rename(f"{begun}.open")
    told = answers(index(root))
    for path in (root / FOLDER).iterdir():
        path.unlink()

    assert answers(index(root)) == told


def test_a_shard_ends_behind_its_last_key_wherever_that_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(sharding, "SHARD_BYTES", 1_000)
    monkeypatch.setattr(sharding, "LINES", 8)
    monkeypatch.setattr(sharding, "write_members", partial(sharding.write_members, per_block=8))
    path = tmp_path / "cdxj/a/2025/a-20250101000000-00000.cdxj"
    path.parent.mkdir(parents=True)
    # Two lines an address: each eighth line is the second of one.
    write_sorted(path, [line(f"k{at // 2:05d}", at % 2, path.stem, at) for at in range(600)])

    made = make_shards(tmp_path)

    assert len(made.files) > 8
    for name in made.files:
        if name.endswith(".idx"):
            data = (tmp_path / FOLDER / name).with_suffix(".cdx.gz").read_bytes()
            assert len(gzip.decompress(data).splitlines()) % 2 == 0


def test_shards_made_anew_take_the_place_of_those_before_under_a_reader(root):
    make_shards(root)
    reader = open_shards(root)
    old = list(reader.lines(b"", b"vn,k2"))
    sidecar(root, "lam_dong", 9, random.Random(2), 5)
    make_shards(root)

    assert list(reader.lines(b"", b"\xff"))[: len(old)] == old
    assert open_shards(root).lines_held == 325
    names = {path.name for path in (root / FOLDER).glob("*-*")}
    assert names == set(json.loads((root / MANIFEST).read_text())["files"])


def test_a_lookup_reads_two_places(root):
    made = make_shards(root)
    files = {name: os.open(root / FOLDER / name, os.O_RDONLY) for name in made.files}
    reads: list[str] = []

    def read(name: str, offset: int, length: int) -> bytes:
        reads.append(name)
        return read_at(root / FOLDER, files, name, offset, length)

    manifest = json.loads((root / MANIFEST).read_text())
    counts = []
    for key in range(60):
        reads.clear()
        found = list(Shards(manifest, read).lines(f"vn,k{key}) ".encode(), f"vn,k{key})!".encode()))
        if found:
            counts.append(len(reads))
        assert len(reads) <= 2 * (1 + len(found) // 4) + 2
    for descriptor in files.values():
        os.close(descriptor)

    assert min(counts) == 2  # of a key whose lines stand inside of a member


def test_a_machine_that_has_the_manifest_alone_reads_two_ranges_of_the_storage(
    root, s3_endpoint, s3_url, tmp_path_factory, monkeypatch
):
    make_shards(root)
    with way_to(s3_endpoint) as way:
        monkeypatch.setenv("AWS_ENDPOINT_URL", way.address)
        attach(root, s3_url)
        sent = send_waiting(root)
        fresh = tmp_path_factory.mktemp("fresh")
        attach(fresh, s3_url)
        bring(fresh, (SHARDS,))
        brought = bring(fresh, but=in_shards(fresh))
        far, here = index(fresh), index(root)
        assert answers(far, 5) == answers(here, 5)
        counts = []
        for key in range(12):
            start, end = f"vn,k{key}) ".encode(), f"vn,k{key})!".encode()
            alone = index(fresh)
            alone.refresh()
            way.asked.clear()
            found = len(list(alone.lines(start, end)))
            counts.append((len(way.asked), found))
            assert all(each.method == "GET" and b"\r\nrange: bytes=" in each.head.lower() for each in way.asked)

    assert (sent.failed, sent.untried, sent.stored[-1], brought) == ([], [], MANIFEST, 0)
    assert sorted(path.name for path in fresh.rglob("*") if path.is_file() and path.parent.name == FOLDER) == [
        "manifest.json"
    ]
    assert min(number for number, found in counts if found) == 2
    assert all(number <= 2 * (1 + found // 4) + 2 for number, found in counts)


def test_what_came_since_is_read_beside_the_shards_of_the_storage(root, storage_url, tmp_path_factory):
    attach(root, storage_url)
    make_shards(root)
    sidecar(root, "lam_dong", 9, random.Random(2), 5)
    sidecar(root, "hue", 2, random.Random(3), 7)
    send_waiting(root)
    fresh = tmp_path_factory.mktemp("fresh")
    attach(fresh, storage_url)
    bring(fresh, (SHARDS,))

    brought = bring(fresh, but=in_shards(fresh))

    assert brought == 2
    assert answers(index(fresh), 5) == answers(index(root), 5)


def test_a_manifest_is_not_sent_before_what_it_names(root, tmp_path, monkeypatch):
    make_shards(root)
    (tmp_path / "far").mkdir()
    attach(root, (tmp_path / "far").as_uri())
    put = Folder.put

    def refusing(self, path, name, digest, replaces=""):
        if name.endswith("-00000.idx"):
            raise Refused(f"{name}: not today")
        put(self, path, name, digest, replaces)

    monkeypatch.setattr(Folder, "put", refusing)
    sent = send_waiting(root)
    monkeypatch.setattr(Folder, "put", put)

    assert (len(sent.failed), sent.untried) == (1, [MANIFEST])
    assert not (tmp_path / "far" / MANIFEST).exists()
    assert send_waiting(root).stored[-1] == MANIFEST


def test_each_shard_is_a_zipnum_for_others(root):
    make_shards(root)
    lines: list[bytes] = []
    for path in sorted((root / FOLDER).glob("*.idx")):
        data = path.with_suffix(".cdx.gz").read_bytes()
        with path.open("rb") as file:
            found = ZipNum(file, lambda block, data=data: data[block.offset : block.offset + block.length])
        assert {block.filename for block in found.blocks} == {path.with_suffix(".cdx.gz").name}
        lines += found.lines()

    assert lines == sorted(lines)
    assert json.loads(lines[0][lines[0].index(b"{") :])["filename"].startswith(("ha/2025/ha-", "ha_tinh/", "hue/"))


def test_damage_names_the_file_and_what_to_do(root):
    make_shards(root)
    path = sorted((root / FOLDER).glob("*.cdx.gz"))[0]
    content = bytearray(path.read_bytes())
    content[20] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(ArchiveError, match=rf"{path.name}.*digest.*khcn index --zipnum"):
        list(index(root).lines(b"", b"\xff"))
    (root / MANIFEST).write_text('{"format": "other"}')
    with pytest.raises(ArchiveError, match=r"zipnum/manifest.json: not such a manifest.*khcn index --zipnum"):
        list(index(root).lines(b"", b"\xff"))


@pytest.mark.parametrize("content", [b"no line\n", b'vn,a) 20250101000000 {"filename": "other.warc.gz"}\n'])
def test_a_sidecar_that_is_none_is_named_and_the_old_shards_stay(root, content):
    make_shards(root)
    names = sorted(path.name for path in (root / FOLDER).iterdir())
    path = root / "cdxj/hue/2025/hue-20250101000000-00002.cdxj"
    path.write_bytes(content)

    with pytest.raises(ArchiveError, match=rf"{path.name}: line 1 is not one of a sorted index; run `khcn index`"):
        make_shards(root)

    assert sorted(path.name for path in (root / FOLDER).iterdir()) == names


def test_the_command_makes_them(root):
    done = khcn("index", "--zipnum", "--json", data=root)
    wrong = khcn("index", "hue", "--zipnum", data=root)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lines"] == 320
    assert wrong.returncode == 2


def test_nothing_is_no_fault(tmp_path):
    assert make_shards(tmp_path).lines == 0
    assert list(index(tmp_path).lines(b"", b"\xff")) == []
