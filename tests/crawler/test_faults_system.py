"""System calls fail, SQLite's own among them: what Python's calls can not reach. Needs ``strace`` and ``ALL_FAULTS=1``."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.crawler.small_crawl import ALL, ERRORS, SITE, SMALL, SmallCrawl, small_crawl
from tests.crawler.whole import check_whole
from tests.khcn import COMMAND, FAST

pytestmark = [
    pytest.mark.skipif(not ALL, reason="takes minutes; ask for it with ALL_FAULTS=1"),
    pytest.mark.skipif(not shutil.which("strace"), reason="needs strace(1)"),
]

CALLS = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "mkdir")
PLACES = 6
"""So many calls of each kind fail, spread over all of them."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    with small_crawl(tmp_path_factory.mktemp("system")) as made:
        yield made


@pytest.fixture(scope="module")
def counts(rig):
    """How often a crawl makes each call."""
    done = traced(rig, rig.folder / "counted", "-e", f"trace={','.join(CALLS)}")
    if "ptrace" in done.stderr:
        pytest.skip(f"needs a system that may be traced: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return Counter(re.findall(r"^\d+ +(\w+)\(", (rig.folder / "trace").read_text(), re.MULTILINE))


def traced(rig: SmallCrawl, data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_RESOLVE": rig.resolve, "KHCN_DATA": str(data)}
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", str(rig.folder / "trace"), *options]
    crawl = [str(COMMAND), "crawl", SITE, *FAST, *SMALL]
    return subprocess.run([*strace, *crawl], env=env, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("call", CALLS)
def test_a_system_call_that_fails_once_loses_nothing(rig, counts, call, error):
    step = max(1, counts[call] // PLACES)
    for nth in range(1, counts[call] + 1, step):
        data = rig.folder / f"{call}-{nth}"

        failed = traced(rig, data, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={nth}")

        told = f"{call} number {nth} failed with {error}:\n{failed.stdout}{failed.stderr}"
        assert failed.returncode in (0, 3), told
        assert "Traceback" not in failed.stderr, told
        if failed.returncode == 0:
            check_whole(data, rig.expected)
        again = rig.crawl(data)
        assert again.code == 0, f"{told}\nthen:\n{again.said}"
        check_whole(data, rig.expected)
        shutil.rmtree(data)
