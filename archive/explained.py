"""What goes wrong with a file of SQLite that is derived from the archive, in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import ArchiveError, disk_error


@contextmanager
def sqlite_explained(path: Path, remedy: str) -> Iterator[None]:
    """Turn what SQLite and the system say of the file at *path* into ArchiveError, with a remedy, or DiskError."""
    try:
        yield
    except sqlite3.Error as error:
        raise ArchiveError(f"{path}: {error}; {remedy}") from error
    except OSError as error:
        raise disk_error(error, path) or ArchiveError(f"{path}: {error}") from error
