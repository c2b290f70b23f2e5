"""JSON Lines: one record a line, as ``khcn schema export`` describes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from archive.export.fields import columns_of, table_schema
from archive.export.form import Kind
from archive.export.record import FIELDS, Record, checked_json


class JsonLines:
    """UTF-8 without a byte order mark; lines end with LF."""

    name = "jsonl"

    def write(self, records: Iterable[Record], out: BinaryIO) -> None:
        """Write the records."""
        for record in records:
            out.write(checked_json(record) + b"\n")

    def kind(self) -> Kind:
        """Say what was written."""
        schema = table_schema(columns_of(Record, FIELDS), ("id", "n"))
        return Kind("jsonl", "application/jsonl", {"encoding": "utf-8", "schema": schema})
