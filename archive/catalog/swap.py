"""Put a catalog made anew in the place of the old one, at once."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from archive.atomic import sync_folder
from archive.catalog.engine import disk_error_of, remove_sidecars
from archive.errors import CatalogError

WAIT_S = 10.0
"""How long to wait for a program that is writing the old catalog."""


def swap_in(fresh: Path, path: Path) -> None:
    """Give the closed SQLite catalog *fresh* the name *path*; the old one of that name goes.

    Until the rename the old catalog stays whole and usable; a program that
    reads it goes on with the old rows until it opens the file again. The
    caller makes sure that no crawl is running: what one writes into the old
    file after the rename is lost until the next rebuild.

    Raises CatalogError when a program is writing to the old catalog, or when
    the files can not be moved, DiskError.
    """
    try:
        _fold_wal(fresh)
        if path.exists():
            _fold_wal_of_old(path)
        # A WAL file left beside the new database would be taken for its own.
        remove_sidecars(path)
        os.replace(fresh, path)
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        if (failed := disk_error_of(path, error)) is not None:
            raise failed from error
        raise CatalogError(f"{path}: the rebuilt catalog can not take its place ({error}); run it again") from error


def _fold_wal(path: Path) -> None:
    """Bring everything into the main file, and that to the disk."""
    with closing(sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)) as connection:
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise CatalogError(f"{path}: another program holds it; end that one and run `khcn rebuild` again")
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _fold_wal_of_old(path: Path) -> None:
    """Make the old main file whole on its own, should the machine stop before the rename."""
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        if disk_error_of(path, error) is not None:
            raise
        if "locked" in str(error):
            raise CatalogError(
                f"{path}: another program is writing the catalog; let it end, then run `khcn rebuild` again"
            ) from None
        # Else it is damaged or no database at all, which is a good reason for a rebuild
