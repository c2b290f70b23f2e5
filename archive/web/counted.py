"""The whole archive counted: by Department, by month, and where each article stands.

Pages show many sums over everything. They are counted once for a state of the catalog, and beside the requests: while
a crawl writes, a page shows the sums of some seconds ago.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from archive.catalog.browsing import Stretch
from archive.catalog.read import ID_BYTES
from archive.errors import KhcnError
from archive.takedown import takedown
from archive.times import VN

if TYPE_CHECKING:
    from archive.web.deps import Pool, ServedArchive

logger = logging.getLogger(__name__)

Level = tuple[str, int, str]
"""Generation and last change of the catalog, and the digest of the takedown list."""

FRESH_S = 2.0
"""For so long nobody looks whether the catalog changed."""
REST_S = 15.0
"""Between two counts of an archive that changes all the time; never less than ten times what the last one took."""
LIMIT_S = 300.0
SPARE = 10
"""Articles before and after a page that are looked at with it, for many may be of one date."""


@dataclass(slots=True)
class Part:
    """The articles and captures of one Department, or of all."""

    ids: bytes = b""
    """Article ids, ``ID_BYTES`` each, the newest first."""
    months: Mapping[str, int] = field(default_factory=dict)
    """Articles by month of publication in Vietnam (``2025-03``; without a date: of capture), the newest first."""
    captures: Mapping[str, int] = field(default_factory=dict)
    """Captures by month in Vietnam."""
    first: datetime | None = None
    """When the first capture was made (UTC)."""
    last: datetime | None = None
    """When the last one was."""

    @property
    def articles(self) -> int:
        """How many articles there are."""
        return len(self.ids) // ID_BYTES

    @property
    def all_captures(self) -> int:
        """How many captures there are."""
        return sum(self.captures.values())

    def page(self, offset: int, limit: int, prefix: str = "") -> tuple[bytes, int]:
        """Return the ids of one page of a list, and how long the list is.

        *prefix* is a month (``2025-03``) or a year (``2025``): only what was published then.
        """
        start, count = 0, self.articles
        if prefix:
            later = [number for month, number in self.months.items() if month[: len(prefix)] > prefix]
            start, count = sum(later), sum(n for month, n in self.months.items() if month.startswith(prefix))
        stop = min(start + offset + limit, start + count)
        return self.ids[(start + offset) * ID_BYTES : stop * ID_BYTES], count

    def stretch(self, after: str | None, many: int) -> Stretch | None:
        """Return the next *many* articles after one (id) in the list, by default the first, and some around them.

        Null when that one is not in the list.
        """
        place = 0
        if after is not None:
            try:
                found = self._place_of(bytes.fromhex(after))
            except ValueError:
                found = None
            if found is None:
                return None
            place = found + 1
        start, stop = max(place - SPARE, 0), min(place + many + SPARE, self.articles)
        ids = [self.ids[each * ID_BYTES : (each + 1) * ID_BYTES].hex() for each in range(start, stop)]
        return Stretch(ids, start == 0, stop == self.articles)

    def _place_of(self, article: bytes) -> int | None:
        place = self.ids.find(article)
        while place >= 0 and place % ID_BYTES:  # the end of one and the begin of the next
            place = self.ids.find(article, place + 1)
        return place // ID_BYTES if place >= 0 else None


@dataclass(slots=True)
class Counted:
    """Everything, as it was at one moment."""

    level: Level
    """Of what it was counted."""
    at: float
    """When it was counted, on ``time.monotonic()``."""
    took_s: float
    every: Part
    sites: Mapping[str, Part]
    versions: int
    """Versions of all articles."""

    def site(self, site: str) -> Part:
        """Return the part of a Department; an empty one when nothing of it is held."""
        return self.sites.get(site) or Part()

    def sum(self, sites: Iterable[str]) -> int:
        """Return how many articles some Departments have together."""
        return sum(self.site(site).articles for site in sites)


class Counter:
    """Counts an archive when it has changed, one count at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._counted: Counted | None = None
        self._looked = 0.0
        self._lock = threading.Lock()

    @property
    def last(self) -> Counted | None:
        """What was counted last, null before the first time."""
        return self._counted

    @property
    def is_fresh(self) -> bool:
        """Say whether :meth:`get` would look for no change now."""
        return self._counted is not None and time.monotonic() - self._looked <= FRESH_S

    def keep_up(self) -> None:
        """Count for the first time, so that no reader need wait for it; later counts are begun by who reads."""
        if self._counted is None:
            self._count_beside()

    def get(self, archive: ServedArchive) -> Counted:
        """Return the archive counted: at once, but for the first time."""
        counted = self._counted
        now = time.monotonic()
        if counted is None:
            with self._lock:
                if self._counted is None:
                    with self._pool.lent(LIMIT_S) as other:
                        self._counted = count(other)
                return self._counted
        if now - self._looked > FRESH_S:
            self._looked = now
            is_due = now - counted.at > max(REST_S, 10 * counted.took_s)
            is_small = counted.took_s < 0.05
            if (is_due or is_small) and level_of(archive) != counted.level:
                if is_small:
                    with self._lock:
                        self._counted = count(archive)
                    return self._counted
                threading.Thread(target=self._count_beside, name="khcn-count", daemon=True).start()
        return counted

    def _count_beside(self) -> None:
        if not self._lock.acquire(blocking=False):
            return
        try:
            with self._pool.lent(LIMIT_S) as archive:
                self._counted = count(archive)
        except KhcnError as error:
            logger.error("sums are not renewed", extra={"cause": str(error)})
        finally:
            self._lock.release()


