"""A WACZ file in ReplayWeb.page: one page, the user's copy of its two scripts, and the file itself.

ReplayWeb.page replays inside the browser: a service worker reads the parts of
the file that it needs, so the server must know byte ranges. Its scripts are
licensed under the AGPL and are no part of this project: the user brings them,
for instance with ``npm pack replaywebpage``.
"""

from __future__ import annotations

import re
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

from archive.digests import BLOCK
from archive.errors import ConfigError

SCRIPTS = ("ui.js", "sw.js")
WACZ = "/archive.wacz"
PAGE = b"""<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>khcn replay</title><script src="/ui.js"></script>
<style>html, body, replay-app-main { height: 100%; margin: 0 }</style></head>
<body><replay-app-main></replay-app-main></body></html>
"""

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class WaczServer(ThreadingHTTPServer):
    """Serves one WACZ file to ReplayWeb.page."""

    daemon_threads = True

    def __init__(self, host: str, port: int, wacz: Path, scripts: Path) -> None:
        """Listen on *host* and *port*; *scripts* is the folder of the two scripts.

        Raises ConfigError when a file is missing, OSError when the port can not be had.
        """
        if not wacz.is_file():
            raise ConfigError(f"{wacz}: no such file; `khcn export --format wacz` makes one")
        for name in SCRIPTS:
            if not (scripts / name).is_file():
                raise ConfigError(
                    f"{scripts}: holds no {name}; name the folder of the npm package replaywebpage: "
                    "`npm pack replaywebpage`, then unpack it"
                )
        self.files = {WACZ: (wacz, "application/wacz")}
        self.files |= {f"/{name}": (scripts / name, "text/javascript; charset=utf-8") for name in SCRIPTS}
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    @property
    def address(self) -> str:
        """The address to open."""
        host, port = self.server_address[:2]
        return f"http://{f'[{host!s}]' if ':' in str(host) else host!s}:{port}/?source={WACZ}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a replay asks for hundreds of ranges."""

    def _answer(self, *, with_body: bool) -> None:
        assert isinstance(self.server, WaczServer)
        path = self.path.partition("?")[0]
        if path in ("/", "/index.html"):
            self._head(200, "text/html; charset=utf-8", len(PAGE))
            self.wfile.write(PAGE if with_body else b"")
        elif path in self.server.files:
            file, kind = self.server.files[path]
            with file.open("rb") as opened:
                self._send(opened, file.stat().st_size, kind, with_body=with_body)
        else:
            self._head(404, "text/plain", 0)

    def _send(self, file: BinaryIO, size: int, kind: str, *, with_body: bool) -> None:
        span = byte_range(self.headers.get("Range"), size)
        if span is None:
            self._head(416, kind, 0, f"bytes */{size}")
            return
        start, end = span
        if self.headers.get("Range"):
            self._head(206, kind, end - start, f"bytes {start}-{end - 1}/{size}")
        else:
            self._head(200, kind, size)
        file.seek(start)
        left = end - start if with_body else 0
        while left > 0 and (data := file.read(min(BLOCK, left))):
            self.wfile.write(data)
            left -= len(data)

    def _head(self, status: int, kind: str, length: int, content_range: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-cache")
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return where the wanted bytes begin and end; None when there are none such.

    Without a header, or with one that asks for several ranges, all are wanted.

    >>> byte_range("bytes=2-3", 10), byte_range("bytes=-3", 10), byte_range("bytes=8-", 10), byte_range("bytes=10-", 10)
    ((2, 4), (7, 10), (8, 10), None)
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[1] == match[2] == "":
        return 0, size
    if match[1] == "":
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1 if match[2] else size)
    return (start, end) if start < end else None
