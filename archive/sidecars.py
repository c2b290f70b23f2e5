"""The CDXJ sidecars below a data root: which there are, and how they stand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from archive.warc.files import OPEN

_SUFFIX = ".cdxj"


class Sidecar(NamedTuple):
    """One of them, as it was when it was looked at."""

    path: Path
    size: int
    changed: int
    """Time of its last change, in nanoseconds."""

    @property
    def is_open(self) -> bool:
        """Whether its WARC file is being written, or was left."""
        return self.path.name.endswith(OPEN)


def listed(folder: Path) -> dict[str, Sidecar]:
    """Return those in the folder of a site's year, by their names; a closed one stands for its open one."""
    found: dict[str, Sidecar] = {}
    # Sorted, so that a closed one comes before the ``.open`` one that a full disk left beside it.
    for name in sorted(entry.name for entry in os.scandir(folder)):
        if name.endswith((_SUFFIX, _SUFFIX + OPEN)):
            with suppress(FileNotFoundError):
                found.setdefault(name.removesuffix(OPEN).removesuffix(_SUFFIX), found_at(folder / name))
    return found


def found_at(path: Path) -> Sidecar:
    """Look at one."""
    facts = path.stat()
    return Sidecar(path, facts.st_size, facts.st_mtime_ns)


def folders(top: Path) -> list[Path]:
    """Return the folders in a folder, in order; none when it is not there."""
    try:
        return sorted(Path(entry.path) for entry in os.scandir(top) if entry.is_dir())
    except FileNotFoundError:
        return []


def closed(root: Path) -> Iterator[tuple[str, Sidecar]]:
    """Yield those of closed WARC files as ``<site>/<yyyy>/<name>``, in order."""
    for site in folders(root / "cdxj"):
        for year in folders(site):
            for name, found in sorted(listed(year).items()):
                if not found.is_open:
                    yield f"{site.name}/{year.name}/{name}", found
