"""The articles that are known already, in eight bytes each."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable

from archive.digests import address_hash

BUCKETS = 256


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
            self._buckets[key >> 56].append(key)
        for place, bucket in enumerate(self._buckets):
            self._buckets[place] = array("Q", sorted(set(bucket)))

    def add(self, identity: str) -> None:
        """Put one more in."""
        key = address_hash(identity)
        if not self._holds(key):
            insort(self._buckets[key >> 56], key)

    def __contains__(self, identity: object) -> bool:
        return isinstance(identity, str) and self._holds(address_hash(identity))

    def __len__(self) -> int:
        return sum(map(len, self._buckets))

    def _holds(self, key: int) -> bool:
        bucket = self._buckets[key >> 56]
        place = bisect_left(bucket, key)
        return place < len(bucket) and bucket[place] == key
