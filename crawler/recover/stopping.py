"""Ctrl-C and SIGTERM during a recovery: heard where it waits, remembered where it writes."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(Exception):
    """A signal asked to end: what is held is brought in order, and nothing more is asked for."""


class Stopping:
    """Turns the first signal into :class:`Interrupted`, at a place where nothing is half done.

    A second signal ends the process as it would without this.
    """

    def __init__(self) -> None:
        self.is_told = False
        self._may_raise = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Take the signals, when this is the thread that gets them."""
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give them back."""
        for number, before in self._before.items():
            signal.signal(number, before)

    def check(self) -> None:
        """Raise Interrupted when a signal came."""
        if self.is_told:
            raise Interrupted

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Within this a signal raises Interrupted at once: nothing is written here."""
        self.check()
        self._may_raise = True
        try:
            yield
        finally:
            self._may_raise = False

    def sleep(self, seconds: float) -> None:
        """Wait, unless a signal comes."""
        with self.heard():
            time.sleep(max(0.0, seconds))

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.is_told:
            raise KeyboardInterrupt
        self.is_told = True
        if self._may_raise:
            self._may_raise = False
            raise Interrupted
