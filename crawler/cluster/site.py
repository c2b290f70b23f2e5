"""The crawl of one site on a worker: in a process of its own, by the same code as everywhere.

The process lives as long as the worker keeps its end of a pipe open: should the worker be killed, the crawl is stopped
in order, and whoever takes the site over goes on under the same id.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Thread
from typing import IO, Any

from archive.errors import KhcnError
from archive.times import now
from crawler.cluster.work import at_end, is_wanted, not_at_end, tell
from crawler.config import Config, carrying, read_config
from crawler.exits import SiteLocked, Stopped
from crawler.lock import SiteLock
from crawler.logs import configure
from crawler.portable import portable
from crawler.run import Ended, Job, crawl_settings, run_crawls

SAID_LINES = 2_000
"""Lines of a crawl's log that are brought back, the last ones."""
LOOK_S = 0.5
"""So often a worker looks whether the crawl is still wanted."""
TELL_S = 1.0
"""So often a crawl says how far it is."""
TRY_S = 5.0
"""So often a site is asked for whose holder died on another machine."""


class CrawlDied(KhcnError):
    """The process of a crawl died."""


@dataclass(frozen=True, slots=True, repr=False)
class Order:
    """One site to crawl, with all that decides how."""

    job: Job
    environ: Mapping[str, str]
    """``KHCN_*`` (:func:`~crawler.config.carried`)."""
    overrides: Mapping[str, str]
    full: bool
    limit: int | None
    since: date | None
    verbosity: int
    patience_s: float = 0.0
    """So long a site is waited for that another run holds: one of this command, whose worker died."""


@dataclass(frozen=True, slots=True)
class Crawled:
    """How the crawl of a site ended, and what it logged."""

    ended: Ended
    said: str


def crawl_site(run: str, order: Order) -> Crawled:
    """Crawl a site, in a process of its own; tell the command *run* now and then how far it is."""
    child = _Child(order)
    at_end(run, child.stop)
    try:
        return Crawled(child.ended(run), child.said())
    finally:
        not_at_end(run, child.stop)


class _Child:
    def __init__(self, order: Order) -> None:
        self._site = order.job.site.id
        self._pipe, theirs = Pipe()
        self._said: deque[str] = deque(maxlen=SAID_LINES)
        self._is_stopped = False
        serve = f"from crawler.cluster.site import serve; serve({theirs.fileno()})"
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {serve}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=carrying(order.environ),
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            text=True,
            errors="replace",
        )
        theirs.close()
        assert self._process.stderr is not None
        self._listening = Thread(target=self._listen, args=(self._process.stderr,), daemon=True)
        self._listening.start()
        with suppress(OSError):  # it died already
            self._pipe.send_bytes(pickle.dumps(order))

    def ended(self, run: str) -> Ended:
        """Return how it ended, when it has."""
        try:
            while True:
                if self._pipe.poll(LOOK_S):
                    kind, value = self._pipe.recv()
                    if kind == "ended":
                        found: Ended = value
                        return found
                    tell(run, {**value, "pid": self._process.pid})
                elif not self._is_stopped and not is_wanted():
                    self.stop()
        except (EOFError, OSError):
            code = self._process.wait()
            cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            return Ended(self._site, None, CrawlDied(f"{self._site}: the process of the crawl died ({cause})"))
        finally:
            self._process.wait()
            self._pipe.close()
            self._listening.join(timeout=1)

    def stop(self) -> None:
        """Let it end in order."""
        self._is_stopped = True
        with suppress(OSError):
            self._process.send_signal(signal.SIGTERM)

    def said(self) -> str:
        return "".join(self._said)

    def _listen(self, stream: IO[str]) -> None:
        self._said.extend(stream)


def serve(descriptor: int) -> None:
    """Crawl the site of the order that comes through a pipe, and say there how it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    pipe: Connection = Connection(descriptor)
    try:
        order: Order = pickle.loads(pipe.recv_bytes())  # noqa: S301 (our own)
    except EOFError:
        return
    site = order.job.site.id
    Thread(target=_watch, args=(pipe,), daemon=True).start()
    try:
        ended = _crawl(order, pipe)
    except KeyboardInterrupt:
        ended = Ended(site, None, Stopped(f"{site}: not begun, for the run was stopped"))
    except BaseException as error:
        ended = Ended(site, None, error)
    if ended.error is not None:
        ended = replace(ended, error=portable(ended.error))
    with suppress(OSError):  # the worker is gone: what was done is in the archive
        pipe.send(("ended", ended))


def _crawl(order: Order, pipe: Connection) -> Ended:
    config = read_config()
    configure(config.log, order.verbosity, config.secrets())
    logging.getLogger("scrapy").setLevel(logging.getLogger().level)
    settings = crawl_settings(config, order.overrides)
    last = 0.0

    def tick(crawlers: Sequence[Any]) -> None:
        nonlocal last
        from crawler.cli.progress import states_of

        if time.monotonic() - last >= TELL_S and (states := states_of(crawlers)):
            last = time.monotonic()
            with suppress(OSError):
                pipe.send(("state", asdict(states[0])))

    until = time.monotonic() + order.patience_s
    # Before the crawl, for a process has one reactor, which runs once.
    while time.monotonic() < until and _is_held(order.job.site.id, config):
        time.sleep(TRY_S)
    (ended,) = run_crawls(
        [order.job], settings, full=order.full, limit=order.limit, since=order.since, at_once=1, tick=tick
    )
    return ended


def _is_held(site: str, config: Config) -> bool:
    try:
        with SiteLock(config.data, site, now(), (config.catalog_url, config.frontier_url)):
            return False
    except SiteLocked:
        return True


def _watch(pipe: Connection) -> None:
    """End the crawl in order when the worker is gone."""
    try:
        while True:
            pipe.recv_bytes()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
