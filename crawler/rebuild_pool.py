"""Do tasks at once, in processes that may die, and that die with this one.

A process that dies takes one task with it. That is done again once, by another process.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, cast

from crawler.rebuild_tasks import At, Setup
from crawler.rebuild_worker import last_place

logger = logging.getLogger(__name__)


class Task(Protocol):
    """What one process can do alone; it says itself what it is (``str``)."""

    def run(self, setup: Setup, at: At, /) -> Any:
        """Do it. *at* takes where it is at work, should the process die."""


Begin = Callable[[Task], object]
T = TypeVar("T", bound=Task)


@dataclass(frozen=True, slots=True)
class Death:
    """Why a task has no result: the process that did it died."""

    cause: str
    """Its exit code, or the signal that ended it."""
    offset: int | None
    """Where it was at work."""


class Doing(Protocol):
    """Whoever does tasks: :class:`Pool`, or a cluster."""

    def first(self, task: Task) -> None:
        """Put a task before all others, while results are taken."""

    def results(self, tasks: Iterable[T]) -> Iterator[tuple[T, Any]]:
        """Yield each task with its result as it is done, or with a :class:`Death`. Raises what a task raises."""
        ...


class Pool:
    """Processes that do tasks; with no *jobs* this process does them."""

    def __init__(self, setup: Setup, jobs: int, begin: Begin = lambda task: None) -> None:
        """*begin* is called before each task."""
        self._setup = setup
        self._jobs = jobs
        self._begin = begin
        self._tasks: deque[Task] = deque()
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.kill()

    def first(self, task: Task) -> None:
        """Put a task before all others, while results are taken."""
        self._tasks.appendleft(task)

    def results(self, tasks: Iterable[T]) -> Iterator[tuple[T, Any]]:
        """Yield each task with its result as it is done, or with a :class:`Death`. Raises what a task raises."""
        self._tasks = deque(tasks)
        if not self._jobs:
            while self._tasks:
                task = cast(T, self._tasks.popleft())
                self._begin(task)
                yield task, task.run(self._setup, lambda offset: None)
            return
        while self._hand_out():
            busy = {worker.pipe: worker for worker in self._workers if worker.task is not None}
            for pipe in wait(list(busy)):
                worker = busy[pipe]  # type: ignore[index]
                given = cast(T, worker.task)
                try:
                    told = worker.told()
                except (EOFError, OSError):
                    self._workers.remove(worker)
                    death = worker.death()
                    logger.warning("process died", extra={"task": str(given), "cause": death.cause})
                    yield given, death
                    continue
                if told is not None:
                    yield given, told[0]

    def _hand_out(self) -> bool:
        """Give tasks to idle processes, started where there are too few; say whether any is at work."""
        idle = [worker for worker in self._workers if worker.task is None]
        while self._tasks and (idle or len(self._workers) < self._jobs):
            if not idle:
                idle.append(_Worker(self._setup))
                self._workers.append(idle[0])
            task = self._tasks.popleft()
            self._begin(task)
            idle.pop().do(task)
        return any(worker.task is not None for worker in self._workers)


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, setup: Setup) -> None:
        self.pipe, theirs = Pipe()
        self.task: Task | None = None
        self._scratch = setup.scratch
        serve = f"from crawler.rebuild_worker import serve; serve({theirs.fileno()})"
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {serve}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for this process, which ends those
        )
        theirs.close()
        with suppress(OSError):  # it died already: asking for a result tells
            self.pipe.send((setup, logging.getLogger().getEffectiveLevel()))

    def do(self, task: Task) -> None:
        self.task = task
        with suppress(OSError):
            self.pipe.send(task)

    def told(self) -> tuple[Any] | None:
        """Return the result in what the process says next, null when it says something else."""
        kind, value = self.pipe.recv()
        match kind:
            case "log":
                record = logging.makeLogRecord(value)
                target = logging.getLogger(record.name)
                if target.isEnabledFor(record.levelno):
                    target.handle(record)
            case "error":
                raise value
            case "done":
                self.task = None
                return (value,)
        return None

    def death(self) -> Death:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)  # its pipe is closed: it ends, for a reason of its own
        self.kill()
        code = self._process.returncode
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return Death(cause, last_place(self._scratch, self._process.pid))

    def kill(self) -> None:
        self.pipe.close()
        with suppress(OSError):
            self._process.kill()
        self._process.wait()
