"""What a command costs: processor time of all its processes, time that passes, memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A process counts the memory of the one that started it as its own until it runs its program: that one must be small.
_LAUNCHER = """
import json, os, resource, subprocess, sys, time
began = time.perf_counter()
code = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
told = {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": time.perf_counter() - began,
        "rss_mb": used.ru_maxrss / 1024, "exit": code}
with open(sys.argv[1], "w") as file:
    json.dump(told, file)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command cost."""

    cpu_s: float
    """Processor time, user and system, of it and of all that it started and waited for."""
    wall_s: float
    """Time that passed."""
    rss_mb: float
    """Memory of its largest process at its largest."""
    exit: int
    """Exit code."""


def run(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Cost:
    """Run a command in a folder; what it prints goes to ``output.txt`` there."""
    told = folder / "cost.json"
    with (folder / "output.txt").open("wb") as output:
        subprocess.run(
            [sys.executable, "-S", "-E", "-c", _LAUNCHER, str(told), *command],
            cwd=folder,
            env=dict(environ),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=True,
        )
    return Cost(**json.loads(told.read_text()))
