"""Parquet: three tables, each partitioned by site and year as Hive does (``articles/site=x/year=2025/``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from archive.export.fields import Column, bare_type, columns_of, table_schema
from archive.export.form import Kind, Part
from archive.export.record import FIELDS, Document, Record, checked
from archive.jsonform import PAGE_TIMES
from archive.model import Image
from archive.times import VN

FILE = "part-0.parquet"
ROWS = 5_000
"""The most rows of a row group."""
BYTES = 8_000_000
"""And about so many characters: what is held in memory of a table."""
_PARTITIONED = ("site", "images", "attachments")
_PLAIN = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


class Parquet:
    """Articles, images and attachments; times have their zone, lists and structs are lists and structs.

    The partitions' columns, ``site`` and ``year``, are not in the files but in the names of their folders, where
    pandas, DuckDB and pyarrow find them.
    """

    name = "parquet"

    def folders(self, part: Part) -> list[str]:
        """Return the folder of each table."""
        return [f"{table}/site={part.site}/year={part.year:04d}" for table in TABLES]

    def write_part(self, part: Part, records: Iterable[Record], folder: Path) -> Iterator[tuple[Path, Kind]]:
        """Write one file of each table, also of one without rows: so every table is there."""
        paths = {table: folder / below / FILE for table, below in zip(TABLES, self.folders(part), strict=True)}
        with ExitStack() as stack:
            tables = {name: stack.enter_context(_Table(path, TABLES[name])) for name, path in paths.items()}
            for record in records:
                _add(tables, checked(record))
        for table, path in paths.items():
            kind = Kind("parquet", "application/vnd.apache.parquet", {"schema": f"schemas/{table}.json"})
            yield path, kind

    def schemas(self) -> dict[str, dict[str, Any]]:
        """Return the Table Schema of each table."""
        keys = {"articles": ("id", "n")}
        return {
            f"schemas/{name}.json": table_schema(columns, keys.get(name, ("article", "n", "position")))
            for name, columns in TABLES.items()
        }


def _children(kind: type) -> list[Column]:
    key = [
        column._replace(name="article" if column.name == "id" else "n") for column in columns_of(Record, ("id", "n"))
    ]
    return key + columns_of(kind, [field.name for field in fields(kind)])


TABLES: dict[str, list[Column]] = {
    "articles": columns_of(Record, [name for name in FIELDS if name not in _PARTITIONED]),
    "images": _children(Image),
    "attachments": _children(Document),
}
"""The columns of each table."""


def _add(tables: Mapping[str, _Table], record: Record) -> None:
    row = msgspec.to_builtins(record, builtin_types=(datetime,))
    for name in ("images", "attachments"):
        for child in row.pop(name):
            size = len(child.get("text") or "")
            tables[name].add({"article": record.id, "n": record.n, **child}, size)
    if record.confidence is not None:
        row["confidence"] = sorted(record.confidence.items())
    tables["articles"].add(row, len(record.text))


class _Table:
    """A file being written, a row group at a time."""

    def __init__(self, path: Path, columns: Iterable[Column]) -> None:
        self._schema = pa.schema(
            [
                pa.field(column.name, _type(column.type, column.name), metadata={"description": column.description})
                for column in columns
            ]
        )
        self._names = set(self._schema.names)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A file of Python's, for its errors say what the system said.
        self._file = path.open("wb")
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._size = 0

    def __enter__(self) -> _Table:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        with self._file:
            if kind is None:
                self._flush()
                self._writer.close()
            else:
                # What is not closed closes itself later, and complains of the file.
                with suppress(OSError, ValueError):
                    self._writer.close()

    def add(self, row: dict[str, Any], size: int = 0) -> None:
        """Add a row of about *size* characters."""
        self._rows.append({name: value for name, value in row.items() if name in self._names})
        self._size += size
        if len(self._rows) >= ROWS or self._size >= BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
        self._rows, self._size = [], 0


def _type(kind: Any, name: str = "") -> pa.DataType:
    """Return the type of a column, by the type of the model."""
    kind, _ = bare_type(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind is datetime:
        return pa.timestamp("us", VN.key if name in PAGE_TIMES else "UTC")
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return pa.string()
    if origin is tuple:
        return pa.list_(_type(inner[0]))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return pa.struct([pa.field(field.name, _type(hints[field.name])) for field in fields(kind)])
    assert origin in (dict, Mapping), kind
    return pa.map_(_type(inner[0]), _type(inner[1]))
