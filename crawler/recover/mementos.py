"""What the answer of a replay is: a capture, the way to another one, or the service's own page. Pure.

A capture bears ``Memento-Datetime`` (RFC 7089), whatever its status: an archived 404, 429 or 503 is what was
captured. Without it, a redirect leads to another capture (``x-archive-redirect-reason``), and a 200 is a page of
the service.

Its head is made of what was sent under ``X-Archive-Orig-``. Of the rest that is taken which describes the body and
came without that prefix only (pywb leaves more fields as they were than Wayback does). What the replay says of its
own transfer is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from archive.codings import decode_content
from archive.digests import digest_of
from archive.times import UTC
from archive.urls import identity_key, is_http
from crawler.recover.client import Answer
from crawler.recover.rows import Row, bare_digest, without_port
from crawler.retry_after import http_date

PREFIX = b"x-archive-orig-"
_PLAIN = (b"content-type", b"content-language", b"content-disposition", b"location", b"set-cookie")
_FRAMING = (b"transfer-encoding", b"connection", b"keep-alive", b"trailer", b"te", b"upgrade")
_LEADS = re.compile(r"(?:https?://[^/?#]+)?/(?:[^?#]*?/)?(\d{4,14})(?:[a-z]{2}_)?/(\S+)", re.IGNORECASE)
_GZIP = b"\x1f\x8b"
_LOOK = 1 << 16


@dataclass(frozen=True, slots=True)
class Memento:
    """A capture, rebuilt."""

    date: datetime
    """When it was captured (UTC)."""
    head: bytes
    """Status line and fields, with the blank line."""
    left_out: tuple[str, ...]
    """Fields that were sent and would make the body unreadable now: ``Name: value``."""
    digest_match: str
    """Whether the body is the one that the index names: yes, no, decoded (it was coded, and is not now), unknown."""
    cut: str | None
    """Why the body is not whole: on its way to us, or, ``unspecified``, already in the archive."""
    url: str
    """The address that was captured: of http and https, with and without ``www``, the one that the replay names."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The way to another capture of the page."""

    timestamp: str
    url: str


@dataclass(frozen=True, slots=True)
class NoMemento:
    """An answer that holds no capture."""

    cause: str
    """Why, for a person to read."""
    is_refusal: bool = False
    """Whether the service wants to be left alone."""
    is_final: bool = False
    """Whether asking again is vain."""


def read_answer(answer: Answer, row: Row) -> Memento | Elsewhere | NoMemento:
    """Return what an answer to the request for *row* is."""
    date = http_date(answer.field("Memento-Datetime")) if answer.field("Memento-Datetime") else None
    if date is not None:
        return _memento(answer, date.astimezone(UTC), row)
    status = answer.status
    if status in (301, 302, 303, 307, 308):
        match = _LEADS.fullmatch(answer.field("Location").strip())
        if match is None or len(match[1]) != 14:
            return NoMemento(f"status {status}: redirects to what is no capture", is_final=True)
        return Elsewhere(match[1], match[2])
    if status in (429, 503):
        return NoMemento(f"status {status}: the service wants to be left alone", is_refusal=True)
    if status == 200:
        return NoMemento("status 200 without Memento-Datetime: a page of the service, not a capture")
    if status in (403, 404, 410, 451):
        return NoMemento(f"status {status}: the service does not give this capture", is_final=status != 404)
    return NoMemento(f"status {status} from the service")


