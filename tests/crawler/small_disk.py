"""Shell scripts that run on a small file system of their own, where the kernel allows one to be mounted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

KHCN = Path(sys.executable).parent / "khcn"


def on_small_disk(mount: Path, size: str, script: str, *, timeout: int = 300, **environ: str) -> str:
    """Run a shell script with a new tmpfs of *size* at *mount*; return what it printed, stderr included.

    In it ``$KHCN`` is the command, and ``$M`` the mount. Skips the test where mounting is not allowed.
    """
    mount.mkdir(parents=True, exist_ok=True)
    env = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "KHCN": str(KHCN), "M": str(mount), **environ}
    whole = f'mount -t tmpfs -o size={size} none "$M" || exit 99\n{script}'
    shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", whole]
    try:
        done = subprocess.run(
            shell, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False
        )
    except FileNotFoundError:
        pytest.skip("needs unshare(1)")
    if done.returncode == 99 or done.stdout.startswith("unshare:"):
        pytest.skip(f"needs a file system of its own: {done.stdout.strip()}")
    return done.stdout
