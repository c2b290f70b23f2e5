"""Rows of a benchmark's archive, put into a catalog that is being filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from archive.catalog.bulk import Filling


def put(filling: Filling, rows: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
    """Put rows into a catalog, of the tables in their order, at once; what a row does not name is null."""
    filling._database.execute("BEGIN")
    for table, some in rows.items():
        empty = dict.fromkeys(table.c.keys())
        filling._database.executemany(_insert(table), [{**empty, **each} for each in some])
    filling._database.execute("COMMIT")


@cache
def _insert(table: Table) -> str:
    return str(table.insert().compile(dialect=sqlite.dialect(paramstyle="named")))
