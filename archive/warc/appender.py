"""A file that only grows, that one process writes, and that can take back what was appended last."""

from __future__ import annotations

import errno
import fcntl
import io
import os
from collections.abc import Iterable
from pathlib import Path


class Appender:
    """An append-only file that can take back what was appended last."""

    def __init__(self, path: Path, file: io.FileIO) -> None:
        self._path = path
        self._file = file
        self._pending: list[bytes] = []
        self._held = 0
        self.size = 0
        """Bytes appended, those not yet flushed included."""

    def append(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self._pending.append(piece)
            self._held += len(piece)
            self.size += len(piece)
            if self._held >= 1 << 20:
                self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system."""
        left = b"".join(self._pending)
        self._forget()
        while left:
            left = left[self._file.write(left) :]

    def _forget(self) -> None:
        self._pending.clear()
        self._held = 0

    def cut(self, size: int) -> None:
        """Take back everything beyond *size*; this also works on a full disk."""
        self._forget()
        self._file.truncate(size)
        self._file.seek(size)
        self.size = size

    def sync(self) -> None:
        """Bring everything to the disk."""
        self.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file, and of its lock."""
        self._file.close()

    def discard(self) -> None:
        """Close and remove a file that holds nothing."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def create(path: Path) -> Appender:
    """Make a file that does not exist yet, locked; raises FileExistsError when it does.

    The lock says that its writer lives: see :func:`lock`.
    """
    file = io.FileIO(path, "xb")
    if not lock(file):
        # A repair saw the name before the lock was there; it takes the file for an empty one.
        file.close()
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    return Appender(path, file)


def lock(file: io.FileIO) -> bool:
    """Take the one lock on a file, without waiting; say whether it was free.

    ``flock``: the kernel frees it when the file is closed or its process dies, and it stays
    with the file when that is renamed.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
