"""The bytes of one fetch while they come in: attempts, and the exchanges they end as."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from archive.errors import NO_SPACE, ArchiveError, DiskFull, KhcnError, disk_error
from archive.warc.records import LiveExchange
from crawler.causes import cause, word_of
from crawler.ciphers import iana_cipher_suite, protocol_id

SPOOL_IN_MEMORY = 1024 * 1024
_TRUNCATED_BY = {"timeout": "time", "length": "length", "closed": "disconnect", "reset": "disconnect"}
CREDENTIALS = re.compile(
    rb"(?:proxy-)?authorization|(?:x-)?api-?key|x-(?:auth|access|csrf)-(?:token|key)|x-token|private-token",
    re.IGNORECASE,
)
"""Names of header fields that prove who asks."""
_CREDENTIAL = re.compile(rb"(?im)^(%s)[ \t]*:[^\r\n]*" % CREDENTIALS.pattern)
_COOKIE = re.compile(rb"(?im)^(cookie)[ \t]*:[^\r\n]*")


def without_credentials(request: bytes, *, cookies_too: bool = False) -> bytes:
    """Return a request as it may be kept: WARC files are given away.

    With *cookies_too* it is without cookies: those that no site has set are ours.

    >>> without_credentials(b"GET / HTTP/1.1\\r\\nAuthorization: Basic a2hjbg==\\r\\n\\r\\nX-Api-Key: posted")
    b'GET / HTTP/1.1\\r\\nAuthorization: ***\\r\\n\\r\\nX-Api-Key: posted'
    """
    head, blank, body = request.partition(b"\r\n\r\n")
    head = _COOKIE.sub(rb"\1: ***", head) if cookies_too else head
    return _CREDENTIAL.sub(rb"\1: ***", head) + blank + body


class Attempt:
    """One request on one connection, and every byte that came back for it.

    Once settled it is closed to further bytes: what arrives later belongs to no exchange.
    """

    def __init__(
        self,
        ip: str | None,
        spool_dir: str | None,
        on_spool: Callable[[int], object] = lambda size: None,
        *,
        cookies_are_ours: bool = False,
    ) -> None:
        self._spool_dir = spool_dir
        self._on_spool = on_spool
        self._cookies_are_ours = cookies_are_ours
        self.ip = ip
        self.started = datetime.now(UTC)
        self.ended: datetime | None = None
        self.written = bytearray()
        self.sent: int | None = None
        """How many of the written bytes left this machine; None: all of them."""
        self.response: BinaryIO = io.BytesIO()
        """What came: in memory, or in a temporary file once it is longer than :data:`SPOOL_IN_MEMORY`."""
        self.size = 0
        self.opening = b""
        """The first bytes of the answer, enough for the protocol version."""
        self.cipher: str | None = None
        self.tls: str | None = None
        self.certificate_until: datetime | None = None
        self.tls_faults: tuple[str, ...] = ()
        self.error: str | None = None
        self.truncated: str | None = None
        self.unspooled: KhcnError | None = None
        """Why the answer could not be kept on this machine; then its file is not to be used."""
        self.measure: Callable[[Attempt], None] | None = None
        """Asked once, when the attempt ends, to fill in ``sent``, and how the connection was secured."""

    def write(self, data: bytes) -> None:
        """Note request bytes on their way to the transport."""
        if self.ended is None:
            self.written += data

    def receive(self, data: bytes) -> None:
        """Keep bytes of the answer. Raises DiskError or ArchiveError when they can not be kept."""
        if self.ended is not None:
            return
        if self._is_in_memory and self.size + len(data) <= SPOOL_IN_MEMORY:
            self.response.write(data)
        else:
            with self._spooling():
                self._spool(data)
        self.size += len(data)
        if len(self.opening) < 16:
            self.opening = (self.opening + data.lstrip(b"\r\n"))[:16]

    @property
    def _is_in_memory(self) -> bool:
        return isinstance(self.response, io.BytesIO)

    def _spool(self, data: bytes) -> None:
        if self._is_in_memory:
            held, self.response = self.response, cast(BinaryIO, TemporaryFile(dir=self._spool_dir))  # noqa: SIM115
            held.seek(0)
            shutil.copyfileobj(held, self.response)
        self.response.write(data)
        if self.size > SPOOL_IN_MEMORY:
            self._on_spool(len(data))

    @contextmanager
    def _spooling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.unspooled = self._explain(error)
            raise self.unspooled from error
        except DiskFull as error:
            self.unspooled = error
            raise

    def _explain(self, error: OSError) -> KhcnError:
        where = f"the temporary file of an answer, {self.size} bytes so far"
        what = f"{where}: {error.strerror or error}"
        if error.errno in NO_SPACE:
            return DiskFull(f"{what}; make room, or point CAPTURE_SPOOL_DIR to a larger disk")
        otherwise = ArchiveError(f"{what}; does the folder of CAPTURE_SPOOL_DIR exist and can it be written?")
        return disk_error(error, where) or otherwise

    def settle(self, error: str | None = None, truncated: str | None = None) -> None:
        """End the attempt; only the first call counts. A cut is one only when something came."""
        if self.ended is None:
            self.ended = datetime.now(UTC)
            self.take_measure()
            self.error = error
            self.truncated = truncated if self.size else None

    def take_measure(self) -> None:
        """Ask the connection, while it still knows, what was sent and how it was secured."""
        measure, self.measure = self.measure, None
        if measure is not None:
            measure(self)

    @property
    def request(self) -> bytes:
        """The request bytes that left this machine; with what proves who we are each field has ``***`` instead."""
        return without_credentials(bytes(self.written[: self.sent]), cookies_too=self._cookies_are_ours)

    @property
    def protocols(self) -> tuple[str, ...]:
        """WARC-Protocol values: HTTP as the answer names it, then TLS."""
        if not self.size:
            http = ["http/1.1"] if self.request else []
        elif self.opening.startswith((b"HTTP/1.0", b"HTTP/1.1")):
            http = [self.opening[:8].decode("ascii").lower()]
        else:
            http = []
        return (*http, *([protocol_id(self.tls)] if self.tls else []))

    def exchange(self, url: str, method: str) -> LiveExchange:
        """Return the finished exchange, its answer positioned at the first byte.

        Raises DiskError or ArchiveError when the answer's file does not hold all of it.
        """
        if self.unspooled is not None:
            raise self.unspooled
        with self._spooling():
            self.response.seek(0)
        return LiveExchange(
            url=url,
            method=method,
            date=self.started,
            ended=self.ended or datetime.now(UTC),
            ip=self.ip,
            tls=iana_cipher_suite(self.cipher) if self.cipher else None,
            protocols=self.protocols,
            request=self.request,
            response=self.response,
            size=self.size,
            error=self.error,
            truncated=self.truncated,
            certificate_until=self.certificate_until,
            tls_faults=self.tls_faults,
        )


@dataclass
class Fetch:
    """All attempts that one ``download_request()`` makes.

    There is more than one when a kept connection turned out to be dead and the request was sent
    again on a new one, and none when no connection could be made.
    """

    url: str
    method: str
    spool_dir: str | None = None
    on_spool: Callable[[int], object] = lambda size: None
    """Told of every so many bytes that go into a temporary file; raises DiskFull to have no more of them."""
    cookies_are_ours: bool = False
    """Whether cookies that are sent are none that a site has set: nobody else is to see them."""
    attempts: list[Attempt] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def begin(self, ip: str | None) -> Attempt:
        """Open the attempt for a connection on which the request is about to be sent."""
        attempt = Attempt(ip, self.spool_dir, self.on_spool, cookies_are_ours=self.cookies_are_ours)
        self.attempts.append(attempt)
        return attempt

    def exchanges(self, error: BaseException | None) -> Iterator[LiveExchange]:
        """Settle what is open with *error* and give one exchange an attempt that sent or got bytes.

        A fetch that failed where no byte went over a connection (DNS, refused, TLS) gives one
        exchange without bytes, so that the failure is in the archive as well.
        """
        reason = cause(error) if error is not None else None
        for attempt in self.attempts:
            attempt.settle(reason, _TRUNCATED_BY.get(word_of(reason) or "", "unspecified"))
        seen = [attempt for attempt in self.attempts if attempt.size or attempt.request]
        for attempt in seen:
            yield attempt.exchange(self.url, self.method)
        if reason is not None and self._failed_elsewhere(seen, reason):
            silent = self.attempts[-1] if self.attempts and self.attempts[-1] not in seen else None
            bare = silent or self._bare(reason)
            yield bare.exchange(self.url, self.method)

    def _failed_elsewhere(self, seen: list[Attempt], reason: str) -> bool:
        """Whether the fetch failed in another place than the last attempt that is recorded."""
        if not seen or seen[-1] is not self.attempts[-1]:
            return True
        last = seen[-1]
        return not last.size and last.error is not None and word_of(last.error) != word_of(reason)

    def _bare(self, reason: str) -> Attempt:
        attempt = self.begin(None)
        attempt.started = self.started
        attempt.settle(reason)
        return attempt

    def release(self) -> None:
        """Delete the temporary files."""
        for attempt in self.attempts:
            with suppress(OSError):  # closing writes what is buffered, and the disk may be full
                attempt.response.close()
