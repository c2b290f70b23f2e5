"""The fields of what is exported as a Table Schema (Data Package 2.0), from types and docstrings of the model.

Source: https://datapackage.org/standard/table-schema/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from archive.schema import field_docs

PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", datetime: "datetime"}


class Column(NamedTuple):
    """A column of a table."""

    name: str
    type: Any
    """Python type of its values, without null."""
    nullable: bool
    description: str


def columns_of(kind: type, names: Sequence[str]) -> list[Column]:
    """Return fields of a dataclass as columns.

    >>> from archive.model import Location
    >>> columns_of(Location, ["offset"])[0].type
    <class 'int'>
    """
    hints, docs = get_type_hints(kind), field_docs(kind)
    return [Column(name, *bare_type(hints[name]), docs[name]) for name in names]


def table_schema(columns: Sequence[Column], key: Sequence[str], *, empty_is_null: bool = False) -> dict[str, Any]:
    """Return the Table Schema of a table; *key* is what is unique.

    *empty_is_null*: the file can not tell an empty text from none, so no text can be required.
    """
    return {
        "$schema": PROFILE,
        "fields": [_field(column, empty_is_null) for column in columns],
        "primaryKey": list(key),
    }


def _field(column: Column, empty_is_null: bool) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if not column.nullable and not (empty_is_null and column.type is str):
        constraints["required"] = True
    kind = column.type
    if get_origin(kind) is Literal:
        constraints["enum"] = list(get_args(kind))
        kind = str
    told = {"name": column.name, "type": _type(kind), "description": column.description}
    return told | ({"constraints": constraints} if constraints else {})


def _type(kind: Any) -> str:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if get_origin(kind) is tuple:
        return "array"
    assert is_dataclass(kind) or get_origin(kind) in (dict, Mapping), kind
    return "object"


def bare_type(hint: Any) -> tuple[Any, bool]:
    """Return a type without null, and whether null was part of it."""
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    (kind,) = (part for part in get_args(hint) if part is not NoneType)
    return kind, True
