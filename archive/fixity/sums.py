"""What the ledger of checks says of each site, kept at hand: a year of it is hundreds of thousands of lines.

``status/files.json`` can be deleted: it is made again from the ledger by the next run that checks files. It holds for
the ledger of the size and the time of change that it names; any other one is read.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from archive.atomic import write_whole
from archive.errors import ArchiveError
from archive.fixity.ledger import PLACE, Ledger, Standing, read

FILE = "status/files.json"
_FOLDERS = ("warcs", "cdxj")


class Sum(NamedTuple):
    """What is known of a site's files."""

    files: int
    """How many there are."""
    wrong: int = 0
    """How many of them are faulty or gone."""
    first: str = ""
    """The first of these, by name."""
    state: str = ""
    """What is wrong with that one: ``faulty``, ``gone``."""


def sums_at(root: Path) -> dict[str, Sum]:
    """Return the sums of a data root, by site. Raises what :func:`archive.fixity.ledger.read` does."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        kept = json.loads((root / FILE).read_bytes())
        if kept["ledger"] == _stamp(root):
            return {site: Sum(*found) for site, found in kept["sites"].items()}
    return sums_of(read(root).standings)


def keep_sums(root: Path, ledger: Ledger) -> None:
    """Keep the sums of an open ledger at hand. Raises DiskError; what else goes wrong costs time, no more."""
    kept = {"ledger": _stamp(root), "sites": sums_of(ledger.standings)}
    with suppress(ArchiveError), write_whole(root / FILE) as file:
        file.write(json.dumps(kept).encode())


def sums_of(standings: Mapping[str, Standing]) -> dict[str, Sum]:
    """Return what the standings of files say of each site."""
    files: dict[str, int] = defaultdict(int)
    wrong: dict[str, list[str]] = defaultdict(list)
    for file, standing in standings.items():
        folder, _, rest = file.partition("/")
        if folder in _FOLDERS:
            site = rest.partition("/")[0]
            files[site] += 1
            if standing.state in ("faulty", "gone"):
                wrong[site].append(file)
    return {site: _sum(number, sorted(wrong[site]), standings) for site, number in files.items()}


def _sum(number: int, wrong: list[str], standings: Mapping[str, Standing]) -> Sum:
    return Sum(number, len(wrong), wrong[0], standings[wrong[0]].state) if wrong else Sum(number)


def _stamp(root: Path) -> list[int]:
    """Return by what a ledger is known to be the same: its size, and the time of its last change."""
    found = os.stat(root / PLACE)
    return [found.st_size, found.st_mtime_ns]
