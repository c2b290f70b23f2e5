"""What a CDX query asks for, and its answer out of sorted lines: the parameters of pywb's CDX server.

Where OutbackCDX and the Wayback CDX server have another word for the same (``collapse``, ``fl=original``), it is
understood too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast
from urllib.parse import parse_qsl

import regex
from warcio.timeutils import PAD_14_DOWN, PAD_14_UP, pad_timestamp, timestamp_to_sec

from archive.urls import surt
from archive.web.problems import Problem

LIMIT = 100_000
"""Lines of an answer at most, and by default."""
SORTED_LIMIT = 20_000
"""The same where they are put into another order, and lie in memory for that."""
PAGE_SIZE = 3_000
MAX_PATTERN = 200
PATTERN_S = 0.5
"""Seconds that the regular expressions of one query may take; some would never end."""

Output = Literal["cdxj", "json", "text"]

_OUTPUTS = ("cdxj", "json", "text")
_MATCHES = ("exact", "prefix", "host", "domain")
_FIELDS = (
    *("urlkey", "timestamp", "url", "mime", "status", "digest", "length", "offset", "filename", "method"),
    *("requestBody", "redirect", "robotflags", "orig.length", "orig.offset", "orig.filename"),
)
ALIASES = {"original": "url", "statuscode": "status", "mimetype": "mime"}
_LETTERS = {
    "u": "url",
    "m": "mime",
    "s": "length",
    "l": "length",
    "o": "offset",
    "d": "digest",
    "t": "timestamp",
    "k": "urlkey",
    "f": "filename",
}
"""What pywb calls them in filters."""
_PARAMETERS = (
    *("url", "matchType", "from", "from_ts", "to", "limit", "sort", "reverse", "closest", "filter", "fl", "fields"),
    *("output", "collapse", "collapseTime", "resolveRevisits", "page", "pageSize", "showNumPages"),
    *("allowFuzzy", "nosource"),
)


class Filter(NamedTuple):
    """A condition on one field of a line, or on the line."""

    field: str
    """"" is the whole line."""
    holds: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class CdxQuery:
    """What is asked for."""

    start: bytes
    end: bytes
    """The lines asked for stand from *start* to before *end*."""
    filters: tuple[Filter, ...] = ()
    since: str = ""
    until: str = ""
    """14 digits each; empty without a bound."""
    limit: int | None = None
    backwards: bool = False
    closest: str = ""
    collapse: tuple[tuple[str, int | None], ...] = ()
    """Fields, and how many of their first characters, in which a line must differ from the one before."""
    resolves: bool = False
    fields: tuple[str, ...] | None = None
    output: Output = "cdxj"
    page: int | None = None
    page_size: int = PAGE_SIZE
    counts_pages: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether lines can be given as they lie in the index."""
        picks = self.filters or self.since or self.until or self.collapse or self.closest
        return not (picks or self.resolves or self.fields or self.output == "json")


def parse_query(query: str) -> CdxQuery:
    """Read a query string. Raises Problem (400) with a sentence that names what is wrong."""
    given: dict[str, str] = {}
    filters: list[str] = []
    for name, value in parse_qsl(query, errors="surrogateescape"):
        if name not in _PARAMETERS:
            raise Problem(400, f"{name}: there is no such parameter; there are {', '.join(_PARAMETERS)}")
        if name == "filter":
            filters.append(value)
        elif given.setdefault(name, value) != value:
            raise Problem(400, f"{name}: given twice, as {given[name]!r} and {value!r}; give it once")
    if _is_true(given.get("allowFuzzy", "")):
        raise Problem(400, "allowFuzzy: addresses are not guessed here; leave it out")
    start, end = _span(given)
    closest, backwards = _order(given)
    if len(filters) > 20:
        raise Problem(400, "filter: more than 20 of them; give fewer")
    collapse = tuple(_collapse(given))
    since, until = _bound(given, "from", PAD_14_DOWN), _bound(given, "to", PAD_14_UP)
    page = _number(given, "page", 0)
    if page is None and "pageSize" in given:
        page = 0
    in_memory = bool(closest) or (backwards and bool(collapse))
    limit = _number(given, "limit", 1)
    return CdxQuery(
        start=start,
        end=end,
        filters=_filters(filters),
        since=since,
        until=until,
        limit=min(limit or LIMIT, SORTED_LIMIT if in_memory else LIMIT),
        backwards=backwards,
        closest=closest,
        collapse=collapse,
        resolves=_is_true(given.get("resolveRevisits", "")),
        fields=_fields(given),
        output=_output(given),
        page=page,
        page_size=min(_number(given, "pageSize", 1) or PAGE_SIZE, LIMIT),
        counts_pages=_is_true(given.get("showNumPages", "")),
    )


def _span(given: dict[str, str]) -> tuple[bytes, bytes]:
    """Return the first line's beginning and the first one's beyond, as pywb computes them."""
    url, match = given.get("url", ""), given.get("matchType", "")
    if not url:
        raise Problem(400, "url: give the address whose captures you look for, as in /cdx?url=https://example.vn/")
    if not match:
        if url.startswith("*."):
            url, match = url[2:], "domain"
        elif url.endswith("*"):
            url, match = url[:-1], "prefix"
        else:
            match = "exact"
    if match not in _MATCHES:
        raise Problem(400, f"matchType: {match!r} is none; there are {', '.join(_MATCHES)}")
    key = surt(url)
    if not url or not key:
        raise Problem(400, "url: nothing is left of it without its asterisk; give a host at least")
    if match == "exact":
        return _bytes(key + " "), _bytes(key + "!")
    if match == "prefix":
        for end in "/?":
            if url.endswith(end) and not key.endswith(end):
                key += end
        return _bytes(key), _after(_bytes(key))
    host = key.partition(")/")[0]
    if match == "host":
        return _bytes(host + ")/"), _bytes(host + "*")
    return _bytes(host + (")/" if "," in host else ",")), _bytes(host + "-")


