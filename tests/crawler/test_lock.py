"""One run a site: who is let in, who is told to wait, and whom a lock belongs to after its owner's death."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import DiskFull
from crawler import lock as locks
from crawler.exits import SiteLocked
from crawler.lock import STALE_S, SiteLock
from crawler.owner import Owner, began, boot, from_text, to_text

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TAKE = """
import os, sys, pathlib, datetime
from crawler.lock import SiteLock
SiteLock(pathlib.Path(sys.argv[1]), "ha_tinh", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)).__enter__()
print("taken", flush=True)
sys.stdin.read(1)
os.kill(os.getpid(), 9)
"""


@contextmanager
def other_run(root: Path):
    """Yield a process that holds the site."""
    with subprocess.Popen(
        [sys.executable, "-c", TAKE, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "taken\n"
            yield process
        finally:
            process.kill()


def path_of(root: Path) -> Path:
    return root / "locks" / "ha_tinh.lock"


def left_by(root: Path, *, silent_s: float = 0, **who) -> None:
    """Leave a lock file as an owner does that did not free it."""
    usual = {"run": "a" * 32, "pid": os.getpid(), "began": 1, "host": "other", "boot": "other", "since": NOW}
    path_of(root).parent.mkdir(parents=True, exist_ok=True)
    path_of(root).write_bytes(to_text(Owner(**{**usual, **who})))
    beat = path_of(root).stat().st_mtime - silent_s
    os.utime(path_of(root), (beat, beat))


def test_a_second_run_is_told_who_holds_the_site(tmp_path):
    with SiteLock(tmp_path, "ha_tinh", NOW), pytest.raises(SiteLocked) as error:
        SiteLock(tmp_path, "ha_tinh", NOW).__enter__()

    assert re.sub(r"heartbeat \d+ s", "heartbeat 0 s", str(error.value)) == (
        f"ha_tinh: another run holds this site (process {os.getpid()} since 2026-01-02T03:04:05+00:00 "
        f"on {socket.gethostname()}, heartbeat 0 s ago); wait for it or stop it"
    )


def test_another_site_is_free(tmp_path):
    with SiteLock(tmp_path, "ha_tinh", NOW), SiteLock(tmp_path, "hau_giang", NOW) as second:
        assert second is not None


def test_a_freed_site_is_free_and_names_nobody(tmp_path):
    with SiteLock(tmp_path, "ha_tinh", NOW):
        held = json.loads(path_of(tmp_path).read_text())
    assert held["pid"] == os.getpid()
    assert held["began"] == began(os.getpid())
    assert path_of(tmp_path).read_text() == ""

    with SiteLock(tmp_path, "ha_tinh", NOW):
        assert json.loads(path_of(tmp_path).read_text())["run"] != held["run"]


def test_the_lock_of_a_killed_process_is_taken_over_at_once(tmp_path):
    with other_run(tmp_path) as process:
        process.communicate("x")
        assert process.returncode == -signal.SIGKILL
    assert from_text(path_of(tmp_path).read_bytes()).pid == process.pid

    with SiteLock(tmp_path, "ha_tinh", NOW):
        assert from_text(path_of(tmp_path).read_bytes()).pid == os.getpid()


def test_a_stopped_process_whose_heart_stands_still_is_not_robbed(tmp_path):
    with other_run(tmp_path) as process:
        process.send_signal(signal.SIGSTOP)
        os.utime(path_of(tmp_path), (0, 0))

        with pytest.raises(SiteLocked, match=f"process {process.pid} since 2026-01-01T00:00:00"):
            SiteLock(tmp_path, "ha_tinh", NOW).__enter__()


def test_a_run_on_another_machine_is_believed_as_long_as_its_heart_beats(tmp_path):
    left_by(tmp_path, host="may-2", silent_s=STALE_S - 80)

    with pytest.raises(SiteLocked, match=r"on may-2, heartbeat [4-9]\d s ago"):
        SiteLock(tmp_path, "ha_tinh", NOW).__enter__()


def test_a_run_on_another_machine_that_fell_silent_is_taken_over(tmp_path):
    left_by(tmp_path, silent_s=STALE_S + 5)

    with SiteLock(tmp_path, "ha_tinh", NOW) as lock:
        assert from_text(path_of(tmp_path).read_bytes()) == lock.owner


@pytest.mark.parametrize(
    ("who", "is_free"),
    [
        ({"began": began(os.getppid()), "pid": os.getppid()}, False),  # lives, though flock says nothing
        ({"began": 1, "pid": os.getppid()}, True),  # its number was given to another process
        ({"began": 1, "pid": 2**22 + 1}, True),
        ({"began": None, "pid": 2**22 + 1}, True),
        ({"began": began(os.getpid()), "pid": os.getpid()}, True),  # ours, and we know nothing of it
    ],
)
def test_where_the_kernel_keeps_no_lock_the_process_itself_is_looked_for(tmp_path, who, is_free):
    left_by(tmp_path, boot=boot(), **who)

    try:
        with SiteLock(tmp_path, "ha_tinh", NOW):
            taken = True
    except SiteLocked:
        taken = False

    assert taken is is_free


@pytest.mark.parametrize("text", [b"", b"process 12 since 2025", b'{"run":"a","pi', b"\xff\0", b"{}\n", b"[" * 9000])
def test_a_lock_file_that_names_nobody_is_free(tmp_path, text):
    path_of(tmp_path).parent.mkdir()
    path_of(tmp_path).write_bytes(text)

    with SiteLock(tmp_path, "ha_tinh", NOW):
        assert from_text(path_of(tmp_path).read_bytes()).since == NOW


def test_the_heart_beats_while_the_lock_is_held(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "HEARTBEAT_S", 0.01)
    with SiteLock(tmp_path, "ha_tinh", NOW) as lock:
        os.utime(path_of(tmp_path), (0, 0))
        until = time.monotonic() + 300
        while path_of(tmp_path).stat().st_mtime == 0 and time.monotonic() < until:
            time.sleep(0.01)
        assert path_of(tmp_path).stat().st_mtime > 0
        lock.check()
    assert locks._heart._thread is None


def test_who_was_robbed_notices_and_does_not_free_what_is_the_others(tmp_path):
    with SiteLock(tmp_path, "ha_tinh", NOW) as lock:
        left_by(tmp_path, host="may-2")
        lock.beat()

        with pytest.raises(SiteLocked, match=r"ha_tinh: the lock of this run is gone .* on may-2"):
            lock.check()
    assert from_text(path_of(tmp_path).read_bytes()).host == "may-2"


@pytest.mark.parametrize("replaced", [True, False])
def test_a_lock_file_that_was_removed_is_a_lock_that_is_gone(tmp_path, replaced):
    with SiteLock(tmp_path, "ha_tinh", NOW) as lock:
        path_of(tmp_path).unlink()
        if replaced:
            path_of(tmp_path).touch()
        lock.beat()

        with pytest.raises(SiteLocked, match="gone"):
            lock.check()


def test_of_two_at_the_same_moment_one_is_let_in_and_the_other_told_its_name(tmp_path):
    code = TAKE.replace("sys.stdin.read(1)\nos.kill(os.getpid(), 9)", "sys.stdin.read(1)")
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    try:
        until = time.monotonic() + 300
        while len(losers := [run for run in runs if run.poll() is not None]) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        winner = next(run for run in runs if run not in losers)
        for run in losers:
            assert f"another run holds this site (process {winner.pid} since" in run.communicate()[1]
        assert winner.communicate("x")[0] == "taken\n"
    finally:
        for run in runs:
            run.kill()


def test_a_full_disk_is_said_as_such_and_leaves_the_site_free(tmp_path, monkeypatch):
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        with pytest.raises(DiskFull):
            SiteLock(tmp_path, "ha_tinh", NOW).__enter__()

    with SiteLock(tmp_path, "ha_tinh", NOW):
        pass
