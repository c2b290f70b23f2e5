"""What a target is: bytes in, and nothing out but the errors that are promised."""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SEEDS = Path(__file__).parent / "seeds"


@dataclass(frozen=True)
class Target:
    """A parser with what it promises of any bytes."""

    name: str
    run: Callable[[bytes], object]
    """Reads the bytes and asserts what is true of the result, whatever they are."""
    promised: tuple[type[Exception], ...] = ()
    """Errors that tell of bad input; any other is a crash."""
    made: Callable[[], Iterable[bytes]] = tuple
    """Gives seeds that are made by code."""
    words: tuple[bytes, ...] = ()
    """Words of the language, to be put anywhere."""
    cost: int = 1
    """How many inputs of the cheapest target take as long as one of this, about."""
    longest: int = 4096
    """Bytes of an input."""
    grown: int = 64
    """How many times that an input may have that is grown on purpose."""

    def seeds(self) -> list[bytes]:
        """Return the seeds: those in the file of its name, which holds each pinned one, and those that are made."""
        return [*read_seeds(SEEDS / f"{self.name}.txt"), *self.made()]


def read_seeds(path: Path) -> list[bytes]:
    """Return the seeds of a file, a bytes literal of Python on each line; ``#`` begins a line that says why."""
    if not path.exists():
        return []
    lines = path.read_text("ascii").splitlines()
    return [ast.literal_eval(line) for line in lines if line and not line.startswith("#")]


def add_seed(target: str, data: bytes, why: str) -> None:
    """Pin an input beside the seeds of a target."""
    with (SEEDS / f"{target}.txt").open("a", encoding="ascii") as file:
        file.write(f"# {re.sub(r'[^ -~]', ' ', why)}\n{data!r}\n")


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fuzz-")


def file_of(name: str, data: bytes) -> Path:
    """Return a file with these bytes, for what reads no others; the next one of its name takes its place."""
    path = Path(_folder().name) / name
    path.write_bytes(data)
    return path
