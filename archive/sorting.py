"""Lines sorted with flat memory: sorted runs in temporary files, merged when read."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO

RUN_BYTES = 8 << 20
MAX_RUNS = 64
"""Runs merged at once; each is an open file."""


class LineSorter:
    """Takes lines in any order and gives them sorted by their bytes (``LC_ALL=C``)."""

    def __init__(self, folder: Path, *, run_bytes: int = RUN_BYTES) -> None:
        """Keep the runs in nameless files of *folder*."""
        self._folder = folder
        self._run_bytes = run_bytes
        self.size = 0
        """Bytes of all lines."""
        self._lines: list[bytes] = []
        self._held = 0
        self._runs: list[BinaryIO] = []

    def add(self, line: bytes) -> None:
        """Take a line, without its line end."""
        self._lines.append(line)
        self.size += len(line) + 1
        # What a bytes object and its place in the list cost.
        self._held += len(line) + 64
        if self._held >= self._run_bytes:
            self._runs.append(self._write(sorted(self._lines)))
            self._lines, self._held = [], 0
            if len(self._runs) >= MAX_RUNS:
                merged = self._write(heapq.merge(*map(_read, self._runs)))
                self._close_runs()
                self._runs = [merged]

    def __iter__(self) -> Iterator[bytes]:
        """Yield all lines sorted, without line ends."""
        self._lines.sort()
        return heapq.merge(*map(_read, self._runs), self._lines)

    def __enter__(self) -> LineSorter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close_runs()

    def _write(self, lines: Iterable[bytes]) -> BinaryIO:
        run: BinaryIO = TemporaryFile(dir=self._folder)  # noqa: SIM115
        run.writelines(line + b"\n" for line in lines)
        return run

    def _close_runs(self) -> None:
        for run in self._runs:
            run.close()


def _read(run: BinaryIO) -> Iterator[bytes]:
    run.seek(0)
    return (line[:-1] for line in run)
