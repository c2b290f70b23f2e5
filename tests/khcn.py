"""Run ``khcn`` as cron would: a process of its own, a bare environment."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

from tests.preloaded import preloaded

COMMAND = Path(sys.executable).parent / "khcn"
TRAVEL = Path(__file__).parent / "travel.py"
QUICK = {
    "DOWNLOAD_DELAY": "0",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "8",
    "AUTOTHROTTLE_ENABLED": "0",
    "BACKOFF_START_S": "0.05",
    "BREAKER_COOL_S": "0.5",
}
STARTS = ("PYTHON", "LANG", "LC_", "LD_", "PATH")
FAST = tuple(part for name, value in QUICK.items() for part in ("-s", f"{name}={value}"))
"""Manners for servers on this machine."""


def command(at: datetime | None = None) -> list[str]:
    """Return how ``khcn`` is called; with *at* it believes that it is then now."""
    return [str(COMMAND)] if at is None else [sys.executable, "-P", str(TRAVEL), at.isoformat()]


def khcn(
    *arguments: str,
    data: Path | None = None,
    resolve: str = "",
    cwd: Path | None = None,
    at: datetime | None = None,
    **environ: str,
) -> subprocess.CompletedProcess[str]:
    """Return the finished process, with its exit code, stdout and stderr; with *at* it ran at that time.

    It is forked from one that has loaded the program, unless what is in *environ* decides how Python starts.
    """
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_RESOLVE": resolve, **environ}
    if data is not None:
        env["KHCN_DATA"] = str(data)
    if not any(name.startswith(STARTS) for name in environ):
        return preloaded().run(str(COMMAND), arguments, env, cwd, at)
    return subprocess.run(
        [*command(at), *arguments], env=env, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
