"""How WARC files are called, and how what they hold came into the archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes longer to load than all of this
    from archive.model import Origin

SUFFIX = ".warc.gz"
OPEN = ".open"
"""What is added to the name of a file while it is being written."""
CRAWL: Origin = "crawl"
"""Fetched from the site itself: what a file without ``origin`` holds."""
IMPORT: Origin = "import"
"""``origin`` in the warcinfo of a file whose records were copied from files of other programs."""
RECOVER: Origin = "recover"
"""``origin`` in the warcinfo of a file whose records were fetched from another web archive."""


def origin_of(fields: Mapping[str, str]) -> Origin:
    """Return of a warcinfo's fields how the captures behind it came into the archive.

    >>> origin_of({"origin": "recover"}), origin_of({})
    ('recover', 'crawl')
    """
    match fields.get("origin"):
        case "import":
            return IMPORT
        case "recover":
            return RECOVER
    return CRAWL
