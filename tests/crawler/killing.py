"""Crawls of a played site that are ended from outside, at moments that are recognised and not guessed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from crawler.owner import from_text
from tests.khcn import COMMAND
from tests.play import Fetch, Played

PATIENCE_S = 90
"""Longer than any moment is away on a busy machine."""


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

    def begin(self, *arguments: str) -> None:
        """Start the next run, and note how things stand."""
        self.data.parent.mkdir(exist_ok=True)
        self.fetched = len(self.played.log)
        self.size = self.written()
        self.opened, self.indexes = self._files("warcs/*/*/*.open"), self._files("cdxj/*/*/*.cdxj")
        self.reports = self._reports()
        self.told = self.data.parent / f"stderr-{len(self.said)}.txt"
        self.out = self.told.with_name(f"stdout-{len(self.said)}.txt")
        with self.told.open("wb") as told, self.out.open("wb") as out:
            self.run = subprocess.Popen(
                [str(COMMAND), "crawl", self.site, "--json", "-s", "DOWNLOAD_DELAY=0", *self.arguments, *arguments],
                env={
                    "PATH": "/usr/bin:/bin",
                    "LANG": "C.UTF-8",
                    "KHCN_DATA": str(self.data),
                    "KHCN_RESOLVE": self.resolve or self.played.resolve,
                },
                stdout=out,
                stderr=told,
            )

    def until(self, is_so: Callable[[], bool]) -> bool:
        """Wait until something is so; return False when the run ended before."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            if self.run.poll() is not None:
                return False
            assert time.monotonic() < deadline, "the moment never came"
            time.sleep(0.001)
        return self.run.poll() is None

    def end(self, moment: str, number: int | None = None) -> float:
        """Send a signal, and wait for the run's end; return how many seconds that took."""
        sent = time.monotonic()
        if number is not None:
            self.run.send_signal(number)
        self.run.wait(timeout=PATIENCE_S)
        self.said.append(self.told.read_text())
        self.ends.append((moment, self.run.returncode))
        return time.monotonic() - sent

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

    def is_closed(self) -> bool:
        """The run has closed the WARC file that it wrote."""
        return self.wrote(1) and not self._files("warcs/*/*/*.open")

    def is_settled(self) -> bool:
        """The articles of the crawl are being written, or are."""
        return bool(self._files("articles/*/*/*"))

    def is_ended(self) -> bool:
        """The frontier knows that the crawl is through; its report is not written."""
        if not self.is_locked():
            return False
        with closing(sqlite3.connect(f"file:{self.data}/frontier.sqlite3?mode=ro", uri=True)) as frontier:
            return frontier.execute("SELECT crawl FROM frontier_sites").fetchall() == [(None,)]

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
