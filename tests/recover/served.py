"""A service on this machine that answers as it is told, goes wrong as it is told, and remembers what it was asked."""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.play.server import ADDRESS

PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    host: str
    target: str
    """Path and query, as sent."""
    fields: dict[str, str]
    """Names in lower case."""
    second: float
    """On a clock that only measures."""

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Of the query, decoded."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    def parameter(self, name: str) -> str | None:
        """Return the value of one."""
        return dict(self.parameters).get(name)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: int | None = None
    """After so many bytes of the body the connection is closed."""
    waits: bool = False
    """Whether it stays open instead, silent, until the service ends."""


@dataclass(slots=True)
class Fault:
    """What goes wrong: requests whose target *matches*, the first *times* of them after *after* others."""

    matches: str
    change: Callable[[Reply], Reply]
    times: int = 1
    after: int = 0
    seen: int = 0

    def applied(self, asked: Asked, reply: Reply) -> Reply:
        """Return what is answered."""
        if not re.search(self.matches, asked.target):
            return reply
        self.seen += 1
        return self.change(reply) if self.after < self.seen <= self.after + self.times else reply


@dataclass(slots=True)
class Block:
    """The service wants to be left alone from request number *start* (of those that match) on, for *seconds*."""

    start: int
    seconds: float
    retry_after: str | None
    matches: str = ""
    asked: int = 0
    began: float | None = None
    meanwhile: int = 0
    """Requests of any kind that came during the block."""

    def refuses(self, asked: Asked) -> bool:
        """Whether this request is refused; the one that begins the block counts as none during it."""
        if self.began is None:
            self.asked += bool(re.search(self.matches, asked.target))
            if self.asked == self.start:
                self.began = time.monotonic()
                return True
            return False
        if time.monotonic() - self.began < self.seconds:
            self.meanwhile += 1
            return True
        return False


@dataclass
class Service:
    """Where it is, what it was asked, and what goes wrong there."""

    answer: Callable[[Asked], Reply]
    log: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    block: Block | None = None
    gate: Callable[[Asked], bool] | None = None
    """Requests for which it is true are never answered; see :attr:`held`."""
    held: threading.Event = field(default_factory=threading.Event)
    """Set when such a request has come."""
    ended: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def origin(self) -> str:
        """Its address."""
        return f"http://{ADDRESS}:{self.port}"

    def reset(self) -> None:
        """Forget what was asked and what goes wrong."""
        self.log.clear()
        self.faults.clear()
        self.block = self.gate = None
        self.held.clear()

    def reply(self, asked: Asked) -> Reply:
        """Return the answer, or what has become of it."""
        self.log.append(asked)
        if self.block is not None and self.block.refuses(asked):
            after = self.block.retry_after
            fields = (("Content-Type", "text/html"), *([("Retry-After", after)] if after is not None else []))
            return Reply(429, fields, b"<html><body><h1>429 Too Many Requests</h1></body></html>")
        if self.gate is not None and self.gate(asked):
            self.held.set()
            return Reply(200, waits=True)
        reply = self.answer(asked)
        for fault in self.faults:
            reply = fault.applied(asked, reply)
        return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, service: Service, context: ssl.SSLContext | None) -> None:
        super().__init__((ADDRESS, 0), _Handler)
        self.service, self.context = service, context
        service.port = self.server_address[1]

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is not None:
            request = self.context.wrap_socket(request, server_side=True)
        with suppress(ConnectionError, ssl.SSLError):
            super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may go away as they like."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        service = self.server.service
        fields = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(fields.get("host", ""), self.path, fields, time.monotonic())
        reply = service.reply(asked)
        head = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('Odd',))[0]}"]
        head += [f"{name}: {value}" for name, value in reply.fields]
        if not any(name.lower() == "content-length" for name, _ in reply.fields):
            head.append(f"Content-Length: {len(reply.body) + reply.waits}")
        body = reply.body if reply.cut is None else reply.body[: reply.cut]
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1", "replace") + body)
        self.wfile.flush()
        if reply.waits:
            service.ended.wait(PATIENCE_S)
        self.close_connection = self.close_connection or reply.cut is not None or reply.waits

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(answer: Callable[[Asked], Reply], context: ssl.SSLContext | None = None) -> Iterator[Service]:
    """Serve while the block runs; with *context* over TLS."""
    service = Service(answer)
    server = _Server(service, context)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def slow_down(reply: Reply) -> Reply:
    """Return what object storage says when it is asked too often."""
    body = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
    )
    return Reply(503, (("Content-Type", "application/xml"),), body)


def error_page(reply: Reply) -> Reply:
    """Return a page that says in words that something is wrong, with a status that says that nothing is."""
    body = "<!DOCTYPE html><html><head><title>Internet Archive: Temporarily Offline</title></head><body><p>Sorry.</p></body></html>"
    return Reply(200, (("Content-Type", "text/html; charset=utf-8"),), body.encode())


def failing(status: int) -> Callable[[Reply], Reply]:
    """Return what answers with *status*."""
    return lambda reply: Reply(status, (("Content-Type", "text/html"),), b"<html><body>Error</body></html>")


def cut(reply: Reply) -> Reply:
    """Close the connection in the midst of the body."""
    return replace(reply, cut=len(reply.body) // 2)


def flipped(reply: Reply) -> Reply:
    """Change a byte in the midst of the body."""
    middle = len(reply.body) // 2
    changed = bytes([reply.body[middle] ^ 0xFF])
    return replace(reply, body=reply.body[:middle] + changed + reply.body[middle + 1 :])
