"""Captures as a recorder of our own made them, and WARC records of them."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b32encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

import surt

from archive.codings import dechunk, decode_content
from archive.http import parse_head

NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def at(year: int, month: int, day: int, second: int = 0) -> datetime:
    """Return a time of capture: noon and some seconds, UTC."""
    return datetime(year, month, day, 12, second // 60, second % 60, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Snap:
    """One answer that somebody's crawler got."""

    url: str
    date: datetime
    raw: bytes
    """Head and body, as they came."""
    kind: str
    """What it shows: article, listing, asset, soft404, hacked, other, redirect, error, cut."""
    is_cut: bool = False
    is_revisit: bool = False
    """Whether only its head was kept, since an earlier capture has the same body."""
    is_lost: bool = False
    """Whether that earlier capture is not in the collection."""

    @property
    def ts(self) -> str:
        """Fourteen digits."""
        return f"{self.date:%Y%m%d%H%M%S}"

    @property
    def key(self) -> str:
        """What indexes are sorted by."""
        return str(surt.surt(self.url))

    @property
    def head(self) -> bytes:
        """Up to the empty line, with it."""
        return self.raw[: self.raw.index(b"\r\n\r\n") + 4]

    @property
    def status(self) -> int:
        """Of the status line."""
        return int(self.raw.split(b" ", 2)[1])

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Names and values of the head."""
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in parse_head(self.head).headers]

    def field(self, name: str) -> str | None:
        """Return the value of a field."""
        return next((value for each, value in self.fields if each.lower() == name), None)

    @property
    def mime(self) -> str:
        """As indexes name it."""
        return (self.field("content-type") or "unk").partition(";")[0].strip()

    @property
    def payload(self) -> bytes:
        """The body after transfer decoding, before content decoding."""
        body = self.raw[len(self.head) :]
        return dechunk(body) if parse_head(self.head).is_chunked else body

    @property
    def decoded(self) -> bytes:
        """The body as a reader sees it."""
        return decode_content(self.payload, parse_head(self.head).encodings)

    @property
    def digest(self) -> str:
        """Of the payload: 32 letters of base32."""
        return digest(self.payload)

    @property
    def id(self) -> str:
        """Id of its record."""
        return uuid5(NAMESPACE, f"{self.url} {self.ts} {self.kind}").urn


def digest(payload: bytes) -> str:
    """Return a payload's digest, as CDX files print it."""
    return b32encode(hashlib.sha1(payload).digest()).decode()


def with_revisits(snaps: list[Snap]) -> list[Snap]:
    """Return captures in the order of an index, those whose body an earlier one of the address has as revisits."""
    found, seen = [], set()
    for snap in sorted(snaps, key=lambda one: (one.key, one.date, one.url)):
        mark = snap.key, snap.digest
        is_revisit = snap.is_lost or (snap.status == 200 and mark in seen)
        seen.add(mark)
        found.append(replace(snap, is_revisit=is_revisit))
    return found


def original(snap: Snap, snaps: list[Snap]) -> Snap | None:
    """Return the capture that holds the body of a revisit; None when there is none."""
    mark = snap.key, snap.digest
    return next((one for one in snaps if (one.key, one.digest) == mark and not one.is_revisit), None)


def record(kind: str, fields: list[tuple[str, str]], block: bytes) -> bytes:
    """Return a WARC record as one gzip member."""
    lines = [("WARC-Type", kind), *fields, ("Content-Length", str(len(block)))]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return gzip.compress(f"WARC/1.0\r\n{head}\r\n".encode() + block + b"\r\n\r\n", 6, mtime=0)


def response(snap: Snap, *, truncated: str | None = None) -> bytes:
    """Return the record of a capture."""
    fields = [
        ("WARC-Record-ID", f"<{snap.id}>"),
        ("WARC-Date", f"{snap.date:%Y-%m-%dT%H:%M:%SZ}"),
        ("WARC-Target-URI", snap.url),
        ("WARC-Payload-Digest", f"sha1:{snap.digest}"),
        ("WARC-Block-Digest", f"sha1:{digest(snap.raw)}"),
        ("Content-Type", "application/http; msgtype=response"),
    ]
    if truncated:
        fields.append(("WARC-Truncated", truncated))
    return record("response", fields, snap.raw)


def revisit(snap: Snap, of: Snap | None) -> bytes:
    """Return the record of a capture whose body *of* has."""
    refers = [] if of is None else [
        ("WARC-Refers-To", f"<{of.id}>"),
        ("WARC-Refers-To-Target-URI", of.url),
        ("WARC-Refers-To-Date", f"{of.date:%Y-%m-%dT%H:%M:%SZ}"),
    ]  # fmt: skip
    fields = [
        ("WARC-Record-ID", f"<{snap.id}>"),
        ("WARC-Date", f"{snap.date:%Y-%m-%dT%H:%M:%SZ}"),
        ("WARC-Target-URI", snap.url),
        ("WARC-Payload-Digest", f"sha1:{snap.digest}"),
        ("WARC-Profile", "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"),
        *refers,
        ("Content-Type", "application/http; msgtype=response"),
    ]
    return record("revisit", fields, snap.head)


def request(snap: Snap) -> bytes:
    """Return the record of what was sent for a capture."""
    rest = snap.url.partition("://")[2]
    host, _, target = rest.partition("/")
    fields = [
        ("WARC-Record-ID", f"<{uuid5(NAMESPACE, 'request ' + snap.id).urn}>"),
        ("WARC-Date", f"{snap.date:%Y-%m-%dT%H:%M:%SZ}"),
        ("WARC-Target-URI", snap.url),
        ("WARC-Concurrent-To", f"<{snap.id}>"),
        ("Content-Type", "application/http; msgtype=request"),
    ]
    return record(
        "request", fields, f"GET /{target} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    )


def warcinfo(name: str, date: datetime) -> bytes:
    """Return the record that opens a file."""
    fields = [
        ("WARC-Record-ID", f"<{uuid5(NAMESPACE, name).urn}>"),
        ("WARC-Date", f"{date:%Y-%m-%dT%H:%M:%SZ}"),
        ("WARC-Filename", name),
        ("Content-Type", "application/warc-fields"),
    ]
    return record("warcinfo", fields, b"software: another crawler/3.1\r\nformat: WARC File Format 1.0\r\n")
