"""Files that are whole or not there: written beside, synced, renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from archive.errors import ArchiveError, disk_error

TEMPORARY = ".tmp"
"""Suffix of a file that is being written; one left by a killed run is overwritten by the next."""


@contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write; on leaving without an error it takes the name *path*, durably.

    Missing directories are made. On an error the temporary file is removed and
    whatever *path* held stays. Raises DiskError when there is no space left or
    the disk fails, ArchiveError when the place can not be written.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    with explained(path):
        make_folder(path.parent)
        try:
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, durably; one that is there is left as it is."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def remove(path: Path) -> None:
    """Remove a file, if it is there. Raises DiskError, or ArchiveError when that is not allowed."""
    with explained(path):
        path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system says of a failed write into DiskError or ArchiveError."""
    try:
        yield
    except OSError as error:
        if (failed := disk_error(error, path)) is not None:
            raise failed from error
        raise ArchiveError(f"{path}: can not be written ({error.strerror}); make the folder writable") from error
