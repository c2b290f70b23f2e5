"""The report of one crawl: ``crawls/<crawl id>.json``, read by people and by ``khcn status``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from archive.atomic import remove, write_whole
from archive.errors import ArchiveError
from archive.warc.files import OPEN

FOLDER = "crawls"


@dataclass(frozen=True, slots=True)
class ArticleCounts:
    """What became of the articles of a crawl."""

    new: int = 0
    """Articles seen for the first time."""
    changed: int = 0
    """Known articles that gave a new version."""
    unchanged: int = 0
    """Known articles that read as before."""
    gone: int = 0
    """Articles confirmed as removed."""
    back: int = 0
    """Articles that were gone and are there again."""
    moved: int = 0
    """Articles whose address now redirects to another one."""
    rejected: int = 0
    """Pages that were to be articles and could not be read as one."""

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> ArticleCounts:
        """Return the counts of a mapping by the fields' names; other names are left out.

        >>> ArticleCounts.of({"new": 2, "listing": 9}).new
        2
        """
        return cls(**{entry.name: counts.get(entry.name, 0) for entry in fields(cls)})


@dataclass(frozen=True, slots=True)
class RequisiteCounts:
    """What became of the files that pages need to look as they did."""

    asked: int = 0
    """Files that were asked for, beside the pictures and documents of articles."""
    missing: int = 0
    """Of these, the ones that the server answered with an error (status 400 or above)."""
    skipped: int = 0
    """Files not asked for, because their host had not answered before, or the crawl was ending."""
    cut: int = 0
    """Files not asked for, because their page needs more than ``REQUISITES_MAX_PER_PAGE``."""

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> RequisiteCounts:
        """Return the counts of a mapping by the fields' names, each after ``requisites_``.

        >>> RequisiteCounts.of({"requisites_asked": 2, "requests": 9}).asked
        2
        """
        return cls(**{entry.name: counts.get(f"requisites_{entry.name}", 0) for entry in fields(cls)})


@dataclass(frozen=True, slots=True)
class Failure:
    """A URL that failed after all retries."""

    url: str
    """The address that was asked for."""
    cause: str
    """Why it failed, for a person to read."""
    attempts: int
    """How often it was tried."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """A host that was left alone, because it did not answer or refused again and again."""

    host: str
    """Scheme and host, and the port when it is not the usual one."""
    cause: str
    """Why, for a person to read."""
    at: datetime
    """When that was (UTC)."""
    closed: bool = False
    """Whether nothing more was sent to it in this crawl. False: it was only left alone for a while."""
    back: datetime | None = None
    """When it answered again (UTC), null when it did not in this crawl."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process that worked on a crawl; an interrupted crawl is gone on with by the next."""

    started: datetime
    """When it began (UTC)."""
    ended: datetime
    """When it ended, or was last heard of (UTC)."""
    exit: int
    """Exit code; 8 too when it was killed."""
    requests: int
    """Requests that it sent, retries included."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something that a site is expected to give, and what was found."""

    name: str
    """What is expected, such as ``new_within_days``, or ``fields.`` and a field of an article."""
    ok: bool
    """Whether it is so."""
    value: float | None
    """What was found, in days, articles, megabytes, minutes, or as a share; null when nothing was."""
    limit: float
    """The most that was expected; of ``articles_a_month`` and ``certificate`` the least."""
    told: str
    """The same for a person to read, with where the limit comes from."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Addresses of one pattern that were not asked for, because page after page of it held no article."""

    pattern: str
    """What they share: ``#`` stands for a number, ``*`` for a word, names in a query for their values."""
    asked: int
    """Pages of the pattern that were asked for."""
    held: int
    """Addresses of it that were not."""
    example: str
    """One of these."""


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What one crawl of one site did, and what it lost."""

    crawl: str
    """Crawl id."""
    site: str
    """Site id."""
    started: datetime
    """When it began (UTC)."""
    ended: datetime
    """When it ended (UTC)."""
    exit: int
    """Exit code of the run."""
    requests: int = 0
    """Requests sent, retries included."""
    bytes: int = 0
    """Bytes received over the wire."""
    captures: int = 0
    """Answers kept as records."""
    revisits: int = 0
    """Of these, the ones whose body an earlier capture holds."""
    articles: ArticleCounts = field(default_factory=ArticleCounts)
    """What became of the articles."""
    failures: tuple[Failure, ...] = ()
    """URLs that failed after all retries."""
    owed: tuple[str, ...] = ()
    """Articles whose pictures and documents were not all asked for when the crawl was stopped; the next one
    asks for them again."""
    robots_refused: int = 0
    """URLs not asked for, because robots.txt refuses them."""
    breaker: tuple[Breaker, ...] | None = None
    """Hosts that were left alone, in the order of time; null when there were none."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Settings of the run that differ from the defaults."""
    versions: dict[str, str] = field(default_factory=dict)
    """Versions of the software, by name."""
    complete: bool = False
    """Whether it saw all it set out to see: not cut by a limit or a signal, no page failed."""
    requisites: RequisiteCounts = field(default_factory=RequisiteCounts)
    """Style sheets, scripts, pictures and fonts of pages."""
    waiting: int = 0
    """Addresses that failed in several crawls before, and whose time to be asked for again has not come."""
    bound: str | None = None
    """The bound that ended the crawl, such as ``CRAWL_MAX_REQUESTS=500``; the next run goes on from there.
    Null when none did."""
    requisite_failures: tuple[Failure, ...] = ()
    """Those of them on other hosts that got no answer; they do not make the crawl ``PARTIAL``."""
    expectations: tuple[Expectation, ...] = ()
    """What the site file expects, and whether it was so."""
    traps: dict[str, int] = field(default_factory=dict)
    """Addresses not asked for, because they lead to nothing new however far one follows them, by the kind of trap."""
    trap_examples: dict[str, str] = field(default_factory=dict)
    """One of these addresses of each kind."""
    low_confidence: dict[str, int] = field(default_factory=dict)
    """Articles of which the reader was not sure (``confidence`` under 0.5), by field; ``whole``: broken off."""
    runs: tuple[Run, ...] = ()
    """The processes that worked on the crawl, in the order of time; all else is about all of them together."""
    full: bool = False
    """Whether every list page and every known article was to be asked for (``--full``)."""
    readers: dict[str, int] = field(default_factory=dict)
    """Articles read, by the name of the page class."""
    empty: dict[str, int] = field(default_factory=dict)
    """Of the new and the changed ones, how many have nothing in a field, for each field that some left empty."""
    certificates: dict[str, datetime] = field(default_factory=dict)
    """Until when the certificates of the site's hosts are valid (UTC), by host."""
    undelivered: int = 0
    """Notices of what broke or was mended that reached not everybody when the run ended; the next one tries again."""
    robots: dict[str, str] = field(default_factory=dict)
    """A digest of the rules of each robots.txt of the site that was obeyed, by scheme and host; empty without rules."""
    tls_faults: dict[str, str] = field(default_factory=dict)
    """What is wrong with how the site's hosts speak TLS, by host: ``expired, wrong-host`` and the like."""
    held_back: tuple[HeldBack, ...] = ()
    """Addresses of an undeclared site that were not asked for, because nothing came of others of their pattern; the 50
    patterns with most of them. ``traps`` counts all, as ``barren``."""
    duplicates: int = 0
    """Articles read that say, word by word, what one at another address of the site says, beside the first of each."""


