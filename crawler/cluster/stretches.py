"""Read WARC files on a cluster for a rebuild: what is read comes back, and is put together by the command."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from crawler.cluster.client import Cluster, Work
from crawler.cluster.work import at_end
from crawler.rebuild_pool import Begin, Death, Pool, Task
from crawler.rebuild_tasks import ReadStretch, Setup, Told

T = TypeVar("T", bound=Task)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a stretch gave, with the bytes of its part."""

    told: Told
    part: bytes


@dataclass(slots=True, eq=False)
class _Reading:
    """The process in which a thread of a worker reads, kept from one stretch to the next, until the command ends."""

    run: str
    setup: Setup
    pool: Pool

    def close(self) -> None:
        self.pool.__exit__(None, None, None)
        shutil.rmtree(self.setup.scratch, ignore_errors=True)


_readings: dict[int, _Reading] = {}


def read_stretch(run: str, setup: Setup, task: ReadStretch) -> Brought | Death:
    """Read a stretch as a rebuild on one machine does: in a process that may die on a page."""
    ((_, told),) = _reading(run, setup).pool.results([task])
    if isinstance(told, Death):
        return told
    brought = Brought(told, told.part.read_bytes())
    told.part.unlink()
    return brought


def _reading(run: str, setup: Setup) -> _Reading:
    thread = threading.get_ident()
    found = _readings.get(thread)
    if found is None or found.run != run:
        if found is not None:
            found.close()
        own = replace(setup, scratch=Path(tempfile.mkdtemp(prefix="khcn-rebuild-")))
        found = _readings[thread] = _Reading(run, own, Pool(own, 1))
        at_end(run, found.close)
    return found


class ClusterPool:
    """Has stretches read by a cluster, as :class:`~crawler.rebuild_pool.Pool` by the processes of one machine."""

    def __init__(self, cluster: Cluster, setup: Setup, begin: Begin) -> None:
        self._cluster = cluster
        self._setup = setup
        self._begin = begin
        self._tasks: dict[object, Task] = {}

    def first(self, task: Task) -> None:
        """Put a task before all others, while results are taken."""
        key = object()
        self._tasks[key] = task
        self._cluster.first(key, self._work(task))

    def results(self, tasks: Iterable[T]) -> Iterator[tuple[T, Any]]:
        """Yield each task with its result as it is done, or with a :class:`Death`. Raises what a task raises."""
        self._tasks = {object(): task for task in tasks}
        works = {key: self._work(task) for key, task in self._tasks.items()}
        for key, answer in self._cluster.results(works, begin=lambda key: self._begin(self._tasks[key])):
            if answer.error is not None:
                raise answer.error
            task = cast(T, self._tasks.pop(key))
            if isinstance(answer.value, Brought):
                told = answer.value.told
                told.part = self._setup.scratch / told.part.name
                told.part.write_bytes(answer.value.part)
                yield task, told
            else:
                yield task, answer.value

    def _work(self, task: Task) -> Work:
        return Work(str(task), read_stretch, (self._cluster.run, self._setup, task))
