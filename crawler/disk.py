"""The free-space floor: how much room is left to others on each disk that a crawl writes to.

A crawl that ends at the floor, not at the last byte, has room to end well: its WARC file is closed,
its catalog and report are written. One that finds the disk full all the same ends as
:mod:`archive.errors` says, and is repaired by the next.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.catalog.engine import parse_url, sqlite_path
from archive.errors import ConfigError, DiskFull

MIN_FREE = 200_000_000
"""Bytes that stay free when ``KHCN_MIN_FREE`` says nothing."""
SHARE = 20
"""And on a disk that is smaller than so many times that: this part of it."""
CHECK_BYTES = 8_000_000
CHECK_S = 1.0


class FloorReached(DiskFull):
    """There is less room than is to be left free; nothing was lost."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A place that a crawl writes to."""

    folder: Path
    min_free: int
    """Bytes."""

    def check(self) -> None:
        """Raise FloorReached when less than the floor is free."""
        found = room(self.folder)
        if found is None or found[0] >= self.min_free:
            return
        raise FloorReached(
            f"{self.folder}: {found[0]:,} bytes are free, and {self.min_free:,} are to stay so (KHCN_MIN_FREE); "
            "make room and run the same command again"
        )


class Floor:
    """Watches the disks of a crawl; cheap enough to be told of every write."""

    def __init__(self, disks: Iterable[Disk], clock: Callable[[], float] = time.monotonic) -> None:
        self._disks = tuple(disks)
        self._clock = clock
        self._written = 0
        self._checked = float("-inf")

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Floor:
        """Return the floor that Scrapy's settings ask for. Raises ConfigError when ``KHCN_MIN_FREE`` is no number."""
        asked = parse_min_free(str(settings.get("KHCN_MIN_FREE") or ""))
        folders = [Path(settings["KHCN_DATA"])]
        for name in ("KHCN_CATALOG_URL", "KHCN_FRONTIER_URL"):
            path = sqlite_path(parse_url(settings[name])) if settings.get(name) else None
            folders += [path.absolute().parent] if path is not None else []
        spool = Path(settings.get("CAPTURE_SPOOL_DIR") or tempfile.gettempdir())
        return cls(disks_of(folders, spool, asked))

    def check(self) -> None:
        """Raise FloorReached when a disk has less room than is to be left free."""
        self._written, self._checked = 0, self._clock()
        for disk in self._disks:
            disk.check()

    def wrote(self, size: int) -> None:
        """Check when, with these *size* bytes, enough was written or enough time has passed since the last check."""
        self._written += size
        if self._written >= CHECK_BYTES or self._clock() - self._checked >= CHECK_S:
            self.check()


def parse_min_free(text: str) -> int | None:
    """Return the number of bytes that ``KHCN_MIN_FREE`` asks for; null when it is empty.

    Raises ConfigError for anything but digits.

    >>> parse_min_free("0"), parse_min_free("500000000"), parse_min_free("")
    (0, 500000000, None)
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise ConfigError(f'KHCN_MIN_FREE: "{text}" is no number of bytes; write it as 500000000, or 0 for no floor')
    return int(text)


def disks_of(folders: Iterable[Path], spool: Path, asked: int | None) -> list[Disk]:
    """Return the disks to watch, each once: those of *folders*, and that of *spool* for answers under way.

    *asked* is what ``KHCN_MIN_FREE`` asks for, 0 for no floor. It holds to the byte for *folders*. Where
    it says nothing, and for the spool's own disk, which may be a small one in memory, the floor is never
    more than a twentieth of the disk.
    """
    if asked == 0:
        return []
    found: dict[int, Disk] = {}
    for folder in folders:
        place = _existing(folder)
        found.setdefault(place.stat().st_dev, Disk(place, asked if asked is not None else _share(place, MIN_FREE)))
    place = _existing(spool)
    found.setdefault(place.stat().st_dev, Disk(place, _share(place, MIN_FREE if asked is None else asked)))
    return list(found.values())


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.exists())


def _share(folder: Path, floor: int) -> int:
    found = room(folder)
    return floor if found is None else min(floor, found[1] // SHARE)


def room(folder: Path) -> tuple[int, int] | None:
    """Return the bytes that are free for us, and all bytes of a disk; null when it does not say."""
    try:
        told = os.statvfs(folder)
    except OSError:
        return None
    return (told.f_bavail * told.f_frsize, told.f_blocks * told.f_frsize) if told.f_blocks else None