def _memento(answer: Answer, date: datetime, row: Row) -> Memento:
    digest = bare_digest(digest_of(_pieces(answer)))
    is_same = bool(row.digest) and digest == row.digest
    beginning = answer.read(_LOOK)
    lines: list[bytes] = []
    left_out: list[str] = []
    was_coded = False
    promised = 0
    prefixed = {name.lower()[len(PREFIX) :] for name, _ in answer.head.headers if name.lower().startswith(PREFIX)}
    for name, value in answer.head.headers:
        if name.lower().startswith(PREFIX):
            name = name[len(PREFIX) :]
        elif name.lower() == b"content-encoding":
            if b"content-encoding" in prefixed:
                continue
        elif name.lower() not in _PLAIN or name.lower() in prefixed:
            continue
        plain = name.lower()
        if plain == b"location":
            value = _original_target(value)
        is_lost = plain in _FRAMING
        if plain == b"content-encoding" and not is_same and not _is_still_coded(beginning, value, answer.size):
            was_coded = is_lost = True
        if plain == b"content-length" and value != str(answer.size).encode() and answer.cut is None:
            is_lost = True
            promised = int(value) if re.fullmatch(rb"\d{1,15}", value) else 0
        if not re.fullmatch(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            is_lost = True  # what is no field name can not be told from what a replay made of it
        line = name + b": " + value
        if is_lost:
            left_out.append(line.decode("latin-1"))
        else:
            lines.append(line)
    version = answer.head.version if answer.head.version.upper().startswith(b"HTTP/1") else b"HTTP/1.1"
    # A length of what was coded says nothing of what is not; else less than was promised is all that was archived.
    is_short = promised > answer.size and not was_coded
    status = b" ".join(filter(None, (version, str(answer.status).encode(), _reason(answer))))
    return Memento(
        date=date,
        head=b"\r\n".join([status, *lines, b"", b""]),
        left_out=tuple(left_out),
        digest_match="yes" if is_same else "unknown" if not row.digest else "decoded" if was_coded else "no",
        cut=answer.cut or ("unspecified" if is_short else None),
        url=_captured_url(answer.field("Link"), row.url),
    )


def _captured_url(link: str, asked: str) -> str:
    """Return the address that a replay names as the original, when it is *asked* but for scheme and ``www.``.

    A replay takes these for one page, and may give the capture of one for that of another.

    >>> _captured_url('<https://a.vn/x>; rel="original", <http://r/web/>; rel="timegate"', "http://a.vn/x")
    'https://a.vn/x'
    >>> _captured_url('<http://a.vn:80/x>; rel="original"', "http://a.vn/x")
    'http://a.vn/x'
    """
    match = re.search(r'<([^>\s]{1,8192})>\s*;\s*rel="?original"?', link)
    named = without_port(match[1]) if match else asked
    return named if is_http(named) and identity_key(named) == identity_key(asked) else asked


def _reason(answer: Answer) -> bytes:
    if answer.head.reason:
        return answer.head.reason
    try:
        return HTTPStatus(answer.status).phrase.encode()
    except ValueError:
        return b""


def _original_target(value: bytes) -> bytes:
    """Return where a redirect led, out of the way through the replay that it was made into."""
    match = re.fullmatch(rb"(?:https?://[^/?#]+)?/(?:[^?#]*?/)?\d{4,14}(?:[a-z]{2}_)?/(https?:\S+)", value.strip())
    return match[1] if match else value


def _is_still_coded(beginning: bytes, coding: bytes, size: int) -> bool:
    """Say whether a body is coded as its head says, by its bytes."""
    codings = [part.strip() for part in coding.decode("latin-1").lower().split(",") if part.strip()]
    if not codings or codings == ["identity"] or not size:
        return True
    last = codings[-1]
    if last in ("gzip", "x-gzip"):
        return beginning.startswith(_GZIP)
    if last in ("deflate", "x-deflate"):
        notes: list[str] = []
        decode_content(beginning, [last], notes=notes)
        return "not-encoded" not in notes
    # br, zstd: no bytes tell; what reads as text is no longer coded.
    try:
        beginning[: _LOOK - 4].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start < len(beginning) - 8
    return False


def _pieces(answer: Answer):  # type: ignore[no-untyped-def]
    answer.body.seek(0)
    return iter(lambda: answer.body.read(_LOOK), b"")


__all__ = ["Elsewhere", "Memento", "NoMemento", "read_answer"]
