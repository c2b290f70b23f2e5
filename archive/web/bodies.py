"""Bodies that were made before, the ones asked for last, up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """What was made, by what it depends on."""

    def __init__(self, most_bytes: int) -> None:
        """Keep at most so much; what has not been asked for the longest goes first."""
        self._most = most_bytes
        self._size = 0
        self._made: OrderedDict[object, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object) -> T | None:
        """Return what is kept, null without it."""
        with self._lock:
            found = self._made.get(key)
            if found is None:
                return None
            self._made.move_to_end(key)
            return found[0]

    def put(self, key: object, made: T, size_bytes: int) -> None:
        """Keep something of that size.

        >>> kept = Kept[str](most_bytes=10)
        >>> for name in "abc":
        ...     kept.put(name, name, 4)
        >>> kept.get("a"), kept.get("c")
        (None, 'c')
        """
        with self._lock:
            _, before = self._made.pop(key, (None, 0))
            self._made[key] = made, size_bytes
            self._size += size_bytes - before
            while self._size > self._most:
                _, (_, gone) = self._made.popitem(last=False)
                self._size -= gone
