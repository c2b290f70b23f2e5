"""A server on raw sockets that says exactly what a script says, and remembers every byte.

A script is a list of *acts* for one request: bytes are sent, functions are called with the
connection. The connection stays open for the next request unless an act closes it.
"""

from __future__ import annotations

import array
import contextlib
import datetime
import fcntl
import ipaddress
import socket
import ssl
import struct
import termios
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Act = bytes | Callable[["Connection"], None]
Script = list[Act]
PATIENCE_S = 120


@dataclass
class Seen:
    """One exchange as the server saw it."""

    host: str
    path: str
    connection: int
    request: bytes
    sent: bytearray = field(default_factory=bytearray)


class Connection:
    """One accepted connection."""

    def __init__(self, server: OddServer, sock: socket.socket, number: int) -> None:
        self.server, self.sock, self.number = server, sock, number
        self.seen: Seen | None = None
        self.is_open = True
        self.released: threading.Event | None = None
        self._unread = b""

    def read_request(self) -> Seen | None:
        """Return the next request, or None when the client went away."""
        while b"\r\n\r\n" not in self._unread:
            if not self._more():
                return None
            if self._unread.startswith(b"\x16"):
                self.sock.sendall(b"HTTP/1.1 400 The plain port was asked for TLS\r\n\r\n")
                self.close()
                return None
        head, _, rest = self._unread.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        length = int(fields.get(b"content-length", b"0"))
        while len(rest) < length:
            if not self._more():
                return None
            rest = self._unread.partition(b"\r\n\r\n")[2]
        request, self._unread = head + b"\r\n\r\n" + rest[:length], rest[length:]
        host = fields[b"host"].decode().partition(":")[0]
        return Seen(host, head.split(b" ")[1].decode(), self.number, request)

    def _more(self) -> bool:
        try:
            data = self.sock.recv(65536)
        except OSError:
            return False
        self._unread += data
        return bool(data)

    def send(self, data: bytes) -> None:
        assert self.seen is not None
        self.sock.sendall(data)
        self.seen.sent += data

    def settle(self) -> None:
        """Wait until the peer's kernel has every byte."""
        deadline = time.monotonic() + PATIENCE_S
        queued = array.array("i", [1])
        while queued[0] and time.monotonic() < deadline:
            fcntl.ioctl(self.sock.fileno(), termios.TIOCOUTQ, queued)
            threading.Event().wait(0.001)

    def close(self) -> None:
        self.is_open = False
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        self.sock.close()


def close(connection: Connection) -> None:
    """End the connection with FIN (and, below TLS, without close_notify)."""
    connection.settle()
    connection.close()


def goodbye(connection: Connection) -> None:
    """End TLS with close_notify, then the connection."""
    with contextlib.suppress(OSError, ValueError):
        connection.sock.settimeout(0.2)
        connection.sock.unwrap()  # type: ignore[attr-defined]
    connection.close()


def reset(connection: Connection) -> None:
    """End the connection with RST, after everything arrived."""
    connection.settle()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.is_open = False
    connection.sock.close()


def hold(connection: Connection) -> None:
    """Say nothing more until the client gives up."""
    connection.sock.settimeout(PATIENCE_S)
    with contextlib.suppress(OSError):
        while connection.sock.recv(65536):
            pass
    connection.close()


def drip(data: bytes) -> list[Act]:
    """Send *data* in segments of one byte."""
    return [act for byte in data for act in (bytes([byte]), Connection.settle)]


def park(name: str) -> Callable[[Connection], None]:
    """Leave this connection, when its script is done, for a later :func:`on_parked`.

    Stands before the answer in a script, so that it is parked when the client reads that.
    """

    def run(connection: Connection) -> None:
        connection.released = threading.Event()
        connection.server.parked[name] = connection

    return run


def on_parked(name: str, act: Callable[[Connection], None]) -> Callable[[Connection], None]:
    """Do *act* on the connection parked as *name*, and wait until it arrived."""

    def run(connection: Connection) -> None:
        parked = connection.server.parked.pop(name)
        act(parked)
        if parked.is_open:
            parked.settle()
        assert parked.released is not None
        parked.released.set()

    return run


def stray(data: bytes) -> Callable[[Connection], None]:
    """Send bytes that answer nothing."""
    return lambda connection: connection.sock.sendall(data)


class OddServer:
    """Plays ``scripts[host][path][visit]`` on 127.0.0.1 (or *address*)."""

    def __init__(
        self,
        scripts: dict[str, dict[str, list[Script]]],
        context: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self.scripts = scripts
        self.seen: list[Seen] = []
        self.parked: dict[str, Connection] = {}
        self.server_names: list[str | None] = []
        self._visits: dict[tuple[str, str], int] = defaultdict(int)
        self._context = context
        self._lock = threading.Lock()
        self._accepted = 0
        self.address = f"[{address}]" if ":" in address else address
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 0), family=family, backlog=200)
        self.port: int = self._listener.getsockname()[1]
        if context is not None:
            context.sni_callback = lambda _sock, name, _context: self.server_names.append(name)
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._listener.close()

    def of(self, host: str, path: str | None = None) -> list[Seen]:
        """Return the exchanges of a host, in order."""
        return [seen for seen in self.seen if seen.host == host and path in (None, seen.path)]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._accepted += 1
            threading.Thread(target=self._serve, args=(sock, self._accepted), daemon=True).start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is not None:
            try:
                sock = self._context.wrap_socket(sock, server_side=True)
            except OSError:
                return
        connection = Connection(self, sock, number)
        while connection.is_open and (seen := connection.read_request()):
            with self._lock:
                visit = self._visits[seen.host, seen.path]
                self._visits[seen.host, seen.path] += 1
                self.seen.append(seen)
            connection.seen = seen
            scripts = self.scripts[seen.host][seen.path]
            with contextlib.suppress(OSError):
                for act in scripts[min(visit, len(scripts) - 1)]:
                    connection.send(act) if isinstance(act, bytes) else act(connection)
            if connection.released is not None:
                # Two threads in one TLS connection bring the interpreter down.
                connection.released.wait(PATIENCE_S)
                connection.released = None


def certificate(directory: Path, *names: str) -> Path:
    """Write a self-made certificate with its key; return the PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    alternatives = [x509.DNSName(each) for each in names]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([*alternatives, x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = directory / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def tls_context(pem: Path, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """Return a server context, held to one TLS version when given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


@contextlib.contextmanager
def serving(server: OddServer) -> Iterator[OddServer]:
    """Stop the server at the end."""
    try:
        yield server
    finally:
        server.stop()
