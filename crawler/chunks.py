"""Where a chunked body ends, found in bytes as they come.

Only the end matters here: the bytes themselves are archived as received and decoded by
``archive.codings``, whose leniency this follows (LF alone, blanks around a size, broken framing).
"""

from __future__ import annotations

import re
from collections.abc import Callable

MAX_LINE = 16384

_SIZE_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*?)?\r?\n")
_SIZE_START = re.compile(rb"[ \t]*(?:[0-9A-Fa-f]{1,16}[ \t]*(?:;[^\n]*|\r)?)?")


class LenientChunks:
    """A transfer decoder that no broken framing can stop.

    A body whose framing breaks has no known end but that of the connection, so from there on
    everything is body, as for an answer without any framing (``ends_with_connection``).
    Memory stays flat: at most one line is buffered.
    """

    def __init__(self, deliver: Callable[[bytes], None], finish: Callable[[bytes], None]) -> None:
        self._deliver = deliver
        self._finish = finish
        self._line = b""
        self._left = 0
        self._step: Callable[[bytes, int], int] | None = self._size
        self.ends_with_connection = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes; call *finish* with those after the end of the body."""
        # By places, not by what is left: a body can be a million chunks of one byte.
        at = 0
        while at < len(data) and self._step is not None:
            at = self._step(data, at)

    def _take_line(self, data: bytes, at: int) -> tuple[bytes | None, int]:
        """Return (a whole line or None, the place behind it); of a line that is too long its beginning."""
        newline = data.find(b"\n", at)
        end = newline + 1 if newline >= 0 else len(data)
        line = self._line + data[at : min(end, at + MAX_LINE + 1)]
        if len(line) > MAX_LINE:
            # The same however the bytes come: what of it is here must not tell.
            return line[:MAX_LINE], end
        self._line = b"" if newline >= 0 else line
        return (line if newline >= 0 else None), end

    def _size(self, data: bytes, at: int) -> int:
        line, end = self._take_line(data, at)
        if line is None:
            return end if _SIZE_START.fullmatch(self._line) else self._break(end)
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            return self._break(end)
        self._left = int(match[1], 16)
        self._step = self._data if self._left else self._trailer
        return end

    def _data(self, data: bytes, at: int) -> int:
        piece = data[at : at + self._left]
        self._left -= len(piece)
        if not self._left:
            self._step = self._end_of_data
        self._deliver(piece)
        return at + len(piece)

    def _end_of_data(self, data: bytes, at: int) -> int:
        self._line += data[at : at + 1]
        if self._line == b"\r":
            return at + 1
        if self._line not in (b"\n", b"\r\n"):
            return self._break(at + 1)
        self._line = b""
        self._step = self._size
        return at + 1

    def _trailer(self, data: bytes, at: int) -> int:
        line, end = self._take_line(data, at)
        if line in (b"\n", b"\r\n"):
            self._step = None
            self._finish(data[end:])
            return end
        return end if line is None or line.endswith(b"\n") else self._break(end)

    def _break(self, at: int) -> int:
        self._line = b""
        self.ends_with_connection = True
        self._step = self._raw
        return at

    def _raw(self, data: bytes, at: int) -> int:
        self._deliver(data[at:])
        return len(data)
