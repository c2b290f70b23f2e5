"""All sidecars as one index: the lines of every file in one order, whatever happens to the files."""

from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
import subprocess
import sys
import threading
from multiprocessing import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from archive.errors import ArchiveError
from archive.merged import NAME, Entry, MergedIndex

ALL = (b"", b"\xff")


def line(key: str, second: int = 0) -> bytes:
    return f'vn,a){key} 202501010000{second:02} {{"url": "http://a.vn{key}", "offset": "{second}"}}'.encode()


def write(root, name: str, *lines: bytes) -> None:
    path = root / "cdxj" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(each + b"\n" for each in lines))


def texts(index: MergedIndex, *span: bytes, **options: object) -> list[bytes]:
    index.refresh(at_once=True)
    return [entry.line for entry in index.lines(*(span or ALL), **options)]  # type: ignore[arg-type]


def test_lines_of_many_files_come_in_one_order(tmp_path):
    lines = [line(f"/{number:05}", number % 60) for number in range(5_000)]
    shuffled = random.Random(1).sample(lines, len(lines))
    for number in range(50):
        write(tmp_path, f"s/2025/s-{number:02}.cdxj", *sorted(shuffled[number::50]))
    index = MergedIndex(tmp_path)

    assert texts(index) == lines
    assert texts(index, backwards=True) == lines[::-1]
    assert texts(index, b"vn,a)/00100", b"vn,a)/00200", skip=90) == lines[190:200]
    assert index.count(b"vn,a)/00100", b"vn,a)/00200") == 100
    assert list(index.lines(lines[7], lines[7] + b"!")) == [
        Entry(lines[7], f"s/2025/s-{shuffled.index(lines[7]) % 50:02}")
    ]


def test_an_equal_line_of_another_file_is_another_line(tmp_path):
    write(tmp_path, "s/2025/a.cdxj", line("/"))
    write(tmp_path, "s/2025/b.cdxj", line("/"))

    assert texts(MergedIndex(tmp_path)) == [line("/")] * 2


def test_an_open_file_is_followed_until_it_is_closed(tmp_path):
    index = MergedIndex(tmp_path)
    write(tmp_path, "s/2025/a.cdxj.open", line("/b"), line("/a"))
    assert texts(index) == [line("/a"), line("/b")]

    with (tmp_path / "cdxj/s/2025/a.cdxj.open").open("ab") as file:
        file.write(line("/0") + b"\n" + line("/torn")[:20])
    assert texts(index) == [line("/0"), line("/a"), line("/b")]

    write(tmp_path, "s/2025/a.cdxj", line("/0"), line("/a"), line("/b"))
    assert texts(index) == [line("/0"), line("/a"), line("/b")]
    (tmp_path / "cdxj/s/2025/a.cdxj.open").unlink()
    assert texts(MergedIndex(tmp_path)) == [line("/0"), line("/a"), line("/b")]


@pytest.mark.parametrize("is_same_server", [True, False])
def test_files_that_are_written_again_or_removed_are_read_again(tmp_path, is_same_server):
    index = MergedIndex(tmp_path)
    write(tmp_path, "s/2025/a.cdxj", line("/a"), line("/b"))
    write(tmp_path, "s/2025/b.cdxj", line("/c"))
    assert len(texts(index)) == 3
    if not is_same_server:
        index = MergedIndex(tmp_path)

    write(tmp_path, "s/2025/a.cdxj.tmp", line("/a", 9), line("/x"))
    os.replace(tmp_path / "cdxj/s/2025/a.cdxj.tmp", tmp_path / "cdxj/s/2025/a.cdxj")
    (tmp_path / "cdxj/s/2025/b.cdxj").unlink()

    assert texts(index) == [line("/a", 9), line("/x")]


@pytest.mark.parametrize("junk", [b"no database at all, but some text", b"SQLite format 3\0" + b"x" * 5_000])
def test_a_broken_file_is_made_anew(tmp_path, junk):
    write(tmp_path, "s/2025/a.cdxj", line("/a"))
    (tmp_path / NAME).write_bytes(junk)

    assert texts(MergedIndex(tmp_path)) == [line("/a")]


