"""The folder in which a rebuild works, beside the catalog; what a killed one left is removed by the next."""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.atomic import explained, remove
from archive.catalog.engine import remove_sidecars

SUFFIX = ".rebuild"
_LOCK = "lock"


@contextmanager
def scratch_folder(catalog: Path) -> Iterator[Path]:
    """Give an empty folder on the disk of *catalog*, which goes at the end. Raises DiskError, ArchiveError."""
    with explained(catalog):
        catalog.parent.mkdir(parents=True, exist_ok=True)
        remove_left(catalog)
        folder = catalog.with_name(f"{catalog.name}{SUFFIX}-{uuid.uuid4().hex[:8]}")
        folder.mkdir()
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_left(catalog: Path) -> None:
    """Remove the folders of rebuilds that were killed; that of one which is running stays."""
    old = Path(f"{catalog}{SUFFIX}")  # a file, as it was before there were folders
    if old.is_file():
        remove(old)
        remove_sidecars(old)
    for folder in catalog.parent.glob(f"{catalog.name}{SUFFIX}-*"):
        if not _is_running(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(folder: Path) -> bool:
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except OSError:
        return True
    finally:
        os.close(lock)
