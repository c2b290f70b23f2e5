"""Kept connections, every one of them teed, and every request stamped with its fetch."""

from __future__ import annotations

from typing import Any

from scrapy.statscollectors import StatsCollector
from twisted.internet.defer import Deferred
from twisted.web._newclient import Request
from twisted.web.client import HTTPConnectionPool, _HTTP11ClientFactory

from crawler.attempt import Fetch
from crawler.wire import WireProtocol, WireRequest

# mypy: disable-error-code="no-untyped-call"


class WireFactory(_HTTP11ClientFactory):
    """Builds wire protocols."""

    noisy = False
    stats: StatsCollector | None = None

    def buildProtocol(self, addr: Any) -> WireProtocol:
        protocol = WireProtocol(self._quiescentCallback)
        protocol.stats = self.stats
        return protocol


class WirePool(HTTPConnectionPool):
    """A pool of teed connections that hands out none with unread bytes."""

    def __init__(self, reactor: Any, stats: StatsCollector | None) -> None:
        super().__init__(reactor, persistent=True)
        self._stats = stats

    def _factory(self, quiescent: Any, metadata: str) -> WireFactory:  # type: ignore[override]
        factory = WireFactory(quiescent, metadata)
        factory.stats = self._stats
        return factory

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:
        for connection in list(self._connections.get(key, ())):
            if not connection.is_idle():
                self._timeouts[connection].cancel()
                self._removeConnection(key, connection)
        return super().getConnection(key, endpoint)


class FetchPool:
    """What an agent needs of a pool, for one fetch: its connections stamp every request with it.

    ``Agent`` makes the Twisted request only when the connection stands, in nobody's context; so the
    fetch travels with the connection that is asked for.
    """

    def __init__(self, pool: WirePool, fetch: Fetch) -> None:
        self.persistent = pool.persistent
        self._pool = pool
        self._fetch = fetch

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:
        return self._pool.getConnection(key, endpoint).addCallback(_Stamping, self._fetch)


class _Stamping:
    """A connection that turns the request given to it into the fetch's wire request."""

    def __init__(self, connection: Any, fetch: Fetch) -> None:
        self._connection = connection
        self._fetch = fetch

    def request(self, plain: Request) -> Deferred[Any]:
        request = WireRequest(plain.method, plain.uri, plain.headers, plain.bodyProducer, plain.persistent)
        request._parsedURI = plain._parsedURI
        request.fetch = self._fetch
        return self._connection.request(request)  # type: ignore[no-any-return]