def test_without_sidecars_there_are_no_lines(tmp_path):
    assert texts(MergedIndex(tmp_path)) == []


def test_where_nothing_may_be_written_it_is_kept_elsewhere(tmp_path, monkeypatch):
    root = tmp_path / "data"
    write(root, "s/2025/a.cdxj", line("/a"))
    # A folder in the file's place can not be written by root either.
    (root / NAME).mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    index = MergedIndex(root)

    assert texts(index) == [line("/a")]
    assert list((tmp_path / "elsewhere").rglob(NAME))
    index.close()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_many_threads_and_processes_read_while_one_takes_in(tmp_path):
    for number in range(30):
        write(tmp_path, f"s/2025/{number}.cdxj", *(line(f"/{number:02}-{each:03}") for each in range(100)))
    index, found, failed = MergedIndex(tmp_path, refresh_s=0), [], []

    def read() -> None:
        try:
            for _ in range(20):
                found.append(sum(1 for _ in index.lines(*ALL)))
        except ArchiveError as error:
            failed.append(error)

    code = f"from archive.merged import MergedIndex as M; print(sum(1 for _ in M(__import__('pathlib').Path({str(tmp_path)!r})).lines(b'', b'z')))"
    others = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert set(found) == {3_000}
    assert [other.communicate()[0].strip() for other in others] == ["3000", "3000"]


def _count(root: Path, together: Barrier, counts: SimpleQueue[int | str]) -> None:
    together.wait()
    try:
        counts.put(sum(1 for _ in MergedIndex(root).lines(*ALL)))
    except ArchiveError as error:
        counts.put(str(error))


def test_processes_that_make_the_file_at_the_same_moment_find_every_line(tmp_path):
    fork = multiprocessing.get_context("fork")
    for turn in range(10):
        root = tmp_path / str(turn)
        for number in range(10):
            write(root, f"s/2025/{number}.cdxj", *(line(f"/{number:02}-{each:03}") for each in range(50)))
        together, counts = fork.Barrier(6), fork.SimpleQueue()
        others = [fork.Process(target=_count, args=(root, together, counts)) for _ in range(6)]
        for other in others:
            other.start()

        assert [counts.get() for _ in others] == [500] * 6
        for other in others:
            other.join()
        assert [path.name for path in root.iterdir() if path.suffix == ".tmp"] == []


def test_what_another_process_took_in_meanwhile_is_not_taken_in_again_nor_lost(tmp_path, monkeypatch):
    write(tmp_path, "s/2025/a.cdxj", line("/a"))
    index, other = MergedIndex(tmp_path), MergedIndex(tmp_path)
    assert texts(index) == [line("/a")]
    changes = index._changes

    def after_the_other(file: sqlite3.Connection) -> object:
        if not file.in_transaction:
            found = changes(file)
            write(tmp_path, "s/2025/c.cdxj", line("/c"))
            other.refresh(at_once=True)
            return found
        return changes(file)

    write(tmp_path, "s/2025/b.cdxj", line("/b"))
    monkeypatch.setattr(index, "_changes", after_the_other)

    assert texts(index) == [line("/a"), line("/b"), line("/c")]


def test_a_file_that_another_process_made_anew_is_read_from_then_on(tmp_path):
    write(tmp_path, "s/2025/a.cdxj", line("/a"))
    write(tmp_path, "s/2025/b.cdxj", line("/b"))
    index = MergedIndex(tmp_path)
    assert len(texts(index)) == 2

    (tmp_path / NAME).unlink()
    (tmp_path / "cdxj/s/2025/a.cdxj").unlink()
    other = MergedIndex(tmp_path)
    assert texts(other) == [line("/b")]

    index.refresh(at_once=True)
    assert list(index.lines(*ALL)) == [Entry(line("/b"), "s/2025/b")]
