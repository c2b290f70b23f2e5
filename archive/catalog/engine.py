"""Open the database behind the catalog: a SQLite file, or PostgreSQL by the same SQL.

What differs is in :mod:`archive.catalog.dialect`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import Connection, Engine, Table, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from archive.catalog import changes, dialect
from archive.catalog.dialect import POSTGRESQL, is_postgres, shown
from archive.catalog.prepared import PreparedRows, said
from archive.catalog.steps import STEPS
from archive.catalog.tables import SCHEMA_VERSION, meta, metadata
from archive.catalog.upgrade import History, upgrade
from archive.derived import use_wal
from archive.errors import CatalogError, DiskError, disk_error, disk_failed, disk_full

BUSY_TIMEOUT_MS = 60_000
"""How long a writer waits for another one (two sites crawled at once)."""
CACHE_KIB = 32_000
"""Memory that a connection to SQLite takes for pages, at most: in KiB."""
SMALL_CACHE_KIB = 8_000
"""And that of a crawl, of which one process may do many at once."""

HISTORY = History("catalog", meta.name, SCHEMA_VERSION, STEPS)
"""With the next schema comes the step from this one, and a data root of this one in ``tests/upgrade/``."""

_WRITES = "khcn_writes"
_FULL = (sqlite3.SQLITE_FULL, "53100")
"""What SQLite and PostgreSQL call a full disk."""
_OFTEN_FULL = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
"""What SQLite says of a full disk when a file beside the database can not be made, or can not grow."""
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
        # Not shown: what is misspelt may hold a password all the same.
        raise CatalogError(f"{what}: this is no database URL; write sqlite:////absolute/path") from None
    if parsed.get_backend_name() not in ("sqlite", POSTGRESQL) or parsed.drivername == f"{POSTGRESQL}+psycopg2":
        raise CatalogError(f"{what} {shown(parsed)!r}: only sqlite:///... and postgresql+psycopg://... are known")
    return parsed.set(drivername=f"{POSTGRESQL}+psycopg") if parsed.drivername == POSTGRESQL else parsed


def sqlite_path(url: URL) -> Path | None:
    """Return the file of a SQLite URL, null for a catalog in memory or on a server."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    name = url.database or ""
    # A file opened read-only is named by a URI (see _read_only_engine).
    return Path(unquote(name[5:].partition("?")[0]) if name.startswith("file:") else name)


def open_engine(url: URL, *, create: bool, read_only: bool, cache_kib: int = CACHE_KIB) -> Engine:
    """Return an engine on a catalog of this program's schema, made when *create* allows.

    Each connection to SQLite takes so much memory for pages, at most.
    *read_only* opens SQLite files that nobody may write, on a read-only disk
    too. Raises CatalogError, saying what to do, for a file that is missing,
    no database, another program's, of another schema, or not writable. One of an earlier
    schema is brought up to this one when there are steps to it, and it is not *read_only*.
    """
    path = sqlite_path(url)
    with explained(url):
        if path is not None and not path.exists():
            if read_only or not create:
                raise CatalogError(f"{path}: there is no catalog; `khcn crawl` or `khcn rebuild` makes one")
            path.parent.mkdir(parents=True, exist_ok=True)
        if path is not None and path.is_dir():
            raise CatalogError(f"{path}: a folder, where the catalog's file should be; name the file in it")
        engine = _read_only_engine(url, path, cache_kib) if read_only and path else _engine(url, cache_kib)
        if read_only:
            dialect.only_read(engine)
        try:
            if not read_only:
                if create or not is_postgres(engine):
                    _create_tables(engine, url)
                if HISTORY.reaches(_schema_of(engine)):
                    upgrade(HISTORY, path, lambda: writing(engine))
            _check_schema(engine, url)
            if not read_only:
                _keep_changes(engine)
        except BaseException:
            engine.dispose()
            raise
    return engine


def tables_of(url: URL) -> set[str]:
    """Return the names of the tables of a database, whosever they are. Raises CatalogError."""
    with explained(url):
        engine = _engine(url)
        try:
            with engine.connect() as connection:
                return dialect.table_names(connection)
        finally:
            engine.dispose()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a write transaction: committed when left well, else rolled back."""
    options = {_WRITES: True}
    with (
        explained(engine.url, (SQLAlchemyError,)),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the database."""
    # What the caller makes of what it reads, and where it writes it, has errors of its own.
    with explained(engine.url, (SQLAlchemyError,)), engine.connect() as connection:
        if options := dialect.snapshot_options(engine):
            connection.execution_options(**options)
        yield connection


def upsert(connection: Connection, table: Table) -> Any:
    """Return an INSERT of the connection's dialect which knows ``on_conflict_do_update``."""
    return dialect.insert(connection.dialect.name, table)


def put(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert *rows*; a row whose primary key is there takes the new values."""
    if rows and is_postgres(connection):
        connection.execute(_put(connection.dialect.name, table), rows)
    elif rows:
        _put_rows(table).write(connection, rows)


@cache
def _put_rows(table: Table) -> PreparedRows:
    return PreparedRows(_put("sqlite", table))


@cache
def _put(engine: str, table: Table) -> Any:
    # Building a statement costs more than running it.
    statement = dialect.insert(engine, table)
    values = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)


@contextmanager
def explained(
    url: URL, kinds: tuple[type[SQLAlchemyError | OSError], ...] = (SQLAlchemyError, OSError)
) -> Iterator[None]:
    """Turn a database's error into CatalogError or DiskError: what, where, what to do."""
    try:
        yield
    except kinds as error:
        raise _explain(url, error) from error


def _explain(url: URL, error: SQLAlchemyError | OSError) -> CatalogError | DiskError:
    where = sqlite_path(url) or shown(url)
    cause = error.orig if isinstance(error, DBAPIError) else error
    reason = (isinstance(cause, OSError) and cause.strerror) or str(cause).strip().split("\n")[0]
    if (failed := disk_error_of(where, cause)) is not None:
        return failed
    if (told := dialect.explain(str(where), error, "catalog")) is not None:
        return told
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
    if kind in _FULL or (kind in _OFTEN_FULL and isinstance(where, Path) and not _has_room(where)):
        return disk_full(where, str(cause))
    return disk_failed(where, str(cause)) if kind in _FAILED else None


def _has_room(path: Path) -> bool:
    """Say whether a file could be made beside *path*: when it can not, SQLite does not say why."""
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return True
    return bool(room.f_bavail and (room.f_favail or not room.f_files))


def _engine(url: URL, cache_kib: int = CACHE_KIB, **options: Any) -> Engine:
    try:
        engine = create_engine(url, **dialect.engine_options(url), **options)
    except ImportError as error:
        raise dialect.driver_missing(url, error) from None
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine, cache_kib)
    return engine


