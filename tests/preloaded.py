"""``khcn`` run many times without loading it each time: a process that has loaded it, and forks.

Each run is a process of its own with an environment, a folder and output of its own. It shares nothing with
the next but code that was loaded before the fork, and ends as a process ends.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

LOADED = (
    "crawler.cli.crawl crawler.cli.rebuild crawler.cli.repair crawler.cli.import_ crawler.cli.export "
    "crawler.cli.verify crawler.cli.status crawler.cli.search crawler.cli.show crawler.cli.history crawler.cli.index "
    "crawler.run crawler.capture crawler.spider crawler.recorder crawler.rebuild crawler.derive crawler.images "
    "crawler.scheduler crawler.downloader crawler.reading_process crawler.watch crawler.searchable "
    "archive.catalog archive.fixity.run archive.jsonl rapidfuzz.distance settings tantivy tldextract time_machine "
    "scrapy.core.engine scrapy.core.scraper scrapy.crawler scrapy.logformatter"
)
PACKAGES = (
    "crawler.extensions crawler.middlewares crawler.pipelines spiders spiders.pages archive.search "
    "scrapy.downloadermiddlewares scrapy.extensions scrapy.spidermiddlewares"
)
"""Each with all that lies in it."""
TIMEOUT_S = 300
SELF = Path(__file__)


class Preloaded:
    """The end of it in a test's process; may be asked by several threads at once."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(SELF), str(theirs.fileno())],
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def close(self) -> None:
        """End it; runs that have begun go on."""
        self._control.close()
        self._process.wait(timeout=TIMEOUT_S)

    def run(
        self,
        command: str,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        cwd: Path | None,
        at: datetime | None,
    ) -> subprocess.CompletedProcess[str]:
        """Run ``khcn`` to its end. Raises TimeoutExpired, and ends it then."""
        job = {
            "arguments": [command, *arguments],
            "environ": dict(environ),
            "cwd": str(cwd or Path.cwd()),
            "at": at.timestamp() if at else None,
            "umask": _umask(),
        }
        ours, theirs = socket.socketpair()
        with ours, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with theirs:
                fds = [out.fileno(), err.fileno(), theirs.fileno()]
                socket.send_fds(self._control, [json.dumps(job).encode("utf-8", "surrogateescape")], fds)
            ours.settimeout(TIMEOUT_S)
            told = ours.makefile()
            pid = int(told.readline())
            try:
                code = int(told.readline())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(job["arguments"], TIMEOUT_S) from None
            texts = [_text(file) for file in (out, err)]
        return subprocess.CompletedProcess(job["arguments"], code, *texts)


@cache
def preloaded() -> Preloaded:
    """Return the one of this process; it ends with it."""
    made = Preloaded()
    atexit.register(made.close)
    return made


def _umask() -> int:
    # Asked of the kernel: os.umask() would change it for the other threads.
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("Umask:")), 8)


def _text(file: Any) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n").replace("\r", "\n")


def serve(control: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each job; return the job in it, and null in this one when no more will come."""
    replies: dict[int, socket.socket] = {}
    ended, woken = os.pipe()
    os.set_blocking(ended, False)
    os.set_blocking(woken, False)
    default = signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(woken)
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not control:
                    os.read(ended, 4096)
                    _tell_ended(replies)
                    continue
                said, fds, _, _ = socket.recv_fds(control, 1 << 20, 3)
                if not said:
                    return None
                child = os.fork()
                if not child:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, default)
                    for number, fd in enumerate(fds[:2], 1):
                        os.dup2(fd, number)
                    others = [reply.detach() for reply in replies.values()]
                    for fd in (*fds, *others, control.detach(), ended, woken):
                        os.close(fd)
                    return json.loads(said.decode("utf-8", "surrogateescape"))
                for fd in fds[:2]:
                    os.close(fd)
                replies[child] = socket.socket(fileno=fds[2])
                replies[child].sendall(b"%d\n" % child)


def _tell_ended(replies: dict[int, socket.socket]) -> None:
    while replies:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        with replies.pop(child) as reply, contextlib.suppress(BrokenPipeError):
            reply.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def begin(job: dict[str, Any]) -> None:
    """Be ``khcn``."""
    os.environ.clear()
    os.environ.update(job["environ"])
    os.chdir(job["cwd"])
    os.umask(job["umask"])
    sys.argv = job["arguments"]
    if job["at"] is not None:
        import time_machine

        time_machine.travel(job["at"], tick=True).start()
    from crawler.cli import main

    main()


if __name__ == "__main__":
    with warnings.catch_warnings(action="ignore"):  # of parts of Scrapy that no run loads
        for name in LOADED.split():
            importlib.import_module(name)
        for name in PACKAGES.split():
            for found in pkgutil.iter_modules(importlib.import_module(name).__path__, f"{name}."):
                importlib.import_module(found.name)
    assert "twisted.internet.reactor" not in sys.modules, "a reactor can not be shared"
    gc.freeze()  # pages of memory that a collection touches are copied
    given = serve(socket.socket(fileno=int(sys.argv[1])))
    if given is not None:
        begin(given)
