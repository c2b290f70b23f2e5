"""What health needs of a crawl report, small enough to keep a year of them at hand."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import TYPE_CHECKING

from archive.model import Article
from archive.report import CrawlReport
from archive.times import VN

if TYPE_CHECKING:
    from archive.catalog.write import State

SILENT = ("timeout", "dns", "refused", "unreachable", "closed", "reset", "tls")
"""Words of causes with which a host gives no answer."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One crawl of a site, in figures."""

    crawl: str
    """Crawl id."""
    started: datetime
    """When it began (UTC)."""
    ended: datetime
    """When it ended (UTC)."""
    exit: int
    """Exit code."""
    seconds: float = 0.0
    """How long its processes worked on it."""
    requests: int = 0
    """Requests sent, retries included."""
    bytes: int = 0
    """Bytes received over the wire."""
    captures: int = 0
    """Answers kept."""
    failed: int = 0
    """URLs that failed after all retries."""
    causes: dict[str, int] = field(default_factory=dict)
    """Of these, how many by the word with which their cause begins."""
    new: int = 0
    """Articles seen for the first time."""
    changed: int = 0
    """Known articles that gave a new version."""
    gone: int = 0
    """Articles confirmed as removed."""
    rejected: int = 0
    """Pages that were to be articles and could not be read as one."""
    full: bool = False
    """Whether all was to be asked for (``--full``)."""
    readers: dict[str, int] = field(default_factory=dict)
    """Articles read, by the name of the page class."""
    empty: dict[str, int] = field(default_factory=dict)
    """Of these, how many have nothing in a field."""
    certificates: dict[str, datetime] = field(default_factory=dict)
    """Until when the certificates of the site's hosts are valid (UTC)."""
    robots: dict[str, str] = field(default_factory=dict)
    """A digest of the rules of each robots.txt."""
    broken: tuple[str, ...] = ()
    """Names of the expectations that it broke: it teaches nothing for them."""

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end, failures or not: others say nothing of the site."""
        return self.exit in (0, 5, 6)

    @property
    def is_answered(self) -> bool:
        """Whether the site gave any answer at all."""
        return self.captures > 0 or not self.failed

    @property
    def day(self) -> date:
        """The day in Vietnam on which it ended."""
        return self.ended.astimezone(VN).date()

    @property
    def read(self) -> int:
        """Articles read."""
        return sum(self.readers.values())

    @property
    def fresh(self) -> int:
        """Articles read that were not held as they are: what is read again says nothing of what is written now."""
        return self.new + self.changed

    @property
    def failed_share(self) -> float:
        """Share of what was asked for that failed."""
        return self.failed / max(1, self.failed + self.captures)

    @classmethod
    def of(cls, report: CrawlReport) -> RunFacts:
        """Return what a report says."""
        runs = report.runs
        worked = sum((run.ended - run.started).total_seconds() for run in runs)
        return cls(
            crawl=report.crawl,
            started=report.started,
            ended=report.ended,
            exit=report.exit,
            seconds=worked if runs else (report.ended - report.started).total_seconds(),
            requests=report.requests,
            bytes=report.bytes,
            captures=report.captures,
            failed=len(report.failures),
            causes=dict(Counter(_word(failure.cause) for failure in report.failures)),
            new=report.articles.new,
            changed=report.articles.changed,
            gone=report.articles.gone,
            rejected=report.articles.rejected,
            full=report.full,
            readers=report.readers,
            empty=report.empty,
            certificates=report.certificates,
            robots=report.robots,
            broken=tuple(each.name for each in report.expectations if not each.ok),
        )


class ArticleFacts:
    """What the articles of a crawl are like."""

    def __init__(self) -> None:
        self._readers: Counter[str] = Counter()
        self._empty: Counter[str] = Counter()

    def add(self, article: Article, state: State) -> None:
        """Count an article, and what it is against the archive."""
        self._readers[article.parser.partition("/")[0]] += 1
        if state != "unchanged":
            self._empty.update(name for name in _FIELDS if not getattr(article, name))

    @property
    def readers(self) -> dict[str, int]:
        """How many each page class read."""
        return dict(sorted(self._readers.items()))

    @property
    def empty(self) -> dict[str, int]:
        """How many of the new and the changed ones have nothing in a field."""
        return dict(sorted(self._empty.items()))


_FIELDS = tuple(entry.name for entry in fields(Article))


def _word(cause: str) -> str:
    """Return the word that says why an address failed; of a robots.txt or a host left alone, why those did.

    >>> _word("status: 500"), _word("robots: no robots.txt, dns: no address"), _word("breaker: 5 times refused: 111")
    ('status', 'dns', 'refused')
    """
    first, _, rest = cause.partition(":")
    inner = re.search(rf"\b({'|'.join(SILENT)}):", rest) if first in ("robots", "breaker") else None
    return inner[1] if inner else first
