"""A whole command on a worker, in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from archive.errors import KhcnError
from crawler.cluster.work import at_end, is_wanted, not_at_end
from crawler.config import carrying

_MAIN = "from crawler.cli import main; main()"
LOOK_S = 0.5
"""So often a worker looks whether the command is still wanted."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command that ended gave."""

    exit: int
    out: str
    said: str


@dataclass(frozen=True, slots=True, repr=False)
class Verb:
    """A command and its configuration."""

    name: str
    """What it is about."""
    arguments: tuple[str, ...]
    environ: Mapping[str, str]
    """``KHCN_*`` (:func:`~crawler.config.carried`)."""

    def __str__(self) -> str:
        return self.name


def run_verb(run: str, verb: Verb) -> Ran:
    """Run ``khcn`` with the arguments of *verb*, until it ends or nobody waits for it any more."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {_MAIN}", *verb.arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=carrying(verb.environ),
        start_new_session=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )

    def stop() -> None:
        with suppress(OSError):
            process.send_signal(signal.SIGTERM)

    at_end(run, stop)
    try:
        while True:
            try:
                out, said = process.communicate(timeout=LOOK_S)
                break
            except subprocess.TimeoutExpired:
                if not is_wanted():
                    stop()
    finally:
        not_at_end(run, stop)
    if process.returncode < 0:
        raise KhcnError(f"{verb}: the process died ({signal.Signals(-process.returncode).name})")
    return Ran(process.returncode, out, said)
