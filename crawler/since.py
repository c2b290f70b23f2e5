"""``--since``: leave a listing where it has become too old. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from archive.model import ListingItem
from archive.times import VN


class Since:
    """Articles published before a day (in Vietnam) are not wanted.

    A listing is left behind a page which, of what it names for the first time, dates at least half
    and nothing of that day or later: one old article pinned to the top ends nothing. A listing that
    prints no dates is left after *in_a_row* articles in a row that turned out to be older.
    """

    def __init__(self, day: date | None, in_a_row: int) -> None:
        self.day = day
        self.has_cut = False
        """Whether anything was left out."""
        self._in_a_row = in_a_row
        self._older: Counter[str] = Counter()

    def wants(self, published: datetime | None) -> bool:
        """Say whether an article is to be asked for, by the date that its listing prints."""
        wanted = not self._is_older(published)
        self.has_cut = self.has_cut or not wanted
        return wanted

    def note(self, chain: str, published: datetime | None) -> None:
        """Note when an article that the listing *chain* named was published, as its page says."""
        self._older[chain] = self._older[chain] + 1 if self._is_older(published) else 0

    def goes_on(self, chain: str, items: Sequence[ListingItem]) -> bool:
        """Say whether the listing *chain* is to be followed behind a page that names *items* for the first time."""
        dated = [item.published for item in items if item.published is not None]
        is_over = bool(dated) and 2 * len(dated) >= len(items) and all(self._is_older(each) for each in dated)
        is_over = is_over or self._older[chain] >= self._in_a_row
        self.has_cut = self.has_cut or is_over
        return not is_over

    def _is_older(self, published: datetime | None) -> bool:
        return self.day is not None and published is not None and published.astimezone(VN).date() < self.day
