"""The ledger of one article: from the times it was asked for, what became of it and when to ask again.

A pure rule over *checks*, which are what the archive holds of an article in the order of time:

``good``
    its page was read, as one of its versions (a 304 too);
``missing``
    404, 410, a page that says so under another status, or a redirect to a page that is no article;
``moved``
    its address redirects for good to the address of an article. Told once; while it is read there, what becomes of the
    address that it left says nothing of it.

What does not speak of the article is no check: 5xx, timeouts, what robots.txt forbids.

Days are days in Vietnam. Nothing here is stored: a catalog made again from the WARC files gives the same ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from archive.digests import address_hash
from archive.times import UTC, VN
from archive.urls import identity_key

GONE_CHECKS = 3
"""Missing checks on so many different days make an article gone."""
MAX_DAYS = 180
"""An article is asked for again after so many days at the latest."""
GONE_DAYS = (7, 30, 90)
"""Days after a removal was confirmed on which the article is asked for; from then on at every multiple of the last."""
LEAD = timedelta(hours=1)
"""What was checked at some time of the day is due this much before that time, so that a daily crawl which
takes longer or begins sooner than the last one does not miss it by minutes."""
SPREAD = timedelta(hours=6)
"""How far the due moments of one day lie apart at most."""

Kind = Literal["good", "missing", "moved"]
State = Literal["live", "gone"]
What = Literal["new", "changed", "gone", "back", "moved"]


class Check(NamedTuple):
    """One time an article was asked for, and what that said of it."""

    at: datetime
    """When (UTC)."""
    kind: Kind
    """What it said."""
    version: str | None = None
    """Version id, of a good one."""
    crawl: str | None = None
    """Crawl id."""
    url: str | None = None
    """The address that was asked for."""
    target: str | None = None
    """Where a redirect led in the end."""


class Event(NamedTuple):
    """Something that happened to an article."""

    at: datetime
    """When the check was made that showed it; of a removal the check that confirmed it."""
    what: What
    """``new``, ``changed``, ``gone``, ``back`` or ``moved``."""
    crawl: str | None
    """The crawl that made this check."""
    url: str | None = None
    """Of ``moved``: the address from which it moved."""
    target: str | None = None
    """Of ``moved``: the address to which."""


class Removal(NamedTuple):
    """A time in which an article was not there."""

    gone: datetime
    """The first missing check."""
    confirmed: datetime
    """The check that confirmed it."""
    back: datetime | None
    """The next good one, null when there was none."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of one article until its last check."""

    state: State
    """``gone`` between the confirmation of a removal and the next good check."""
    events: tuple[Event, ...]
    """What happened, in the order of time."""
    removals: tuple[Removal, ...]
    """Confirmed removals, in the order of time."""
    missing_since: datetime | None
    """First of the missing checks that no good one has followed; null when the last one was good."""
    last_change: datetime
    """When it was new, changed, moved or back last."""
    last_check: datetime
    """When it was checked last."""
    due: datetime
    """When to ask for it again."""

    @property
    def gone(self) -> datetime | None:
        """When the removal that still lasts began; null when the article is live."""
        return self.removals[-1].gone if self.state == "gone" else None

    @property
    def confirmed(self) -> datetime | None:
        """When the removal that still lasts was confirmed; null when the article is live."""
        return self.removals[-1].confirmed if self.state == "gone" else None

    @property
    def back(self) -> datetime | None:
        """When it came back last; null when it never did, or is gone again."""
        return self.removals[-1].back if self.removals else None


def ledger(checks: Iterable[Check], url: str, *, spread: timedelta = SPREAD) -> Ledger | None:
    """Return what *checks* of the article at *url*, in the order of time, say; null without a good one.

    What was missing before the article was first seen says nothing of it. *url* only spreads the due moments.

    >>> def on(day, kind, version=None):
    ...     return Check(datetime(2025, 3, day, 5, tzinfo=UTC), kind, version)
    >>> told = ledger([on(1, "good", "a"), on(2, "missing"), on(3, "missing"), on(4, "missing")], "http://a.vn/1")
    >>> told.state, told.gone.day, told.confirmed.day
    ('gone', 2, 4)
    >>> told.due.astimezone(VN).date()
    datetime.date(2025, 3, 11)
    """
    rule = _Rule()
    for check in checks:
        rule.take(check)
    return rule.ledger(url, spread)


