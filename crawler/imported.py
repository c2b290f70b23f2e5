"""What is told of an import: the crawl report of each site, with the files that were read."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.report import CrawlReport


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of the records of one file."""

    file: str
    """Its path, as given."""
    sha256: str
    """Hexadecimal."""
    size_bytes: int
    kind: str
    """``warc``, ``wacz`` or ``arc``."""
    records: int = 0
    """Whole records that it holds, its own warcinfo left out."""
    taken: int = 0
    """Of these, the ones that the archive did not hold."""
    duplicates: int = 0
    """Of these, the ones that it did, by their ids."""
    unread: dict[str, int] = field(default_factory=dict)
    """Taken records that are kept and not read as pages, by type or scheme: resource, conversion, dns ..."""
    lost: int = 0
    """Places from which nothing could be taken; each is named in ``failures``."""


@dataclass(frozen=True, slots=True)
class ImportReport(CrawlReport):
    """What an import put into one site."""

    origin: str = "import"
    imports: tuple[ImportedFile, ...] = ()
    """The files that were read; their numbers are those of all sites together."""
