"""Open the database behind the catalog: SQLite now, PostgreSQL by the same SQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from archive.catalog.tables import SCHEMA_VERSION, meta, metadata
from archive.errors import CatalogError, DiskError, disk_error, disk_failed, disk_full

BUSY_TIMEOUT_MS = 60_000
"""How long a writer waits for another one (two sites crawled at once)."""

_WRITES = "khcn_writes"
_FULL = (sqlite3.SQLITE_FULL, "53100")
"""What SQLite and PostgreSQL call a full disk."""
_FAILED = (sqlite3.SQLITE_IOERR, "58030")
"""And one that fails."""
_NO_ACCESS = ("readonly", "read-only", "permission", "unable to open", "not a directory", "file exists")


def parse_url(url: str | Path, what: str = "catalog") -> URL:
    """Return the SQLAlchemy URL of a database, given as such or as the path of a SQLite file.

    *what* names it in an error.

    Raises CatalogError when *url* is neither SQLite's nor PostgreSQL's.
    """
    if isinstance(url, Path):
        return URL.create("sqlite", database=str(url))
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise CatalogError(f"{what} {url!r}: not a database URL; write sqlite:////absolute/path") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise CatalogError(f"{what} {url!r}: only sqlite:///... and postgresql+psycopg://... are known")
    return parsed


def sqlite_path(url: URL) -> Path | None:
    """Return the file of a SQLite URL, null for a catalog in memory or on a server."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    name = url.database or ""
    # A file opened read-only is named by a URI (see _read_only_engine).
    return Path(unquote(name[5:].partition("?")[0]) if name.startswith("file:") else name)


def open_engine(url: URL, *, create: bool, read_only: bool) -> Engine:
    """Return an engine on a catalog of this program's schema, made when *create* allows.

    *read_only* opens SQLite files that nobody may write, on a read-only disk
    too. Raises CatalogError, saying what to do, for a file that is missing,
    no database, another program's, of another schema, or not writable.
    """
    path = sqlite_path(url)
    with explained(url):
        if path is not None and not path.exists():
            if read_only or not create:
                raise CatalogError(f"{path}: there is no catalog; `khcn crawl` or `khcn rebuild` makes one")
            path.parent.mkdir(parents=True, exist_ok=True)
        if path is not None and path.is_dir():
            raise CatalogError(f"{path}: a folder, where the catalog's file should be; name the file in it")
        engine = _read_only_engine(url, path) if read_only and path else _engine(url)
        try:
            if not read_only:
                _create_tables(engine, url)
            _check_schema(engine, url)
        except BaseException:
            engine.dispose()
            raise
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a write transaction: committed when left well, else rolled back."""
    options = {_WRITES: True}
    with (
        explained(engine.url),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the database."""
    with explained(engine.url), engine.connect() as connection:
        yield connection


def upsert(connection: Connection, table: Table) -> Any:
    """Return an INSERT of the connection's dialect which knows ``on_conflict_do_update``."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def put(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert *rows*; a row whose primary key is there takes the new values."""
    if rows:
        connection.execute(_put(connection.dialect.name, table), rows)


@cache
def _put(dialect: str, table: Table) -> Any:
    # Building a statement costs more than running it.
    statement = _insert(dialect, table)
    values = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn a database's error into CatalogError or DiskError: what, where, what to do."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise _explain(url, error) from error


def _explain(url: URL, error: SQLAlchemyError | OSError) -> CatalogError | DiskError:
    where = sqlite_path(url) or url.render_as_string(hide_password=True)
    cause = error.orig if isinstance(error, DBAPIError) else error
    reason = (isinstance(cause, OSError) and cause.strerror) or str(cause).strip().split("\n")[0]
    if (failed := disk_error_of(where, cause)) is not None:
        return failed
    low = reason.lower()
    if "locked" in low or "busy" in low:
        return CatalogError(f"{where}: another program is writing the catalog ({reason}); try again later")
    if "not a database" in low:
        return CatalogError(f"{where}: this file is no catalog; move it away, then run `khcn rebuild`")
    if "malformed" in low:
        return CatalogError(f"{where}: the catalog is damaged ({reason}); run `khcn rebuild`")
    if isinstance(error, NoSuchModuleError):
        return CatalogError(f"{where}: the database's driver is missing ({reason}); install it")
    if any(word in low for word in _NO_ACCESS):
        return CatalogError(f"{where}: the catalog can not be written ({reason}); make file and folder writable")
    return CatalogError(f"{where}: {reason}; if it stays so, run `khcn rebuild`")


