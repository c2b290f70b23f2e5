"""A disk that fails once: every call of this process that changes files below a folder is counted, and the n-th fails.

Counted are the calls of Python: opening for writing, ``write``, ``ftruncate``, ``fsync``, ``rename``,
``unlink``, ``mkdir``, and the commits of databases, which fail before they are done (``commit``) or after
(``committed``: the disk did it, and says it did not). What SQLite asks of the system itself is for
``strace`` to fail (:mod:`tests.crawler.test_faults_system`).
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import re
import sqlite3.dbapi2
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

SQLITE = {
    "EIO": ("disk I/O error", sqlite3.SQLITE_IOERR),
    "ENOSPC": ("database or disk is full", sqlite3.SQLITE_FULL),
}


class FaultyDisk:
    """Counts the calls below *root*; the one with number *nth* (from 1) raises *error*, such as ``EIO``.

    *log* is a file that gets a line a call, such as ``fsync locks/ha_tinh.lock``; *only* is a pattern for
    those lines, of the calls that count.
    """

    def __init__(
        self, root: Path, *, nth: int = 0, error: str = "EIO", log: Path | None = None, only: str = ""
    ) -> None:
        self._root = str(root)
        self._only = re.compile(only)
        self._nth = nth
        self.name = error
        # Unbuffered: whatever becomes of the process, what it called is known.
        self._log = io.FileIO(log, "ab") if log is not None else None
        self.calls = 0

    def fails(self, kind: str, target: Any) -> bool:
        """Count a call; say whether it is the one that fails."""
        path = _path_of(target)
        if not path.startswith(self._root):
            return False
        line = f"{kind} {path[len(self._root) + 1 :]}"
        if not self._only.search(line):
            return False
        self.calls += 1
        if self._log is not None:
            self._log.write(f"{line}\n".encode())
        return self.calls == self._nth

    def error(self) -> OSError:
        """Return what the system says."""
        number = getattr(errno, self.name)
        return OSError(number, os.strerror(number))

    @property
    def tears(self) -> bool:
        """Whether half of what is written when it fails gets there."""
        return self.name == "ENOSPC"

    def hit(self, kind: str, target: Any) -> None:
        """Count a call, and fail if it is the one."""
        if self.fails(kind, target):
            raise self.error()

    def install(self) -> None:
        """Put it between this process and the system, for good."""
        for name in ("fsync", "rename", "replace", "unlink", "remove", "mkdir", "rmdir", "ftruncate", "write"):
            setattr(os, name, self._counted(name, getattr(os, name)))
        os.open = self._opened(os.open)
        io.FileIO = _raw_of(self)
        io.open = builtins.open = _open_of(io.open)
        # SQLAlchemy's way to it, and everybody else's.
        sqlite3.dbapi2.connect = sqlite3.connect = partial(sqlite3.connect, factory=_connection_of(self))

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(target: Any, *arguments: Any, **options: Any) -> Any:
            self.hit(name, target)
            return real(target, *arguments, **options)

        return call

    def _opened(self, real: Callable[..., int]) -> Callable[..., int]:
        def call(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            if flags & os.O_CREAT or flags & os.O_TMPFILE == os.O_TMPFILE:
                self.hit("open", path)
            return real(path, flags, *arguments, **options)

        return call


def _connection_of(disk: FaultyDisk) -> type[sqlite3.Connection]:
    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, *arguments: Any) -> Any:
            if statement.strip().upper() != "COMMIT":
                return super().execute(statement, *arguments)
            self.connection.committing(lambda: super(Cursor, self).execute(statement, *arguments))
            return self

    class Connection(sqlite3.Connection):
        """A connection whose commits are counted."""

        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, statement: str, *arguments: Any) -> Any:
            return self.cursor().execute(statement, *arguments)

        def commit(self) -> None:
            if self.in_transaction:
                self.committing(super().commit)

        def committing(self, commit: Callable[[], object]) -> None:
            path = super().cursor().execute("PRAGMA database_list").fetchone()[2]
            if disk.fails("commit", path):
                raise self.error()
            commit()
            if disk.fails("committed", path):
                raise self.error()

        def error(self) -> sqlite3.OperationalError:
            text, code = SQLITE[disk.name]
            error = sqlite3.OperationalError(text)
            error.sqlite_errorcode = code
            return error

    return Connection


def _raw_of(disk: FaultyDisk) -> type[io.FileIO]:
    class Raw(io.FileIO):
        """A file whose writes are counted; a full disk takes half of what it is given, and fails after that."""

        _is_full = False

        def __init__(self, file: Any, mode: str = "r", closefd: bool = True, opener: Any = None) -> None:
            if set(mode) & set("wxa+") and not isinstance(file, int) and opener is None:
                disk.hit("open", file)
            super().__init__(file, mode, closefd, opener)

        def write(self, data: Any) -> int:
            if self._is_full:
                self._is_full = False
                raise disk.error()
            if not disk.fails("write", self):
                return super().write(data)
            half = bytes(data)[: len(data) // 2] if disk.tears else b""
            del data  # a view that the error's traceback would hold
            if not half:
                raise disk.error()
            self._is_full = True
            return super().write(half)

        def truncate(self, size: int | None = None) -> int:
            disk.hit("truncate", self)
            return super().truncate(size)

    return Raw


def _open_of(real: Callable[..., Any]) -> Callable[..., Any]:
    def open_(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        if not set(mode) & set("wxa+") or isinstance(file, int):
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = io.FileIO(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        buffer = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffer if "b" in mode else io.TextIOWrapper(buffer, encoding, errors, newline)

    return open_


def _path_of(target: Any) -> str:
    """Return the path of a descriptor, an open file, or a path."""
    if isinstance(target, str | os.PathLike):
        return os.path.abspath(os.fspath(target))
    try:
        return os.readlink(f"/proc/self/fd/{target if isinstance(target, int) else target.fileno()}")
    except OSError:
        return ""
