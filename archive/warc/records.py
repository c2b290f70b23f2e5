"""From one exchange to its WARC records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO


@dataclass(slots=True)
class LiveExchange:
    """One finished exchange, its answer still in a spooled file."""

    url: str
    method: str
    date: datetime
    ended: datetime
    ip: str | None
    tls: str | None
    protocols: tuple[str, ...]
    request: bytes
    response: BinaryIO
    size: int
    error: str | None = None
    truncated: str | None = None
