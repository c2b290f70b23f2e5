"""Runs a target over its seeds and what is made of them, and says what broke. The same numbers, the same inputs."""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random
from types import FrameType
from typing import NoReturn

from tests.fuzz.mutate import Mutator
from tests.fuzz.target import Target

ROOT = Path(__file__).parents[2]
HANG_S = 5.0
"""CPU seconds that one input may take."""


class Hang(BaseException):
    """An input takes too long; no Exception, so that nothing that is read catches it."""


@dataclass
class Report:
    """What became of the inputs of a target."""

    target: str
    inputs: int = 0
    cpu_s: float = 0.0
    slowest_s: float = 0.0
    slowest: bytes = b""
    crashes: dict[str, bytes] = field(default_factory=dict)
    """Where and how it broke, and the shortest input that does it."""

    def __str__(self) -> str:
        lines = [
            f"{self.target}: {self.inputs} inputs, {len(self.crashes)} crashes, "
            f"{self.cpu_s:.1f} s, the slowest {self.slowest_s:.2f} s"
        ]
        return "\n".join(lines + [f"  {how}\n    {data[:2000]!r}" for how, data in self.crashes.items()])


def drive(target: Target, inputs: int, seconds: float | None = None, seed: int = 0) -> Report:
    """Give a target its seeds, and inputs made of them until there were *inputs*, or for some CPU seconds."""
    report = Report(target.name)
    started = time.process_time()
    for data in _inputs(target, seed):
        report.cpu_s = time.process_time() - started
        if report.inputs >= inputs or (seconds is not None and report.cpu_s >= seconds):
            return report
        run_one(target, data, report)
    return report


def _inputs(target: Target, seed: int) -> Iterator[bytes]:
    return chain(target.seeds(), _endless(Mutator(target, Random(f"{target.name} {seed}"))))


def _endless(mutator: Mutator) -> Iterator[bytes]:
    while True:
        yield mutator.next()


def run_one(target: Target, data: bytes, report: Report) -> None:
    """Give a target one input; note how long it took, and what it raised that was not promised."""
    report.inputs += 1
    started = time.process_time()
    try:
        with _at_most(HANG_S):
            target.run(data)
    except target.promised:
        pass
    except (Exception, Hang) as error:
        how = _how(error)
        if len(data) < len(report.crashes.get(how, data + b" ")):
            report.crashes[how] = data
    took = time.process_time() - started
    if took > report.slowest_s:
        report.slowest_s, report.slowest = took, data


def run_all(target: Target, inputs: Iterable[bytes]) -> Report:
    """Give a target these inputs."""
    report = Report(target.name)
    for data in inputs:
        run_one(target, data, report)
    return report


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise Hang when the block takes more CPU time; other programs on the machine do not count."""
    before = signal.signal(signal.SIGPROF, _hang)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _hang(number: int, frame: FrameType | None) -> NoReturn:
    raise Hang(f"more than {HANG_S:g} s of CPU time")


def _how(error: BaseException) -> str:
    """Return what an error is, with the last lines of this project that it went through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(ROOT))]
    places = [f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno}" for frame in frames[-2:]]
    return f"{type(error).__name__}: {str(error)[:200]!r} at {' > '.join(places)}"
