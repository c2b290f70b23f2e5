"""A process that does tasks of a rebuild, one after the other, until its pipe is closed.

That happens whenever the rebuild ends, also by ``kill -9``; whatever the process is doing then, it ends too.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from crawler.portable import portable
from crawler.rebuild_tasks import Setup

if TYPE_CHECKING:
    from crawler.rebuild_pool import Task


class _ToPipe(QueueHandler):
    """Sends what is logged to the process that writes the log."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__(SimpleQueue())
        self._pipe = pipe

    def enqueue(self, record: logging.LogRecord) -> None:
        self._pipe.send(("log", {**vars(record), "exc_info": None}))


def serve(descriptor: int) -> None:
    """Do the tasks that come through a pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe: Connection = Connection(descriptor)
    tasks: SimpleQueue[Task] = SimpleQueue()
    setup: Setup
    try:
        setup, level = pipe.recv()
    except EOFError:
        return
    root = logging.getLogger()
    root.handlers = [_ToPipe(pipe)]
    root.setLevel(level)
    gc.freeze()
    # Trees of pages come and go by the thousand objects: the default looks at all of them too often.
    gc.set_threshold(20_000, 20, 50)
    Thread(target=_receive, args=(pipe, tasks), daemon=True).start()
    place = os.open(_place(setup.scratch, os.getpid()), os.O_WRONLY | os.O_CREAT, 0o600)
    while True:
        task = tasks.get()
        try:
            os.ftruncate(place, 0)
            told = ("done", task.run(setup, lambda offset: os.pwrite(place, b"%020d" % offset, 0)))
        except BaseException as error:
            told = ("error", portable(error))
        pipe.send(told)


def last_place(scratch: Path, process: int) -> int | None:
    """Return at which offset a process was at work when it died, null when it was at none."""
    path = _place(scratch, process)
    told = path.read_bytes() if path.exists() else b""
    return int(told) if told else None


def _place(scratch: Path, process: int) -> Path:
    return scratch / f"at-{process}"


def _receive(pipe: Connection, tasks: SimpleQueue[Task]) -> None:
    try:
        while True:
            tasks.put(pipe.recv())
    except (EOFError, OSError):
        os._exit(1)
