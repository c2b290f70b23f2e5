"""Which code would read a page: kept with each reading, so that what older code read is known later.

The state that :func:`states_of` gives changes when a page class that may read the page gets another version, when the
site file names other classes for it or changes what they rest on, when a new class may recognise a page of a site
that no file declares, and with :data:`READING`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from archive.model import Capture
from crawler.bygone import may_be_bygone
from crawler.registry import page_class, page_classes
from crawler.sites import Site

READING = 1
"""Version of the code that page classes share; raised when pages give something else by it."""
_NOT_READING = frozenset({
    "name", "name_en", "status", "province", "reason", "successor", "follows",
    "feeds", "sitemaps", "discover", "crawl", "expect",
})  # fmt: skip
"""Keys of a site file on which no reading rests."""

States = Callable[[Capture], str]


def states_of(site: Site) -> States:
    """Return what tells, for a capture of *site*, the state of the code that would read its page.

    That is 12 hexadecimal digits. No page is looked at, so it says nothing of which class would be chosen by marks:
    all that may be are in it.
    """
    rest = {key: value for key, value in msgspec.structs.asdict(site).items() if key not in _NOT_READING}
    # How a host became known says nothing of its pages; that of an undeclared site only a crawl is told.
    hosts = tuple(msgspec.structs.replace(host, evidence="brief") for host in site.hosts)
    rest["hosts"] = hosts if site.layouts else ()
    told = msgspec.json.encode([READING, rest], order="sorted")
    known: dict[tuple[str, ...], str] = {}

    def state(capture: Capture) -> str:
        layouts = site.layouts_of("listings", capture.url, capture.date)
        layouts = layouts or site.layouts_of("articles", capture.url, capture.date)
        bygone = may_be_bygone(site, capture)
        names = (*(layout.page for layout in layouts), *(("*",) if bygone else ()))
        if names not in known:
            classes = [page_class(layout.page) for layout in layouts]
            if bygone or not site.layouts:
                classes = [reader for _, reader in sorted(page_classes().items())]
            versions = " ".join(f"{reader.name}/{reader.version}" for reader in classes)
            known[names] = hashlib.sha256(told + versions.encode()).hexdigest()[:12]
        return known[names]

    return state
