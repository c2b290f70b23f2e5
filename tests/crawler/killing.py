"""Crawls of a played site that are ended from outside, at moments that are recognised and not guessed.

A crawl that is to be ended stops by SIGSTOP at a request, before it is answered: however slow the machine is, and
whoever is slower on it, there is something left to end.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.owner import from_text
from tests.khcn import COMMAND
from tests.play import Fetch, Played

ROOT = Path(__file__).parents[2]
PATIENCE_S = 300
"""Longer than any moment is away on a busy machine."""


def begin_stopping(
    played: Played, command: list[str], is_there: Callable[[], bool], **options: Any
) -> subprocess.Popen[Any]:
    """Start a process that asks the played sites, and stops at the first request at which something is so."""
    process: Future[subprocess.Popen[Any]] = Future()

    def stop() -> None:
        if is_there():
            played.on_request = lambda: None
            with suppress(ProcessLookupError):
                os.kill(process.result().pid, signal.SIGSTOP)

    played.on_request = stop
    process.set_result(subprocess.Popen(command, **options))
    return process.result()


def is_stopped(process: subprocess.Popen[Any]) -> bool:
    """Whether a process was stopped by a signal, and not let go on."""
    with suppress(ChildProcessError):  # its end was told already
        told = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT)
        return told is not None and told.si_status == signal.SIGSTOP
    return False


def wait_until_stopped(process: subprocess.Popen[Any]) -> None:
    """Wait until a process is stopped; fail when it ended before."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_stopped(process):
        assert process.poll() is None, "it ended before"
        assert time.monotonic() < deadline, "it never stopped"
        time.sleep(0.002)


def tell(process: subprocess.Popen[Any], *numbers: int) -> None:
    """Send signals to a stopped process, and let it go on."""
    for number in (*numbers, signal.SIGCONT):
        process.send_signal(number)


@dataclass
class Victim:
    """A site that is crawled again and again, by the same command, under the same data root."""

    data: Path
    played: Played
    site: str
    resolve: str = ""
    arguments: tuple[str, ...] = ()
    said: list[str] = field(default_factory=list)
    """What each run wrote to stderr."""
    ends: list[tuple[str, int]] = field(default_factory=list)
    """The moment and the exit code of each run."""

    def begin(self, *, most: int | None = None, fault: dict[str, Any] | None = None) -> None:
        """Start the next run, and note how things stand.

        It stops by itself when *most* addresses have been asked for by all runs, and one at least by this one, or
        does as :mod:`tests.crawler.faulty` is told.
        """
        self.data.parent.mkdir(exist_ok=True)
        self.fetched = len(self.played.log)
        self.size = self.written()
        self.opened, self.indexes = self._files("warcs/*/*/*.open"), self._files("cdxj/*/*/*.cdxj")
        self.reports = self._reports()
        self.told = self.data.parent / f"stderr-{len(self.said)}.txt"
        self.out = self.told.with_name(f"stdout-{len(self.said)}.txt")
        command = [sys.executable, "-m", "tests.crawler.faulty", json.dumps(fault)] if fault else [str(COMMAND)]
        with self.told.open("wb") as told, self.out.open("wb") as out:
            self.run = begin_stopping(
                self.played,
                [*command, "crawl", self.site, "--json", "-s", "DOWNLOAD_DELAY=0", *self.arguments],
                lambda: most is not None and self.asked(most),
                env={
                    "PATH": "/usr/bin:/bin",
                    "LANG": "C.UTF-8",
                    "KHCN_DATA": str(self.data),
                    "KHCN_RESOLVE": self.resolve or self.played.resolve,
                },
                cwd=ROOT,
                stdout=out,
                stderr=told,
            )

    def until(self, is_so: Callable[[], bool] = lambda: False) -> None:
        """Wait until something is so, or the run has stopped where it had to."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_so() and not is_stopped(self.run):
            assert self.run.poll() is None, self.told.read_text()
            assert time.monotonic() < deadline, "the moment never came"
            time.sleep(0.001)

    def end(self, moment: str, *numbers: int) -> None:
        """Send signals, let it go on should it have stopped, and wait for the run's end."""
        if numbers:
            tell(self.run, *numbers)
        self.run.wait(timeout=PATIENCE_S)
        self.said.append(self.told.read_text())
        self.ends.append((moment, self.run.returncode))

    def die(self, moment: str, fault: dict[str, Any]) -> None:
        """Run until a call at which the process kills itself."""
        self.begin(fault=fault)
        self.end(moment)
        assert self.run.returncode == -signal.SIGKILL, self.said[-1]

    def finish(self) -> dict:
        """Run to the end; return the report."""
        self.begin()
        self.end("through")
        assert self.run.returncode == 0, self.said[-1]
        return json.loads(self.out.read_text())

    # Moments of a run

    def asked(self, count: int) -> bool:
        """So many addresses were asked for, by all runs, and one at least by this one."""
        return len(self.played.log) > self.fetched and len(set(self.played.log)) >= count

    def wrote(self, size: int) -> bool:
        """This run has written so many bytes into WARC files."""
        return self.written() >= self.size + size

    def is_locked(self) -> bool:
        """The run has the site's lock."""
        lock = self.data / "locks" / f"{self.site}.lock"
        owner = from_text(lock.read_bytes()) if lock.exists() else None
        return owner is not None and owner.pid == self.run.pid

    def is_mended(self) -> bool:
        """The WARC file that the run before left open is closed."""
        return self.is_locked() and not self.opened & self._files("warcs/*/*/*.open")

    def is_indexed(self) -> bool:
        """That file has its index."""
        return self.is_mended() and (not self.opened or self._files("cdxj/*/*/*.cdxj") > self.indexes)

    def is_reported(self) -> bool:
        """The report of the crawl as it was left is written, or that of the run that goes on with it."""
        return self.is_indexed() and self._reports() != self.reports

    def written(self) -> int:
        """Return the size of all WARC files."""
        sizes = 0
        for path in self._files("warcs/*/*/*"):
            try:
                sizes += (self.data / path).stat().st_size
            except FileNotFoundError:  # renamed just now
                sizes += (self.data / path.removesuffix(".open")).stat().st_size
        return sizes

    def refetched(self) -> Counter[Fetch]:
        """Return what was asked for more than once, and how often too much."""
        return Counter({fetch: number - 1 for fetch, number in Counter(self.played.log).items() if number > 1})

    def _files(self, pattern: str) -> set[str]:
        return {str(path.relative_to(self.data)) for path in self.data.glob(pattern)}

    def _reports(self) -> dict[str, int]:
        found = {}
        for name in self._files("crawls/*.json*"):
            try:
                found[name] = (self.data / name).stat().st_mtime_ns
            except FileNotFoundError:
                continue
        return found
