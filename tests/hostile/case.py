"""What a hostile case is, and scripts that several of them share."""

from __future__ import annotations

import struct
import time
import zlib
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from tests.crawler.odd_cases import answer
from tests.crawler.odd_server import Connection, Script
from tests.hostile.pages import HTML, VARIANTS, article, listing, page, title

DOMAIN = "khcn-thu.vn"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: " + HTML + b"\r\n"


@dataclass(frozen=True)
class Case:
    """One address that a home page links to, with what its server answers, visit by visit."""

    name: str
    outcome: str
    scripts: list[Script] = field(default_factory=list)
    more: dict[str, list[Script]] = field(default_factory=dict)
    """Answers of other addresses of the host."""
    link: str | None = None
    """What the home page links to, where that is another address than the case's own."""

    @property
    def path(self) -> str:
        return f"/tin/{self.name}"


@dataclass(frozen=True)
class Host:
    """A site: its cases, and six control articles."""

    name: str
    cases: list[Case] = field(default_factory=list)
    routes: dict[str, list[Script]] = field(default_factory=dict)
    """Answers of addresses that no case owns, such as ``/robots.txt``."""
    server: str | None = None
    controls: str = "read"
    """What becomes of the control articles."""
    variants: tuple[str, ...] = tuple(VARIANTS)
    """How they are transferred."""
    head: str = ""
    """What stands in the head of its home page."""

    @property
    def host(self) -> str:
        return f"{self.name}.{DOMAIN}"

    def control(self, variant: str) -> str:
        return f"/tin/{self.name}-{variant}"

    def scripts(self) -> dict[str, list[Script]]:
        """Return the answers of all addresses."""
        items = [(self.control(variant), title(f"{self.name}-{variant}")) for variant in self.variants]
        linked = [(case.link or case.path, title(case.name)) for case in self.cases]
        # Controls stand between the cases: a host that answers now and then is not dead.
        step = max(1, len(linked) // len(items))
        for at, item in enumerate(items):
            linked.insert(at * (step + 1), item)
        found: dict[str, list[Script]] = defaultdict(lambda: [page("<p>Không có</p>", status=b"404 Not Found")])
        found |= {
            "/": [page(listing(linked, self.head))],
            **{
                self.control(variant): [VARIANTS[variant](article(f"{self.name}-{variant}").encode())]
                for variant in self.variants
            },
        }
        for case in self.cases:
            found |= {case.path: case.scripts, **case.more}
        found |= self.routes
        return found


def one(name: str, outcome: str, script: Script | bytes, **options: object) -> Case:
    return Case(name, outcome, [[script] if isinstance(script, bytes) else script], **options)  # type: ignore[arg-type]


def body_of(name: str) -> bytes:
    return article(name).encode()


def coded(name: str, body: bytes, coding: bytes) -> Script:
    return page(body, b"Content-Encoding: " + coding)


@cache
def bomb(megabytes: int = 100) -> bytes:
    """Return megabytes of nothing, packed by gzip: one piece again and again, for packing takes long."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = struct.pack("<II", zlib.crc32(bytes(megabytes * 1_000_000)), megabytes * 1_000_000)
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + piece * megabytes + packer.flush() + end


def dripping(data: bytes, seconds: float) -> Script:
    """Send a byte now and then, for longer than anybody waits."""

    def act(connection: Connection) -> None:
        connection.sock.settimeout(seconds)
        for byte in data * 1000:
            connection.send(bytes([byte]))
            try:
                if connection.sock.recv(1) == b"":
                    return
            except TimeoutError:
                continue

    return [act]


def hold(connection: Connection) -> None:
    """Say nothing more, for longer than the crawl waits, until the client gives up."""
    connection.sock.settimeout(300)
    with suppress(OSError):
        while connection.sock.recv(65_536):
            pass
    connection.close()


def endless(head: bytes, piece: bytes) -> Script:
    """Send without an end."""

    def act(connection: Connection) -> None:
        connection.sock.sendall(head)
        while True:
            connection.sock.sendall(piece)
            time.sleep(0.005)  # the other cases share this interpreter

    return [act]


def whole(name: str, head: bytes) -> bytes:
    return head + b"\r\n" + body_of(name)


def sized(name: str, *fields: bytes) -> bytes:
    return answer(body_of(name), *fields, kind=HTML)


def cut(name: str, share: float, end: Callable[[Connection], None]) -> Script:
    told = sized(name)
    return [told[: int(len(told) * share)], end]


def to(location: bytes, status: bytes = b"302 Found", more: bytes = b"X-More: no") -> Script:
    return [answer(b"", b"Location: " + location, more, status=status, kind=HTML)]


def story(name: str) -> Script:
    return page(article(name))
