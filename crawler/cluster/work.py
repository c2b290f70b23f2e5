"""What a worker does: one call of a function that one machine would call itself.

A call never raises on the worker: what went wrong is its answer. So Dask, which would log the arguments of a task that
failed, has nothing to log, and tries again only when a worker died.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from archive.errors import ConfigError
from crawler.cluster.code import code_mark
from crawler.exits import Stopped
from crawler.owner import boot
from crawler.portable import portable

logger = logging.getLogger(__name__)

Stop = Callable[[], object]


@dataclass(frozen=True, repr=False)
class Call:
    """A function and what it is called with; what it is, is all that its text tells."""

    run: str
    """Id of the command that asks."""
    what: str
    """Name of what is worked on: a site, a file."""
    mark: str
    """The code that the command runs (:func:`~crawler.cluster.code.code_mark`)."""
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    """May hold passwords."""

    def __repr__(self) -> str:
        return f"Call({self.what})"


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What a call gave: a value, or an error."""

    value: Any = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """What a worker is."""

    mark: str
    boot: str
    """Tells its machine from others."""
    sees: bool
    """Whether it sees the data root of the command."""


_stops: dict[str, set[Stop]] = {}
_ended: set[str] = set()
_change = threading.Lock()


def do(call: Call) -> Answer:
    """Do a call, unless this worker has other code, or the command was stopped."""
    if call.mark != code_mark():
        return Answer(error=other_code("a worker", code_mark(), call.mark))
    if call.run in _ended:
        return Answer(error=Stopped(f"{call.what}: not begun, for the run was stopped"))
    try:
        return Answer(call.function(*call.arguments))
    except BaseException as error:
        return Answer(error=portable(error))


def other_code(who: str, theirs: str, ours: str) -> ConfigError:
    """Return the error of a worker that runs other code."""
    return ConfigError(
        f"{who} runs {theirs}, and this is {ours}; install the same version, with the same site files, "
        "on every machine, then restart the workers"
    )


def meet(root: Path, probe: str) -> Met:
    """Say what this worker is; *probe* is a file that the command put into its data root."""
    return Met(code_mark(), boot(), (root / probe).exists())


@contextmanager
def logged(event: str) -> Iterator[None]:
    """Log what goes wrong in the block, and go on: of several things that are to end, one takes none with it."""
    try:
        yield
    except Exception as error:
        logger.warning(event, extra={"cause": f"{type(error).__name__}: {error}"})


def end(run: str) -> None:
    """End what this worker still does for a command."""
    with _change:
        _ended.add(run)
        stops = _stops.pop(run, set())
    for stop in stops:
        with logged("what a worker did was not stopped"):
            stop()


def at_end(run: str, stop: Stop) -> None:
    """Have *stop* called when the command ends or is stopped; at once when it has."""
    with _change:
        if not (is_late := run in _ended):
            _stops.setdefault(run, set()).add(stop)
    if is_late:
        stop()


def not_at_end(run: str, stop: Stop) -> None:
    """Take back what was said by :func:`at_end`."""
    with _change:
        _stops.get(run, set()).discard(stop)


def is_wanted() -> bool:
    """Say whether somebody still waits for the task of this thread: its command may have been killed."""
    try:
        from distributed import get_worker

        worker = get_worker()
        task = worker.state.tasks.get(worker.get_current_task())
    except (ImportError, ValueError):
        return True  # not on a worker
    return task is not None and task.state != "cancelled"


def tell(topic: str, told: dict[str, Any]) -> None:
    """Send an event to the command that asked."""
    with suppress(ImportError, ValueError):
        from distributed import get_worker

        get_worker().log_event(topic, told)


@cache
def deaf_plugin() -> Any:
    """Return the plugin of local workers: Ctrl-C is for the command alone, which then ends them in order."""
    from distributed import WorkerPlugin

    class Deaf(WorkerPlugin):  # type: ignore[misc]
        name = "deaf"

        def setup(self, worker: Any) -> None:
            with suppress(ValueError):  # not in the main thread
                signal.signal(signal.SIGINT, signal.SIG_IGN)

    return Deaf()
