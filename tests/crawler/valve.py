"""A valve before the played sites: while it is shut no answer comes back, while it trickles only drops of one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

DROP_S = 0.01
"""Between two bytes of an answer that trickles."""
MOST_DROPS = 40
"""So many bytes of each answer come; then none does, so that no answer ends and nothing else is asked for."""


class Valve:
    """Connections to :attr:`port` are passed on to the port behind, both ways."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._open = threading.Event()
        self._open.set()
        self._flows = threading.Event()
        self._flows.set()
        self._counting = threading.Lock()
        self.drops = 0
        """Bytes that came through one by one."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ends: list[socket.socket] = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self) -> None:
        """Let no answer through from now on."""
        self._open.clear()

    def open(self) -> None:
        """Let all answers through, those that were held too."""
        self._flows.set()
        self._open.set()

    def trickle(self) -> None:
        """Let answers through byte by byte from now on, so that none comes to its end."""
        self._flows.clear()

    def close(self) -> None:
        """End all connections."""
        self.open()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._behind))
                self._ends += [near, far]
                threading.Thread(target=self._pass, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if is_answer:
                    self._open.wait()
                if is_answer and not self._flows.is_set():
                    for place in range(MOST_DROPS):
                        target.sendall(data[place : place + 1])
                        self._flows.wait(DROP_S)
                    with self._counting:
                        self.drops += MOST_DROPS
                    self._flows.wait()
                    data = data[MOST_DROPS:]
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@contextmanager
def valve(behind: int) -> Iterator[Valve]:
    """Yield a valve before the port *behind*."""
    made = Valve(behind)
    try:
        yield made
    finally:
        made.close()
