"""Requests that are not sent, though no rule forbids them: the host is not to be asked now."""

from __future__ import annotations

from datetime import datetime

from scrapy.exceptions import DownloadCancelledError, DropItem, IgnoreRequest

REFUSED = "refused"
"""With this begins the cause of a page that robots.txt forbids: no failure, and looked at again by later crawls."""


class NotAsked(IgnoreRequest):
    """The crawl ends before this request's turn came: nothing is lost, the next run asks."""


class HostClosed(IgnoreRequest):
    """The host is not asked in this crawl any more; the message is the cause for the report.

    *until* is when it may be asked again, null when it did not say.
    """

    def __init__(self, why: str, *, until: datetime | None = None) -> None:
        super().__init__(why)
        self.until = until


class RobotsUnknown(HostClosed):
    """Nobody can say what robots.txt forbids, so nothing is fetched from the host.

    The message is the cause for the report. *silence* is why there was no answer at all; it is
    null when the server answered with an error.
    """

    def __init__(self, why: str, *, silence: str | None = None, until: datetime | None = None) -> None:
        super().__init__(f"robots: no robots.txt, {why}", until=until)
        self.why = why
        self.silence = silence

    def again(self) -> RobotsUnknown:
        """Return an equal error: each request that fails needs one of its own, with its own traceback."""
        return RobotsUnknown(self.why, silence=self.silence, until=self.until)


class Unfinished(DropItem):
    """An article whose files were not all asked for, because the crawl is being stopped: the next run finishes it."""

    def __init__(self, why: str) -> None:
        super().__init__(why, log_level="DEBUG")


class TransferCut(DownloadCancelledError):
    """What had not come when the crawl had to end."""
