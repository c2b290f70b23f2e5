"""Files of SQLite that are made at first use, by whichever process comes first."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path


def lay_out(path: Path, make: Callable[[sqlite3.Connection], None], *, page_size: int = 4096) -> None:
    """Put a file in WAL mode in place, whole: of several processes that come at once, one; the others take it.

    *make* fills it, on a connection that begins no transaction of its own. *page_size* is in bytes.

    Raises sqlite3.Error, OSError.
    """
    new = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with closing(sqlite3.connect(new, isolation_level=None)) as file:
            file.execute(f"PRAGMA page_size = {page_size}")
            file.execute("PRAGMA journal_mode = WAL")
            make(file)
        try:
            os.link(new, path)
        except FileExistsError:
            return
        except OSError:  # a file system without links
            os.replace(new, path)
    finally:
        with suppress(OSError):  # where nothing can be written it is not there
            new.unlink()


def use_wal(execute: Callable[[str], object], wait_s: float) -> None:
    """Let a file keep its journal in WAL mode from now on; *execute* runs a statement outside of transactions.

    Of processes that make a file at once SQLite refuses some without waiting; then this waits, as long as *wait_s*.

    Raises what *execute* raises.
    """
    until = time.monotonic() + wait_s
    while True:
        try:
            execute("PRAGMA journal_mode = WAL")
            return
        except Exception as error:
            cause = getattr(error, "orig", error)  # SQLAlchemy's errors have the driver's
            if getattr(cause, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)
