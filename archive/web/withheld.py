"""What the protocols do not show: the takedown list, for lines of the index and for captures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from fastapi import Request

from archive.merged import Entry
from archive.model import Capture
from archive.posts import address_of
from archive.takedown import takedown
from archive.web.deps import ServedArchive, served
from archive.web.problems import taken_down
from archive.withheld import Withheld


def shown(hidden: Withheld, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the lines that may be told."""
    for entry in entries:
        if not hidden or not _hides(hidden, entry):
            yield entry


def _hides(hidden: Withheld, entry: Entry) -> bool:
    if hidden.hides_site(site_of(entry)):
        return True
    told = fields_in(entry)
    url, method = str(told.get("url", "")), str(told.get("method", "GET"))
    if hidden.hides_url(url):
        return True
    return method != "GET" and hidden.hides_url(address_of(url, method, str(told.get("requestBody") or "") or None))


def site_of(entry: Entry) -> str:
    """Return the site of a line.

    >>> site_of(Entry(b"", "ha_tinh/2025/ha_tinh-20250301000000-00000"))
    'ha_tinh'
    """
    return entry.sidecar.partition("/")[0]


def fields_in(entry: Entry) -> dict[str, object]:
    """Return what a line of an index tells; nothing when it is none.

    >>> fields_in(Entry(b'vn,a)/ 20250301000000 {"url": "https://a.vn/", "mime": "text/html"}', ""))
    {'url': 'https://a.vn/', 'mime': 'text/html'}
    """
    try:
        found = json.loads(entry.line[entry.line.index(b"{") :])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def withheld(request: Request) -> Withheld:
    """Return what must not be told now. Raises TakedownError."""
    listed = takedown(served(request).pool.root)
    if not listed:
        return Withheld(listed)
    with lent(request) as archive:
        return archive.withheld


@contextmanager
def lent(request: Request) -> Iterator[ServedArchive]:
    """Give the archive to what only sometimes needs it."""
    pool = served(request).pool
    with pool.lent(pool.limit_s) as archive:
        yield archive


def refuse(hidden: Withheld, capture: Capture) -> None:
    """Raise Problem (451) when a capture is not to be shown."""
    if hidden.hides_capture(capture):
        raise taken_down(capture.url, capture.url)
