"""Somebody on this machine who is told, by HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Receiver:
    """What was posted, and with which statuses that is answered."""

    port: int = 0
    posted: list[dict[str, str]] = field(default_factory=list)
    """The bodies that were taken."""
    refused: int = 0
    """How many others came."""
    statuses: list[int] = field(default_factory=list)
    """The next answers; 200 when there is none."""

    def address(self, path: str = "alerts") -> str:
        return f"json://127.0.0.1:{self.port}/{path}"

    def lines(self) -> list[str]:
        return [line for body in self.posted for line in body["message"].splitlines()]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen while the block runs."""
    heard = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = heard.statuses.pop(0) if heard.statuses else 200
            if status == 200:
                heard.posted.append(json.loads(body))
            else:
                heard.refused += 1
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
