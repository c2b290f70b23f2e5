"""A plain HTTP/1.1 client, one request a connection: what it gets comes with every header line as it was sent.

Connects where ``KHCN_RESOLVE`` says, else to public addresses only, but for those that somebody named. Follows no
redirect and asks for no coding. A body that is not whole is given as far as it came, with the reason.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import quote, urlsplit

from archive.digests import BLOCK
from archive.http import MAX_HEAD, Head, parse_head
from crawler.private import is_public
from crawler.recover.sources import origin_of
from crawler.resolve import Resolve, target_of

IN_MEMORY = 8 << 20
"""Bodies up to this many bytes are held in memory."""
SLOWEST = 20
"""A whole answer may take so many times the time for one read."""


class Unanswered(Exception):
    """No answer came; the message is the cause: a word of :mod:`crawler.causes`, and what there is to know."""


@dataclass(slots=True)
class Answer:
    """An answer, its body in a file."""

    url: str
    head: Head
    body: BinaryIO
    """After transfer decoding: a seekable file."""
    size: int
    cut: str | None = None
    """Why the body is not whole, in the words of ``WARC-Truncated``: length, time, disconnect."""

    @property
    def status(self) -> int:
        return self.head.status or 0

    def field(self, name: str) -> str:
        """Return the first value of a header field, empty when there is none."""
        return next(iter(self.head.values(name.encode())), b"").decode("latin-1")

    def read(self, size: int = -1) -> bytes:
        """Return the body, or its beginning."""
        self.body.seek(0)
        return self.body.read(size)

    def text(self) -> str:
        """Return the body as text."""
        return self.read().decode("utf-8", "replace")


@dataclass(slots=True)
class Client:
    """Sends requests."""

    user_agent: str
    timeout_s: float = 60.0
    """Between two pieces of an answer; the whole of it may take :data:`SLOWEST` times as long."""
    max_bytes: int = 1_000_000_000
    resolve: Resolve = field(default_factory=dict)
    may_be_private: frozenset[tuple[str, int]] = frozenset()

    def get(self, url: str, headers: Mapping[str, str] | None = None, limit: int | None = None) -> Answer:
        """Ask for *url*; take at most *limit* bytes of a body. Raises Unanswered."""
        parts = urlsplit(url)
        host, port = origin_of(url)
        asked = quote(url.partition("://")[2].removeprefix(parts.netloc) or "/", safe=_SAFE)
        if not asked.startswith("/"):
            asked = f"/{asked}"
        sent = {
            "Host": parts.netloc,
            "User-Agent": self.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
            **(headers or {}),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        deadline = time.monotonic() + self.timeout_s * SLOWEST
        try:
            with self._connect(host, port, parts.scheme == "https") as link:
                link.sendall(f"GET {asked} HTTP/1.1\r\n{lines}\r\n".encode("latin-1"))
                with link.makefile("rb") as stream:
                    head = _head(cast(BinaryIO, stream), deadline)
                    return self._answer(url, head, cast(BinaryIO, stream), deadline, limit or self.max_bytes)
        except ssl.SSLError as error:
            raise Unanswered(f"tls: {error.reason or error}") from error
        except TimeoutError as error:
            raise Unanswered(f"timeout: no answer within {self.timeout_s:g} s") from error
        except OSError as error:
            raise Unanswered(f"connection: {error.strerror or error}") from error

    def _connect(self, host: str, port: int, is_tls: bool) -> socket.socket:
        target = target_of(self.resolve, host, port)
        is_named = target is not None or (host, port) in self.may_be_private
        where, at = target or (host, port)
        try:
            found = socket.getaddrinfo(where, at, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unanswered(f"dns: {where}: {getattr(error, 'strerror', None) or error}") from error
        failure: OSError | None = None
        for family, kind, protocol, _, address in found:
            if not is_named and not is_public(str(address[0])):
                raise Unanswered(f"private: {address[0]} is no public address, and --from does not name it")
            link = socket.socket(family, kind, protocol)
            try:
                link.settimeout(self.timeout_s)
                link.connect(address)
                if not is_tls:
                    return link
                return ssl.create_default_context().wrap_socket(link, server_hostname=host)
            except ssl.SSLError:
                link.close()
                raise
            except OSError as error:
                link.close()
                failure = error
        raise Unanswered(f"connection: {(failure and (failure.strerror or failure)) or 'no address'}")

    def _answer(self, url: str, head: Head, stream: BinaryIO, deadline: float, limit: int) -> Answer:
        body = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
        cut: str | None = None
        size = 0
        try:
            for piece in _pieces(head, stream):
                size += len(piece)
                if size > limit:
                    cut = "length"
                    break
                body.write(piece)
                if time.monotonic() > deadline:
                    raise TimeoutError
            else:
                cut = "disconnect" if not _is_whole(head, size) else None
        except _Broken:
            cut = "disconnect"
        except TimeoutError:
            cut = "time"
        except OSError:
            cut = "disconnect"
        return Answer(url, head, body, body.seek(0, 2), cut)


_SAFE = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


class _Broken(Exception):
    """The framing of a body ends before its end."""


def _head(stream: BinaryIO, deadline: float) -> Head:
    """Return the head of the answer itself, past those of status 1xx."""
    for _ in range(100):
        lines = bytearray()
        while line := stream.readline(MAX_HEAD):
            lines += line
            if not line.strip() or len(lines) > MAX_HEAD or time.monotonic() > deadline:
                break
        head = parse_head(bytes(lines))
        if head.status is None or not head.complete:
            break
        if not 100 <= head.status <= 199:
            return head
    raise Unanswered("malformed: no head of an HTTP answer" if lines else "connection: closed without an answer")


def _pieces(head: Head, stream: BinaryIO):  # type: ignore[no-untyped-def]
    if head.status in (204, 304):
        return
    if head.is_chunked:
        while True:
            match = re.match(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;.*)?\r?\n", stream.readline(BLOCK))
            if match is None:
                raise _Broken
            left = int(match[1], 16)
            if not left:
                return
            while left:
                piece = stream.read1(min(left, BLOCK))  # type: ignore[attr-defined]
                if not piece:
                    raise _Broken
                left -= len(piece)
                yield piece
            if stream.readline(2).strip():
                raise _Broken
    rest = head.content_length
    while rest is None or rest:
        piece = stream.read1(BLOCK if rest is None else min(rest, BLOCK))  # type: ignore[attr-defined]
        if not piece:
            return
        rest = None if rest is None else rest - len(piece)
        yield piece


def _is_whole(head: Head, size: int) -> bool:
    if head.is_chunked or head.status in (204, 304):
        return True
    return head.content_length is None or size == head.content_length
