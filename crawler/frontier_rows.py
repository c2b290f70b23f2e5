"""A row of the frontier: what it stands for, how it goes into the database and comes back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, overload

from archive.catalog.dialect import whole_text
from crawler.assets import wire_form
from crawler.frontier_tables import READY, WAITING

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def url_key(url: str, method: str = "GET", body: bytes = b"") -> int:
    """Return 64 bits, signed, that stand for a request as it goes over the wire.

    Nothing is normalised beyond that: another order of the query is another key.

    >>> url_key("https://a.vn/tin#top") == url_key("https://a.vn/tin") != url_key("https://a.vn/tin", "POST")
    True
    """
    asked = wire_form(url)
    if method != "GET" or body:
        asked = f"{method.upper()} {len(body)} {asked}"
    digest = hashlib.blake2b(asked.encode("utf-8", "surrogatepass") + body, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """One address to ask."""

    key: int
    """:func:`url_key` of the request."""
    url: str
    """Its address."""
    request: str
    """How to ask (JSON); opaque here."""
    priority: int = 0
    """Larger is earlier."""
    attempts: int = 0
    """How often it was asked in vain."""
    cause: str | None = None
    """Why it failed last."""
    next: datetime | None = None
    """Not before."""


def row_of(entry: Entry) -> dict[str, Any]:
    """Return the columns of *entry*. Raises ValueError for text with lone surrogates, which no database takes."""
    for value in (entry.url, entry.request):
        if not value.isascii():
            value.encode()
    return {
        "key": entry.key,
        "state": WAITING if entry.next else READY,
        "priority": entry.priority,
        "attempts": entry.attempts,
        "next": millis(entry.next),
        "url": entry.url,
        "request": entry.request,
        "cause": safe_text(entry.cause),
    }


def entry_of(row: Any) -> Entry:
    """Return the entry of a row: seq, key, url, request, priority, attempts, cause, next."""
    _, key, url, request, priority, attempts, cause, moment = row
    return Entry(key, url, request, priority, attempts, cause, moment_of(moment))


def safe_text(text: str | None) -> str | None:
    """Return *text* as a database takes it: ``?`` for what is no character."""
    if text is None or (text.isascii() and "\0" not in text):
        return text
    return whole_text(text.encode("utf-8", "replace").decode())


@overload
def millis(moment: datetime) -> int: ...
@overload
def millis(moment: None) -> None: ...
def millis(moment: datetime | None) -> int | None:
    """Return a time in milliseconds since 1970."""
    return None if moment is None else (moment - _EPOCH) // _MILLISECOND


def moment_of(millis: int | None) -> datetime | None:
    """Return the time (UTC) that :func:`millis` gave."""
    return None if millis is None else _EPOCH + millis * _MILLISECOND
