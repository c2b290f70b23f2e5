"""The database behind the frontier: its tables, how it is opened, what its errors mean.

Nothing but the way of one crawl lies here. Who deletes the file loses the
place an interrupted crawl had come to: the next crawl is merely larger.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, MetaData, Table, create_engine, event
from sqlalchemy import text as sql
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from archive.catalog import dialect
from archive.catalog.dialect import Counter, Text, index_of_some, is_postgres, shown
from archive.catalog.engine import disk_error_of, sqlite_path
from archive.catalog.upgrade import History, upgrade
from archive.derived import use_wal
from archive.errors import CatalogError, DiskError

SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 60_000
"""How long a crawl waits for the transaction of another site's."""

READY, WAITING, LEASED, DONE, FAILED, LATER = range(6)
"""States of a row. Pending is READY, or WAITING until its time has come; LATER failed in an
earlier crawl and is not to be asked again yet."""

metadata = MetaData()

meta = Table(
    "frontier_meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

sites = Table(
    "frontier_sites",
    metadata,
    Column("no", Integer, primary_key=True),  # stands for the site in every row and index: one byte
    Column("site", Text, nullable=False, unique=True),
    Column("crawl", Text),  # the unfinished one
    Column("mode", Text, nullable=False, server_default=""),
    Column("indexed", BigInteger, nullable=False, server_default="-1"),  # keys of later rows are not in keys yet
    Column("commits", BigInteger, nullable=False, server_default="0"),
)

rows = Table(
    "frontier_rows",
    metadata,
    # The site's number and the order of insertion (see first_place).
    Column("seq", Counter, primary_key=True, autoincrement=False),
    Column("site", Integer, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("state", Integer, nullable=False),
    Column("priority", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next", BigInteger),  # milliseconds since 1970
    Column("until", BigInteger),  # likewise: when a lease is over
    Column("url", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("cause", Text),
)

keys = Table(
    "frontier_keys",
    metadata,
    Column("site", Integer, primary_key=True),
    Column("key", BigInteger, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Where the row of a key is. Keys are random: entered one by one, each would cost a page of its own
once there are many. They come in by the ten thousand, in their order."""


HISTORY = History("frontier", meta.name, SCHEMA_VERSION, {})
"""Steps from earlier schemas."""


def first_place(site_number: int) -> int:
    """Return the smallest ``seq`` of a site: the rows of one lie together, as they were added."""
    return site_number << 40


def _part(name: str, where: str, *columns: Any) -> None:
    # An index of the rows in one state only: what is done costs nothing any more.
    index_of_some(name, sql(where), *columns)


_part("frontier_ready", "state = 0", rows.c.site, rows.c.priority.desc(), rows.c.seq)
_part("frontier_waiting", "state = 1", rows.c.site, rows.c.next)
_part("frontier_leased", "state = 2", rows.c.site, rows.c.until)
_part("frontier_failed", "state > 3", rows.c.site, rows.c.seq)


def open_engine(url: URL) -> Engine:
    """Return an engine on a frontier of this program's schema, made when there is none.

    Its connections begin no transaction of their own. Raises CatalogError,
    saying what to do, for a file that is none, is damaged, is another
    program's or of another schema, or can not be written.
    """
    path = sqlite_path(url)
    with explained(url):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise CatalogError(f"{path}: a folder, where the frontier's file should be; name the file in it")
        try:
            engine = create_engine(url, isolation_level="AUTOCOMMIT", **dialect.engine_options(url))
        except ImportError as error:
            raise dialect.driver_missing(url, error) from None
        try:
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", _set_pragmas)
            _check(engine, url)
        except BaseException:
            engine.dispose()
            raise
    return engine


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn a database's error into CatalogError or DiskError: what, where, what to do."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise _explain(url, error) from error


def _explain(url: URL, error: SQLAlchemyError | OSError) -> CatalogError | DiskError:
    where = _where(url)
    cause = error.orig if isinstance(error, DBAPIError) else error
    if (failed := disk_error_of(where, cause)) is not None:
        return failed
    if (told := dialect.explain(str(where), error, "frontier")) is not None:
        return told
    reason = (isinstance(cause, OSError) and cause.strerror) or str(cause).strip().split("\n")[0]
    low = reason.lower()
    if "locked" in low or "busy" in low:
        return CatalogError(f"{where}: another program is writing the frontier ({reason}); try again later")
    if "not a database" in low:
        return CatalogError(f"{where}: this file is no frontier; move it away: {_LARGER}")
    if "malformed" in low:
        return CatalogError(f"{where}: the frontier is damaged ({reason}); delete it, -wal and -shm: {_LARGER}")
    if any(word in low for word in _NO_ACCESS):
        return CatalogError(f"{where}: the frontier can not be written ({reason}); make file and folder writable")
    return CatalogError(f"{where}: {reason}; if it stays so, delete the frontier: {_LARGER}")


_LARGER = "the next crawl makes a new one and is merely larger"
_NO_ACCESS = ("readonly", "read-only", "permission", "unable to open", "not a directory", "file exists")


def _where(url: URL) -> Path | str:
    return sqlite_path(url) or shown(url)


def _set_pragmas(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "synchronous = FULL",  # a commit is on the disk when it has ended
        "cache_size = -8000",  # KiB
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _check(engine: Engine, url: URL) -> None:
    where = _where(url)
    with engine.connect() as connection:
        names = dialect.table_names(connection)
    if meta.name not in names:
        if names and not is_postgres(engine):
            raise CatalogError(f"{where}: another program's database; give the frontier a file of its own")
        _create(engine)
    version = _schema_of(engine)
    if HISTORY.reaches(version):
        upgrade(HISTORY, sqlite_path(url), lambda: _writing(engine))
        version = _schema_of(engine)
    if version != str(SCHEMA_VERSION):
        raise CatalogError(
            f"{where}: the frontier has schema {version}, this program knows {SCHEMA_VERSION}; "
            f"move it away, or use the program that made it: {_LARGER}"
        )


def _schema_of(engine: Engine) -> str | None:
    with engine.connect() as connection:
        found = connection.scalar(sql("SELECT value FROM frontier_meta WHERE key = 'schema_version'"))
    return str(found) if found is not None else None


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN" if is_postgres(engine) else "BEGIN IMMEDIATE")
        try:
            yield connection
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            with suppress(SQLAlchemyError):  # a failed COMMIT may have done so
                connection.exec_driver_sql("ROLLBACK")
            raise


def _create(engine: Engine) -> None:
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            use_wal(connection.exec_driver_sql, BUSY_TIMEOUT_MS / 1000)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
        dialect.wait_to_create(connection)
        # Another crawl may have made them a moment ago.
        metadata.create_all(connection, checkfirst=True)
        statement = sql("INSERT INTO frontier_meta VALUES ('schema_version', :version) ON CONFLICT DO NOTHING")
        connection.execute(statement, {"version": str(SCHEMA_VERSION)})
        connection.exec_driver_sql("COMMIT")
