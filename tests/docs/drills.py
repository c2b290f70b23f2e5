"""The drills of ``docs/operations.md``, typed as they stand there.

A block ``console`` below ``<!-- drill: NAME -->`` has lines ``$ COMMAND``, each run by a shell, and below each what it
prints, on stdout and stderr; ``[...]`` stands for anything, alone on a line for any lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import read
from tests.khcn import COMMAND, FAST

ANYTHING = "[...]"
_BLOCK = re.compile(r"<!-- drill: ([^>]+?) -->\n```console\n(.*?)```\n", re.S)
RSYNC = """#!{python}
import pathlib, shutil, sys
keeps, skips_open = "--ignore-existing" in sys.argv, "--exclude=*.open" in sys.argv
*sources, target = [each for each in sys.argv[1:] if not each.startswith("-")]
for source in map(pathlib.Path, sources):
    for path in source.rglob("*"):
        to = pathlib.Path(target) / path.relative_to(source.parent)
        if path.is_file() and not (to.exists() and keeps) and not (skips_open and path.name.endswith(".open")):
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to)
"""
"""What the drills ask of rsync, for machines that have none."""
SQLITE = """#!{python}
import re, sqlite3, sys
target = re.fullmatch(r"\\.backup '(.*)'", sys.argv[2])[1]
sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(target))
"""


@dataclass(frozen=True)
class Line:
    """One command, and what it prints."""

    typed: str
    printed: str


def drills() -> dict[str, list[Line]]:
    """Return the lines of each drill on the page, by name."""
    return {name: list(_lines(block)) for name, block in _BLOCK.findall(read("docs/operations.md"))}


def _lines(block: str) -> Iterator[Line]:
    for found in re.finditer(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block, re.M):
        yield Line(found[1], found[2])


def do(lines: list[Line], folder: Path, **environ: str | Path) -> None:
    """Type the lines in *folder*; assert that each prints what it is said to, and ends with exit code 0."""
    env = {"PATH": f"{_tools(folder / 'tools')}:{COMMAND.parent}:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(folder)}
    env |= {name: str(value) for name, value in environ.items()}
    for line in lines:
        typed = re.sub(r"(khcn crawl [^;]*)", lambda found: f"{found[1]} {' '.join(FAST)}", line.typed)
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        told = f"$ {line.typed}\n{done.stdout}exit code {done.returncode}"
        assert done.returncode == 0, told
        assert is_like(done.stdout, line.printed), f"{told}\nexpected:\n{line.printed}"


def is_like(printed: str, expected: str) -> bool:
    """Say whether output is as a page has it; empty lines do not count, and a word that is cut by width does not."""
    wanted = "".join(
        r"(?:.*\n)*" if line == ANYTHING else ".*".join(map(re.escape, line.split(ANYTHING))) + r"\n"
        for line in expected.splitlines()
        if line.strip()
    )
    text = "".join(f"{line.rstrip()}\n" for line in printed.splitlines() if line.strip())
    return re.fullmatch(wanted, text) is not None


def _tools(folder: Path) -> Path:
    """Return a folder with stand-ins for the programs that this machine does not have."""
    folder.mkdir(exist_ok=True)
    for name, script in (("rsync", RSYNC), ("sqlite3", SQLITE)):
        if not any(os.access(f"{place}/{name}", os.X_OK) for place in ("/usr/bin", "/bin")):
            (folder / name).write_text(script.replace("{python}", sys.executable))
            (folder / name).chmod(0o755)
    return folder


def environment(folder: Path, resolve: str) -> Mapping[str, str | Path]:
    """Return what the page's variables stand for."""
    names = {"KHCN_DATA": "data", "COPY": "copy", "BAG": "bag"}
    return {"KHCN_RESOLVE": resolve, **{name: folder / place for name, place in names.items()}}