class _Rule:
    """The state of one article while its checks are taken one by one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.removals: list[Removal] = []
        self.version: str | None = None
        self.missing_since: datetime | None = None
        self.missing_days: set[date] = set()
        self.is_gone = False
        self.read_at: str | None = None
        self.moved_to: set[str] = set()
        self.moved_from: set[str] = set()
        self.last_change: datetime | None = None
        self.last_check: datetime | None = None

    def take(self, check: Check) -> None:
        if self.last_change is None and check.kind != "good":
            return
        if check.kind == "missing" and self.moved_from:
            place = _place(check.url)
            if place in self.moved_from and place != _place(self.read_at):
                return  # it is elsewhere, and was read there since
        self.last_check = check.at
        if check.kind == "missing":
            self._miss(check)
        else:
            self._find(check)

    def _miss(self, check: Check) -> None:
        if self.is_gone:
            return
        self.missing_since = self.missing_since or check.at
        self.missing_days.add(day_of(check.at))
        if len(self.missing_days) >= GONE_CHECKS:
            self.is_gone = True
            self.removals.append(Removal(self.missing_since, check.at, None))
            self._note(check, "gone")

    def _find(self, check: Check) -> None:
        if self.is_gone:
            self.removals[-1] = self.removals[-1]._replace(back=check.at)
            self._change(check, "back")
        self.is_gone, self.missing_since = False, None
        self.missing_days.clear()
        if check.kind == "moved":
            target = _place(check.target)
            if target not in self.moved_to:
                self._change(check, "moved")
            self.moved_to.add(target)
            self.moved_from.add(_place(check.url))
            return
        self.read_at = check.url
        if self.moved_to:
            place = _place(check.url)
            self.moved_from.discard(place)
            if not place or place not in self.moved_to:
                self.moved_to.clear()
        if self.version != check.version:
            self._change(check, "new" if self.version is None else "changed")
            self.version = check.version

    def _change(self, check: Check, what: What) -> None:
        self.last_change = check.at
        self._note(check, what)

    def _note(self, check: Check, what: What) -> None:
        places = (check.url, check.target) if what == "moved" else ()
        self.events.append(Event(check.at, what, check.crawl, *places))

    def ledger(self, url: str, spread: timedelta) -> Ledger | None:
        if self.last_change is None or self.last_check is None:
            return None
        confirmed = self.removals[-1].confirmed if self.is_gone else None
        day = due_day(self.last_change, self.last_check, self.missing_since, confirmed)
        return Ledger(
            state="gone" if self.is_gone else "live",
            events=tuple(self.events),
            removals=tuple(self.removals),
            missing_since=self.missing_since,
            last_change=self.last_change,
            last_check=self.last_check,
            due=due_moment(day, self.last_check, url, spread),
        )


def _place(url: str | None) -> str:
    return identity_key(url) if url is not None else ""


def day_of(moment: datetime) -> date:
    """Return the day in Vietnam.

    >>> day_of(datetime(2025, 3, 1, 17, tzinfo=UTC))
    datetime.date(2025, 3, 2)
    """
    return moment.astimezone(VN).date()


def due_day(
    last_change: datetime, last_check: datetime, missing_since: datetime | None, confirmed: datetime | None
) -> date:
    """Return the day on which an article is due.

    1, 2, 4, 8 ... days after its last change, at most ``MAX_DAYS`` after its last check; the day after a missing
    check; 7, 30, 90, 180, 270 ... days after its removal was confirmed.

    >>> due_day(datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 4, tzinfo=UTC), None, None)
    datetime.date(2025, 3, 5)
    """
    checked = day_of(last_check)
    if confirmed is not None:
        passed = (checked - day_of(confirmed)).days
        last = GONE_DAYS[-1]
        days = next((each for each in GONE_DAYS if each > passed), (passed // last + 1) * last)
        return day_of(confirmed) + timedelta(days=days)
    if missing_since is not None:
        return checked + timedelta(days=1)
    passed = (checked - day_of(last_change)).days
    return min(day_of(last_change) + timedelta(days=days_after(passed)), checked + timedelta(days=MAX_DAYS))


def days_after(passed: int) -> int:
    """Return how many days after its last change an article is due that was there so many days after it.

    >>> [days_after(passed) for passed in (0, 1, 2, 3, 4, 190)]
    [1, 2, 4, 4, 8, 256]
    """
    return 1 << max(passed, 0).bit_length()


def due_moment(day: date, last_check: datetime, url: str, spread: timedelta = SPREAD) -> datetime:
    """Return the moment of *day* (UTC) from which the article at *url* is due.

    Between ``LEAD`` and ``LEAD`` + *spread* before the time of day of its last check, by a hash of the address; never
    before 00:00 of the day. So what a crawl checked is due when the crawl of that day begins at the same hour, and a
    site which is crawled many times a day does not get all requests at once.

    >>> from datetime import date
    >>> checked = datetime(2025, 3, 1, 9, 30, tzinfo=VN)
    >>> due_moment(date(2025, 3, 2), checked, "http://a.vn/1", timedelta(0)).astimezone(VN).isoformat()
    '2025-03-02T08:30:00+07:00'
    """
    early = LEAD + spread * (address_hash(url) / 2**64)
    moment = datetime.combine(day, last_check.astimezone(VN).time(), VN) - early
    return max(moment, datetime.combine(day, time(), VN)).astimezone(UTC)
