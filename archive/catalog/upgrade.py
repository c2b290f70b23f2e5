"""A database of an earlier version brought up to this one: a copy is kept first, and all steps are one transaction.

A run that is killed in the midst leaves the database as it was; the next one does it again. Two at once do it once.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from archive.atomic import TEMPORARY, sync_folder

logger = logging.getLogger(__name__)

Step = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class History:
    """What a kind of database was like in earlier versions of the program."""

    kind: str
    """Such as ``catalog``."""
    meta: str
    """Its table of ``key`` and ``value``, with the row ``schema_version``."""
    version: int
    """The schema that this program knows."""
    steps: Mapping[int, Step]
    """What makes of each earlier schema the next one, by its number, within a transaction that is not its own.
    Where one is missing, databases of that schema and of those before it are made anew instead."""

    def reaches(self, version: str | None) -> bool:
        """Say whether a database of another schema can be brought up to this one."""
        if version is None or not version.isdecimal() or int(version) >= self.version:
            return False
        return all(number in self.steps for number in range(int(version), self.version))


def upgrade(history: History, path: Path | None, writing: Callable[[], AbstractContextManager[Connection]]) -> None:
    """Bring a database up to this program's schema, if there are steps to it; else leave it as it is.

    *path* is that of a SQLite file, which is copied to :func:`backup_of` first; null for a server, whose copies are
    its operator's. *writing* opens a transaction that holds off other writers.
    Raises what the database raises, such as for want of room; then nothing has changed.
    """
    with writing() as connection:
        version = _version(connection, history)
        if not history.reaches(version):
            return
        assert version is not None
        backup = _keep(path, int(version)) if path is not None else None
        for number in range(int(version), history.version):
            history.steps[number](connection)
        changed = text(f"UPDATE {history.meta} SET value = :new WHERE key = 'schema_version'")  # noqa: S608
        connection.execute(changed, {"new": str(history.version)})
    told = {"from": version, "to": history.version} | ({"backup": str(backup)} if backup else {})
    logger.warning(f"{history.kind} brought up to this version", extra=told)
    if path is not None:
        _drop_older(path, int(version))


def backup_of(path: Path, version: int) -> Path:
    """Return where the copy of a database lies that had schema *version* before it was brought up.

    >>> backup_of(Path("data/catalog.sqlite3"), 5).as_posix()
    'data/catalog.sqlite3.5.backup'
    """
    return path.with_name(f"{path.name}.{version}.backup")


def _version(connection: Connection, history: History) -> str | None:
    query = text(f"SELECT value FROM {history.meta} WHERE key = 'schema_version'")  # noqa: S608
    found = connection.scalar(query)
    return str(found) if found is not None else None


def _keep(path: Path, version: int) -> Path:
    """Copy a SQLite database as it is now, what is in its WAL included; the copy has its name when it is whole."""
    backup = backup_of(path, version)
    temporary = backup.with_name(backup.name + TEMPORARY)
    try:
        temporary.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(temporary)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(backup)
        sync_folder(backup.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    return backup


def _drop_older(path: Path, version: int) -> None:
    """Remove copies that were kept before an earlier upgrade: the latest one is enough."""
    for old in path.parent.glob(f"{path.name}.*.backup"):
        number = old.name.removeprefix(f"{path.name}.").removesuffix(".backup")
        if number.isdecimal() and int(number) < version:
            with suppress(OSError):
                old.unlink()
