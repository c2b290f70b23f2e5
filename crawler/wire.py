"""One request and its answer over a connection, every byte of both noted.

Twisted makes and secures the connections; HTTP is spoken here. Private names of Twisted and Scrapy on which this
and its neighbours stand are listed in ``tests/crawler/test_wire_contract.py``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from scrapy.statscollectors import StatsCollector
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.protocol import Protocol, connectionDone
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from zope.interface import implementer

from archive.http import Head
from crawler.answer import AnswerReader
from crawler.attempt import Attempt, Fetch
from crawler.causes import cause
from crawler.certificates import valid_until
from crawler.line import Line
from crawler.order import Order
from crawler.tls import faults_of

# mypy: disable-error-code="no-untyped-call"
# Twisted is typed in part only; what is not is held in attributes declared Any.

logger = logging.getLogger(__name__)

BROKEN_CHUNKS = "malformed: the chunk framing is broken; read until the connection closed"

Limit = Callable[[Head, int | None], int]
"""Asked, once its head is here, how many bytes an answer's body may have, 0 for any number: with the head, and the
bytes that are announced."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came, as far as the wire knows: its bytes are in the fetch."""

    head: Head
    ip: str | None
    lost: BaseException | None
    """How the connection ended before the answer's framing did; null when that said that it is whole."""


class Transfer:
    """A request under way: on one connection or, where a kept one was dead, on two one after the other."""

    def __init__(self, fetch: Fetch, order: Order, limit: Limit) -> None:
        self.fetch = fetch
        self.order = order
        self.limit = limit
        self.answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        """Fails with an exception of Scrapy's, or what the connection failed with."""
        self.latency_s: float | None = None
        """From the beginning to the head of the answer."""
        self.on_failure: Callable[[], object] | None = None
        """Ends what is under way."""
        self._started = monotonic()

    def begun(self) -> None:
        """Note that the head of the answer is here."""
        self.latency_s = monotonic() - self._started

    def done(self, answer: Answer) -> None:
        """Hand over the answer."""
        self.on_failure = None
        if not self.answered.done():
            self.answered.set_result(answer)

    def fail(self, error: BaseException) -> None:
        """Give it up, whatever it waits for. Nothing comes of it when the answer is here already."""
        on_failure, self.on_failure = self.on_failure, None
        if not self.answered.done():
            self.answered.set_exception(error)
        if on_failure is not None:
            on_failure()


