"""When a host may be asked: what its answers, and its silence, make of it.

A host is *held* while nothing is sent to it, and *closed* when nothing more will be in this crawl.

- An answer 429 or 503 holds it: for as long as its ``Retry-After`` says, else for twice as long each
  time. Holds in a row, with no other answer between them, add up to ``wait_s`` at most.
- No answer at all, several times in a row, holds it to cool down: the circuit breaker. Hosts that
  only pages' requisites lie on are closed at once.
- After a hold one request goes first. Its answer decides for those behind it.

Knows no Scrapy and looks at no clock but the one it is given.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic

from archive import times
from archive.report import Breaker
from crawler.retry_after import REFUSALS

PROBES = 2
"""First requests after which a host that stays silent is closed."""
ELSEWHERE_AFTER = 3
"""Silences in a row after which a host is closed that only requisites lie on."""


@dataclass(frozen=True)
class Patience:
    """How much a host may try us."""

    wait_s: float = 3600.0
    """Seconds that a host which answers 429 or 503 is waited for, in a row."""
    backoff_s: float = 5.0
    """Seconds of the first hold by an answer without ``Retry-After``; 0: such an answer holds nothing."""
    failures: int = 5
    """Requests in a row without an answer that make the breaker trip; 0: it never does."""
    cool_s: float = 60.0
    """Seconds that it then leaves a host alone, and twice as many after a first vain probe."""


@dataclass(frozen=True)
class Closed:
    """Why a host is not asked any more."""

    cause: str
    until: datetime | None = None
    """When it may be asked again, null when it did not say."""


@dataclass
class Host:
    """What is known of one host."""

    until: float = 0.0
    """Moment of the clock until which it is held."""
    is_wary: bool = False
    """Whether one request is to go first."""
    probe: object | None = None
    """The one that did."""
    refusals: int = 0
    """Holds by refusals in a row."""
    waited_s: float = 0.0
    """Their seconds."""
    silences: Counter[str] = field(default_factory=Counter)
    """Requests in a row without an answer, by service."""
    trips: Counter[str] = field(default_factory=Counter)
    """How often a service made the breaker trip, in a row."""
    events: dict[str, int] = field(default_factory=dict)
    """The last event of a service that has not come back, by its place in the list."""


class Hosts:
    """The hosts of one crawl. A *service* is scheme, host and port: http may be dead where https lives."""

    def __init__(
        self,
        patience: Patience,
        *,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = times.now,
        tell: Callable[[str, dict[str, object]], object] = lambda event, facts: None,
    ) -> None:
        """*tell* is called with what a person should know, for the log."""
        self._patience = patience
        self._clock = clock
        self._now = now
        self._tell = tell
        self._hosts: dict[str, Host] = {}
        self._closed: dict[str, Closed] = {}
        """By host when it refuses, by service when it is silent."""
        self.events: list[Breaker] = []
        """What the breaker did, for the report."""

    def wait_s(self, host: str) -> float:
        """Return for how many seconds a host is held; infinity while a first request is under way."""
        known = self._hosts.get(host)
        if known is None:
            return 0.0
        left = known.until - self._clock()
        if left > 0:
            return left
        return math.inf if known.is_wary and known.probe is not None else 0.0

    def closed(self, host: str, service: str) -> Closed | None:
        """Return why nothing more is sent to a service, null when it is open."""
        return self._closed.get(host) or self._closed.get(service)

    def sending(self, host: str, request: object) -> None:
        """Note that a request goes out now."""
        known = self._hosts.get(host)
        if known is not None and known.is_wary:
            known.probe = request

    def is_first(self, host: str, request: object) -> bool:
        """Say whether a request is the one that goes first after a hold."""
        known = self._hosts.get(host)
        return known is not None and known.probe is request and known.until <= self._clock()

    def ended(self, host: str, request: object) -> None:
        """Note that a request has ended, whatever came of it."""
        known = self._hosts.get(host)
        if known is not None and known.probe is request:
            known.probe = None

    def answered(self, host: str, service: str, status: int, wait_s: int = 0) -> None:
        """Note an answer, with the seconds its ``Retry-After`` asks for."""
        known = self._hosts.get(host)
        if status in REFUSALS:
            known = known or self._hosts.setdefault(host, Host())
            self._alive(known, service)
            self._refused(host, service, known, status, wait_s)
        elif known is not None:
            self._alive(known, service)
            if known.refusals == 0 or known.until <= self._clock():
                known.until, known.is_wary = 0.0, False
                known.refusals, known.waited_s = 0, 0.0

    def silent(self, host: str, service: str, why: str, *, is_patient: bool = True) -> None:
        """Note that a request got no answer; *is_patient* is false for what pages only want to look well."""
        known = self._hosts.setdefault(host, Host())
        known.silences[service] += 1
        bound = self._patience.failures if is_patient else min(ELSEWHERE_AFTER, self._patience.failures)
        if not bound or service in self._closed or known.until > self._clock():
            return
        if not known.trips[service] and known.silences[service] < bound:
            return
        cause = f"breaker: {known.silences[service]} times in a row no answer; the last: {why}"
        known.trips[service] += 1
        known.probe = None
        if service not in known.events:
            known.events[service] = len(self.events)
            self.events.append(Breaker(service, cause, self._now()))
        if not is_patient or known.trips[service] > PROBES:
            known.is_wary = False
            self._closed[service] = Closed(cause)
            self._change(known, service, cause=cause, closed=True)
            self._tell("host closed", {"host": service, "cause": cause})
        else:
            known.is_wary = True
            seconds = self._patience.cool_s * 2 ** (known.trips[service] - 1)
            known.until = self._clock() + seconds
            self._tell("host left alone", {"host": service, "seconds": seconds, "cause": cause})

    def close(self, service: str, cause: str, until: datetime | None = None) -> None:
        """Send nothing more to a service, for a reason that was found elsewhere."""
        if service not in self._closed:
            self._closed[service] = Closed(cause, until)
            self.events.append(Breaker(service, cause, self._now(), closed=True))
            self._tell("host closed", {"host": service, "cause": cause})

    def _alive(self, known: Host, service: str) -> None:
        known.silences.pop(service, None)
        known.trips.pop(service, None)
        if service in known.events:
            self._closed.pop(service, None)
            self._change(known, service, closed=False, back=self._now())
            self._tell("host back", {"host": service})
            del known.events[service]

    def _change(self, known: Host, service: str, **changes: object) -> None:
        place = known.events[service]
        self.events[place] = replace(self.events[place], **changes)  # type: ignore[arg-type]

    def _refused(self, host: str, service: str, known: Host, status: int, asked_s: int) -> None:
        now = self._clock()
        is_held = known.until > now
        if host in self._closed or (is_held and now + asked_s <= known.until):
            return  # it was under way when the hold began
        seconds = float(asked_s) or self._patience.backoff_s * 2**known.refusals
        if not seconds:
            return
        more = now + seconds - known.until if is_held else seconds
        if known.waited_s + more > self._patience.wait_s:
            self._refuse(host, service, known, f"status: {status}", asked_s, seconds)
            return
        known.refusals += not is_held
        known.waited_s += more
        known.until, known.is_wary, known.probe = now + seconds, True, None
        self._tell("host held", {"host": host, "seconds": seconds, "status": status})

    def _refuse(self, host: str, service: str, known: Host, cause: str, asked_s: int, seconds: float) -> None:
        """Close a host that was waited for as long as can be."""
        cause += f", Retry-After {asked_s} s" if asked_s else ", again and again"
        if known.waited_s:
            cause += f", after {known.waited_s:.0f} s of waiting"
        self._closed[host] = Closed(cause, self._now() + timedelta(seconds=seconds))
        self.events.append(Breaker(service, cause, self._now(), closed=True))
        known.until, known.is_wary, known.probe = 0.0, False, None
        self._tell("host closed", {"host": host, "seconds": seconds, "cause": cause})