def prepare_sqlite(engine: Engine, cache_kib: int = CACHE_KIB) -> None:
    """Let the connections of a SQLite engine be as the catalog needs them, with its kinds of transactions."""
    event.listen(engine, "connect", partial(_set_pragmas, cache_kib))
    event.listen(engine, "begin", _begin)


def _read_only_engine(url: URL, path: Path, cache_kib: int) -> Engine:
    address = "file:" + quote(str(path.absolute())) + "?mode=ro"
    engine = _engine(url.set(database=address, query={"uri": "true"}), cache_kib, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except DBAPIError as error:
        if "unable to open" not in str(error) and "readonly" not in str(error):
            raise
        # A WAL database needs its -shm file, which can't be made on a read-only disk. As nobody
        # writes there either, SQLite may take the file as it lies.
        engine.dispose()
        wal = Path(f"{path}-wal")
        if wal.exists() and wal.stat().st_size:
            raise CatalogError(
                f"{wal}: holds what is not in the catalog yet, and can not be read where nothing may be written; "
                "copy it with the catalog and its -shm, or run `khcn repair` where it can be written"
            ) from None
        address += "&immutable=1"
        engine = _engine(url.set(database=address, query={"uri": "true"}), cache_kib, poolclass=NullPool)
    return engine


def _set_pragmas(cache_kib: int, connection: Any, record: Any) -> None:
    # The driver must not open transactions of its own: _begin does, with the right kind of lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "foreign_keys = ON",
        # A transaction is on the disk when it has ended, and a crawl reported as done is done after a power cut.
        "synchronous = FULL",
        f"cache_size = -{cache_kib}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can not wait for another writer: take the lock now.
    writes = connection.get_execution_options().get(_WRITES)
    said(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")


def _create_tables(engine: Engine, url: URL) -> None:
    with engine.connect() as connection:
        names = dialect.table_names(connection)
    if meta.name in names:
        return
    if names and not is_postgres(engine):
        raise CatalogError(f"{sqlite_path(url) or url}: another program's database; give the catalog its own")
    if others := names & metadata.tables.keys():
        raise CatalogError(
            f"{shown(url)}: another program's tables have the names of the catalog's ({', '.join(sorted(others))}); "
            "give the catalog a database or a schema of its own"
        )
    if engine.dialect.name == "sqlite":
        connection_fairy = engine.raw_connection()
        try:
            use_wal(connection_fairy.cursor().execute, BUSY_TIMEOUT_MS / 1000)
        finally:
            connection_fairy.close()
    with writing(engine) as connection:
        dialect.wait_to_create(connection)
        metadata.create_all(connection)
        statement = upsert(connection, meta).on_conflict_do_nothing()
        connection.execute(statement, {"key": "schema_version", "value": str(SCHEMA_VERSION)})
        changes.prepare(connection)


def _keep_changes(engine: Engine) -> None:
    """Let a catalog keep its changes that an earlier version of the program made."""
    with engine.connect() as connection:
        if changes.generation(connection):
            return
    with writing(engine) as connection:
        changes.prepare(connection)


def bring_up(url: str | Path) -> None:
    """Bring a catalog of an earlier schema up to this one, when there is one and there are steps to it."""
    parsed = parse_url(url)
    path = sqlite_path(parsed)
    if HISTORY.steps and (path is None or path.exists()):
        open_engine(parsed, create=False, read_only=False).dispose()


def _schema_of(engine: Engine) -> str | None:
    """Return the version of a catalog's schema; null when it says none."""
    with engine.connect() as connection:
        if is_postgres(engine) and meta.name not in dialect.table_names(connection):
            return None
        return connection.scalar(select(meta.c.value).where(meta.c.key == "schema_version"))


def _check_schema(engine: Engine, url: URL) -> None:
    where = sqlite_path(url) or shown(url)
    with engine.connect() as connection:
        is_there = meta.name in dialect.table_names(connection)
    if not is_there:
        if is_postgres(engine):
            raise CatalogError(f"{where}: there is no catalog; `khcn crawl` or `khcn rebuild` makes one")
        raise CatalogError(f"{where}: this database is no catalog; move it away, then run `khcn rebuild`")
    version = _schema_of(engine)
    if HISTORY.reaches(version):
        raise CatalogError(
            f"{where}: the catalog has schema {version}, this program knows {SCHEMA_VERSION}; "
            "run `khcn repair`, which brings it up to that and keeps a copy of it"
        )
    if version is not None and version.isdecimal() and int(version) > SCHEMA_VERSION:
        raise CatalogError(
            f"{where}: the catalog has schema {version}, this program knows {SCHEMA_VERSION}: a newer khcn made it; "
            "use that one, or run `khcn rebuild` to make it anew from the WARC files as this one reads them"
        )
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
