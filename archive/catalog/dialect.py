"""Where SQLite and PostgreSQL differ: everything else in the catalog is said once, for both.

Text is compared byte by byte, as SQLite does, whatever language the server was made for: else pages of rows, ranges
of keys and dumps would come in another order. Times, JSON and sums are text already (:mod:`archive.catalog.tables`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Index,
    Integer,
    Table,
    TextClause,
    TypeDecorator,
    event,
    inspect,
)
from sqlalchemy import Text as PlainText
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DBAPIError

from archive.errors import CatalogError, DiskError, NoServer, ServerLost

POSTGRESQL = "postgresql"


def whole_text(value: str) -> str:
    """Return *value* as both keep it: PostgreSQL has no place for the character NUL in a text.

    >>> whole_text("a" + chr(0)) == "a\\N{REPLACEMENT CHARACTER}"
    True
    """
    return value.replace("\0", "\ufffd") if "\0" in value else value


class _WholeText(TypeDecorator[str]):
    """What is asked for may hold anything: no text that is kept has that character, and none is found."""

    impl = PlainText
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return whole_text(value) if value is not None else None


Text = PlainText().with_variant(_WholeText(collation="C"), POSTGRESQL)
"""Text in the order of its UTF-8 bytes."""
Counter = BigInteger().with_variant(Integer, "sqlite")
"""A number that only grows; in SQLite it is the row's own number."""

PARTITIONS = 8
"""Pieces of the captures, by a hash of their ids; docs/scale.md says why these."""
BATCH = 200
"""Rows that one statement of SQLite inserts."""
CONNECT_TIMEOUT_S = 10
_PATIENCE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A server that is gone without a word is noticed after a minute; by default it takes two hours."""
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_SECRETS = ("password", "passfile", "sslpassword", "sslkey")


def is_postgres(where: Connection | Engine) -> bool:
    """Say whether a database is PostgreSQL."""
    return where.dialect.name == POSTGRESQL


def insert(dialect: str, table: Table) -> Any:
    """Return an INSERT of a dialect (its name) which knows ``on_conflict_do_update``."""
    if dialect != POSTGRESQL:
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # a tenth of what a process loads

    return postgresql.insert(table)


def engine_options(url: URL) -> dict[str, Any]:
    """Return how to connect to the server of *url*; nothing for SQLite."""
    if url.get_backend_name() != POSTGRESQL:
        return {}
    # A connection that died while nobody used it (the server was started again) is made anew without a word.
    asked = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "khcn"} | _PATIENCE
    return {"pool_pre_ping": True, "connect_args": {k: v for k, v in asked.items() if k not in url.query}}


def only_read(engine: Engine) -> None:
    """Let nothing be written through *engine*; a SQLite file is opened so, or not."""
    if is_postgres(engine):
        engine.update_execution_options(postgresql_readonly=True)


def snapshot_options(engine: Engine) -> dict[str, Any]:
    """Return the options of a connection that only reads: it sees one state, however many questions it asks."""
    # In SQLite every transaction does.
    return _SNAPSHOT if is_postgres(engine) else {}


def shown(url: URL) -> str:
    """Return *url* as it may be shown: without any password.

    >>> from sqlalchemy.engine import make_url
    >>> shown(make_url("postgresql+psycopg://khcn:tu@db/khcn?sslpassword=mat&sslmode=require"))
    'postgresql+psycopg://khcn:***@db/khcn?sslmode=require&sslpassword=***'
    """
    told = url.set(query={name: "***" if name in _SECRETS else value for name, value in url.query.items()})
    return told.render_as_string(hide_password=True).replace("%2A%2A%2A", "***")


def copy_in(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Insert *rows* (values in the order of the columns), none of which is there: by COPY where there is one."""
    if not is_postgres(connection):
        names = [column.name for column in table.columns]
        left = iter(rows)
        while some := list(islice(left, BATCH)):
            connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in some])
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(_copy_statement(table)) as copy:
        for row in rows:
            copy.write_row([whole_text(value) if isinstance(value, str) else value for value in row])


