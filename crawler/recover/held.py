"""Whether the archive holds already what an index lists, or what just came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from archive.catalog import Catalog
from archive.errors import ArchiveError
from archive.model import Capture, Location, Payload
from archive.urls import identity_key
from archive.warc.reader import read_payload
from crawler.recover.questions import with_and_without_www
from crawler.recover.rows import bare_digest
from crawler.sites import split_target

MOST = 100
"""Captures of an address that are compared with what came."""


@dataclass(slots=True)
class Held:
    """What the archive holds of a site, whoever captured it: by address and payload, whatever scheme and ``www.``."""

    root: Path
    site: str
    catalog: Catalog
    _payloads: set[tuple[str, str]] = field(default_factory=set)
    _bodies: set[tuple[str, str]] = field(default_factory=set)

    def has_payload(self, url: str, digest: str) -> bool:
        """Say whether a capture of the page has the payload digest (Base32 of a SHA-1)."""
        if not digest:
            return False
        if (identity_key(url), digest) in self._payloads:
            return True
        label = f"sha1:{digest}"
        # Most are held at no address at all: one question instead of four.
        return bool(self.catalog.whole(self.site, label)) and any(
            self.catalog.whole(self.site, label, one) for one in spellings_of(url)
        )

    def has_body(self, url: str, status: int, body: bytes) -> bool:
        """Say whether a capture of the page decodes to the same, with the same status.

        One archive keeps a page compressed, the other does not: the digests of their payloads differ.
        """
        mark = _mark(status, body)
        if (identity_key(url), mark) in self._bodies:
            return True
        return any(mark == self._mark_of(capture) for one in spellings_of(url) for capture in self._at(one))

    def has_capture(self, capture: str) -> bool:
        """Say whether a capture of that id is there."""
        return bool(self.catalog.held([capture]))

    def note(self, capture: Capture, payload: Payload) -> None:
        """Remember what was written and is not in the catalog yet."""
        if capture.truncated is None:
            self._payloads.add((identity_key(capture.url), bare_digest(capture.digest or "")))
            self._bodies.add((identity_key(capture.url), _mark(payload.status, payload.body)))

    def _at(self, url: str) -> list[Capture]:
        return [one for one in self.catalog.latest(self.site, url, MOST) if one.truncated is None]

    def _mark_of(self, capture: Capture) -> str:
        try:
            payload = read_payload(self.root, capture, locate=self._locate)
        except ArchiveError:
            return ""
        return _mark(payload.status, payload.body)

    def _locate(self, record: str) -> Location | None:
        capture = self.catalog.capture(record)
        return capture.location if capture else None


def spellings_of(url: str) -> Iterator[str]:
    """Yield an address with both schemes, with and without ``www.``.

    >>> list(spellings_of("http://a.vn/?x"))
    ['http://a.vn/?x', 'https://a.vn/?x', 'http://www.a.vn/?x', 'https://www.a.vn/?x']
    """
    try:
        _, host, _ = split_target(url)
    except ValueError:
        return
    rest = url.partition("://")[2]
    target = rest[min((rest.find(mark) for mark in "/?#" if mark in rest), default=len(rest)) :]
    yield url
    for name in with_and_without_www(host):
        for scheme in ("http", "https"):
            if (other := f"{scheme}://{name}{target}") != url:
                yield other


def _mark(status: int, body: bytes) -> str:
    return f"{status} {hashlib.sha256(body).hexdigest()}"
