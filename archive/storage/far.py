"""A stored file, opened like one on the disk: ranges of it are read, and the last ones are remembered."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import BinaryIO, Literal, cast

from archive.storage.opening import opened
from archive.storage.store import NotStored, Stored

BLOCK = 128 << 10
"""Bytes of the smallest range that is asked for."""
MOST = 64
"""Blocks that are asked for at once of a file that is read from one end to the other."""
REMEMBERED = 512
"""Blocks that a process remembers: 64 MiB."""

_Key = tuple[str, str, str, int]


class _Blocks:
    """The blocks read last, of all stored files; for several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[_Key, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key) -> bytes | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def keep(self, key: _Key, block: bytes) -> None:
        with self._lock:
            self._held[key] = block
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)


_blocks = _Blocks(REMEMBERED)


@dataclass(frozen=True, slots=True)
class FarStat:
    """Of what the system tells of a file, what is asked of a stored one."""

    st_size: int


@dataclass(frozen=True, slots=True)
class Far:
    """A file in a storage, with those ways of a path that readers use; can be sent to other processes."""

    url: str
    """Of the storage."""
    held: Stored

    @property
    def name(self) -> str:
        """Last part of the name."""
        return self.held.name.rpartition("/")[2]

    def __str__(self) -> str:
        return opened(self.url).place(self.held.name)

    def stat(self) -> FarStat:
        """Return its size."""
        return FarStat(self.held.size)

    def is_file(self) -> bool:
        """Say that it is there: it was, when it was looked for."""
        return True

    def open(self, mode: Literal["rb"] = "rb", buffering: int = -1) -> BinaryIO:
        """Open it for reading; nothing is asked for before something is read."""
        return cast(BinaryIO, FarFile(self))


class FarFile(io.RawIOBase):
    """A stored file opened for reading at any offset."""

    def __init__(self, far: Far) -> None:
        super().__init__()
        self._far = far
        self._storage = opened(far.url)
        self._at = 0
        self._next = -1
        """The block behind the last one asked for: who asks for it reads on."""
        self._run = 1

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read at any offset."""
        return True

    def tell(self) -> int:
        """Return the offset."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to an offset; nothing is asked for."""
        self._at = max(0, offset + (0, self._at, self._far.held.size)[whence])
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes, fewer only at the end of the file. Raises StorageLost, NotStored."""
        left = max(0, self._far.held.size - self._at)
        left = left if size is None or size < 0 else min(size, left)
        pieces = []
        while left > 0:
            number, inside = divmod(self._at, BLOCK)
            piece = self._block(number)[inside : inside + left]
            if not piece:
                raise NotStored(f"{self._far}: became shorter while it was read")
            pieces.append(piece)
            left -= len(piece)
            self._at += len(piece)
        return b"".join(pieces)

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        """Read into a buffer; return how many bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _block(self, number: int) -> bytes:
        key = (self._far.url, self._far.held.name, self._far.held.mark, number)
        if (found := _blocks.get(key)) is not None:
            return found
        self._run = min(self._run * 2, MOST) if number == self._next else 1
        data = self._storage.read(self._far.held.name, number * BLOCK, self._run * BLOCK)
        for ahead in range(self._run):
            block = data[ahead * BLOCK : (ahead + 1) * BLOCK]
            if block:
                _blocks.keep((*key[:3], number + ahead), block)
        self._next = number + self._run
        return data[:BLOCK]
