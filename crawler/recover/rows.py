"""What indexes answer: rows, each a capture that an archive says it holds. Pure.

Three forms are read: an array of arrays with a header row (Wayback, OutbackCDX), JSON Lines (pywb, Common
Crawl), and both with the names that either of them gives the fields. What is no row is counted, not guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from archive.times import parse_timestamp14
from archive.urls import host_of, is_http

MAX_URL = 8192
"""Letters of an address; a longer one is no row that can be asked for."""


class NotAnIndex(Exception):
    """An answer that holds no rows: an error page, or something cut."""


@dataclass(frozen=True, slots=True)
class Row:
    """A capture, as an index lists it."""

    url: str
    """The original address, without the port that is its scheme's own."""
    timestamp: str
    """14 digits, UTC."""
    status: int | None = None
    """Null when the index does not say: of a revisit, and in old rows."""
    mime: str = ""
    digest: str = ""
    """SHA-1 of the payload in Base32, without a label; empty when it is not known, or of another kind."""
    length: int = 0
    """Bytes of the record as it lies in the archive, 0 when not known."""
    is_revisit: bool = False
    filename: str = ""
    """WARC file, of indexes that say it."""
    offset: int = -1
    truncated: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """One answer of an index."""

    rows: tuple[Row, ...]
    resume: str = ""
    """With what the next answer is asked for; empty behind the last one."""
    unread: int = 0
    """Entries that are no row: without an address of the web, or a time."""


def read_array(text: str) -> Rows:
    """Read ``output=json`` of a Wayback CDX server: a header row, rows, and an empty row before the resume key.

    Raises NotAnIndex.

    >>> found = read_array('[["timestamp","original","statuscode"],["20150102030405","http://a.vn:80/","200"],[],["k"]]')
    >>> found.rows[0].url, found.rows[0].status, found.resume
    ('http://a.vn/', 200, 'k')
    """
    if not text.strip():
        return Rows(())
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAnIndex(f"no JSON: {_told(text)}") from error
    if not isinstance(table, list) or not all(isinstance(line, list) for line in table):
        raise NotAnIndex(f"no array of rows: {_told(text)}")
    if not table:
        return Rows(())
    header, *lines = table
    if not all(isinstance(name, str) for name in header):
        raise NotAnIndex(f"no header row: {_told(text)}")
    resume = ""
    if len(lines) >= 2 and not lines[-2] and len(lines[-1]) == 1:
        resume, lines = str(lines[-1][0]), lines[:-2]
    return _rows((dict(zip(header, line, strict=False)) for line in lines if line), resume)


def read_lines(text: str) -> Rows:
    """Read JSON Lines of pywb or Common Crawl. Raises NotAnIndex.

    >>> read_lines('{"url": "http://a.vn/", "timestamp": "20150102030405", "digest": "sha1:AB"}').rows[0].digest
    'AB'
    """
    if text.lstrip().startswith("[") or not text.strip():
        return read_array(text)
    entries = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        # CDXJ: the key and the time stand before the object.
        plain = re.fullmatch(r"\S+ (\d{14}) (\{.*\})", line)
        try:
            entry = json.loads(plain[2] if plain else line)
        except (ValueError, RecursionError) as error:
            raise NotAnIndex(f"no JSON Lines: {_told(line)}") from error
        if not isinstance(entry, dict):
            raise NotAnIndex(f"no JSON Lines: {_told(line)}")
        entries.append({"timestamp": plain[1], **entry} if plain else entry)
    return _rows(entries)


def said(text: str) -> str | None:
    """Return the message of an answer that says that nothing was found; null when it is something else.

    >>> said('{"message": "No Captures found for: a.vn/*"}'), said("<html>")
    ('No Captures found for: a.vn/*', None)
    """
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    found = entry.get("message") or entry.get("error")
    return str(found)[:200] if found else None


def _rows(entries: Iterable[Mapping[str, Any]], resume: str = "") -> Rows:
    rows, unread = [], 0
    for entry in entries:
        row = _row(entry)
        if row is None:
            unread += 1
        else:
            rows.append(row)
    return Rows(tuple(rows), resume, unread)


def _row(entry: Mapping[str, Any]) -> Row | None:
    def text(*names: str) -> str:
        found = next((entry[name] for name in names if entry.get(name) not in (None, "", "-")), "")
        return str(found) if isinstance(found, str | int) else ""

    url, stamp = text("original", "url"), text("timestamp")
    if not is_http(url) or len(url) > MAX_URL or not host_of(url) or re.search(r"[\x00-\x20\x7f]", url):
        return None
    try:
        parse_timestamp14(stamp)
    except ValueError:
        return None
    mime, status = text("mimetype", "mime").lower(), text("statuscode", "status")
    return Row(
        url=without_port(url),
        timestamp=stamp,
        status=int(status) if re.fullmatch(r"[1-9]\d\d", status) else None,
        mime="" if mime == "warc/revisit" else mime,
        digest=bare_digest(text("digest")),
        length=_number(text("length"), 0),
        is_revisit=mime == "warc/revisit",
        filename=text("filename"),
        offset=_number(text("offset"), -1),
        truncated=text("truncated"),
    )


def without_port(url: str) -> str:
    """Return an address without the port that is its scheme's own.

    >>> without_port("http://a.vn:80/b:80"), without_port("https://a.vn:80/")
    ('http://a.vn/b:80', 'https://a.vn:80/')
    """
    return re.sub(r"^(?i:(http)://([^/?#]*):80|(https)://([^/?#]*):443)(?=[/?#]|$)", _joined, url)


def _joined(match: re.Match[str]) -> str:
    return f"{match[1] or match[3]}://{match[2] if match[1] else match[4]}"


def bare_digest(text: str) -> str:
    """Return a SHA-1 in Base32 without its label, empty for anything else.

    >>> bare_digest("sha1:3i42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"), bare_digest("sha-256:ab")
    ('3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ', '')
    """
    label, colon, value = text.rpartition(":")
    return value.upper() if not colon or label.lower() in ("sha1", "sha-1") else ""


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,15}", text) else otherwise


def _told(text: str) -> str:
    return repr(re.sub(r"\s+", " ", text[:200]).strip()[:80])
