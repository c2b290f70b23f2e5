"""The JSON form of what the archive holds: one key a field, in the fields' order.

Every key is always written, null when there is nothing. Times of records end
in ``Z``, times read off a page in ``+07:00`` or the zone of the page. Readers ignore keys they do not
know, so that fields can be added.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from archive.errors import ArchiveError
from archive.times import UTC, in_page_zone

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

PAGE_TIMES = frozenset({"published", "modified"})
"""Fields whose times were read off a page; all others are times of records."""


def to_json(value: DataclassInstance) -> bytes:
    """Return the JSON object of *value* (a dataclass of the model): UTF-8, one line, no line end.

    Raises ValueError for a time without a zone, and for text that UTF-8 can
    not hold (half of a surrogate pair).

    >>> from archive.model import Exif
    >>> to_json(Exif(camera="Canon EOS 6D", gps=True))
    b'{"date":null,"camera":"Canon EOS 6D","gps":true}'
    """
    return msgspec.json.encode(_in_zones(value))


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Return the *kind* which a JSON object describes, equal to what was written.

    Raises ArchiveError, naming the key, when *data* is no such object.
    """
    try:
        return _in_zones(msgspec.json.decode(data, type=kind))
    except (msgspec.DecodeError, ValueError) as error:
        raise ArchiveError(f"not the JSON of {kind.__name__}: {error}; see `khcn schema`") from None


def _in_zones(value: T) -> T:
    changed: dict[str, Any] = {}
    for name in _moments(type(value)):
        moment = getattr(value, name)
        if not isinstance(moment, datetime):
            continue
        if moment.tzinfo is None:
            raise ValueError(f"{name}: {moment!r} has no time zone; give an aware datetime")
        told = in_page_zone(moment) if name in PAGE_TIMES else moment.astimezone(UTC)
        if told is not moment:
            changed[name] = told
    return replace(value, **changed) if changed else value


@cache
def _moments(kind: type) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass that may hold a time."""
    return tuple(field.name for field in fields(kind) if "datetime" in str(field.type))
