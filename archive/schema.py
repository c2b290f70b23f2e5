"""JSON Schema (2020-12) of the JSON forms, described by the docstrings below the fields."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any, get_args, get_type_hints

import msgspec

from archive.errors import KhcnError
from archive.export.record import Document, Record
from archive.history import History, HistoryEvent, Version
from archive.model import SCHEMA_VERSION, Article, Attachment, Capture, Exchange, Exif, Image, Location, Recovered
from archive.report import ArticleCounts, Breaker, CrawlReport, Expectation, Failure, HeldBack, RequisiteCounts, Run
from archive.similar import Same

DIALECT = "https://json-schema.org/draft/2020-12/schema"

FORMS: dict[str, type] = {
    "article": Article,
    "attachment": Attachment,
    "capture": Capture,
    "crawl": CrawlReport,
    "exchange": Exchange,
    "export": Record,
    "history": History,
    "image": Image,
}
"""What ``khcn schema`` knows, by name."""

_PARTS = (ArticleCounts, Breaker, Document, Exif, Expectation, Failure, HeldBack, HistoryEvent, Location, Recovered)
_MORE_PARTS = (RequisiteCounts, Run, Same, Version)
_KINDS = {kind.__name__: kind for kind in (*FORMS.values(), *_PARTS, *_MORE_PARTS)}


class UnknownForm(KhcnError):
    """A name that is no form of the archive."""


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of one form: ``article``, ``capture``, ``image`` ...

    All keys are required, for all are always written; further keys are
    allowed, for more may come. Raises UnknownForm, naming the known ones.
    """
    if name not in FORMS:
        raise UnknownForm(f'no schema "{name}"; known are: {", ".join(sorted(FORMS))}')
    kind = FORMS[name]
    _, components = msgspec.json.schema_components((kind,), ref_template="#/$defs/{name}")
    described = {title: _describe(component, _KINDS[title]) for title, component in components.items()}
    root = described.pop(kind.__name__)
    head = {"$schema": DIALECT, "$id": f"urn:khcn:schema:{name}:{SCHEMA_VERSION}"}
    return head | root | ({"$defs": described} if described else {})


def components(kinds: Sequence[type], place: str) -> dict[str, dict[str, Any]]:
    """Return the JSON Schemas of dataclasses and of all that they are made of, by the classes' names.

    *place* is where they will be found by reference, such as ``#/components/schemas/``.
    """
    known = _KINDS | {kind.__name__: kind for kind in kinds}
    _, found = msgspec.json.schema_components(kinds, ref_template=place + "{name}")
    return {title: _describe(component, known[title]) for title, component in found.items()}


@cache
def field_docs(kind: type) -> dict[str, str]:
    """Return the docstring below each field of the dataclass *kind*, on one line.

    >>> field_docs(Location)["length"]
    'Bytes of the gzip member, as they lie in the file.'
    """
    source = inspect.getsource(sys.modules[kind.__module__])
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    body = next(node.body for node in classes if node.name == kind.__name__)
    # What it takes over from the class it is made from is described there.
    docs = {name: doc for base in kind.__bases__ if is_dataclass(base) for name, doc in field_docs(base).items()}
    for field, doc in pairwise(body):
        match field, doc:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                docs[name] = " ".join(inspect.cleandoc(text).split())
    return docs


def _describe(component: dict[str, Any], kind: type) -> dict[str, Any]:
    docs, hints = field_docs(kind), get_type_hints(kind)
    properties = component["properties"]
    for name, entry in properties.items():
        entry.pop("default", None)
        if hints[name] is datetime or datetime in get_args(hints[name]):
            for branch in entry.get("anyOf", [entry]):
                if branch.get("type") == "string":
                    branch["format"] = "date-time"
        if name in docs:
            properties[name] = {"description": docs[name], **entry}
    return {
        "title": component["title"],
        "description": " ".join(inspect.cleandoc(kind.__doc__ or "").split()),
        "type": "object",
        "properties": {_key(field.name): properties[field.name] for field in fields(kind)},
        "required": [_key(field.name) for field in fields(kind)],
    }


def _key(name: str) -> str:
    """Return the key of a field; one whose key is a word of Python has an underscore behind its name."""
    return name.removesuffix("_")
