"""Fill the tables of ``docs/data-format.md`` from the model: ``python -m docs.generate``.

The prose of that file is written by hand. Between ``<!-- fields: Name -->`` and
``<!-- end -->`` stands one row for each field of the dataclass *Name*, in the order in
which it is written, described by the docstring below the field; those it takes over from
another class are in the table of that.
"""

from __future__ import annotations

import inspect
import re
import sys
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from archive import model, report
from archive.catalog.checks import Removed
from archive.diff import Part
from archive.documents.model import DocumentText
from archive.export import record
from archive.history import History, HistoryEvent, Version
from archive.schema import field_docs
from archive.search.search import Facets, Hit
from archive.similar import Same
from archive.versions import Diff

PAGE = Path(__file__).with_name("data-format.md")

_MODULES = (model, report, record)
_ANSWERS = (Diff, DocumentText, Facets, History, HistoryEvent, Hit, Part, Removed, Same, Version)
CLASSES: dict[str, type] = {
    name: kind
    for module in _MODULES
    for name, kind in vars(module).items()
    if isinstance(kind, type) and kind.__module__ == module.__name__
} | {
    kind.__name__: kind
    for kind in (Diff, DocumentText, Facets, History, HistoryEvent, Hit, Part, Removed, Same, Version)
}
"""Every class that has a table: all of the model, the reports and the exports, and what :class:`Archive` answers."""

_BLOCK = re.compile(r"(<!-- fields: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_WORDS = {str: "string", int: "integer", float: "number", bool: "true or false", bytes: "bytes"}


def fill(text: str) -> str:
    """Return *text* with every table made again from the model."""
    return _BLOCK.sub(lambda block: f"{block[1]}{table(_kind(block[2]))}{block[3]}", text)


def table(kind: type) -> str:
    """Return the fields of a dataclass as a Markdown table."""
    docs, hints = field_docs(kind), get_type_hints(kind)
    taken_over = [base for base in kind.__bases__ if is_dataclass(base)]
    listed = [field for field in fields(kind) if field.name in inspect.get_annotations(kind) or not taken_over]
    rows = [
        f"| `{field.name.removesuffix('_')}` | {words(hints[field.name])} | {_cell(docs[field.name])} |"
        for field in listed
    ]
    return "\n".join(["| key | value | meaning |", "|---|---|---|", *rows]) + "\n"


def words(hint: Any) -> str:
    """Return what a type looks like in JSON, in words.

    >>> words(str | None)
    'string or null'
    >>> words(tuple[str, ...])
    'list of string'
    """
    if hint in _WORDS:
        return _WORDS[hint]
    if hint is datetime:
        return "time"
    if hint is type(None):
        return "null"
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(f'`"{value}"`' for value in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(words(part) for part in inner)
    if origin is tuple and inner[-1] is not Ellipsis:
        return "list of " + ", ".join(words(part) for part in inner)
    if origin is tuple:
        return f"list of {words(inner[0])}"
    if origin in (dict, Mapping):
        return "object"
    return f"[{hint.__name__}](#{hint.__name__.lower()})"


def _kind(name: str) -> type:
    if name not in CLASSES:
        raise SystemExit(f"{PAGE.name}: no dataclass {name!r} in the model, the report or the record of exports")
    return CLASSES[name]


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


def main() -> None:
    """Write the page again."""
    text = PAGE.read_text("utf-8")
    filled = fill(text)
    PAGE.write_text(filled, "utf-8")
    print(f"{PAGE.name}: {'unchanged' if filled == text else 'written'}", file=sys.stderr)


if __name__ == "__main__":
    main()
