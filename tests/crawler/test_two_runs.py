"""Two runs over one site: one crawls, the other is told who does; a dead one stands in nobody's way."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter

import pytest

from crawler.owner import from_text
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play


@pytest.fixture
def played():
    with play(seeds=False, oldest=4) as sites:
        yield sites


def begin(data, played, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(COMMAND), "crawl", "ha_tinh", *arguments],
        env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(data), "KHCN_RESOLVE": played.resolve},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_of_runs_begun_at_the_same_second_one_crawls_and_nothing_is_fetched_twice(tmp_path, played):
    runs = [begin(tmp_path, played, "-s", "DOWNLOAD_DELAY=0.1") for _ in range(3)]
    said = [run.communicate(timeout=120)[1] for run in runs]

    assert sorted(run.returncode for run in runs) == [0, 7, 7]
    winner = next(run for run in runs if run.returncode == 0)
    for run, text in zip(runs, said, strict=True):
        if run is not winner:
            assert f"khcn: ha_tinh: another run holds this site (process {winner.pid} since 20" in text
    assert max(Counter(played.log).values()) == 1
    (report,) = tmp_path.glob("crawls/*")
    assert json.loads(report.read_text())["articles"]["new"] == 4


def test_a_killed_run_is_taken_over_at_once(tmp_path, played):
    run = begin(tmp_path, played)
    until = time.monotonic() + 60
    while not list(tmp_path.glob("warcs/*/*/*.open")) and run.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    run.kill()
    run.communicate()
    lock = tmp_path / "locks" / "ha_tinh.lock"
    assert from_text(lock.read_bytes()).pid == run.pid

    done = khcn("crawl", "ha_tinh", "--json", *FAST, data=tmp_path, resolve=played.resolve)

    report = json.loads(done.stdout)
    assert (done.returncode, report["articles"]["new"]) == (0, 4), done.stderr
    assert [run["exit"] for run in report["runs"]] == [8, 0]
    assert sum(run["requests"] for run in report["runs"]) == report["requests"]
    assert lock.read_bytes() == b""
