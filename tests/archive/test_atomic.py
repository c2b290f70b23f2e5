"""Files that are whole or not there, also when several write the same one."""

from __future__ import annotations

import multiprocessing
from multiprocessing import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from archive.atomic import Unwritable, write_whole


def test_of_two_writers_each_writes_a_whole_file_and_the_last_stays(tmp_path):
    path = tmp_path / "days.json"
    with write_whole(path) as first:
        first.write(b"first")
        with write_whole(path) as second:
            second.write(b"second, longer")
        assert path.read_bytes() == b"second, longer"
        first.write(b", and its end")

    assert path.read_bytes() == b"first, and its end"
    assert [each.name for each in tmp_path.iterdir()] == ["days.json"]


def test_what_a_killed_run_left_is_written_over(tmp_path):
    (tmp_path / "a.tmp").write_bytes(b"half of something that was longer")

    with write_whole(tmp_path / "a") as file:
        file.write(b"whole")

    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"a": b"whole"}


def test_an_error_leaves_what_was_there(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"before")
    with pytest.raises(ZeroDivisionError), write_whole(path) as file:
        file.write(b"half" * (1 // 0))

    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"a": b"before"}


def test_a_folder_in_the_files_place_is_told(tmp_path):
    (tmp_path / "a").mkdir()

    with pytest.raises(Unwritable, match="make the folder writable"), write_whole(tmp_path / "a"):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def _write(path: Path, number: int, together: Barrier, ended: SimpleQueue[str]) -> None:
    together.wait()
    try:
        for _ in range(20):
            with write_whole(path) as file:
                file.write(b"%d" % number * 1_000)
                file.flush()
                file.write(b"%d" % number * 1_000)
    except Exception as error:
        ended.put(repr(error))
    ended.put("")


def test_processes_that_write_the_same_file_leave_it_whole_at_any_moment(tmp_path):
    fork = multiprocessing.get_context("fork")
    together, ended, path = fork.Barrier(5), fork.SimpleQueue(), tmp_path / "status.json"
    path.write_bytes(b"0" * 2_000)
    others = [fork.Process(target=_write, args=(path, number, together, ended)) for number in range(1, 5)]
    for other in others:
        other.start()
    together.wait()
    seen = set()
    while any(other.is_alive() for other in others):
        seen.add(path.read_bytes())

    assert [ended.get() for _ in others] == [""] * 4
    assert seen <= {b"%d" % number * 2_000 for number in range(5)}
    assert [each.name for each in tmp_path.iterdir()] == ["status.json"]
