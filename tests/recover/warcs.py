"""WARC records as Common Crawl has them: other writers' fields, the head with ``X-Crawler-`` in it."""

from __future__ import annotations

import gzip
import uuid
from typing import TYPE_CHECKING

from archive.digests import payload_digest
from archive.times import parse_timestamp14

if TYPE_CHECKING:
    from tests.recover.small import Held


def member(held: Held) -> bytes:
    """Return the gzip member of a capture."""
    head = f"HTTP/1.1 {held.status} OK\r\nContent-Type: {held.mime}\r\nX-Crawler-content-encoding: gzip\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in held.headers)
    block = f"{head}Content-Length: {len(held.body)}\r\n\r\n".encode() + held.body
    number = uuid.uuid5(uuid.NAMESPACE_URL, f"{held.timestamp} {held.url} {len(held.body)}")
    fields = (
        "WARC/1.0\r\nWARC-Type: response\r\n"
        f"WARC-Date: {parse_timestamp14(held.timestamp):%Y-%m-%dT%H:%M:%SZ}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        f"Content-Length: {len(block)}\r\nContent-Type: application/http; msgtype=response\r\n"
        "WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        "WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        f"WARC-IP-Address: 203.162.0.181\r\nWARC-Target-URI: {held.url}\r\n"
        f"WARC-Payload-Digest: {payload_digest(held.body)}\r\nWARC-Block-Digest: {payload_digest(block)}\r\n\r\n"
    )
    return gzip.compress(fields.encode() + block + b"\r\n\r\n", mtime=0)
