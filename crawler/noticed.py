"""What a listing page betrays of known articles, compared with how it was when last captured.

An article is due by its own history (:mod:`archive.ledger`); a listing can say sooner that it was
changed, taken away or put back. What is noticed here is asked for, and nothing more follows from it.
"""

from __future__ import annotations

from archive.model import Listing

MAX_CHANGED = 3
"""Where more links than these read differently, the page prints something that always changes: it betrays nothing."""


def noticed(before: Listing, now: Listing) -> list[str]:
    """Return the addresses of articles that look taken away, put back, or changed.

    *Taken away*: the page names it no more, but still names one that stood below it, both with a date. So what was
    pushed off by newer articles is not meant, and neither is what comes and goes in a side column, where no dates are
    printed. *Put back*, or pinned: the same the other way round. *Changed*: another text of the link, or another date.

    >>> from archive.model import ListingItem
    >>> from datetime import datetime
    >>> a, b, c = (ListingItem(url, url, datetime(2025, 3, day)) for url, day in (("a", 3), ("b", 2), ("c", 1)))
    >>> noticed(Listing("l", (a, b, c), None), Listing("l", (ListingItem("a", "A!", a.published), c), None))
    ['b', 'a']
    """
    shown = {item.url: item for item in now.items}
    pairs = [(item, shown[item.url]) for item in before.items if item.url in shown]
    changed = [old.url for old, new in pairs if _differ(old.title, new.title) or _differ(old.published, new.published)]
    among = [*_missing_among(before, now), *_missing_among(now, before)]
    return list(dict.fromkeys(among + (changed if len(changed) <= MAX_CHANGED else [])))


def _missing_among(here: Listing, there: Listing) -> list[str]:
    """Return what *there* does not name of *here*, but for what stands below all that it does."""
    named = {item.url for item in there.items}
    dated = [item.url for item in here.items if item.published is not None]
    last = max((place for place, url in enumerate(dated) if url in named), default=0)
    return [url for url in dated[:last] if url not in named]


def _differ(before: object, now: object) -> bool:
    return before is not None and now is not None and before != now
