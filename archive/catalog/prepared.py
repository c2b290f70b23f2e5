"""What is said to the database often: SQLAlchemy writes each statement once, then the driver is asked.

To look a compiled statement up, fill its lists in and wrap its rows takes SQLAlchemy longer than SQLite takes for most
answers.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.selectable import SelectBase

from archive.catalog.dialect import POSTGRESQL, whole_text


class _Written(NamedTuple):
    sql: str
    order: tuple[str, ...] | None
    """Names of the parameters in their order; null for a driver that takes them by name."""
    values: Mapping[str, Any]
    """What they were when it was written; those of the statement itself stay as they are."""
    lists: Mapping[str, Sequence[str]]
    """Names of the parameters that a list became."""


class Prepared:
    """A statement that only reads; its columns have no types that turn what the driver gives into something else."""

    def __init__(self, statement: SelectBase) -> None:
        """Take a statement whose parameters are named; a list is ``bindparam(name, expanding=True)``."""
        self._statement = statement
        self._row: Any = namedtuple("_row", statement.selected_columns.keys())  # type: ignore[misc]
        self._written: dict[tuple[object, ...], _Written] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Any]:
        """Return the rows as named tuples; none when a list is empty. Raises what SQLAlchemy raises."""
        lists = {name: value for name, value in values.items() if isinstance(value, list | tuple)}
        if not all(lists.values()):
            return []
        form = (connection.dialect.name, *map(len, lists.values()))
        written = self._written.get(form)
        if written is None:
            written = self._written[form] = self._write(connection, values)
        given = {**written.values, **values}
        for name, each in lists.items():
            given.update(zip(written.lists[name], each, strict=True))
            del given[name]
        if not connection.in_transaction():
            connection.begin()
        found = _asked(connection, written, given)
        return list(map(self._row._make, found))

    def first(self, connection: Connection, **values: Any) -> Any:
        """Return the first row, null without one."""
        return next(iter(self.rows(connection, **values)), None)

    def _write(self, connection: Connection, values: Mapping[str, Any]) -> _Written:
        made: Any = self._statement.compile(dialect=connection.dialect)
        filled = made.construct_expanded_state(dict(values))
        order = tuple(filled.positiontup) if made.positional else None
        return _Written(filled.statement, order, dict(filled.parameters), dict(filled.parameter_expansion))


class PreparedRows:
    """A statement that writes rows of SQLite, each a dictionary with the same names as the others."""

    def __init__(self, statement: Any) -> None:
        """Take an INSERT with values of the types that the driver takes as they are."""
        self._statement = statement
        self._written: dict[tuple[str, ...], tuple[str, Callable[[Mapping[str, Any]], Any]]] = {}

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write *rows*, at least one. Raises what SQLAlchemy raises."""
        names = tuple(rows[0])
        written = self._written.get(names)
        if written is None:
            made: Any = self._statement.compile(dialect=connection.dialect, column_keys=names)
            order = made.positiontup
            written = self._written[names] = made.string, itemgetter(*order) if len(order) > 1 else _only(order[0])
        sql, values = written
        if not connection.in_transaction():
            connection.begin()
        with _driven(connection, sql, rows) as cursor:
            cursor.executemany(sql, list(map(values, rows)))


def _only(name: str) -> Callable[[Mapping[str, Any]], tuple[Any]]:
    return lambda row: (row[name],)


def _asked(connection: Connection, written: _Written, given: dict[str, Any]) -> Iterable[Any]:
    if connection.dialect.name == POSTGRESQL:
        # As archive.catalog.dialect.Text does: what is asked for may hold any character.
        given = {name: whole_text(each) if isinstance(each, str) else each for name, each in given.items()}
    parameters: Any = given if written.order is None else [given[name] for name in written.order]
    with _driven(connection, written.sql, parameters) as cursor:
        cursor.execute(written.sql, parameters)
        rows: Iterable[Any] = cursor.fetchall()
        return rows


def said(connection: Connection, sql: str) -> None:
    """Say something to the driver that has no answer. Raises what SQLAlchemy raises."""
    with _driven(connection, sql, ()) as cursor:
        cursor.execute(sql)


@contextmanager
def _driven(connection: Connection, sql: str, parameters: Any) -> Iterator[Any]:
    """Give a cursor of the driver, whose errors become SQLAlchemy's."""
    errors = connection.dialect.loaded_dbapi.Error
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except errors as error:
        if connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor):
            connection.invalidate(error)
        raise DBAPIError.instance(sql, parameters, error, errors, dialect=connection.dialect) from error
    finally:
        cursor.close()