def _copy_statement(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'COPY "{table.name}" ({names}) FROM STDIN'


def index_of_some(name: str, where: ColumnElement[bool] | TextClause, *columns: Any) -> None:
    """Make an index of the rows of a table for which *where* holds."""
    index = Index(name, *columns, sqlite_where=where)
    assert index.table is not None
    _on_postgres(index.table, index, "where", where)


def partition(table: Table) -> None:
    """Let PostgreSQL keep *table* in :data:`PARTITIONS` pieces by a hash of its primary key."""
    (key,) = table.primary_key.columns
    _on_postgres(table, table, "partition_by", f"HASH ({key.name})")
    for number in range(PARTITIONS):
        piece: Any = DDL(  # type: ignore[no-untyped-call]
            f"CREATE TABLE IF NOT EXISTS {table.name}_{number} PARTITION OF {table.name} "
            f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
        )
        event.listen(table, "after_create", piece.execute_if(dialect=POSTGRESQL))


def _on_postgres(table: Table, of: Table | Index, option: str, value: object) -> None:
    """Say an option of PostgreSQL's when *table* is made there: to say it sooner loads the whole dialect."""

    def say(target: Table, connection: Connection, **others: Any) -> None:
        if is_postgres(connection):
            of.dialect_options[POSTGRESQL][option] = value

    event.listen(table, "before_create", say)


def table_names(connection: Connection) -> set[str]:
    """Return the names of the tables in the database, in PostgreSQL of the schema in which tables would be made."""
    if not is_postgres(connection):
        return set(inspect(connection).get_table_names())
    # SQLAlchemy's own question takes as long as opening all the rest.
    query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    return {row[0] for row in connection.exec_driver_sql(query)}


def wait_to_create(connection: Connection) -> None:
    """Let one after the other make the tables; who comes second finds them there."""
    if is_postgres(connection):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('khcn ' || current_schema()))")


def driver_missing(url: URL, error: ImportError) -> CatalogError:
    """Return what to do when the package is missing that speaks with the server of *url*."""
    return CatalogError(
        f"{shown(url)}: the Python package {error.name or 'psycopg'} is missing; PostgreSQL needs an extra: "
        "pip install 'khcn[postgres]'"
    )


def explain(where: str, error: BaseException, what: str) -> CatalogError | DiskError | None:
    """Return what a PostgreSQL server's error means and what to do; null for one without a name here.

    *what* is what was asked for: ``catalog`` or ``frontier``.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not type(cause).__module__.startswith("psycopg"):
        return None
    reason = str(cause).strip().split("\n")[0].rstrip(":")
    state = getattr(cause, "sqlstate", None)
    is_lost = state in _LOST or (state is None and any(word in reason for word in _LOST_WORDS))
    if is_lost or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return ServerLost(
            f"{where}: the connection to the {what} was lost ({reason}); "
            "when the server is there, run the same command again: it goes on where it stopped"
        )
    for states, words, sentence, remedy in _kinds(f"KHCN_{what.upper()}_URL", what):
        if state in states or (state is None and any(word in reason for word in words)):
            kind = CatalogError if state in _OF_A_QUESTION else NoServer
            return kind(f"{where}: {sentence} ({reason}); {remedy}")
    return None


_OF_A_QUESTION = ("42501", "25006", "57014", "55P03", "40001", "40P01")  # a server says these to one it has let in
_LOST = ("57P01", "57P02", "57P05", "08006", "08003")
_LOST_WORDS = (
    "server closed",
    "terminating connection",
    "connection is lost",
    "connection is closed",
    "consuming input",
)


def _kinds(variable: str, what: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], str, str]]:
    yield (
        ("28P01", "28000"),
        ("authentication failed", "no password supplied", "no pg_hba.conf entry", 'role "'),
        "the database server does not let this user in",
        f"correct user and password in {variable}, or let the server's pg_hba.conf allow them",
    )
    yield (
        ("3D000",),
        ('database "',),
        "the database server has no such database",
        f"make it (createdb), or correct its name in {variable}",
    )
    yield (
        ("42501", "25006"),
        (),
        f"the {what} can not be written",
        "let this user CREATE in the schema, and write its tables",
    )
    yield ("3F000",), (), "the database has no such schema", "make it (CREATE SCHEMA), or correct the search_path"
    yield ("53300",), ("too many clients",), "the database server takes no more connections", "raise max_connections"
    yield ("57014",), (), "the question took longer than it may", "ask for less at once"
    yield ("55P03", "40001", "40P01"), (), f"another program is writing the {what}", "run the same command again"
    yield (
        ("08001", "08004", "57P03"),
        ("connection failed", "connection timeout", "could not", "failed:", "failed to resolve"),
        "the database server can not be reached",
        f"start it, or correct {variable}; then run the same command again",
    )
