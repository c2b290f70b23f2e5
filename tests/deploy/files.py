"""The files of ``deploy/``, and the tools that check them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path for path in (DEPLOY / "systemd").iterdir() if path.suffix in (".service", ".timer"))
INSTALLED = "/srv/khcn/.venv/bin/khcn"


def tool(name: str, how: str) -> str:
    """Return a program, looked for beside Python first; without it the test is left out, and says how to get it."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: {how}")
    return found


def said(*command: str | Path, **options: Any) -> tuple[int, str]:
    """Return the exit code of a program, and all that it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, **options)
    return done.returncode, done.stdout + done.stderr


def parsed(name: str) -> Any:
    """Return a YAML file of the folder."""
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


def unit(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return a unit of systemd: its sections, and the values of each key of them."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return found
