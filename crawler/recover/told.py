"""What is told of a recovery: the plan before it, and the crawl report after it."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.report import CrawlReport


@dataclass(frozen=True, slots=True)
class Plan:
    """What a recovery is about to ask for."""

    site: str
    source: str
    found: int
    """Captures that the index lists of the Department."""
    by_year: dict[str, int]
    """Of these, how many there are of each year (Vietnam)."""
    by_status: dict[str, int]
    """By status; ``-`` for those of which the index gives none."""
    chosen: int
    """Captures to be asked for now; files that pages need come on top."""
    chosen_by_year: dict[str, int]
    held: int
    """Captures that need not be asked for: the archive holds the same body of the same page."""
    bytes: int
    """Bytes of those chosen, as far as the index says."""
    seconds: float
    """How long it takes by the manners, at least."""


@dataclass(frozen=True, slots=True)
class Gap:
    """An article that existed, and that the archive does not hold."""

    url: str
    """Its address, as a recovered page gives it, or as the index lists it."""
    via: str
    """The page that links to it; empty when only the index says so."""
    cause: str
    """Why: ``not in the index``, ``captured, but no article could be read``, or what became of its captures."""


@dataclass(frozen=True, slots=True)
class RecoverReport(CrawlReport):
    """What a recovery brought into one site."""

    origin: str = "recover"
    source: str = ""
    """Address of the index that was asked."""
    source_kind: str = ""
    """``wayback``, ``pywb`` or ``commoncrawl``."""
    found: int = 0
    """Captures that the index lists of the Department."""
    found_by_year: dict[str, int] = field(default_factory=dict)
    found_by_status: dict[str, int] = field(default_factory=dict)
    unread_rows: int = 0
    """Entries of the index that are no capture of a web address."""
    chosen: int = 0
    """Captures that were asked for, in all runs of this crawl."""
    fetched: int = 0
    """Of these, the ones that are kept now."""
    fetched_by_year: dict[str, int] = field(default_factory=dict)
    by_section: dict[str, int] = field(default_factory=dict)
    """Articles read, by their section; those without one under an empty name."""
    articles_by_year: dict[str, int] = field(default_factory=dict)
    """Articles read, by the year in which they were published, else captured."""
    held: int = 0
    """Captures not kept, because the archive held the same body of the same page."""
    files_missing: int = 0
    """Pictures, style sheets and documents of recovered pages of which no capture was found."""
    gaps: tuple[Gap, ...] = ()
    """Articles that existed and are missing, at most 1000."""
    gaps_total: int = 0
    """How many there are."""
    left: int = 0
    """Captures still to be asked for: the same command goes on with them."""
