"""On which day each article of a site was published, in twelve bytes each: so days are counted anew by what changed.

``status/days/<site>`` can be deleted: it is made again from the catalog. It says of which state of it it is; of what
changed since, and of nothing else, the catalog is asked.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from archive.atomic import write_whole
from archive.catalog.mark import Mark
from archive.digests import address_hash
from archive.errors import ArchiveError
from archive.health.history import STATUS

if TYPE_CHECKING:
    from archive.catalog.following import Following

FOLDER = "days"
CHANGES = 5_000
"""After so many changes of the catalog all articles of a site are looked at again."""
_EVENING = "17"
"""From this hour (UTC) on it is the next day in Vietnam."""


class _Kept(msgspec.Struct):
    mark: Mark
    sum: int
    """CRC-32 of all else."""
    articles: bytes
    """Hashes of ids, eight bytes each, in their order."""
    days: bytes
    """Number of the day of each, four bytes."""


class Dated:
    """The articles of one site, with their days."""

    def __init__(self, mark: Mark, found: Iterable[tuple[str, str]] = ()) -> None:
        """Take a state of the catalog, and of each article then its id and when (UTC) it is dated."""
        self.mark = mark
        articles, days = array("Q"), array("i")
        for article, at in found:
            articles.append(address_hash(article))
            days.append(_day(at))
        order = sorted(range(len(articles)), key=articles.__getitem__)
        self._articles = array("Q", (articles[place] for place in order))
        self._days = array("i", (days[place] for place in order))

    def put(self, article: str, at: str | None) -> None:
        """Take another day of an article; null when it is no article of the site, or not any more."""
        key = address_hash(article)
        place = bisect_left(self._articles, key)
        if place < len(self._articles) and self._articles[place] == key:
            if at is None:
                del self._articles[place], self._days[place]
            else:
                self._days[place] = _day(at)
        elif at is not None:
            self._articles.insert(place, key)
            self._days.insert(place, _day(at))

    def counted(self) -> dict[date, int]:
        """Return how many articles are of which day."""
        return {date.fromordinal(day): number for day, number in Counter(self._days).items()}

    def write(self, root: Path, site: str) -> None:
        """Keep it. Raises DiskError; what else goes wrong costs time, no more."""
        articles, days = (_little_endian(each).tobytes() for each in (self._articles, self._days))
        told = _Kept(self.mark, _sum(self.mark, articles, days), articles, days)
        with suppress(ArchiveError), write_whole(_path(root, site)) as file:
            file.write(msgspec.msgpack.encode(told))

    @classmethod
    def read(cls, root: Path, site: str) -> Dated | None:
        """Return what is kept of a site; null when there is nothing that can be read."""
        try:
            kept = msgspec.msgpack.decode(_path(root, site).read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        if kept.sum != _sum(kept.mark, kept.articles, kept.days):
            return None
        found = cls(kept.mark)
        found._articles = _little_endian(array("Q", kept.articles))
        found._days = _little_endian(array("i", kept.days))
        return found


def mark_of(state: Following) -> Mark:
    """Return the mark of a state of the catalog."""
    generation = state.generation()
    return Mark(generation, state.last() if generation else 0)


def dated_of(root: Path, state: Following, site: str) -> Dated:
    """Return the days of a site's articles: those kept below *root*, brought up, or else all from the catalog."""
    return kept_of(root, state, site) or Dated(mark_of(state), state.dated(site))


def kept_of(root: Path, state: Following, site: str) -> Dated | None:
    """Return what is kept below *root*, brought up to a state of the catalog; null where too much changed since."""
    kept, mark = Dated.read(root, site), mark_of(state)
    if kept is None or not mark.generation or kept.mark.generation != mark.generation or kept.mark.seq > mark.seq:
        return None
    changed = state.dated_after(kept.mark.seq, CHANGES)
    if changed is None:
        return None
    for row in changed:
        kept.put(row.article, row.dated if row.site == site else None)
    kept.mark = mark
    return kept


def _day(at: str) -> int:
    """Return the number of the day in Vietnam of a moment in UTC, as the catalog writes it.

    >>> date.fromordinal(_day("2025-03-01T17:00:00.000000Z"))
    datetime.date(2025, 3, 2)
    """
    return min(date.fromisoformat(at[:10]).toordinal() + (at[11:13] >= _EVENING), date.max.toordinal())


def _sum(mark: Mark, articles: bytes, days: bytes) -> int:
    return zlib.crc32(days, zlib.crc32(articles, zlib.crc32(f"{mark.generation} {mark.seq}".encode())))


def _little_endian(numbers: array[int]) -> array[int]:
    """Return numbers of this machine as the bytes of others, or the other way round."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers


def _path(root: Path, site: str) -> Path:
    return root / STATUS / FOLDER / site
