"""Requests that are not sent, though no rule forbids them: the host is not to be asked now."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest


class HostClosed(IgnoreRequest):
    """The host asked to be left alone for longer than a crawl waits; the message is the cause for the report."""


class RobotsUnknown(HostClosed):
    """Nobody can say what robots.txt forbids, so nothing is fetched from the host.

    The message is the cause for the report. *silence* is why there was no answer at all; it is
    null when the server answered with an error.
    """

    def __init__(self, why: str, *, silence: str | None = None) -> None:
        super().__init__(f"robots: no robots.txt, {why}")
        self.why = why
        self.silence = silence

    def again(self) -> RobotsUnknown:
        """Return an equal error: each request that fails needs one of its own, with its own traceback."""
        return RobotsUnknown(self.why, silence=self.silence)