def level_of(archive: ServedArchive) -> Level:
    """Return what changes when an archive counts otherwise."""
    return (*archive.catalog.level(), takedown(archive.root).digest)


def count(archive: ServedArchive) -> Counted:
    """Count everything that an archive holds."""
    begun = time.monotonic()
    level, hidden = level_of(archive), archive.withheld
    taken = frozenset(bytes.fromhex(each) for each in hidden.articles)
    ids: dict[str, bytearray] = {}
    months: dict[str, Tally[str]] = {}
    every, all_months = bytearray(), Tally[str]()
    for place in archive.catalog.places():
        if hidden.hides_site(place.site) or place.id in taken:
            continue
        month = month_of(place.hour)
        every += place.id
        all_months[month] += 1
        ids.setdefault(place.site, bytearray()).extend(place.id)
        months.setdefault(place.site, Tally())[month] += 1
    spread = archive.catalog.spread()
    less = archive.catalog.hidden(hidden.listed.sites, hidden.articles, hidden.keys)
    captures: dict[str, Tally[str]] = {}
    all_captures = Tally[str]()
    for site, hour, number in spread.hours:
        if hidden.hides_site(site):
            continue
        if shown := number - less.captures[site, hour]:
            captures.setdefault(site, Tally())[month_of(hour)] += shown
            all_captures[month_of(hour)] += shown
    sites = {
        site: Part(
            bytes(ids.get(site, b"")),
            months.get(site, {}),
            captures.get(site, {}),
            *spread.ends.get(site, (None, None)),
        )
        for site in sorted({*ids, *captures})
    }
    ends = [end for site, both in spread.ends.items() if site in sites for end in both]
    whole = Part(bytes(every), all_months, all_captures, min(ends, default=None), max(ends, default=None))
    done = time.monotonic()
    return Counted(level, done, done - begun, whole, sites, spread.totals["versions"] - less.versions)


@lru_cache(maxsize=65_536)
def month_of(hour: str) -> str:
    """Return the month in Vietnam of an hour in UTC.

    >>> month_of("2025-02-28T17")
    '2025-03'
    """
    try:
        local = datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC).astimezone(VN)
    except OverflowError:  # the last hours of the year 9999
        return hour[:7]
    return f"{local.year:04}-{local.month:02}"


def month_before(month: str, back: int = 1) -> str:
    """Return the month so many months before one.

    >>> month_before("2025-01"), month_before("2025-03", 14)
    ('2024-12', '2024-01')
    """
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - back
    return f"{number // 12:04}-{number % 12 + 1:02}"


def this_month() -> str:
    """Return the month that it is in Vietnam."""
    return f"{datetime.now(VN):%Y-%m}"


def days_since(moment: datetime | None) -> int | None:
    """Return how many whole days have gone since a moment; null without one."""
    return max((datetime.now(UTC) - moment) // timedelta(days=1), 0) if moment is not None else None
