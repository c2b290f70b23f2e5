"""Two runs over one site: one crawls, the other is told who does; a dead one stands in nobody's way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter

import pytest

from crawler.owner import from_text
from tests.crawler.killing import PATIENCE_S, begin_stopping, is_stopped, tell, wait_until_stopped
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play


@pytest.fixture
def played():
    with play(seeds=False, oldest=4) as sites:
        yield sites


def crawl(data, played) -> tuple[list[str], dict[str, str]]:
    """Return the command, and its environment."""
    return [str(COMMAND), "crawl", "ha_tinh", *FAST], {
        "PATH": "/usr/bin:/bin",
        "KHCN_DATA": str(data),
        "KHCN_RESOLVE": played.resolve,
    }


def test_of_runs_begun_at_the_same_second_one_crawls_and_nothing_is_fetched_twice(tmp_path, played):
    lock = tmp_path / "locks" / "ha_tinh.lock"

    def stop() -> None:  # it waits for the others, and not they for it
        played.on_request = lambda: None
        os.kill(from_text(lock.read_bytes()).pid, signal.SIGSTOP)

    played.on_request = stop
    command, env = crawl(tmp_path, played)
    runs = [subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    until = time.monotonic() + PATIENCE_S
    while len([run for run in runs if is_stopped(run) or run.poll() is not None]) < 3:
        assert time.monotonic() < until
        time.sleep(0.01)
    (winner,) = (run for run in runs if run.poll() is None)
    tell(winner)
    said = [run.communicate(timeout=PATIENCE_S)[1] for run in runs]

    assert sorted(run.returncode for run in runs) == [0, 7, 7]
    for run, text in zip(runs, said, strict=True):
        if run is not winner:
            assert f"khcn: ha_tinh: another run holds this site (process {winner.pid} since 20" in text
    assert max(Counter(played.log).values()) == 1
    (report,) = tmp_path.glob("crawls/*")
    assert json.loads(report.read_text())["articles"]["new"] == 4


def test_a_killed_run_is_taken_over_at_once(tmp_path, played):
    command, env = crawl(tmp_path, played)
    run = begin_stopping(played, command, lambda: list(tmp_path.glob("warcs/*/*/*.open")), env=env)
    wait_until_stopped(run)
    run.kill()
    run.wait()
    lock = tmp_path / "locks" / "ha_tinh.lock"
    assert from_text(lock.read_bytes()).pid == run.pid

    done = khcn("crawl", "ha_tinh", "--json", *FAST, data=tmp_path, resolve=played.resolve)

    report = json.loads(done.stdout)
    assert (done.returncode, report["articles"]["new"]) == (0, 4), done.stderr
    assert [run["exit"] for run in report["runs"]] == [8, 0]
    assert sum(run["requests"] for run in report["runs"]) == report["requests"]
    assert lock.read_bytes() == b""
