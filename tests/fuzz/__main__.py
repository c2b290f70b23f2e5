"""``python -m tests.fuzz [TARGET ...]``: run targets, and say what broke. Exits with 1 when something did.

Inputs are drawn from the seeds. Those of one target with ``--seconds`` are led by what they reach, where atheris
is installed (``pip install -e '.[fuzz]'``).
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.fuzz.drive import Report, drive, run_one
from tests.fuzz.target import Target, add_seed

WITHOUT_END = 1 << 60
PACKAGES = ["archive", "crawler", "spiders"]


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all by default; --list names them")
    parser.add_argument("--list", action="store_true", help="name the targets")
    parser.add_argument("--inputs", type=int, default=None, help="so many in the cheapest target, fewer in dear ones")
    parser.add_argument("--seconds", type=float, help="so much CPU time in each target")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same number gives the same inputs")
    parser.add_argument("--drawn", action="store_true", help="leave atheris alone")
    parser.add_argument("--pin", action="store_true", help="write what breaks a target beside its seeds")
    told = parser.parse_args()
    logging.disable(logging.CRITICAL)
    atheris = _atheris() if told.seconds and len(told.targets) == 1 and not told.drawn else None
    watched = atheris.instrument_imports(include=PACKAGES) if atheris else contextlib.nullcontext()
    with watched:  # what is imported here tells atheris where an input has led
        from tests.fuzz.targets import TARGETS
    if told.list:
        print("\n".join(TARGETS))
        return 0
    if unknown := [name for name in told.targets if name not in TARGETS]:
        parser.error(f"no target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    chosen = [TARGETS[name] for name in told.targets or TARGETS]
    if atheris:
        return _lead(atheris, chosen[0], told.seconds)
    inputs = told.inputs or (WITHOUT_END if told.seconds else 100_000)
    reports = []
    for target in chosen:
        reports.append(drive(target, max(1, inputs // target.cost), told.seconds, told.seed))
        print(reports[-1], flush=True)
        for how, data in reports[-1].crashes.items() if told.pin else ():
            add_seed(target.name, data, how)
    return int(any(report.crashes for report in reports))


def _atheris() -> Any:
    try:
        import atheris
    except ImportError:
        print("atheris is not installed: inputs are drawn; pip install -e '.[fuzz]'", file=sys.stderr)
        return None
    return atheris


def _lead(atheris: Any, target: Target, seconds: float) -> int:
    """Let atheris look for inputs; it ends the process itself, at the first one that breaks the target."""
    report = Report(target.name)

    def run(data: bytes) -> None:
        run_one(target, data, report)
        if report.crashes:
            print(report, flush=True)
            raise AssertionError(next(iter(report.crashes)))

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds()):
            (Path(folder) / str(number)).write_bytes(seed)
        options = [f"-max_total_time={seconds:.0f}", f"-max_len={target.longest}", "-rss_limit_mb=4096"]
        atheris.Setup([sys.argv[0], folder, *options], run)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
