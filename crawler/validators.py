"""What to send so that a server can say "not modified": the validators of what is held.

They are read off the head of the last answer with status 200 at an address, where it lies in
the WARC. A 304 then refers to the answer that holds the body. Nothing is asked conditionally

- when the answer, or the one that holds its body, can not be read: so damage heals;
- after ``TRUSTED`` answers 304 in a row: an ETag can lie.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

from archive.errors import ArchiveError
from archive.http import Head, measure_body
from archive.model import Capture, Payload
from archive.times import UTC
from archive.warc.original import Original
from archive.warc.reader import read_answer
from archive.warc.stored import payload_of

logger = logging.getLogger(__name__)

TRUSTED = 3
MAX_VALIDATOR = 1000
"""Bytes of a validator that is sent back; servers refuse requests with long heads."""

_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")
_EMPTY = (b"", b'""', b'W/""', b"*")
"""ETags that name no state: ``*`` would mean whatever the server has."""


class Known:
    """An answer that is held, and how to ask whether it is still current."""

    def __init__(self, original: Original, conditions: dict[bytes, bytes]) -> None:
        self.original = original
        """The answer that holds the body."""
        self.conditions = conditions
        """Request header fields, bytes as the server sent the validators."""

    def payload(self, *, max_size: int | None = None) -> Payload:
        """Return what a page is read from when it was not modified."""
        assert self.original.record is not None
        read = partial(payload_of, self.original.record)
        return read() if max_size is None else read(max_size=max_size)

    def measure(self) -> tuple[int, str] | None:
        """Return size and SHA-256 of the body."""
        assert self.original.record is not None
        return measure_body(self.original.record.block)


class Validators:
    """The validators of one site's pages and files."""

    def __init__(
        self,
        root: Path,
        latest: Callable[[str], Sequence[Capture]],
        capture: Callable[[str], Capture | None],
    ) -> None:
        """*latest* gives the latest captures of an address, newest first; *capture* one by its id."""
        self._root = root
        self._latest = latest
        self._capture = capture

    def known(self, url: str) -> Known | None:
        """Return the answer that a 304 at *url* would stand for, null when to ask for it anew."""
        history = self._latest(url)
        place = next((at for at, each in enumerate(history) if each.status == 200 and not each.truncated), None)
        if place is None or sum(each.status == 304 for each in history[:place]) >= TRUSTED:
            return None
        last = history[place]
        try:
            record = read_answer(self._root, last)
            conditions = conditions_of(record.head(), last.date)
            if not conditions:
                return None
            whole = last
            if record.type == "revisit":
                # Its head has the validators of this address; the body lies elsewhere.
                found = self._capture(last.revisit_of or "")
                if found is None:
                    return None
                whole, record = found, read_answer(self._root, found)
        except (ArchiveError, OSError) as error:
            told = {"url": url, "capture": last.id, "detail": str(error)}
            logger.warning("held answer not readable, asked for anew", extra=told)
            return None
        if record.type != "response" or record.head().status != 200:
            return None
        return Known(Original.of(whole, record=record), conditions)


def conditions_of(head: Head, captured: datetime) -> dict[bytes, bytes]:
    """Return the fields of a conditional request from the head of an answer; none when it has no use.

    Validators go back byte for byte, odd ones too: servers compare them as text. Left out are
    those that contradict each other, that name no state, and a Last-Modified that is no date or
    lies in the future: servers would answer 304 to it for ever.

    >>> from archive.http import parse_head
    >>> head = parse_head(b"HTTP/1.1 200 OK\\r\\nETag: W/\\"a\\"\\r\\nLast-Modified: yesterday\\r\\n\\r\\n")
    >>> conditions_of(head, datetime(2024, 5, 6, tzinfo=UTC))
    {b'If-None-Match': b'W/"a"'}
    """
    found = {}
    etag, modified = _only(head, b"etag"), _only(head, b"last-modified")
    if etag is not None and etag not in _EMPTY:
        found[b"If-None-Match"] = etag
    if modified is not None and (moment := _moment(modified)) is not None and moment <= captured:
        found[b"If-Modified-Since"] = modified
    return found


def _only(head: Head, name: bytes) -> bytes | None:
    values = set(head.values(name))
    value = values.pop() if len(values) == 1 else b""
    return value if value and len(value) <= MAX_VALIDATOR and not _CONTROLS.search(value) else None


def _moment(value: bytes) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value.decode("latin-1"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