def end_run(report: CrawlReport) -> CrawlReport:
    """Return a report whose last run ended as the report says, with the requests that no earlier one sent.

    >>> start = datetime(2025, 3, 1)
    >>> first = Run(start, start, 8, 3)
    >>> report = CrawlReport("x-1", "x", start, start, exit=0, requests=5, runs=(first, Run(start, start, 8, 0)))
    >>> [(run.exit, run.requests) for run in end_run(report).runs]
    [(8, 3), (0, 2)]
    """
    *before, last = report.runs or (Run(report.started, report.ended, report.exit, 0),)
    requests = report.requests - sum(run.requests for run in before)
    return replace(report, runs=(*before, replace(last, ended=report.ended, exit=report.exit, requests=requests)))


def report_path(root: Path, crawl: str) -> Path:
    """Return where the report of a crawl lies below *root*."""
    return root / FOLDER / f"{crawl}.json"


def begun_path(root: Path, crawl: str) -> Path:
    """Return where that of a crawl lies which has not ended."""
    path = report_path(root, crawl)
    return path.with_name(path.name + OPEN)


def write_report(root: Path, report: CrawlReport, *, ended: bool = True) -> Path:
    """Write ``crawls/<crawl id>.json`` below *root*, whole or not at all; return its path.

    Of a crawl that has not *ended* it is ``<crawl id>.json.open``: what will be known of
    it if nothing more is written. The report of its end takes its place.
    """
    path, begun = report_path(root, report.crawl), begun_path(root, report.crawl)
    with write_whole(path if ended else begun) as file:
        file.write(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    if ended:
        remove(begun)
    return path if ended else begun


def last_report(root: Path, site: str) -> CrawlReport | None:
    """Return the report of a site's latest crawl; null when there is none, or none that can be read."""
    mine = re.compile(re.escape(site) + r"-\d+")
    paths = [path for path in (root / FOLDER).glob("*.json") if mine.fullmatch(path.stem)]
    try:
        return read_report(max(paths)) if paths else None
    except ArchiveError:
        return None


def latest_reports(root: Path, site: str, count: int) -> list[CrawlReport]:
    """Return the reports of a site's last *count* crawls, in the order of time, those that have not ended too.

    What can not be read is left out.
    """
    mine = re.compile(re.escape(site) + r"-\d+\.json(\.open)?")
    paths = sorted(path for path in (root / FOLDER).glob(f"{site}-*.json*") if mine.fullmatch(path.name))
    found = []
    for path in paths[-count:]:
        with suppress(ArchiveError):
            found.append(read_report(path))
    return found


def unended(root: Path, site: str) -> list[str]:
    """Return the ids of a site's crawls that have begun and not ended, by the names of their reports.

    Under the site's lock these are crawls that were killed.
    """
    mine = re.compile(re.escape(site) + r"-\d+")
    found = (path.name.removesuffix(".json" + OPEN) for path in (root / FOLDER).glob(f"*.json{OPEN}"))
    return sorted(crawl for crawl in found if mine.fullmatch(crawl))


def read_report(path: Path) -> CrawlReport:
    """Read one report. Raises ArchiveError, naming the file and the key, when it is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=CrawlReport)
    except OSError as error:
        raise ArchiveError(f"{path}: can not be read ({error.strerror})") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{path}: not a crawl report: {error}; move it out of {FOLDER}/") from None


def reports(root: Path, site: str | None = None) -> Iterator[CrawlReport]:
    """Yield the reports below *root*, of one site or of all, in the order of their crawl ids."""
    for path in sorted((root / FOLDER).glob("*.json")):
        report = read_report(path)
        if site is None or report.site == site:
            yield report
