"""Mend what a run that died left behind: files still ``.open``, indexes not made.

What can be there, of the steps in which :mod:`archive.warc.writer` closes a file:

1. ``<name>.warc.gz.open``, whole or torn: its tail after the last whole record goes to
   ``quarantine/``, the file is closed, its index made.
2. ``<name>.warc.gz`` without its index: the index is made.
3. ``<name>.cdxj.open`` beside a whole index, or without its WARC file: taken away, for the
   WARC files give all of it.

No byte of a WARC file is deleted, and none changed: what is cut off lies in
``quarantine/<site>/<name>.warc.gz.<offset>.tail``, whole, before the file is cut. Every step
can be repeated: a repair that dies itself is repaired by the next. Names alone decide
whether there is anything to do. A file which a process that lives still writes is locked,
and left alone.
"""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.atomic import explained, remove, sync_folder, write_whole
from archive.cdxj import index_warc, sidecar_path
from archive.digests import BLOCK
from archive.errors import DamagedRecord
from archive.warc.appender import lock
from archive.warc.files import OPEN, SUFFIX
from archive.warc.framing import Torn, read_members

logger = logging.getLogger(__name__)

QUARANTINE = "quarantine"

State = Literal["closed", "emptied", "indexed", "busy", "damaged"]


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of one WARC file."""

    warc: str
    """Its final path below the data root."""
    state: State
    """``closed``: it was ``.open``. ``emptied``: it was, and held no whole record; there is no such file now.
    ``indexed``: only its index was missing. ``busy``: a living process writes it.
    ``damaged``: it could not be mended, and was left as it is."""
    records: int = 0
    """Whole records that were kept."""
    cut_bytes: int = 0
    """Bytes that went into quarantine."""
    quarantine: str | None = None
    """Where they are, below the data root."""
    detail: str = ""
    """What was wrong."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What the names in a site's folders say is not as a closed archive is."""

    open_warcs: tuple[str, ...]
    """Paths of ``.open`` WARC files, below the data root."""
    unindexed: tuple[str, ...]
    """Closed WARC files without an index."""
    left_indexes: tuple[Path, ...]
    """Indexes still ``.open`` although their WARC file is not."""

    def __bool__(self) -> bool:
        return bool(self.open_warcs or self.unindexed or self.left_indexes)


def unfinished(root: Path, site: str) -> Unfinished:
    """Look at the names of a site's files, and at nothing else."""
    warcs = set(_names(root, "warcs", site))
    indexes = set(_names(root, "cdxj", site))
    opened = {name for name in warcs if name.endswith(SUFFIX + OPEN)}
    closed = {name for name in warcs if name.endswith(SUFFIX)}
    indexed = {name.removesuffix(".cdxj") + SUFFIX for name in indexes if name.endswith(".cdxj")}
    # While its WARC file is open, or closed without an index, mending that takes it away.
    left = {name for name in indexes if name.endswith(".cdxj" + OPEN)}
    left -= {name.removesuffix(SUFFIX + OPEN) + ".cdxj" + OPEN for name in opened}
    left -= {name.removesuffix(SUFFIX) + ".cdxj" + OPEN for name in closed - indexed}
    return Unfinished(
        tuple(sorted(f"warcs/{site}/{name}" for name in opened)),
        tuple(sorted(f"warcs/{site}/{name}" for name in closed - indexed)),
        tuple(sorted(root / "cdxj" / site / name for name in left)),
    )


def mend(root: Path, found: Unfinished) -> Iterator[Mended]:
    """Mend what was *found*, a file at a time; the caller holds the lock of the site.

    A damaged file is reported and left; the others are mended. Raises DiskError, or
    ArchiveError when a folder can not be written; the same call goes on from there.
    """
    for warc in found.open_warcs:
        yield _close(root, warc)
    for warc in found.unindexed:
        yield _index(root, warc)
    for path in found.left_indexes:
        remove(path)
        logger.info("index of nothing removed", extra={"path": str(path)})


def _names(root: Path, kind: str, site: str) -> Iterator[str]:
    """Yield ``<year>/<name>`` of all files of a site's folder."""
    try:
        years = [entry for entry in os.scandir(root / kind / site) if entry.is_dir()]
    except FileNotFoundError:
        return
    for year in years:
        yield from (f"{year.name}/{name}" for name in os.listdir(year.path))


def _close(root: Path, opened: str) -> Mended:
    path, warc = root / opened, opened.removesuffix(OPEN)
    with explained(path), io.FileIO(path, "r+b") as file:
        if not lock(file):
            return Mended(warc, "busy", detail="a process that is running writes it")
        if (root / warc).exists():
            return Mended(warc, "damaged", detail=f"{warc} is there too; move one of the two away")
        _forget_cached(file)
        records, end, detail = _whole(file)
        size = file.seek(0, io.SEEK_END)
        tail = _set_aside(root, warc, file, end) if end < size else None
        if end:
            file.truncate(end)
            os.fsync(file)
            os.rename(path, root / warc)
        else:
            # All of it is in quarantine; a WARC file has at least one record.
            path.unlink()
        sync_folder(path.parent)
    cut = {"records": records, "cut_bytes": size - end, "quarantine": tail, "detail": detail}
    if end:
        index_warc(root, warc)
    else:
        sidecar = sidecar_path(root, warc)
        remove(sidecar.with_name(sidecar.name + OPEN))
    return Mended(warc, "closed" if end else "emptied", **cut)  # type: ignore[arg-type]


def _index(root: Path, warc: str) -> Mended:
    try:
        index_warc(root, warc)
    except (DamagedRecord, ValueError) as error:  # ValueError: a date that is none, in a file of another program
        return Mended(warc, "damaged", detail=f"no index could be made: {error}")
    return Mended(warc, "indexed")


def _whole(file: io.FileIO) -> tuple[int, int, str]:
    """Return how many whole records the file begins with, where they end, and what comes after."""
    records, end = 0, 0
    try:
        for member in read_members(file):
            records, end = records + 1, member.offset + member.length
    except Torn as torn:
        return records, end, torn.detail
    return records, end, ""


def _set_aside(root: Path, warc: str, file: io.FileIO, start: int) -> str:
    """Copy what comes after *start* into quarantine, durably; return where it is."""
    site, name = warc.split("/")[1], warc.rpartition("/")[2]
    number = 0
    while True:
        again = f".{number}" if number else ""
        tail = f"{QUARANTINE}/{site}/{name}.{start}{again}.tail"
        if not (root / tail).exists():
            break
        # A repair that died had come so far. Never write over what is there.
        if _is_tail(root / tail, file, start):
            return tail
        number += 1
    with write_whole(root / tail) as target:
        file.seek(start)
        while piece := file.read(BLOCK):
            target.write(piece)
    return tail


def _is_tail(path: Path, file: io.FileIO, start: int) -> bool:
    file.seek(start)
    with path.open("rb") as kept:
        while True:
            mine, theirs = file.read(BLOCK), kept.read(BLOCK)
            if mine != theirs:
                return False
            if not mine:
                return True


def _forget_cached(file: io.FileIO) -> None:
    """Make the next read come from the disk, not from memory.

    Where writing to the disk failed, the system may go on showing what never got there.
    """
    os.fsync(file)
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
