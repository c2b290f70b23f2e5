"""What a listing page betrays of known articles, compared with how it was when last captured.

An article is due by its own history (:mod:`archive.ledger`); a listing can say sooner that it was
changed or taken away. What is noticed here is asked for, and nothing more follows from it.
"""

from __future__ import annotations

from archive.model import Listing

MAX_CHANGED = 3
"""Where more links than these read differently, the page prints something that always changes: it betrays nothing."""


def noticed(before: Listing, now: Listing) -> list[str]:
    """Return the addresses of articles that look taken away or changed.

    *Changed*: the page gives another text for the link, or another date. *Taken away*: the page names it no more, but
    still names one that stood below it, both with a date. So what was pushed off by newer articles is not meant, and
    neither is what comes and goes in a side column, where no dates are printed.

    >>> from archive.model import ListingItem
    >>> from datetime import datetime
    >>> a, b, c = (ListingItem(url, url, datetime(2025, 3, day)) for url, day in (("a", 3), ("b", 2), ("c", 1)))
    >>> noticed(Listing("l", (a, b, c), None), Listing("l", (ListingItem("a", "A!", a.published), c), None))
    ['b', 'a']
    """
    shown = {item.url: item for item in now.items}
    last_left = max(
        (place for place, item in enumerate(before.items) if item.url in shown and item.published), default=-1
    )
    changed, gone = [], []
    for place, item in enumerate(before.items):
        same = shown.get(item.url)
        if same is None:
            if item.published and place < last_left:
                gone.append(item.url)
        elif _differ(item.title, same.title) or _differ(item.published, same.published):
            changed.append(item.url)
    return gone + (changed if len(changed) <= MAX_CHANGED else [])


def _differ(before: object, now: object) -> bool:
    return before is not None and now is not None and before != now
