"""Connections, kept for the next request to their host; none with unread bytes is handed out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any

from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError
from scrapy.statscollectors import StatsCollector
from twisted.internet import error as tx
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from crawler.wire import Transfer, Wire

# mypy: disable-error-code="no-untyped-call"

IDLE_S = 240.0
"""Seconds for which a connection is kept."""
CLOSE_S = 1.0
"""Seconds in which connections are to end when the crawl does; those that do not are left."""

Key = tuple[object, ...]
_KINDS: tuple[tuple[type[Exception], type[Exception]], ...] = (
    (tx.ConnectionRefusedError, DownloadConnectionRefusedError),
    (tx.DNSLookupError, CannotResolveHostError),
    (tx.TimeoutError, DownloadTimeoutError),
)
"""What a connection fails with, and what Scrapy calls that."""


class _Wires(Factory):
    noisy = False

    def __init__(self, make: Callable[[], Wire]) -> None:
        self._make = make

    def buildProtocol(self, addr: Any) -> Wire:
        return self._make()


class Pool:
    """All connections of a crawl."""

    def __init__(self, stats: StatsCollector | None, per_key: int) -> None:
        self._stats = stats
        self._per_key = per_key
        self._idle: dict[Key, list[tuple[float, Wire]]] = {}
        self._open: set[Wire] = set()
        self._closed: asyncio.Future[None] | None = None

    def carry(self, transfer: Transfer, key: Key, endpoint: Callable[[], Any]) -> None:
        """Send a transfer over a kept connection of *key*, or a new one to the endpoint that *endpoint* makes."""
        connect = partial(self._connect, transfer, key, endpoint)
        wire = self._take(key)
        if wire is not None:
            wire.send(transfer, connect if transfer.order.is_repeatable else None)
        else:
            connect()

    async def close(self) -> None:
        """Close all connections."""
        self._closed = asyncio.get_running_loop().create_future()
        for wire in list(self._open):
            wire.close()
        if self._open:
            await asyncio.wait([self._closed], timeout=CLOSE_S)

    def _take(self, key: Key) -> Wire | None:
        kept = self._idle.get(key, [])
        while kept:
            since, wire = kept.pop()
            if wire.is_idle() and monotonic() - since < IDLE_S:
                return wire
            wire.close()
        return None

    def _connect(self, transfer: Transfer, key: Key, endpoint: Callable[[], Any]) -> None:
        def connected(wire: Wire) -> None:
            if transfer.answered.done():
                wire.close()
            else:
                wire.send(transfer)

        def failed(failure: Failure) -> None:
            error = failure.value or Exception("no reason given")
            kind = next((ours for theirs, ours in _KINDS if isinstance(error, theirs)), None)
            transfer.on_failure = None
            if kind is not None:
                named = kind(str(error))
                named.__cause__ = error
                transfer.fail(named)
            else:
                transfer.fail(error)

        made: Deferred[Wire] = endpoint().connect(_Wires(partial(self._make, key)))
        transfer.on_failure = made.cancel
        made.addCallback(connected).addErrback(failed)

    def _make(self, key: Key) -> Wire:
        wire = Wire(self._stats, partial(self._keep, key), partial(self._forget, key))
        self._open.add(wire)
        return wire

    def _keep(self, key: Key, wire: Wire) -> None:
        kept = self._idle.setdefault(key, [])
        if len(kept) >= self._per_key:
            kept.pop(0)[1].close()
        kept.append((monotonic(), wire))

    def _forget(self, key: Key, wire: Wire) -> None:
        self._open.discard(wire)
        self._idle[key] = [each for each in self._idle.get(key, []) if each[1] is not wire]
        if self._closed is not None and not self._open and not self._closed.done():
            self._closed.set_result(None)
