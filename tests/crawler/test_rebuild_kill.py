"""A rebuild may be killed at any moment: the old catalog stays, and the same command makes the same one.

``REBUILD_KILLS`` (environment) is how often, ``KILL_SEED`` when: another number, other moments.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from archive.catalog import Catalog
from tests.crawler.small_crawl import small_crawl
from tests.khcn import COMMAND, khcn

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("REBUILD_KILLS", "3"))
SEED = int(os.environ.get("KILL_SEED") or 1)


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    with small_crawl(tmp_path_factory.mktemp("rebuilt")) as rig:
        data = tmp_path_factory.mktemp("sound") / "data"
        shutil.copytree(rig.sound(), data)
    return data


@pytest.fixture
def data(sound, tmp_path) -> Path:
    return shutil.copytree(sound, tmp_path / "data")


def begin(data: Path, *options: str) -> subprocess.Popen[bytes]:
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_DATA": str(data)}
    command = [str(COMMAND), "rebuild", "--jobs", "2", *options]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def held(data: Path) -> tuple[list[str], dict[str, bytes]]:
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        rows = list(catalog.dump())
    return rows, {str(path.relative_to(data)): path.read_bytes() for path in sorted(data.glob("articles/*/*/*"))}


@pytest.mark.parametrize("option", ["", "--stale"])
def test_killed_at_any_moment_and_run_again_it_makes_the_same_catalog(data, option):
    rng = random.Random(SEED)
    print(f"KILL_SEED={SEED} REBUILD_KILLS={KILLS}")
    before = held(data)
    if option:
        age(data)
    options = [option] if option else []
    took = time.monotonic()
    shutil.copytree(data, data.with_name("timed"))
    assert begin(data.with_name("timed"), *options).wait(300) == 0
    took = time.monotonic() - took
    for _ in range(KILLS):
        run = begin(data, *options)
        with suppress(subprocess.TimeoutExpired):
            run.wait(rng.uniform(0.1, took))
        run.send_signal(signal.SIGKILL)
        run.wait(300)
        rows, _ = held(data)
        assert [row for row in rows if not row.startswith("readings")] == [
            row for row in before[0] if not row.startswith("readings")
        ]

    done = khcn("rebuild", *options, data=data)

    assert done.returncode == 0, done.stderr
    assert held(data) == before
    assert not list(data.glob("*.rebuild*"))


def age(data: Path) -> None:
    """Let the catalog say that other code had read its pages."""
    with sqlite3.connect(data / "catalog.sqlite3") as connection:
        connection.execute("UPDATE readings SET state = 'old' WHERE kind <> 'redirect'")
    connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_ends_with_8_and_has_changed_nothing(data, number):
    before = held(data)
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_DATA": str(data)}
    fault = {"call": "crawler.rebuild_pool:_Worker.told", "signal": number.name}
    command = [sys.executable, "-m", "tests.crawler.faulty", json.dumps(fault), "rebuild", "--jobs", "2"]

    run = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert run.returncode == 8, run.stderr
    assert held(data) == before
    assert not list(data.glob("*.rebuild*"))
