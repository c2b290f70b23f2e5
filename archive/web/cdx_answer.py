"""The answer to a CDX query out of sorted lines, a line at a time."""

from __future__ import annotations

import heapq
import json
import time
from collections import deque
from collections.abc import Iterator
from itertools import islice

from warcio.timeutils import timestamp_to_sec

from archive.errors import ArchiveError
from archive.merged import Entry
from archive.web.cdx_query import ALIASES, LIMIT, CdxQuery, Filter
from archive.web.problems import TooSlow

Line = dict[str, str]

_ORIGINAL = ("length", "offset", "filename")


def answer(query: CdxQuery, lines: Iterator[Entry], *, deadline: float = float("inf")) -> Iterator[str]:
    """Yield the lines of the answer, with their ends.

    *lines* are those of the span, in their order, or backwards when :func:`runs_backwards`. Raises TooSlow after
    the *deadline* (:func:`time.monotonic`).
    """
    if query.is_plain:
        for line, _ in islice(_in_time(lines, deadline), query.limit):
            yield line.decode() + "\n"
        return
    for found in _chosen(query, _parsed(_in_time(lines, deadline))):
        yield _written(query, found)


def runs_backwards(query: CdxQuery) -> bool:
    """Say whether the answer is made of the lines of its span backwards."""
    # What is collapsed, and which capture a revisit repeats, is told by the lines before.
    return query.backwards and not query.collapse and not query.resolves


def _chosen(query: CdxQuery, lines: Iterator[Line]) -> Iterator[Line]:
    if query.resolves:
        lines = _resolved(lines)
    for condition in query.filters:
        lines = _kept(lines, condition)
    if query.since or query.until:
        lines = _clamped(lines, query.since, query.until)
    if query.collapse:
        lines = _collapsed(lines, query.collapse)
    if query.closest:
        wanted = timestamp_to_sec(query.closest)
        return iter(
            heapq.nsmallest(
                query.limit or LIMIT, lines, key=lambda line: abs(wanted - timestamp_to_sec(line["timestamp"]))
            )
        )
    if query.backwards and not runs_backwards(query):
        return iter(reversed(deque(lines, maxlen=query.limit)))
    return islice(lines, query.limit)


def _in_time(lines: Iterator[Entry], deadline: float) -> Iterator[Entry]:
    for number, entry in enumerate(lines):
        if not number % 500 and time.monotonic() > deadline:
            raise TooSlow
        yield entry


def _parsed(lines: Iterator[Entry]) -> Iterator[Line]:
    for line, sidecar in lines:
        urlkey, _, rest = line.partition(b" ")
        timestamp, _, fields = rest.partition(b" ")
        try:
            found = json.loads(fields)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ArchiveError(f"cdxj/{sidecar}.cdxj: not a CDXJ line: {line[:80]!r}; run `khcn index`")
        yield {"urlkey": urlkey.decode(), "timestamp": timestamp.decode(), **found}


def _kept(lines: Iterator[Line], condition: Filter) -> Iterator[Line]:
    for line in lines:
        value = str(line.get(condition.field, "")) if condition.field else _as_cdxj(line, None)
        if condition.holds(value):
            yield line


def _clamped(lines: Iterator[Line], since: str, until: str) -> Iterator[Line]:
    for line in lines:
        if line["timestamp"] >= since and (not until or line["timestamp"] <= until):
            yield line


def _collapsed(lines: Iterator[Line], by: tuple[tuple[str, int | None], ...]) -> Iterator[Line]:
    before = None
    for line in lines:
        now = [line.get(name, "")[:length] for name, length in by]
        if now != before:
            before = now
            yield line


def _resolved(lines: Iterator[Line]) -> Iterator[Line]:
    """Tell of revisits where the record is that they repeat, as far as the answer has come by it."""
    originals: dict[str, tuple[str, ...]] = {}
    for line in lines:
        digest, is_revisit = line.get("digest"), line.get("mime") == "warc/revisit"
        found = originals.get(digest) if digest else None
        if digest and found is None and not is_revisit and len(originals) < LIMIT:
            originals[digest] = (
                *(line.get(name, "-") for name in _ORIGINAL),
                line.get("mime", ""),
                line.get("status", ""),
            )
        if found is not None and is_revisit:
            if "mime" in line:
                line["mime"] = found[3]
            if "status" in line:
                line["status"] = found[4]
        for index, name in enumerate(_ORIGINAL):
            line[f"orig.{name}"] = found[index] if found is not None and is_revisit else "-"
        yield line


def _written(query: CdxQuery, line: Line) -> str:
    if query.output == "cdxj" or (query.output == "text" and query.fields is None):
        return _as_cdxj(line, query.fields) + "\n"
    if query.output == "json":
        names = tuple(line) if query.fields is None else query.fields
        return json.dumps({name: line[at] for name in names if (at := ALIASES.get(name, name)) in line}) + "\n"
    return " ".join(str(line.get(ALIASES.get(name, name), "-")) for name in query.fields or ()) + "\n"


def _as_cdxj(line: Line, fields: tuple[str, ...] | None) -> str:
    names = tuple(line)[2:] if fields is None else tuple(name for name in fields if name not in ("urlkey", "timestamp"))
    told = {name: line[at] for name in names if (at := ALIASES.get(name, name)) in line}
    return f"{line['urlkey']} {line['timestamp']} {json.dumps(told)}"
