"""Run ``khcn`` many times without loading it each time: a process that has loaded it, and forks.

    with Forked() as forked:
        done = forked.run("crawl", "ha_tinh", data=..., fault={"nth": 3, "error": "EIO"})

Each run is a process of its own, that shares nothing with the next but the code which was loaded before
the fork. With *mounts* they are in a mount namespace of their own, in which a data root can be a small file
system: it is copied to ``keep`` afterwards.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import time_machine

ROOT = Path(__file__).parents[2]
UNSHARE = ("unshare", "--user", "--map-root-user", "--mount")
TIMEOUT_S = 600
LOADED = (
    "crawler.cli.crawl crawler.cli.rebuild crawler.cli.repair crawler.cli.import_ crawler.cli.export crawler.run crawler.capture crawler.spider crawler.recorder "
    "crawler.rebuild archive.catalog archive.jsonl crawler.derive crawler.images crawler.extensions.report "
    "crawler.extensions.disk crawler.pipelines.assets crawler.middlewares.robots spiders.listing "
    "scrapy.core.engine scrapy.core.scraper scrapy.crawler tests.crawler.faulty_disk"
)


@dataclass(frozen=True, slots=True)
class Done:
    """How a run ended."""

    code: int
    """As ``subprocess`` tells it: negative for a signal."""
    said: str
    """stdout and stderr."""


class CanNotMount(OSError):
    """No file system of our own can be had."""


class Forked:
    """A process that forks runs of ``khcn``, one after the other."""

    def __init__(self, *, mounts: bool = False) -> None:
        self._mounts = mounts

    def __enter__(self) -> Self:
        command = [*(UNSHARE if self._mounts else ()), sys.executable, "-m", "tests.crawler.forked"]
        env = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}
        self._process = subprocess.Popen(
            command, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=TIMEOUT_S)

    def run(self, *arguments: str, data: Path, **job: Any) -> Done:
        """Run a command; *job*: what :func:`run` knows. Raises CanNotMount."""
        try:
            self._process.stdin.write(json.dumps(job | {"arguments": arguments, "data": data}, default=str) + "\n")
            self._process.stdin.flush()
            told = json.loads(self._process.stdout.readline())
        except (BrokenPipeError, ValueError):
            raise CanNotMount(f"no process to fork from: exit code {self._process.wait()}") from None
        if "error" in told:
            raise CanNotMount(told["error"])
        return Done(told["code"], told["said"])


def serve() -> None:
    """Answer each job, a line of JSON on stdin, with a line on stdout."""
    for name in LOADED.split():
        importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules, "a reactor can not be shared"
    for line in sys.stdin:
        try:
            told = run(json.loads(line))
        except OSError as error:
            told = {"error": str(error)}
        print(json.dumps(told), flush=True)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job, and return how it ended.

    ``arguments``, ``data``, ``environ``; ``at``, the time that it is then; ``fault`` for :class:`tests.crawler.faulty_disk.FaultyDisk`;
    ``rlimit``, the largest size of a file; ``size`` of the file system that ``data`` lies on, and ``keep``,
    the folder into which that is copied.
    """
    data = Path(job["data"])
    if "size" not in job:
        return _fork(job, data)
    data.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={job['size']}", "none", str(data)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        raise OSError(mounted.stderr)
    try:
        return _fork(job, data)
    finally:
        shutil.copytree(data, job["keep"], dirs_exist_ok=True)
        subprocess.run(["umount", str(data)], check=True)


def _fork(job: dict[str, Any], data: Path) -> dict[str, Any]:
    log = os.memfd_create("log")
    child = os.fork()
    if not child:
        try:
            os._exit(_run_here(job, data, log))
        finally:
            os._exit(70)
    deadline = time.monotonic() + TIMEOUT_S
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)
    said = os.pread(log, 1 << 20, 0).decode("utf-8", "replace")
    os.close(log)
    return {"code": os.waitstatus_to_exitcode(ended[1]), "said": said}


def _run_here(job: dict[str, Any], data: Path, log: int) -> int:
    from crawler.cli import main
    from tests.crawler.faulty_disk import FaultyDisk

    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update({"KHCN_DATA": str(data), "KHCN_MIN_FREE": "0"} | job.get("environ", {}))
    if "rlimit" in job:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["rlimit"], resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    if "fault" in job:
        FaultyDisk(data, **job["fault"]).install()
    sys.path[:0] = filter(None, [job.get("environ", {}).get("PYTHONPATH")])
    if "at" in job:
        time_machine.travel(datetime.fromisoformat(job["at"]).timestamp(), tick=True).start()
    sys.argv = ["khcn", *job["arguments"]]
    code = 1
    try:
        main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    return code


if __name__ == "__main__":
    serve()
