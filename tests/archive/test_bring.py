"""Small files that only the storage has come to the data root, whole, once, and in their newest form."""

from __future__ import annotations

import os
import shutil

import pytest

from archive.atomic import Unwritable
from archive.errors import ArchiveError, StorageLost
from archive.storage import attach
from archive.storage.bring import INDEXES, bring
from archive.storage.opening import opened
from archive.storage.send import send_waiting
from tests.archive.stored import check, file_of

REPORT = "crawls/ha_tinh-20240506070809000.json"


@pytest.fixture
def fresh(far_root, storage_url, tmp_path):
    """An empty data root before a storage that has all of another one."""
    assert not send_waiting(far_root).failed
    root = tmp_path / "fresh"
    attach(root, storage_url)
    return root


def small(root) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] != "status")
    return {name: path.read_bytes() for path in found if not (name := str(path.relative_to(root))).startswith("warcs/")}


def put(tmp_path, url, name: str, data: bytes) -> None:
    """Do what another machine does."""
    storage, (path, digest) = opened(url), file_of(tmp_path, data)
    held = storage.stat(name)
    storage.put(path, name, digest, held.mark if held else "")


def test_what_is_not_here_comes_and_is_not_sent_again(far_root, fresh):
    told: list[str] = []
    number = bring(fresh, tick=told.append)

    wanted = {name: data for name, data in small(far_root).items() if not name.startswith("catalog")}
    assert small(fresh) == wanted
    assert number == len(wanted) > 0
    assert set(told) <= set(wanted)
    assert bring(fresh) == 0
    assert send_waiting(fresh).stored == []
    shutil.copy(far_root / "catalog.sqlite3", fresh)
    assert check(fresh) == []


def test_only_what_is_asked_for_and_has_such_a_name_comes(fresh, storage_url, tmp_path):
    for name in ("cdxj/x", "cdxj/ha_tinh/2024/x.exe", "crawls/x.json", "warcs/ha_tinh/2024/x.warc.gz"):
        put(tmp_path, storage_url, name, b"x")

    bring(fresh, (INDEXES,))

    assert [path.suffix for path in fresh.rglob("*") if path.is_file()].count(".cdxj") == len(small(fresh)) > 0


def test_a_newer_form_comes_unless_it_was_changed_here(fresh, storage_url, tmp_path):
    put(tmp_path, storage_url, REPORT, b"{}")
    bring(fresh)
    put(tmp_path, storage_url, REPORT, b'{"a": 1}')

    assert bring(fresh) == 1
    assert (fresh / REPORT).read_bytes() == b'{"a": 1}'
    (fresh / REPORT).write_bytes(b"ours")
    os.utime(fresh / REPORT, ns=(1, 1))
    assert bring(fresh) == 0
    assert (fresh / REPORT).read_bytes() == b"ours"


def test_what_does_not_come_whole_does_not_come(fresh, storage_url, monkeypatch):
    storage = opened(storage_url)
    kind = type(storage)
    read = kind.read
    monkeypatch.setattr(kind, "read", lambda self, name, start, length: read(self, name, start, length)[: 5 - start])

    with pytest.raises(ArchiveError, match="changed while it was read"):
        bring(fresh)
    assert small(fresh) == {}


def test_a_storage_without_an_answer_and_a_root_that_can_not_be_written_are_told(fresh, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    attach(tmp_path / "file", fresh.as_uri())
    fresh.mkdir()
    (fresh / "crawls").mkdir()
    (fresh / "crawls/x.json").write_bytes(b"{}")

    with pytest.raises(Unwritable):
        bring(tmp_path / "file")
    attach(fresh, (tmp_path / "none").as_uri())
    with pytest.raises(StorageLost, match="mount it"):
        bring(fresh)


def test_without_a_storage_nothing_happens(tmp_path):
    assert bring(tmp_path) == 0
    assert list(tmp_path.iterdir()) == []
