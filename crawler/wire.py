"""The client connection, teed: every byte sent and received goes into an attempt.

Twisted's HTTP/1.1 client does the talking. Private names of Scrapy and Twisted that are used here
and in ``crawler.capture`` are listed in ``tests/crawler/test_wire_contract.py``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Any

from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientProtocol, _LenientHTTPClientParser
from scrapy.statscollectors import StatsCollector
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.protocol import connectionDone
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, ParseError, Request, RequestNotSent
from twisted.web.http import _IdentityTransferDecoder
from twisted.web.http_headers import InvalidHeaderName
from zope.interface import implementer

from archive.errors import KhcnError
from crawler.attempt import Attempt, Fetch
from crawler.causes import cause
from crawler.chunks import LenientChunks
from crawler.line import Line

# mypy: disable-error-code="no-untyped-call"
# Twisted is typed in part only; what is not is held in attributes declared Any.

logger = logging.getLogger(__name__)

MAX_LINE = 256 * 1024  # what browsers accept of one header field; Twisted's own limit is 16 KiB
MAX_HEAD = 1024 * 1024
BROKEN_CHUNKS = "malformed: the chunk framing is broken; read until the connection closed"

_LENGTH = re.compile(rb"[ \t]*[0-9]{1,18}[ \t]*")


class WireRequest(Request):
    """A Twisted request that knows its fetch and writes through a tee."""

    fetch: Fetch
    attempt: Attempt

    def writeTo(self, transport: Any) -> Deferred[None]:
        written: Deferred[None] = super().writeTo(_Tee(transport, self.attempt))
        return written


class _Tee:
    """The transport as a request sees it, noting what is written."""

    def __init__(self, transport: Any, attempt: Attempt) -> None:
        self._transport = transport
        self._attempt = attempt

    def write(self, data: bytes) -> None:
        self._attempt.write(data)
        self._transport.write(data)

    def writeSequence(self, sequence: Iterable[bytes]) -> None:
        self.write(b"".join(sequence))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class WireParser(_LenientHTTPClientParser):
    """A parser that takes the odd heads which browsers take, too."""

    MAX_LENGTH = MAX_LINE
    _transferDecoders = {b"chunked": LenientChunks}  # type: ignore[dict-item]  # noqa: RUF012

    def headerReceived(self, name: bytes, value: bytes) -> None:
        try:
            super().headerReceived(name.strip(), value)
        except InvalidHeaderName:
            logger.debug("a header field is passed over, its name is no token: %r", name)

    def lineLengthExceeded(self, line: bytes) -> None:
        raise ParseError(f"a header line is longer than {MAX_LINE} bytes", line[:80])

    def allHeadersReceived(self) -> None:
        self._forget_what_frames_nothing()
        super().allHeadersReceived()

    def _forget_what_frames_nothing(self) -> None:
        """Drop framing that Twisted would fail on; such a body ends with its connection."""
        headers = self.connHeaders
        codings = b",".join(headers.getRawHeaders(b"Transfer-Encoding", ())).lower().split(b",")
        if b"chunked" in map(bytes.strip, codings):
            headers.setRawHeaders(b"Transfer-Encoding", [b"chunked"])
        else:
            headers.removeHeader(b"Transfer-Encoding")
        lengths = b",".join(headers.getRawHeaders(b"Content-Length", ())).split(b",")
        if not all(map(_LENGTH.fullmatch, lengths)) or len(set(map(int, lengths))) > 1:
            headers.removeHeader(b"Content-Length")

    @property
    def in_head(self) -> bool:
        return self.state in (STATUS, HEADER)

    @property
    def ends_with_connection(self) -> bool:
        """Whether nothing but the end of the connection ends this answer's body."""
        decoder = self.bodyDecoder
        if isinstance(decoder, _IdentityTransferDecoder):
            return decoder.contentLength is None
        return isinstance(decoder, LenientChunks) and decoder.ends_with_connection

    @property
    def is_framing_broken(self) -> bool:
        return isinstance(self.bodyDecoder, LenientChunks) and self.bodyDecoder.ends_with_connection


@implementer(IHandshakeListener)
class WireProtocol(_LenientHTTP11ClientProtocol):
    """Twisted's client protocol with the current attempt on it.

    An attempt is settled before Twisted passes the news on, so whoever hears of an answer or a
    failure finds its bytes complete.
    """

    stats: StatsCollector | None = None
    transport: Any
    _parser: Any
    _currentRequest: Any
    _attempt: Attempt | None = None
    _sent_before = 0
    _secured: bool = True
    _stray = False

    def connectionMade(self) -> None:
        self._line = Line(self.transport)
        self._secured = not isinstance(self.transport, ProtocolWrapper)
        super().connectionMade()

    def handshakeCompleted(self) -> None:
        """Note that TLS stands: only now can a request leave this machine."""
        self._secured = True
        self._sent_before = self._line.sent

    def is_idle(self) -> bool:
        """Whether another request can be sent without mixing up answers."""
        return (
            self.state == "QUIESCENT" and not self._stray and not self.transport.disconnecting and self._line.is_quiet()
        )

    def request(self, request: Any) -> Deferred[Any]:
        if self.state != "QUIESCENT":
            return fail(RequestNotSent())
        self._attempt = request.attempt = request.fetch.begin(getattr(self.transport.getPeer(), "host", None))
        self._attempt.measure = self._measure
        self._sent_before = self._line.sent
        answered: Deferred[Any] = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = WireParser
        return answered

    def dataReceived(self, data: bytes) -> None:
        attempt = self._attempt
        if attempt is None:
            self._drop(data)
            return
        try:
            attempt.receive(data)
        except KhcnError:
            self._giveUp(Failure())
            return
        super().dataReceived(data)
        if self._attempt is attempt and attempt.size > MAX_HEAD and self._parser and self._parser.in_head:
            self._giveUp(Failure(ParseError(f"the head is longer than {MAX_HEAD} bytes", attempt.opening)))

    def _finishResponse(self, rest: bytes) -> None:
        if self._attempt is not None:
            self._settle(None, None)
            if rest and self._currentRequest is not None:
                # The server and we disagree on where its answers end: never reuse this connection.
                self._currentRequest.persistent = False
                self._count("capture/excess_bytes", len(rest))
        super()._finishResponse(rest)

    def _giveUp(self, reason: Failure) -> None:
        self._settle(cause(reason), "unspecified")
        super()._giveUp(reason)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        lost = self._line.lost or reason
        if lost.check(ConnectionAborted):
            self._leave_open()
        parser = self._parser
        if parser is not None and parser.ends_with_connection and lost.check(ConnectionDone):
            self._settle(BROKEN_CHUNKS if parser.is_framing_broken else None, None)
        self._settle(cause(reason), "disconnect")
        super().connectionLost(reason)

    def _settle(self, error: str | None, truncated: str | None) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.settle(error, truncated)

    def _leave_open(self) -> None:
        """Let go of an attempt that was aborted from above: only there is known why."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.take_measure()

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

    def _drop(self, data: bytes) -> None:
        """Refuse bytes that answer nothing, and the connection with them."""
        if self.state == "QUIESCENT" and not self._stray:
            self._count("capture/stray_bytes", len(data))
            logger.warning("bytes after the end of an answer", extra={"size_bytes": len(data)})
        self._stray = True
        self.transport.abortConnection()

    def _count(self, name: str, number: int) -> None:
        if self.stats is not None:
            self.stats.inc_value(name, number)
