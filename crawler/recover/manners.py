"""When a service may be asked: so many times a minute, and not at all while it holds us off.

Both are kept in a file for each service, so that the next process, and another one beside this, respect them too.
After 429 (Wayback's: at least a minute; who goes on is blocked for an hour, and then twice as long) *no* request goes
to that service, neither to its index nor to its captures, until the hold is over. Each refusal that follows without
an answer in between doubles it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.recover.client import Answer
from crawler.recover.stopping import Stopping
from crawler.retry_after import retry_after

MAX_QUEUE_S = 600.0
"""A turn further off than this was written by another clock, and is not waited for."""


class HeldOff(Exception):
    """A service wants to be left alone longer than is waited for; the message says how long, and why."""


@dataclass(slots=True)
class Manners:
    """How services are asked."""

    folder: Path
    """Where the state of each service lies."""
    stopping: Stopping
    per_minute: dict[str, float]
    """Requests a minute by their kind: ``index``, ``capture``; 0 for no bound."""
    hold_s: float = 60.0
    """The shortest hold after 429."""
    pause_s: float = 5.0
    """The shortest after 503."""
    wait_max_s: float = 3600.0
    """A longer hold ends the run."""
    told: Callable[[str], object] = field(default=lambda told: None)
    clock: Callable[[], float] = time.time

    def await_turn(self, url: str, kind: str) -> None:
        """Wait until a request of *kind* may be sent to the service of *url*.

        Raises HeldOff when that is too far away, Interrupted.
        """
        while True:
            with self._state(url) as state:
                now = self.clock()
                left = float(state.get("until", 0)) - now
                if left <= 0:
                    turn = float(state.get(kind, 0))
                    if not now <= turn <= now + MAX_QUEUE_S:
                        turn = now
                    rate = self.per_minute.get(kind, 0)
                    state[kind] = turn + (60.0 / rate if rate else 0)
                    break
                why = str(state.get("cause", "it refused"))
            if left > self.wait_max_s:
                raise HeldOff(f"{_service(url)} is to be left alone for {left:.0f} s more ({why})")
            self.told(f"{_service(url)}: waiting {left:.0f} s ({why})")
            self.stopping.sleep(min(left, 60.0))
        self.stopping.sleep(turn - self.clock())

    def answered(self, url: str) -> None:
        """Note that the service answered what it was asked."""
        with self._state(url) as state:
            state.pop("refusals", None)

    def refused(self, url: str, answer: Answer) -> None:
        """Hold off the service for as long as it asks, and at least as long as is due."""
        with self._state(url) as state:
            refusals = int(state.get("refusals", 0)) + 1
            least = self.hold_s if answer.status == 429 else self.pause_s
            asked = retry_after(answer.field("Retry-After"), datetime.fromtimestamp(self.clock(), UTC))
            wait = max(asked, least * 2.0 ** min(refusals - 1, 20))
            state["refusals"] = refusals
            state["cause"] = f"it answered {answer.status}"
            state["until"] = max(float(state.get("until", 0)), self.clock() + wait)

    def refusals(self, url: str) -> int:
        """Return how often it refused without an answer in between."""
        with self._state(url) as state:
            return int(state.get("refusals", 0))

    @contextmanager
    def _state(self, url: str) -> Iterator[dict[str, Any]]:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = _service(url).replace(":", "-").replace("[", "").replace("]", "")
        descriptor = os.open(self.folder / f"{name}.json", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            before = os.pread(descriptor, 1 << 16, 0)
            try:
                found = json.loads(before)
                state = found if isinstance(found, dict) else {}
                for key in ("until", "refusals", "index", "capture"):
                    float(state.get(key, 0))
            except (ValueError, TypeError):
                state = {}  # torn by a power cut: what it held is over, or will be said again
            yield state
            after = json.dumps(state).encode()
            if after != before:
                os.pwrite(descriptor, after + b" " * max(0, len(before) - len(after)), 0)
        finally:
            os.close(descriptor)


def _service(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()
