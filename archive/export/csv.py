"""CSV for spreadsheets and for programs: RFC 4180, and no cell that a spreadsheet would compute.

A text that begins with one of ``= + - @``, their full-width forms, a tab, a line end or an apostrophe gets an
apostrophe in front. So every text that begins with an apostrophe is read by taking one away; see :func:`bare`.
Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import fields
from io import TextIOWrapper
from typing import Any, BinaryIO

import msgspec

from archive.export.fields import Column, columns_of, table_schema
from archive.export.form import Kind
from archive.export.record import FIELDS, Record, without_documents
from archive.model import Location

BOM = "\ufeff"
GUARD = "'"
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", GUARD)
_PLACE = tuple(field.name for field in fields(Location))


class Csv:
    """UTF-8 with a byte order mark, without which Excel takes it for something else; lines end with CR LF.

    Lists and objects are JSON, without the texts of documents; ``location`` is three columns. An empty cell is null or
    an empty text.
    """

    name = "csv"

    def write(self, records: Iterable[Record], out: BinaryIO) -> None:
        """Write a head and the records."""
        text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
        try:
            text.write(BOM)
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow(column.name for column in columns())
            for record in records:
                writer.writerow(cells(record))
            text.flush()
        finally:
            text.detach()

    def kind(self) -> Kind:
        """Say what was written."""
        schema = table_schema(columns(), ("id", "n"), empty_is_null=True)
        return Kind("csv", "text/csv", {"encoding": "utf-8", "schema": schema})


def columns() -> list[Column]:
    """Return the columns in their order."""
    plain = columns_of(Record, [name for name in FIELDS if name != "location"])
    return plain + columns_of(Location, _PLACE)


def cells(record: Record) -> list[str]:
    """Return the cells of a record."""
    value = without_documents(record)
    place = value.pop("location")
    return [cell(value[name]) for name in FIELDS if name in value] + [cell(place[name]) for name in _PLACE]


def cell(value: Any) -> str:
    """Return a value of the JSON form as the text of a cell.

    >>> cell(None), cell(200), cell(("Tùng Như",)), cell("=1+1")
    ('', '200', '["Tùng Như"]', "'=1+1")
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return GUARD + value if value.startswith(_COMPUTED) else value


def bare(text: str) -> str:
    """Return the text that a cell was made from.

    >>> bare(cell("'-5 độ")), bare(cell("Hà Tĩnh"))
    ("'-5 độ", 'Hà Tĩnh')
    """
    return text[1:] if text.startswith(GUARD) else text
