"""Where a chunked body ends, found in bytes as they come.

Only the end matters here: the bytes themselves are archived as received and decoded by
``archive.codings``, whose leniency this follows (LF alone, blanks around a size, broken framing).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from twisted.web.http import PotentialDataLoss, _DataLoss

MAX_LINE = 16384

_SIZE_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*?)?\r?\n")
_SIZE_START = re.compile(rb"[ \t]*(?:[0-9A-Fa-f]{1,16}[ \t]*(?:;[^\n]*|\r)?)?")


class LenientChunks:
    """A transfer decoder for Twisted's parser that no broken framing can stop.

    A body whose framing breaks has no known end but that of the connection, so from there on
    everything is body, as for an answer without any framing (``ends_with_connection``).
    Memory stays flat: at most one line is buffered.
    """

    def __init__(self, deliver: Callable[[bytes], None], finish: Callable[[bytes], None]) -> None:
        self._deliver = deliver
        self._finish = finish
        self._line = b""
        self._left = 0
        self._step: Callable[[bytes], bytes] | None = self._size
        self.ends_with_connection = False

    def dataReceived(self, data: bytes) -> None:
        """Take the next bytes; call *finish* with those after the end of the body."""
        while data and self._step is not None:
            data = self._step(data)

    def noMoreData(self) -> None:
        """Tell, in Twisted's exceptions, that the connection ended before the body's last chunk."""
        if self.ends_with_connection:
            self._step = None
            self._finish(b"")
            raise PotentialDataLoss
        if self._step is not None:
            raise _DataLoss("the connection ended inside the chunk framing")

    def _take_line(self, data: bytes) -> tuple[bytes | None, bytes]:
        """Return (a whole line or None, the bytes after it)."""
        head, newline, rest = data.partition(b"\n")
        line = self._line + head + newline
        self._line = b"" if newline else line
        return (line if newline or len(line) > MAX_LINE else None), rest

    def _size(self, data: bytes) -> bytes:
        line, rest = self._take_line(data)
        if line is None:
            return rest if _SIZE_START.fullmatch(self._line) else self._break(rest)
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            return self._break(rest)
        self._left = int(match[1], 16)
        self._step = self._data if self._left else self._trailer
        return rest

    def _data(self, data: bytes) -> bytes:
        piece, rest = data[: self._left], data[self._left :]
        self._left -= len(piece)
        if not self._left:
            self._step = self._end_of_data
        self._deliver(piece)
        return rest

    def _end_of_data(self, data: bytes) -> bytes:
        self._line += data[:1]
        if self._line == b"\r":
            return data[1:]
        if self._line not in (b"\n", b"\r\n"):
            return self._break(data[1:])
        self._line = b""
        self._step = self._size
        return data[1:]

    def _trailer(self, data: bytes) -> bytes:
        line, rest = self._take_line(data)
        if line in (b"\n", b"\r\n"):
            self._step = None
            self._finish(rest)
            return b""
        if line is not None:
            self._line = b""
        return rest

    def _break(self, rest: bytes) -> bytes:
        self._line = b""
        self.ends_with_connection = True
        self._step = self._raw
        return rest

    def _raw(self, data: bytes) -> bytes:
        self._deliver(data)
        return b""
