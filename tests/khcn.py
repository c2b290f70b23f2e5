"""Run ``khcn`` as cron would: a process of its own, a bare environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).parent / "khcn"
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8")


def khcn(
    *arguments: str, data: Path | None = None, resolve: str = "", cwd: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Return the finished process, with its exit code, stdout and stderr."""
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_RESOLVE": resolve, **environ}
    if data is not None:
        env["KHCN_DATA"] = str(data)
    return subprocess.run(
        [str(COMMAND), *arguments], env=env, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
