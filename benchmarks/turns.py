"""Contenders in turn, each a command: A B A B, medians, and what the first costs beside each other one."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.measured import Cost, run

KHCN = str(Path(sys.executable).with_name("khcn"))
PEERS = ("warcio==1.8.1", "cdxj-indexer==1.5.0", "wacz==0.6.0")
"""The programs beside which archives are measured, in an environment of their own."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Who does the work."""

    name: str
    command: Callable[[Path], Sequence[str]]
    """How, given the folder that it may fill."""
    check: Callable[[Path], object]
    """Looks at what it has left there; ends the program where that is not right."""
    exits: tuple[int, ...] = (0,)
    """Exit codes of a run that went well."""


def take_turns(field: Sequence[Contender], rounds: int) -> dict[str, Cost]:
    """Let each do its work once in every round, one after the other, and print what it costs; return the medians."""
    costs: dict[str, list[Cost]] = {each.name: [] for each in field}
    for _ in range(rounds):
        for each in field:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                cost = run(each.command(folder), folder, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
                if cost.exit not in each.exits:
                    told = (folder / "output.txt").read_text()[-3000:]
                    raise SystemExit(f"{each.name}: exit code {cost.exit}\n{told}")
                each.check(folder)
                costs[each.name].append(cost)
    found = {name: _median(some) for name, some in costs.items()}
    print(f"{'':28}{'CPU s':>9}{'wall s':>9}{'MB':>7}{'ours/it':>9}")
    ours = found[field[0].name].cpu_s
    for name, cost in found.items():
        print(f"{name:28}{cost.cpu_s:9.2f}{cost.wall_s:9.2f}{cost.rss_mb:7.0f}{ours / cost.cpu_s:9.2f}", flush=True)
    return found


def _median(some: Sequence[Cost]) -> Cost:
    cpu_s, wall_s, rss_mb = (statistics.median(getattr(each, name) for each in some) for name in Cost.__slots__[:3])
    return Cost(cpu_s, wall_s, rss_mb, some[-1].exit)


def peers() -> Path:
    """Return the folder with the programs of others, installed by pip the first time."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "khcn-benchmarks" / hashlib.sha256(" ".join(PEERS).encode()).hexdigest()[:12]
    programs = folder / "bin"
    if not (programs / "wacz").exists():
        print(f"installing {', '.join(PEERS)} into {folder}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([programs / "python", "-m", "pip", "install", "-q", *PEERS], check=True)
    return programs


def told() -> str:
    """Return what runs here, and on what."""
    ours = [f"{name} {version(name)}" for name in ("khcn", "lxml", "SQLAlchemy")]
    return ", ".join([f"Python {platform.python_version()}", *ours, *PEERS]) + "\n" + machine()


def machine() -> str:
    """Return what it runs on."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, {platform.release()}; load {load}"
