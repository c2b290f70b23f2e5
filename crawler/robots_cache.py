"""The robots.txt that an earlier crawl fetched, read from its record as long as it is fresh.

There is no store beside the archive: the latest answer is a capture like any other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

from archive.errors import ArchiveError
from archive.model import Capture, Location, Payload
from archive.warc.reader import read_payload
from crawler.robots import MAX_BYTES, MAX_REDIRECTS, Rules, is_unavailable, read_rules

logger = logging.getLogger(__name__)


class RobotsCache:
    """The rules that the archive holds of one site's hosts."""

    def __init__(
        self,
        root: Path,
        latest: Callable[[str], Sequence[Capture]],
        capture: Callable[[str], Capture | None],
    ) -> None:
        """*latest* gives the latest captures of an address, newest first; *capture* one by its id."""
        self._root = root
        self._latest = latest
        self._capture = capture

    def rules(self, url: str, token: str, since: datetime) -> tuple[Rules, datetime] | None:
        """Return the rules of the robots.txt at *url*, and when it was asked for; null when it is to be asked for now.

        Answers before *since* are too old. An answer that says nothing (5xx, 429, cut, none) does
        not take the place of the one before it.
        """
        asked: datetime | None = None
        for _ in range(MAX_REDIRECTS + 1):
            held = next((capture for capture in self._latest(url) if _counts(capture)), None)
            if held is None or held.date < since:
                return None
            asked = min(asked or held.date, held.date)
            if (held.status or 0) >= 400:
                return Rules(token), asked
            payload = self._payload(held)
            if payload is None:
                return None
            if payload.status < 300:
                return read_rules(payload.body, token), asked
            target = next((value for name, value in payload.headers if name.lower() == "location"), None)
            if target is None:
                return None
            url = urljoin(url, target)
        return None

    def _payload(self, capture: Capture) -> Payload | None:
        try:
            return read_payload(self._root, capture, max_size=MAX_BYTES + 1, locate=self._locate)
        except (ArchiveError, OSError) as error:
            told = {"url": capture.url, "capture": capture.id, "detail": str(error)}
            logger.warning("held robots.txt not readable, asked for anew", extra=told)
            return None

    def _locate(self, record: str) -> Location | None:
        capture = self._capture(record)
        return capture.location if capture is not None else None


def _counts(capture: Capture) -> bool:
    """Say whether a capture is an answer that says what is forbidden, or where that is said."""
    status = capture.status or 0
    is_answer = status >= 200 and status != 304 and not is_unavailable(status)
    return capture.purpose == "robots" and is_answer and not capture.truncated
