"""A server whose answers are scripted, address by address, and a crawl of it."""

from __future__ import annotations

import json
import signal
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, TypeVar

from tests.khcn import COMMAND, FAST, khcn

LINKS = "".join(f'<a href="{path}">Tin</a>' for path in ("/cam/1", "/mo/1"))
PAGE = f"<!DOCTYPE html><title>Sở KH&CN</title>{LINKS}".encode()
Answer = bytes | Callable[[], bytes]
S = TypeVar("S", bound=socketserver.BaseServer)


def answer(body: bytes = b"", status: str = "200 OK", *fields: str, kind: str = "text/plain") -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *fields,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def moved(target: str) -> bytes:
    return answer(b"", "302 Found", f"Location: {target}")


def busy(after: str | None, status: str = "503 Busy") -> bytes:
    return answer(b"", status, *([f"Retry-After: {after}"] if after is not None else []))


HOME = answer(PAGE, kind="text/html; charset=utf-8")
RESET, HANG = b"reset", b"hang"


class Server(socketserver.ThreadingTCPServer):
    """Gives each address its answers, the last one again and again; unknown ones the home page."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 100

    def __init__(self, routes: dict[str, list[Answer]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes = {address: list(answers) for address, answers in routes.items()}
        self.log: list[tuple[float, str]] = []
        self.heard: list[tuple[str, bytes]] = []
        """Hosts, and each line of the heads that were sent to them."""
        self.lock = threading.Lock()

    def shutdown_request(self, request: Any) -> None:
        self.close_request(request)  # a shutdown before would make an orderly end of every reset

    def next(self, address: str) -> bytes:
        if address.endswith("/sitemap.xml") and address not in self.routes:
            return answer(b"", "404 Not Found")  # every crawl looks for one; no test here is about it
        with self.lock:
            self.log.append((time.monotonic(), address))
            is_rules = address.endswith("/robots.txt")
            known = self.routes.get(address)
            if known is None and not is_rules:
                known = self.routes.get(f"{address.partition('/')[0]}/*")
            if known is None:
                return answer(b"", "404 Not Found") if is_rules else HOME
            chosen = known.pop(0) if len(known) > 1 else known[0]
        return chosen() if callable(chosen) else chosen

    def asked(self, host: str) -> list[str]:
        return [address.removeprefix(host) for _, address in self.log if address.startswith(f"{host}/")]

    def times(self, host: str) -> list[float]:
        return [moment for moment, address in self.log if address.startswith(f"{host}/")]


class Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Server)
        path = self.rfile.readline().split()[1].decode()
        host, lines = "", []
        while (line := self.rfile.readline().strip()) != b"":
            lines.append(line)
            name, _, value = line.decode().partition(": ")
            host = value if name.lower() == "host" else host
        self.server.heard += [(host, line) for line in lines]
        reply = self.server.next(f"{host}{path}")
        if reply == HANG:
            self.rfile.read()  # until the client leaves
        elif reply == RESET:
            self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.wfile.write(reply)


@contextmanager
def running(server: S) -> Iterator[S]:
    """Serve from a thread while the block runs."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def served(routes: dict[str, list[Answer]]) -> AbstractContextManager[Server]:
    """Serve *routes* while a block runs."""
    return running(Server(routes))


def crawl(
    server: Server,
    data: Path,
    urls: list[str],
    *options: str,
    at: datetime | None = None,
    hosts: Iterable[str] = (),
) -> dict[str, dict[str, Any]]:
    """Crawl from *urls*, now or *at* another time; return the report of each host or site.

    The server stands for their hosts, those of its routes, and *hosts*.
    """
    arguments = _arguments(data, urls)
    done = khcn(*arguments, *options, data=data, resolve=_resolve(server, urls, hosts), at=at)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stdout, done.stderr
    (data.parent / f"{data.name}.log").write_text(done.stderr)
    return {report["site"].removeprefix("host__"): report for report in map(json.loads, done.stdout.splitlines())}


def crawl_until(server: Server, data: Path, urls: list[str], is_there: Callable[[], bool], *options: str) -> None:
    """Crawl until something is so, and tell the crawl to stop."""
    env = {"PATH": "/usr/bin:/bin", "KHCN_DATA": str(data), "KHCN_RESOLVE": _resolve(server, urls)}
    run = subprocess.Popen([str(COMMAND), *_arguments(data, urls), *options], env=env, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 300
    while not is_there() and run.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)

    assert run.wait(300) == 8


def _arguments(data: Path, urls: list[str]) -> list[str]:
    seeds = data.parent / f"{data.name}.txt"
    seeds.write_text("".join(f"{url}\n" for url in urls))
    return ["-v", "crawl", "--json", "--seeds", str(seeds), *FAST]


def _resolve(server: Server, urls: list[str], hosts: Iterable[str] = ()) -> str:
    known = {address.partition("/")[0] for address in server.routes} | {url.split("/")[2] for url in urls} | {*hosts}
    return ",".join(f"{host}=127.0.0.1:{server.server_address[1]}" for host in sorted(known))


def causes(report: dict[str, Any]) -> dict[str, str]:
    return {failure["url"]: failure["cause"] for failure in report["failures"]}
