"""The TCP connection beneath HTTP and TLS: what really left this machine, and how it ended."""

from __future__ import annotations

import socket
from typing import Any

from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure

READ_BYTES = 1 << 18
"""As many are taken from a connection at once. With Twisted's 64 KiB a large body takes long while much goes on."""


class Line:
    """The TCP connection, below TLS if there is any: what really left, and how it ended."""

    def __init__(self, transport: Any) -> None:
        while isinstance(transport, ProtocolWrapper):
            transport = transport.transport
        self._tcp = transport
        transport.bufferSize = READ_BYTES
        self._write_some, self._lose = transport.writeSomeData, transport.connectionLost
        transport.writeSomeData, transport.connectionLost = self._count, self._note
        self.sent = 0
        self.lost: Failure | None = None

    def _count(self, data: bytes) -> Any:
        result = self._write_some(data)
        if isinstance(result, int) and result > 0:
            self.sent += result
        return result

    def _note(self, reason: Failure) -> Any:
        self.lost = reason
        # These two attributes hold the transport and it holds them: without a cut,
        # every connection would wait for the garbage collector.
        tcp, lose = self._tcp, self._lose
        tcp.__dict__.pop("writeSomeData", None)
        tcp.__dict__.pop("connectionLost", None)
        return lose(reason)

    def is_quiet(self) -> bool:
        """Whether the peer neither closed nor sent anything that is still unread.

        What waits unread on an idle connection belongs to no request to come: junk after a body,
        a 408 for being idle, TLS's goodbye. A connection that has it is not used again.
        """
        try:
            self._tcp.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except (OSError, AttributeError):
            return False
        return False
