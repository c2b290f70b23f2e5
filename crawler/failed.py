"""What got no usable answer in a crawl: why, and how often it was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from archive.report import CrawlReport, Failure
from crawler.frontier import Entry
from crawler.refusals import REFUSED


class Failed:
    """Addresses, with what was posted, that failed; one that is asked for again has not failed until it is told."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[str, int]] = {}
        """Cause and attempts of what the site did not give."""
        self._requisites: dict[str, tuple[str, int]] = {}
        """The same of what pages wanted from other hosts."""
        self._attempts: Counter[str] = Counter()

    def __len__(self) -> int:
        """Return how many addresses of the site failed."""
        return len(self._pages)

    def go_on(self, before: CrawlReport) -> None:
        """Take up what the run that was interrupted reported."""
        self._pages = {failure.url: (failure.cause, failure.attempts) for failure in before.failures}
        self._requisites = {each.url: (each.cause, each.attempts) for each in before.requisite_failures}

    def add(self, entries: Iterable[Entry]) -> None:
        """Take up what failed before the crawl was interrupted, also where no record shows it."""
        for entry in entries:
            if entry.cause and not entry.cause.startswith(REFUSED):
                self._pages.setdefault(entry.url, (entry.cause, max(1, entry.attempts)))

    def tried(self, url: str, *, is_answered: bool) -> None:
        """Count one exchange with *url*."""
        self._pages.pop(url, None)
        if not is_answered:
            self._attempts[url] += 1

    def fail(self, url: str, why: str) -> None:
        """Note that *url* got no usable answer."""
        self._pages[url] = (why, max(1, self._attempts[url]))

    def stand_in(self, url: str, asked: str) -> None:
        """Let the attempts at *asked* (a robots.txt) count as those at *url*, which was not asked for because of it."""
        self._attempts[url] = self._attempts[asked]

    def fail_requisite(self, url: str, why: str) -> None:
        """Note that a page's requisite at *url*, on somebody else's host, got no answer."""
        self._requisites[url] = (why, max(1, self._attempts[url]))

    def pages(self) -> tuple[Failure, ...]:
        """Return what failed of the site, sorted."""
        return _failures(self._pages)

    def requisites(self) -> tuple[Failure, ...]:
        """Return what failed of other hosts, sorted."""
        return _failures(self._requisites)


def _failures(causes: dict[str, tuple[str, int]]) -> tuple[Failure, ...]:
    return tuple(Failure(url, *why) for url, why in sorted(causes.items()))
