"""A server of object storage over HTTP, and a way to it on which things go wrong."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

from moto.server import ThreadedMotoServer

KEYS = {
    "AWS_ACCESS_KEY_ID": "khcn-nguoi-dung",
    "AWS_SECRET_ACCESS_KEY": "bi-mat-khong-ai-biet",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "2",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
BUCKET = "khcn"


@contextmanager
def s3_server() -> Iterator[str]:
    """Serve while the block runs; give the address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def client(endpoint: str):
    """Return somebody else's way to the server."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )


def error(status: int, code: str, message: str = "so it is") -> bytes:
    """Return an answer that refuses."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    head = f"HTTP/1.1 {status} No\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


@dataclass
class Asked:
    """A request as the way sees it."""

    method: str
    path: str
    head: bytes
    length: int
    """Bytes of the body."""


@dataclass
class Way:
    """Hands requests on to the server, one a connection, unless :attr:`fault` has something else in mind.

    It is given the request before its body is read and returns None to hand it on, bytes to answer with them, an
    int to take so many bytes of the body and close, or ``("cut", n)`` to close after n bytes of the server's answer.
    """

    server: tuple[str, int]
    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    fault: Callable[[Asked], bytes | int | tuple[str, int] | None] = lambda asked: None
    at_cut: Callable[[], object] = lambda: None
    """Called when so many bytes of the body were taken, before the connection is closed."""

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with closing(connection), suppress(OSError):
            data = b""
            while b"\r\n\r\n" not in data:
                piece = connection.recv(65536)
                if not piece:
                    return
                data += piece
            head, _, body = data.partition(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            method, path = lines[0].decode().split(" ")[:2]
            names = {line.partition(b":")[0].lower(): line.partition(b":")[2].strip() for line in lines[1:]}
            length = int(names.get(b"content-length", b"0"))
            asked = Asked(method, path, head, length)
            self.asked.append(asked)
            fault = self.fault(asked)
            if b"expect" in names and not isinstance(fault, bytes):
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            wanted = min(fault, length) if isinstance(fault, int) else length
            if isinstance(fault, bytes) and b"expect" in names:
                wanted = 0
            while len(body) < wanted and (piece := connection.recv(65536)):
                body += piece
            if isinstance(fault, int):
                self.at_cut()
                return
            if isinstance(fault, bytes):
                connection.sendall(fault)
                return
            kept = [line for line in lines if not line.lower().startswith((b"expect:", b"connection:"))]
            with socket.create_connection(self.server) as server:
                server.sendall(b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n" + body)
                answer = b""
                while piece := server.recv(65536):
                    answer += piece
            connection.sendall(answer if fault is None else answer[: fault[1]])


@contextmanager
def way_to(server: str) -> Iterator[Way]:
    """Open a way to a server while the block runs."""
    host, _, port = server.removeprefix("http://").partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        way = Way((host, int(port)), f"http://127.0.0.1:{listening.getsockname()[1]}")
        threading.Thread(target=way.serve, args=(listening,), daemon=True).start()
        try:
            yield way
        finally:
            listening.shutdown(socket.SHUT_RDWR)
