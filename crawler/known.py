"""The articles that are known already, in eight bytes each."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import pairwise
from typing import Self

from archive.digests import address_hash

BUCKETS = 256
_SHIFT = 56
"""What is left of a key is its bucket."""


class KnownSet:
    """A set of strings that can be asked, and not listed: it holds 64 bits of each.

    Of a million, two have the same 64 bits once in 37 million sets; of such a pair one would not be asked for as new.

    >>> known = KnownSet(["12.7", "12.8"])
    >>> "12.7" in known, "12.9" in known, len(known)
    (True, False, 2)
    """

    __slots__ = ("_buckets",)

    def __init__(self, identities: Iterable[str] = ()) -> None:
        # In buckets, so that sorting needs little room beside, and adding moves little.
        self._buckets = [array("Q") for _ in range(BUCKETS)]
        for identity in identities:
            key = address_hash(identity)
            self._buckets[key >> _SHIFT].append(key)
        for place, bucket in enumerate(self._buckets):
            self._buckets[place] = array("Q", sorted(set(bucket)))

    def add(self, identity: str) -> None:
        """Put one more in."""
        key = address_hash(identity)
        if not self._holds(key):
            insort(self._buckets[key >> _SHIFT], key)

    def discard(self, identity: str) -> bool:
        """Take one out; say whether it was in."""
        key = address_hash(identity)
        if not self._holds(key):
            return False
        bucket = self._buckets[key >> _SHIFT]
        del bucket[bisect_left(bucket, key)]
        return True

    def to_bytes(self) -> bytes:
        """Return all of it: eight bytes each, in the order of these numbers."""
        return b"".join(_big_endian(bucket).tobytes() for bucket in self._buckets)

    @classmethod
    def from_bytes(cls, told: bytes) -> Self:
        """Return the set of which :meth:`to_bytes` told. Raises ValueError for a length that none has."""
        keys = _big_endian(array("Q", told))
        bounds = [bisect_left(keys, number << _SHIFT) for number in range(BUCKETS)]
        found = cls()
        found._buckets = [keys[start:end] for start, end in pairwise([*bounds, len(keys)])]
        return found

    def __contains__(self, identity: object) -> bool:
        return isinstance(identity, str) and self._holds(address_hash(identity))

    def __len__(self) -> int:
        return sum(map(len, self._buckets))

    def _holds(self, key: int) -> bool:
        bucket = self._buckets[key >> _SHIFT]
        place = bisect_left(bucket, key)
        return place < len(bucket) and bucket[place] == key


def _big_endian(keys: array[int]) -> array[int]:
    """Return numbers of this machine as the bytes of others, or the other way round."""
    if sys.byteorder == "little":
        keys = keys[:]
        keys.byteswap()
    return keys
