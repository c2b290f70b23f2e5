"""Files in a storage: kept whole or not at all, read by ranges."""

from __future__ import annotations

import os
import pickle
import random
from pathlib import Path

import pytest

from archive.errors import ConfigError, StorageLost
from archive.storage import attach, find_far
from archive.storage import far as far_files
from archive.storage.opening import behind, check_url, opened
from archive.storage.store import AlreadyStored, NotStored, digest_of
from tests.archive.stored import WARC, file_of

# What both kinds do.


def test_a_file_is_kept_and_told_of(tmp_path, storage_url):
    storage = opened(storage_url)
    path, digest = file_of(tmp_path, b"xin " * 1000)

    assert storage.stat(WARC) is None
    storage.put(path, WARC, digest)

    held = storage.stat(WARC)
    assert (held.name, held.size, digest_of(storage, held)) == (WARC, 4000, digest)
    assert [(each.name, each.size) for each in storage.names("warcs/")] == [(WARC, 4000)]
    assert list(storage.names("cdxj/")) == []
    assert storage.read(WARC, 3998, 100) == b"n "
    assert storage.read(WARC, 4, 4) == b"xin "


def test_nothing_takes_the_place_of_what_is_kept_unless_it_names_it(tmp_path, storage_url):
    storage = opened(storage_url)
    storage.put(*(first := file_of(tmp_path, b"a"))[:1], "crawls/x.json", first[1])
    path, digest = file_of(tmp_path, b"bb")

    with pytest.raises(AlreadyStored):
        storage.put(path, "crawls/x.json", digest)
    with pytest.raises(AlreadyStored):
        storage.put(path, "crawls/x.json", digest, '"0cc175b9c0f1b6a831c399e269772662"')
    assert storage.read("crawls/x.json", 0, 9) == b"a"

    storage.put(path, "crawls/x.json", digest, storage.stat("crawls/x.json").mark)
    assert storage.read("crawls/x.json", 0, 9) == b"bb"


def test_what_is_not_there_is_named(tmp_path, storage_url):
    with pytest.raises(NotStored, match=r"warcs/a.* is not there"):
        opened(storage_url).read("warcs/a", 0, 9)


def test_a_stored_file_reads_like_one_on_the_disk(tmp_path, storage_url, monkeypatch):
    monkeypatch.setattr(far_files, "BLOCK", 1000)
    monkeypatch.setattr(far_files, "MOST", 4)
    data = random.Random(5).randbytes(98_765)
    path, digest = file_of(tmp_path, data)
    storage = opened(storage_url)
    storage.put(path, WARC, digest)
    attach(tmp_path, storage_url)
    far = pickle.loads(pickle.dumps(find_far(tmp_path, WARC)))
    choose = random.Random(7)

    assert (far.stat().st_size, far.name, far.is_file()) == (len(data), WARC.rpartition("/")[2], True)
    with far.open("rb") as file, path.open("rb") as here:
        assert file.read() == data
        for _ in range(200):
            offset, size = choose.randrange(len(data) + 10), choose.choice([0, 1, 7, 999, 1000, 5000])
            assert file.seek(offset) == here.seek(offset)
            assert file.read(size) == here.read(size)
            assert file.tell() == here.tell() or offset > len(data)


def test_few_ranges_are_asked_for_and_few_blocks_are_remembered(tmp_path, monkeypatch):
    asked = []
    folder = tmp_path / "far"
    (folder / WARC).parent.mkdir(parents=True)
    (folder / WARC).write_bytes(bytes(50 * far_files.BLOCK))
    attach(tmp_path / "data", folder.as_uri())
    monkeypatch.setattr(far_files, "_blocks", far_files._Blocks(40))
    read = type(opened(folder.as_uri())).read
    monkeypatch.setattr("archive.storage.folder.Folder.read", lambda *a: asked.append(a[2:]) or read(*a))
    far = find_far(tmp_path / "data", WARC)

    with far.open() as file:
        while file.read(10_000):
            pass
    assert len(asked) == 6  # 1, 2, 4, 8, 16, 32 blocks
    assert len(far_files._blocks._held) == 40
    with far.open() as file:
        for _ in range(3):
            file.seek(5 * far_files.BLOCK)
            file.read(10)
    assert len(asked) == 7


# What names none.


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("s3://khcn:bimat99@bucket/x", "credentials do not belong"),
        ("s3://bucket/x?secret=bimat99", "nothing goes behind the path"),
        ("s3:///x", "names no storage"),
        ("gs://bucket", "names no storage"),
        ("/srv/archive", "names no storage"),
        ("file://host/srv", "whole path"),
    ],
)
def test_a_url_that_names_no_storage_is_refused_without_its_secret(url, says):
    with pytest.raises(ConfigError, match=says) as told:
        check_url(url)
    assert "bimat99" not in str(told.value)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr("archive.storage.opening.find_spec", lambda name: None)

    with pytest.raises(ConfigError, match=r"boto3 is missing; pip install 'khcn\[s3\]'"):
        attach(Path("data"), "s3://bucket/prefix")


def test_a_storage_that_is_the_data_root_itself_is_none(tmp_path):
    attach(tmp_path, tmp_path.as_uri())

    assert behind(tmp_path) is None


def test_a_folder_that_is_not_mounted_is_lost_and_not_empty(tmp_path):
    storage = opened((tmp_path / "none").as_uri())
    path, digest = file_of(tmp_path, b"x")

    with pytest.raises(StorageLost, match="mount it"):
        storage.stat(WARC)
    with pytest.raises(StorageLost, match="mount it"):
        storage.put(path, WARC, digest)
    assert not os.path.lexists(tmp_path / "none")