def _bytes(key: str) -> bytes:
    return key.encode(errors="surrogateescape")


def _after(key: bytes) -> bytes:
    """Return what sorts behind all that begins with *key*."""
    return key[:-1] + bytes([key[-1] + 1]) if key[-1] < 0xFF else key + b"\xff"


def _order(given: dict[str, str]) -> tuple[str, bool]:
    closest, sort = given.get("closest", ""), given.get("sort", "")
    if sort not in ("", "reverse", "closest", "default"):
        raise Problem(400, f"sort: {sort!r} is none; there are default, reverse, closest")
    if sort == "closest" and not closest:
        raise Problem(400, "sort: closest needs a time: closest=20250301")
    if closest and not _is_timestamp(closest):
        raise Problem(400, f"closest: {closest!r} is no time; give up to 14 digits, such as 20250301")
    try:
        timestamp_to_sec(closest or "2025")
    except (ValueError, OverflowError):
        raise Problem(400, f"closest: {closest!r} names no day of the calendar") from None
    return closest, _is_true(given.get("reverse", "")) or sort == "reverse"


def _bound(given: dict[str, str], name: str, pad: str) -> str:
    text = given.get(name) or (given.get("from_ts", "") if name == "from" else "")
    if text and not _is_timestamp(text):
        raise Problem(400, f"{name}: {text!r} is no time; give up to 14 digits, such as 20250301")
    return cast(str, pad_timestamp(text, pad)) if text else ""


def _is_timestamp(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= len(text) <= 14


def _number(given: dict[str, str], name: str, least: int) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
        raise Problem(400, f"{name}: {text!r} is none; give a number from {least} on")
    return int(text)


def _fields(given: dict[str, str]) -> tuple[str, ...] | None:
    text = given.get("fields") or given.get("fl")
    if not text:
        return None
    names = tuple(text.split(","))
    for name in names:
        if ALIASES.get(name, name) not in _FIELDS:
            raise Problem(400, f"fl: {name!r} is no field; there are {', '.join(_FIELDS)}")
    return names


def _output(given: dict[str, str]) -> Output:
    text = given.get("output", "cdxj")
    if text not in _OUTPUTS:
        raise Problem(400, f"output: {text!r} is none; there are {', '.join(_OUTPUTS)}")
    return cast(Output, text)


def _collapse(given: dict[str, str]) -> Iterator[tuple[str, int | None]]:
    if "collapseTime" in given:
        yield "timestamp", _number(given, "collapseTime", 1)
        yield "status", None
    elif "collapse" in given:
        name, colon, length = given["collapse"].partition(":")
        field = ALIASES.get(name, name)
        if field not in _FIELDS:
            raise Problem(400, f"collapse: {name!r} is no field; there are {', '.join(_FIELDS)}")
        yield field, _number({"collapse": length}, "collapse", 1) if colon else None


def _is_true(text: str) -> bool:
    return bool(text) and text.lower() not in ("0", "false", "f", "off")


def _filters(texts: list[str]) -> tuple[Filter, ...]:
    left = [PATTERN_S]
    return tuple(_filter(text, left) for text in texts)


def _filter(text: str, left: list[float]) -> Filter:
    is_not = text.startswith("!")
    kind = text[is_not : is_not + 1]
    rest = text[is_not + (kind in "=~" and bool(kind)) :]
    name, colon, value = rest.partition(":")
    field = ALIASES.get(name, _LETTERS.get(name, name)) if colon else ""
    value = value if colon else rest
    if field and field not in _FIELDS:
        raise Problem(400, f"filter: {name!r} is no field; there are {', '.join(_FIELDS)}")
    if kind == "=":
        return Filter(field, lambda found: (found == value) != is_not)
    if kind != "~":
        return Filter(field, lambda found: (value in found) != is_not)
    matches = _pattern(value, left)
    return Filter(field, lambda found: matches(found) != is_not)


def _pattern(text: str, left: list[float]) -> Callable[[str], bool]:
    """Return what says whether a regular expression matches at the beginning; all of a query share the time *left*."""
    if len(text) > MAX_PATTERN:
        raise Problem(400, f"filter: a regular expression of {len(text)} characters; at most {MAX_PATTERN} are read")
    try:
        compiled = regex.compile(text)
    except (regex.error, OverflowError, RecursionError, MemoryError) as error:
        raise Problem(400, f"filter: {text!r} is no regular expression: {error}") from None

    def matches(found: str) -> bool:
        started = time.monotonic()
        try:
            return compiled.match(found, timeout=max(left[0], 0.001)) is not None
        except TimeoutError:
            raise Problem(400, f"filter: {text!r} takes too long; write it so that it tries fewer ways") from None
        finally:
            left[0] -= time.monotonic() - started

    return matches
