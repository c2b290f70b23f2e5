"""Whose an address is when several site files could claim it, and what site files say of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from crawler.sites import Site


def claimant(sites: Iterable[Site], url: str, day: date = date.max) -> Site | None:
    """Return the site that *url* belongs to on *day* (default: now and later); else the first that ever had it."""
    found = [site for site in sites if site.claims(url)]
    return next((site for site in found if site.claims(url, day)), next(iter(found), None))


def disagreements(sites: Iterable[Site]) -> Iterator[str]:
    """Yield what site files say against each other, each with file, key and fix.

    A site that no file declares is named in vain by nobody here: files can be taken out.
    """
    known = {site.id: site for site in sites}
    for site in known.values():
        if (after := known.get(site.successor or "")) is not None and site.id not in after.follows:
            yield f'{after.id}.toml: follows: lacks "{site.id}", whose successor it is; add it'
        for former in site.follows:
            if (before := known.get(former)) is not None and before.successor != site.id:
                yield f'{former}.toml: successor: is not "{site.id}", which follows it; make it so'
    each = [(site, number) for site in known.values() for number in range(len(site.hosts))]
    for place, (site, number) in enumerate(each):
        host = site.hosts[number]
        for other, index in each[:place]:
            claimed = other.hosts[index]
            if other is not site and host.meets(claimed) and host.scope == claimed.scope:
                yield (
                    f'{site.id}.toml: hosts[{number}]: "{host.host}" is claimed by {other.id}.toml for the same days; '
                    "give one of them another scope, or dates"
                )
