"""Files that are whole or not there: written beside, synced, renamed."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from archive.errors import ArchiveError, disk_error

TEMPORARY = ".tmp"
"""Suffix of a file that is being written; one left by a killed run is overwritten by the next."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC


class Unwritable(ArchiveError):
    """A place can not be written: who runs the program may not, or something is in the way."""


@contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write; on leaving without an error it takes the name *path*, durably.

    Missing directories are made. On an error the temporary file is removed and
    whatever *path* held stays. Of several that write it at once each writes a whole
    one, and the last stays. Raises DiskError when there is no space left or
    the disk fails, Unwritable when the place can not be written.
    """
    with explained(path):
        make_folder(path.parent)
        temporary, file = _begun(path)
        try:
            with file:
                yield file
                file.flush()
                os.fsync(file.fileno())
                # Before it is closed, and with it unlocked: nobody else may take it for one that was left.
                temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def _begun(path: Path) -> tuple[Path, BinaryIO]:
    """Return an empty file to write and its name: the usual one, unless somebody is writing that."""
    usual = path.with_name(path.name + TEMPORARY)
    while True:
        file = open(os.open(usual, _FLAGS, 0o666), "wb")  # noqa: SIM115 (whoever asked closes it)
        try:
            with suppress(OSError):  # a file system without locks
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    file.close()
                    own = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}{TEMPORARY}")
                    return own, own.open("wb")
            if _is_at(usual, file):
                file.truncate(0)
                return usual, file
        except BaseException:
            file.close()
            raise
        file.close()  # it has its own name by now: somebody has just written it


def _is_at(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


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
    """Turn what the system says of a failed write into DiskError or Unwritable."""
    try:
        yield
    except OSError as error:
        if (failed := disk_error(error, path)) is not None:
            raise failed from error
        raise Unwritable(f"{path}: can not be written ({error.strerror}); make the folder writable") from error
