"""What a task on a cluster costs beside what it does, and what a cluster is worth to a rebuild.

    python -m benchmarks.cluster [--tasks 500] [--pages 1500] [--rounds 3]

First a cluster of this machine does so many calls that do nothing. "by the clock" is the machine as it is, with its
load; "processor" is the command with the scheduler in it, and the workers beside.

Then an archive of played pages is rebuilt in turn by one process, by two, and by a cluster of two workers. "CPU" is
that of all processes. Checked in the same run: all three give equal rows.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from archive.catalog import Catalog
from benchmarks.rebuild import KINDS, STRETCH, build
from crawler import rebuild_gather
from crawler.cli.common import load_site
from crawler.cluster.client import Cluster, Work, cluster
from crawler.cluster.stretches import ClusterPool
from crawler.rebuild import rebuild

WORKERS = 2


@dataclass
class Spent:
    """What a piece of work took."""

    clock_s: float = 0.0
    here_s: float = 0.0
    """Processor time of this process."""
    others_s: float = 0.0
    """Of those that it started, whether they ended or not."""


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure the block."""
    told = Spent()
    clock, here, others = time.perf_counter(), time.process_time(), _others_s()
    yield told
    told.clock_s, told.here_s = time.perf_counter() - clock, time.process_time() - here
    told.others_s = _others_s() - others


def _others_s() -> float:
    own = psutil.Process()
    ended = own.cpu_times()
    total = float(ended.children_user + ended.children_system)
    for child in own.children(recursive=True):
        try:
            used = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system + used.children_user + used.children_system
    return total


def tasks(made: Cluster, count: int) -> Spent:
    """Do so many calls that do nothing."""
    works = {number: Work(f"task {number}", abs, (number,)) for number in range(count)}
    with spent() as told:
        answers = dict(made.results(works))
    assert all(answer.value == number for number, answer in answers.items())
    return told


def rebuilt(root: Path, jobs: int, made: Cluster | None) -> tuple[Spent, str]:
    """Rebuild; return what that took, and a hash of all rows."""
    reading = partial(ClusterPool, made) if made is not None else None
    with spent() as told:
        rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site, jobs=jobs, reading=reading)
    digest = hashlib.sha256()
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        for row in catalog.dump():
            digest.update(row.encode())
    return told, digest.hexdigest()


def main() -> None:
    """Print what a task costs, and what a cluster is worth."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--pages", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    rebuild_gather.STRETCH = STRETCH
    with tempfile.TemporaryDirectory() as folder, cluster("local", Path(folder), workers=WORKERS) as made:
        for _ in range(options.rounds):
            told = tasks(made, options.tasks)
            clock, here, others = (1000 * each / options.tasks for each in (told.clock_s, told.here_s, told.others_s))
            print(f"a task: {clock:.1f} ms by the clock; processor {here:.1f} ms here, {others:.1f} ms in the workers")
        root = Path(folder)
        build(root, next(iter(KINDS)), options.pages)
        ways: dict[str, tuple[int, Cluster | None]] = {"one": (1, None), "two": (2, None), "cluster": (2, made)}
        found: dict[str, list[Spent]] = {name: [] for name in ways}
        digests = set()
        for _ in range(options.rounds):
            for name, (jobs, on) in ways.items():
                told, digest = rebuilt(root, jobs, on)
                found[name].append(told)
                digests.add(digest)
    if len(digests) != 1:
        raise SystemExit("a rebuild here and one on a cluster give different catalogs")
    print(f"{'rebuild by':12} {'pages/s':>8} {'times one':>10} {'CPU, ms a page':>15}")
    one = statistics.median(each.clock_s for each in found["one"])
    for name, each in found.items():
        clock = statistics.median(told.clock_s for told in each)
        used = statistics.median(told.here_s + told.others_s for told in each)
        print(f"{name:12} {options.pages / clock:8.0f} {one / clock:10.2f} {1000 * used / options.pages:15.2f}")


if __name__ == "__main__":
    main()
