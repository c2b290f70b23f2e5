"""Where a recovered capture comes from, for the pages that show it."""

from __future__ import annotations

from archive.errors import ArchiveError
from archive.model import Capture, Recovered
from archive.web.deps import ServedArchive


def recovered(archive: ServedArchive, capture: Capture) -> Recovered | None:
    """Return what is known of it; null for what was not recovered, and when its file can not be read.

    Then the page says so: that it was recovered is known from the catalog.
    """
    try:
        return archive.recovered(capture)
    except ArchiveError:
        return None
