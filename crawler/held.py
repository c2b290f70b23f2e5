"""What an interrupted crawl had captured: it is read from the WARC files, not asked for again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from archive.digests import address_hash
from archive.errors import ArchiveError
from archive.model import Capture, Location, Payload
from archive.posts import address_of
from archive.warc.reader import read_payload
from crawler.assets import wire_form
from crawler.found import Found

logger = logging.getLogger(__name__)

FINAL = (404, 410)
"""Error statuses that are an answer."""


class Held:
    """Answers of one crawl from before it was interrupted, each handed over once.

    Once: a page that sets a cookie and sends the browser back to itself must be able to ask again.
    """

    def __init__(self, root: Path, capture: Callable[[str], Capture | None], found: Found) -> None:
        """*capture* finds a capture by its id; *found* says which one there is at an address."""
        self._root = root
        self._capture = capture
        self._found = found

    def add(self, capture: Capture) -> None:
        """Note a capture of this crawl; called in the order in which they were made."""
        if capture.purpose == "robots" or capture.truncated or not _is_final(capture):
            return
        address = address_of(capture.url, capture.method, capture.request_body)
        self._found.hold(address_hash(wire_form(address)), capture.id)

    def take(self, url: str, max_size: int) -> tuple[Capture, Payload] | None:
        """Return the last answer at *url* with its decoded body; null when there is none that can be read.

        To a POST, *url* is the address with what was posted (:func:`archive.posts.address_of`).

        Of a document nobody but the rebuild reads the body, and of a larger one it is cut at *max_size*.
        A 304 gives what it stands for, as it did when it came.
        """
        found = self._found.release(address_hash(wire_form(url)))
        capture = self._capture(found) if found is not None else None
        if capture is None:
            return None
        try:
            return capture, read_payload(self._root, capture, max_size=max_size, locate=self._locate)
        except (ArchiveError, OSError) as error:
            told = {"url": url, "capture": capture.id, "detail": str(error)}
            logger.warning("held answer not readable, asked for anew", extra=told)
            return None

    def _locate(self, record: str) -> Location | None:
        capture = self._capture(record)
        return capture.location if capture is not None else None


def _is_final(capture: Capture) -> bool:
    if capture.status == 304 and not capture.revisit_of:
        return False
    return capture.status is not None and (capture.status < 400 or capture.status in FINAL)
