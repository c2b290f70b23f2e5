"""Errors whose message can be shown as it is: what, where, and what to do."""

from __future__ import annotations

import errno
from typing import TypeVar

E = TypeVar("E", bound=BaseException)

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of the operating system which more room mends."""


class KhcnError(Exception):
    """Base of every expected error; ``str(error)`` is a sentence for the user."""


class ConfigError(KhcnError):
    """A site file or a setting is wrong; the message names file, key and fix."""


class ArchiveError(KhcnError):
    """The archive can not be read or written as asked."""


class DamagedRecord(ArchiveError):
    """A WARC record is torn or does not agree with what its index says."""


class DiskError(KhcnError):
    """The disk keeps nothing more: whatever runs stops whole, and goes on when it is run again."""


class DiskFull(DiskError):
    """No space left, a quota or the largest size of a file was reached (:data:`NO_SPACE`)."""


class DiskFailed(DiskError):
    """The disk itself failed (``EIO``): it may not hold what was written to it last."""


class ServerLost(DiskError):
    """The database server that keeps catalog or frontier went away in the midst; it is as a disk that failed."""


class StorageLost(DiskError):
    """The storage that keeps files elsewhere gives no answer; it is as a disk that failed."""


class CatalogError(KhcnError):
    """The catalog can not be opened, read or written."""


class NoServer(CatalogError):
    """The database server can not be asked at all: what it keeps may be sound."""


def disk_error(error: BaseException, where: object) -> DiskError | None:
    """Return what an error of the operating system says of the disk that holds *where*; null when nothing.

    >>> print(disk_error(OSError(errno.ENOSPC, "No space left on device"), "data/warcs"))
    data/warcs: no space left on the disk (No space left on device); make room and run the same command again
    >>> disk_error(PermissionError(errno.EACCES, "Permission denied"), "data/warcs")
    """
    if not isinstance(error, OSError):
        return None
    if error.errno in NO_SPACE:
        return disk_full(where, error.strerror)
    return disk_failed(where, error.strerror) if error.errno == errno.EIO else None


def known(error: E) -> E | DiskError:
    """Return *error*, or as DiskError what the system said of the disk and nobody had put into words yet."""
    return disk_error(error, getattr(error, "filename", None) or "a file of the archive") or error


def disk_full(where: object, reason: str | None) -> DiskFull:
    """Return the error of a disk on which there is no room at *where*; *reason* is the system's own word."""
    told = f" ({reason})" if reason else ""
    return DiskFull(f"{where}: no space left on the disk{told}; make room and run the same command again")


def disk_failed(where: object, reason: str | None) -> DiskFailed:
    """Return the error of a disk that fails at *where*; *reason* is the system's own word."""
    return DiskFailed(
        f"{where}: the disk failed ({reason or 'no reason given'}); look into the system's log (dmesg), "
        "then run the same command again"
    )
