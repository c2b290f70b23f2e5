"""Files and folders that have their name only when they are whole, written by one run at a time."""

from __future__ import annotations

import ctypes
import fcntl
import gzip
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from archive.atomic import TEMPORARY, explained, make_folder, sync_folder
from archive.wacz.select import ExportBusy

_AT_FDCWD = -100
_EXCHANGE = 2
"""``RENAME_EXCHANGE`` of renameat2(2): two names change places, and nobody sees one of them missing."""


@contextmanager
def claimed_file(path: Path, *, zipped: bool) -> Iterator[BinaryIO]:
    """Give a file to write; left without an error, it takes the name *path*, durably. On an error nothing is left.

    *zipped* with gzip, whose bytes then tell neither time nor name.
    Raises ExportBusy when another run is at it, DiskError, ArchiveError when the place can not be written.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    with explained(path):
        make_folder(path.parent)
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        with open(descriptor, "wb") as file:
            _claim(descriptor, temporary, path)
            os.truncate(descriptor, 0)
            try:
                if zipped:
                    with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                        yield cast(BinaryIO, packed)
                else:
                    yield file
                file.flush()
                os.fsync(descriptor)
                temporary.replace(path)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
        sync_folder(path.parent)


@contextmanager
def claimed_folder(path: Path) -> Iterator[Path]:
    """Give the folder in which an export that will be called *path* is made; it may hold what a killed run left.

    Raises ExportBusy when another run is at it, DiskError, ArchiveError when the place can not be written.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    with explained(path):
        make_folder(temporary)
        descriptor = os.open(temporary, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _claim(descriptor, temporary, path)
            yield temporary
        finally:
            os.close(descriptor)


def put_in_place(temporary: Path, path: Path) -> None:
    """Give a whole folder its name; what had that name is removed."""
    os.sync()  # one call for what may be a hundred thousand files
    if path.exists():
        _exchange(temporary, path)
        sync_folder(path.parent)
        shutil.rmtree(temporary)
    else:
        temporary.rename(path)
    sync_folder(path.parent)


def _claim(descriptor: int, temporary: Path, path: Path) -> None:
    busy = ExportBusy(f"{path}: another run is writing it; wait for its end, or name another")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Another run may have given it its name between opening and locking.
        if os.fstat(descriptor).st_ino != temporary.stat().st_ino:
            raise busy
    except (BlockingIOError, FileNotFoundError):
        raise busy from None


def _exchange(one: Path, other: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    call = getattr(libc, "renameat2", None)
    if call is not None and not call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE):
        return
    # A file system or a system that can not: for a moment there is none.
    aside = other.with_name(f"{other.name}.old{TEMPORARY}")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)