def disk_error_of(where: Path | str, cause: BaseException | None) -> DiskError | None:
    """Return what a driver's error says of the disk below the database; null when nothing."""
    if cause is not None and (failed := disk_error(cause, where)) is not None:
        return failed
    code = getattr(cause, "sqlite_errorcode", None)
    # The low byte; the rest says which call it was: https://www.sqlite.org/rescode.html
    kind = code & 0xFF if isinstance(code, int) else getattr(cause, "sqlstate", None)
    if kind in _FULL or (kind == sqlite3.SQLITE_CANTOPEN and isinstance(where, Path) and not _has_room(where)):
        return disk_full(where, str(cause))
    return disk_failed(where, str(cause)) if kind in _FAILED else None


def _has_room(path: Path) -> bool:
    """Say whether a file could be made beside *path*: when it can not, SQLite does not say why."""
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return True
    return bool(room.f_bavail and (room.f_favail or not room.f_files))


def _engine(url: URL, **options: Any) -> Engine:
    try:
        engine = create_engine(url, **options)
    except ModuleNotFoundError as error:
        where = url.render_as_string(hide_password=True)
        raise CatalogError(f"{where}: the Python package {error.name} is missing; install it") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    return engine


def _read_only_engine(url: URL, path: Path) -> Engine:
    address = "file:" + quote(str(path.absolute())) + "?mode=ro"
    engine = _engine(url.set(database=address, query={"uri": "true"}), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except DBAPIError as error:
        if "unable to open" not in str(error) and "readonly" not in str(error):
            raise
        # A WAL database needs its -shm file, which can't be made on a read-only disk. As nobody
        # writes there either, SQLite may take the file as it lies.
        engine.dispose()
        engine = _engine(url.set(database=address + "&immutable=1", query={"uri": "true"}), poolclass=NullPool)
    return engine


def _set_pragmas(connection: Any, record: Any) -> None:
    # The driver must not open transactions of its own: _begin does, with the right kind of lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "foreign_keys = ON",
        # A transaction is on the disk when it has ended, and a crawl reported as done is done after a power cut.
        "synchronous = FULL",
        "cache_size = -32000",  # KiB
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can not wait for another writer: take the lock now.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _create_tables(engine: Engine, url: URL) -> None:
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
    if meta.name in names:
        return
    if names:
        raise CatalogError(f"{sqlite_path(url) or url}: another program's database; give the catalog its own")
    if engine.dialect.name == "sqlite":
        connection_fairy = engine.raw_connection()
        try:
            connection_fairy.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection_fairy.close()
    with writing(engine) as connection:
        metadata.create_all(connection)
        statement = upsert(connection, meta).on_conflict_do_nothing()
        connection.execute(statement, {"key": "schema_version", "value": str(SCHEMA_VERSION)})


def _check_schema(engine: Engine, url: URL) -> None:
    where = sqlite_path(url) or url.render_as_string(hide_password=True)
    with engine.connect() as connection:
        if not inspect(connection).has_table(meta.name):
            raise CatalogError(f"{where}: this database is no catalog; move it away, then run `khcn rebuild`")
        version = connection.scalar(select(meta.c.value).where(meta.c.key == "schema_version"))
    if version != str(SCHEMA_VERSION):
        raise CatalogError(
            f"{where}: the catalog has schema {version}, this program knows {SCHEMA_VERSION}; "
            "run `khcn rebuild` to make it anew from the WARC files"
        )


def remove_sidecars(path: Path) -> None:
    """Remove the ``-wal`` and ``-shm`` files of a database that is closed, or given up."""
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            os.unlink(f"{path}{suffix}")
