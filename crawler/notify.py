"""Tell people what broke and what was mended: one digest a run, to each address of ``KHCN_NOTIFY``.

Through apprise, an extra: mail, chats, webhooks. Nothing here makes a run fail: what can not be
delivered is logged, and kept for the next run.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from archive.errors import ConfigError
from archive.health.ledger import Event, Ledger
from archive.times import VN, to_millis

logger = logging.getLogger(__name__)

WAITS_S = (2.0, 8.0)
"""An address that does not take a digest is tried again after these times."""
KEPT = timedelta(days=30)
"""So long a notice waits to be delivered."""
_BETWEEN = re.compile(r"\s+|,\s*(?=[A-Za-z][A-Za-z0-9+.-]*://)")


@dataclass(frozen=True)
class Address:
    """Somebody to be told."""

    id: str
    """A digest of the address, which is a secret: so it stands in the ledger."""
    shown: str
    """Which one it is, without what is secret in it."""
    send: Callable[[str, str], bool]
    """Sends title and text; says whether they were taken."""


def read_addresses(value: str) -> list[Address]:
    """Return the addresses of ``KHCN_NOTIFY``, which stand one behind the other; none when it is empty.

    Raises ConfigError, without what is secret, for what is no address that apprise knows, and when
    apprise is missing.
    """
    words = [word for word in _BETWEEN.split(value.strip()) if word]
    if not words:
        return []
    try:
        from apprise import Apprise
    except ImportError:
        raise ConfigError("KHCN_NOTIFY: apprise is missing; install the extra: pip install 'khcn[notify]'") from None
    for tells in ("apprise", "urllib3"):  # it is said here, with what is secret left out
        logging.getLogger(tells).setLevel(logging.CRITICAL)
    return [_address(Apprise, number, word) for number, word in enumerate(words, 1)]


def _address(apprise: Any, number: int, url: str) -> Address:
    one = apprise.instantiate(url, suppress_exceptions=True)
    if one is None:
        scheme = url.partition("://")[0] if "://" in url else ""
        kind = f', of the kind "{scheme}",' if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) else ""
        raise ConfigError(f"KHCN_NOTIFY: address {number}{kind} is none that apprise knows; see docs/settings.md")

    def send(title: str, body: str) -> bool:
        return bool(one.notify(title=title, body=body))

    shown = f"address {number} of KHCN_NOTIFY ({url.partition('://')[0]})"
    return Address(hashlib.sha256(url.encode()).hexdigest()[:12], shown, send)


def tell(
    ledger: Ledger, addresses: Sequence[Address], now: datetime, *, wait: Callable[[float], object] = time.sleep
) -> int:
    """Send what waits in *ledger* to whom it did not reach yet; return how many notices wait still.

    Nothing is sent when nothing waits. Raises DiskError and ArchiveError of the ledger, and nothing else.
    """
    waiting = ledger.notices.waiting
    old = [notice for notice, event in waiting.items() if event.at < now - KEPT]
    if old:
        logger.warning("notices not delivered in 30 days, dropped", extra={"notices": len(old)})
        ledger.add([Event(at=to_millis(now), event="done", notices=tuple(old))])
    if not addresses or not waiting:
        return len(waiting)
    for address in addresses:
        due = [event for notice, event in waiting.items() if address.id not in _of(ledger.notices.reached, notice)]
        if not due:
            continue
        again = {event.id for event in due if address.id in _of(ledger.notices.tried, event.id)}
        ids = tuple(event.id for event in due)
        ledger.add([Event(at=to_millis(now), event="sending", notices=ids, to=address.id)])
        title, body = digest(due, again)
        if _sent(address, title, body, wait):
            ledger.add([Event(at=to_millis(now), event="sent", notices=ids, to=address.id)])
            logger.info("notices sent", extra={"notices": len(ids), "to": address.shown})
        else:
            told = {"notices": len(ids), "to": address.shown, "tries": 1 + len(WAITS_S)}
            logger.warning("notices not delivered, kept for the next run", extra=told)
    everybody = {address.id for address in addresses}
    done = tuple(notice for notice in waiting if everybody <= _of(ledger.notices.reached, notice))
    if done:
        ledger.add([Event(at=to_millis(now), event="done", notices=done)])
    return len(waiting)


def _of(sets: dict[str, set[str]], notice: str) -> set[str]:
    return sets.get(notice, set())


def _sent(address: Address, title: str, body: str, wait: Callable[[float], object]) -> bool:
    for pause in (*WAITS_S, None):
        try:
            if address.send(title, body):
                return True
        except Exception as error:
            # A plugin of somebody's service: whatever it raises must not end the run.
            logger.debug("notice failed", extra={"to": address.shown, "cause": type(error).__name__})
        if pause is not None:
            wait(pause)
    return False


def digest(events: Sequence[Event], again: set[str] | frozenset[str] = frozenset()) -> tuple[str, str]:
    """Return title and text of what is told; *again* are the ids of what may have come before.

    >>> from archive.times import UTC
    >>> at = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
    >>> broke = Event(at=at, event="broke", site="ha_tinh", name="answers", id="1-a", told="no answer on 3 days")
    >>> print(*digest([broke]), sep="\\n")
    khcn: 1 broke
    BROKE  ha_tinh: no answer on 3 days [answers, 2026-03-01 13:00, id 1-a]
    """
    counts = [(sum(event.event == kind for event in events), kind) for kind in ("broke", "mended")]
    title = "khcn: " + ", ".join(f"{number} {kind}" for number, kind in counts if number)
    lines = []
    for event in sorted(events, key=lambda event: (event.event, event.site, event.at)):
        since = f", since {event.since.astimezone(VN):%Y-%m-%d}" if event.since else ""
        maybe = "; it may have come before" if event.id in again else ""
        where = f"{event.name}, {event.at.astimezone(VN):%Y-%m-%d %H:%M}{since}, id {event.id}{maybe}"
        lines.append(f"{event.event.upper():6} {event.site}: {event.told} [{where}]")
    return title, "\n".join(lines)