@implementer(IHandshakeListener)
class Wire(Protocol):
    """A connection, for one transfer after the other.

    An attempt is settled before the news is passed on, so whoever hears of an answer or a failure finds its bytes
    complete.
    """

    transport: Any

    def __init__(self, stats: StatsCollector | None, on_idle: Callable[[Wire], None], on_end: Callable[[Wire], None]):
        self._stats = stats
        self._on_idle = on_idle
        self._on_end = on_end
        self._transfer: Transfer | None = None
        self._attempt: Attempt | None = None
        self._again: Callable[[], None] | None = None
        self._reader = AnswerReader("GET")
        self._most = 0
        self._sent_before = 0
        self._is_usable = True

    def connectionMade(self) -> None:
        self.transport.setTcpNoDelay(True)
        self._line = Line(self.transport)
        self._secured = not isinstance(self.transport, ProtocolWrapper)

    def handshakeCompleted(self) -> None:
        """Note that TLS stands: only now can a request leave this machine."""
        self._secured = True
        self._sent_before = self._line.sent

    def is_idle(self) -> bool:
        """Whether another request can be sent without mixing up answers."""
        return self._transfer is None and self._is_usable and not self.transport.disconnecting and self._line.is_quiet()

    def close(self) -> None:
        """End the connection."""
        self._is_usable = False
        self.transport.loseConnection()

    def send(self, transfer: Transfer, again: Callable[[], None] | None = None) -> None:
        """Send a transfer's request. Where no byte of an answer comes, *again* is called and it does not fail."""
        self._transfer, self._again = transfer, again
        transfer.on_failure = self._abort
        self._reader = AnswerReader(transfer.order.method)
        self._attempt = transfer.fetch.begin(getattr(self.transport.getPeer(), "host", None))
        self._attempt.measure = self._measure
        self._sent_before = self._line.sent
        self._attempt.write(transfer.order.message)
        self.transport.write(transfer.order.message)

    def dataReceived(self, data: bytes) -> None:
        transfer, attempt = self._transfer, self._attempt
        if transfer is None or attempt is None:
            self._drop(data)
            return
        try:
            attempt.receive(data)
            self._read(transfer, data)
        except DownloadCancelledError as error:
            transfer.fail(error)
        except Exception as error:
            self._settle(cause(error), "unspecified")
            self.close()
            self._end(_failure(error))

    def _read(self, transfer: Transfer, data: bytes) -> None:
        reader, had_head = self._reader, self._reader.head is not None
        reader.feed(data)
        if reader.head is None:
            return
        if not had_head:
            transfer.begun()
            self._most = transfer.limit(reader.head, reader.length)
        if self._most and reader.received > self._most:
            raise DownloadCancelledError(f"more than {self._most} bytes came of {transfer.fetch.url}")
        if reader.rest is not None:
            self._finish(reader.rest)

    def _finish(self, rest: bytes) -> None:
        attempt, self._is_usable = self._attempt, not (rest or self._reader.is_last)
        self._settle(None, None)
        assert attempt is not None
        if rest:
            # The server and we disagree on where its answers end: never reuse this connection.
            self._count("capture/excess_bytes", len(rest))
        if attempt.sent is not None and attempt.sent < len(attempt.written):
            self._is_usable = False  # it answered before all was sent
        if not self._is_usable:
            self.transport.loseConnection()
        self._done(attempt, None)
        if self._is_usable:
            self._on_idle(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._is_usable = False
        self._on_end(self)
        attempt, transfer, again, reader = self._attempt, self._transfer, self._again, self._reader
        if transfer is None or attempt is None:
            return
        lost = self._line.lost or reason
        if reader.ends_with_connection and lost.check(ConnectionDone):
            self._settle(BROKEN_CHUNKS if reader.is_framing_broken else None, None)
        self._settle(cause(reason), "disconnect")
        if reader.head is not None:
            self._done(attempt, reason.value)
        elif attempt.size == 0 and again is not None:
            self._transfer = None
            again()
        else:
            self._end(_failure(reason.value))

    def _done(self, attempt: Attempt, lost: BaseException | None) -> None:
        transfer, self._transfer = self._transfer, None
        head = self._reader.head
        assert head is not None
        assert transfer is not None
        transfer.done(Answer(head, attempt.ip, lost))

    def _end(self, error: BaseException) -> None:
        transfer, self._transfer = self._transfer, None
        if transfer is not None:
            transfer.on_failure = None
            transfer.fail(error)

    def _abort(self) -> None:
        """Cut the connection, and leave its attempt open: whoever gave it up knows why."""
        attempt, self._attempt = self._attempt, None
        self._transfer = None
        self._is_usable = False
        if attempt is not None:
            attempt.take_measure()
        self.transport.abortConnection()

    def _settle(self, error: str | None, truncated: str | None) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.settle(error, truncated)

    def _measure(self, attempt: Attempt) -> None:
        """Note on *attempt* what of the request left this machine, and the TLS parameters."""
        left = self._line.sent - self._sent_before
        if not isinstance(self.transport, ProtocolWrapper):
            attempt.sent = left
            return
        # Ciphertext is longer than its plaintext: when less of it left, and no answer came, the
        # request is still here (it is one TLS record, which the peer reads whole or not at all).
        attempt.sent = None if self._secured and (attempt.size or left > len(attempt.written)) else 0
        connection = self.transport.getHandle()
        if self._secured and connection is not None:
            attempt.cipher = connection.get_cipher_name()
            attempt.tls = connection.get_protocol_version_name()
            attempt.tls_faults = faults_of(connection)
            attempt.certificate_until = valid_until(connection.get_peer_certificate())

    def _drop(self, data: bytes) -> None:
        """Refuse bytes that answer nothing, and the connection with them."""
        if self._is_usable:
            self._count("capture/stray_bytes", len(data))
            logger.warning("bytes after the end of an answer", extra={"size_bytes": len(data)})
        self._is_usable = False
        self.transport.abortConnection()

    def _count(self, name: str, number: int) -> None:
        if self._stats is not None:
            self._stats.inc_value(name, number)


def _failure(error: BaseException | None) -> DownloadFailedError:
    """Return *error* as Scrapy names the failures of a download; what it was is its cause."""
    failed = DownloadFailedError(str(error))
    failed.__cause__ = error
    return failed
