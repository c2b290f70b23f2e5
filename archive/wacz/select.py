"""Which records of the archive go into a WACZ: whole WARC files, or exchanges picked from them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from archive.catalog.times import end_moment, first_moment, utc_text
from archive.errors import ArchiveError
from archive.model import Capture
from archive.takedown import takedown
from archive.wacz.names import PART
from archive.warc.files import OPEN, SUFFIX, find_warc, list_warcs
from archive.withheld import Withheld, withheld

if TYPE_CHECKING:
    from archive.catalog import Catalog


class ExportRefused(ArchiveError):
    """What is asked for can not be written under that name, or there is nothing of it."""


class ExportBusy(ArchiveError):
    """A file of what is asked for is being written, or was left open by a killed run."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    sites: Sequence[str]
    """Site ids."""
    since: date | datetime | None = None
    """First time of capture; a ``date`` is a whole day in Vietnam."""
    until: date | datetime | None = None
    """Last time of capture, included."""
    captures: frozenset[str] | None = None
    """Ids of the captures to take, such as those of a search result; null for all of the span."""

    @property
    def is_whole(self) -> bool:
        """Whether all records of the sites are asked for."""
        return self.since is None and self.until is None and self.captures is None


@dataclass(slots=True)
class Piece:
    """One WARC file, or part of one, as it goes into a WACZ."""

    warc: str
    """Path of the file below the data root."""
    offsets: array[int] | None = None
    """Where the wanted answers lie, sorted; null when the whole file is wanted."""
    size: int = 0
    """Bytes it will have, or about so many when it is a part."""

    @property
    def name(self) -> str:
        """Name of its member below ``archive/``: a part must not pass for the file that it was taken from."""
        name = PurePosixPath(self.warc).name
        return name if self.offsets is None else name.removesuffix(SUFFIX) + PART + SUFFIX


@dataclass(slots=True)
class Selection:
    """What was found."""

    pieces: list[Piece] = field(default_factory=list)
    """By site, then in the order in which the files were written."""
    missing: list[str] = field(default_factory=list)
    """Ids of originals that a revisit refers to and the catalog does not hold."""


def select(root: Path, catalog: Catalog, wanted: Wanted) -> Selection:
    """Return the records that are wanted, and the originals that revisits among them refer to.

    Raises ExportRefused when there are none, ExportBusy when a file of them is still being written,
    was left by a killed run, or is not there.
    """
    selection = Selection()
    hidden = withheld(takedown(root), catalog)
    if wanted.is_whole and not touches(hidden, catalog, wanted.sites):
        selection.pieces = [Piece(warc) for site in wanted.sites for warc in list_warcs(root, site)]
    else:
        selection.pieces = _parts(catalog, wanted, hidden, selection.missing)
    if not selection.pieces:
        of = ", ".join(wanted.sites) or "any site"
        span = "" if wanted.is_whole else " in that span; `khcn show URL` tells when a page was captured"
        raise ExportRefused(f"{root}: nothing of {of} is held{span}")
    for piece in selection.pieces:
        path = find_warc(root, piece.warc)
        if path.name.endswith(OPEN):
            raise ExportBusy(
                f"{path}: is being written, or was left by a killed run; "
                "wait for the crawl to end, or run `khcn repair`"
            )
        if piece.offsets is None:
            piece.size = path.stat().st_size
    return selection


def touches(hidden: Withheld, catalog: Catalog, sites: Sequence[str]) -> bool:
    """Say whether anything is held of sites that must not leave the archive."""
    urls = [entry.url for entry in hidden.listed.entries if entry.url is not None and entry.lifted is None]
    return any(
        hidden.hides_site(site) or any(next(catalog.captures(site, url), None) for url in urls) for site in sites
    )


def _parts(catalog: Catalog, wanted: Wanted, hidden: Withheld, missing: list[str]) -> list[Piece]:
    parts: dict[str, Piece] = {}
    sites: set[str] = set()
    for capture in _with_originals(catalog, wanted, missing):
        if hidden.hides_capture(capture):
            continue
        part = parts.setdefault(capture.location.warc, Piece(capture.location.warc, array("Q")))
        assert part.offsets is not None
        part.offsets.append(capture.location.offset)
        part.size += capture.location.length
        sites.add(capture.site)
    held: dict[str, int] = {}
    for site in sites:
        held |= catalog.captures_by_warc(site)
    for part in parts.values():
        assert part.offsets is not None
        part.offsets = None if len(part.offsets) == held[part.warc] else array("Q", sorted(part.offsets))
    return [parts[warc] for warc in sorted(parts)]


def _with_originals(catalog: Catalog, wanted: Wanted, missing: list[str]) -> Iterator[Capture]:
    """Yield the wanted captures, and after each what it refers to unless that is wanted itself."""
    followed: set[str] = set()
    for capture in _wanted(catalog, wanted):
        yield capture
        target = capture.revisit_of
        while target is not None and target not in followed:
            followed.add(target)
            original = catalog.capture(target)
            if original is None:
                missing.append(target)
                break
            if _is_wanted(original, wanted):
                break
            yield original
            target = original.revisit_of


def _wanted(catalog: Catalog, wanted: Wanted) -> Iterator[Capture]:
    if wanted.captures is None:
        for site in wanted.sites:
            yield from catalog.captures(site, since=wanted.since, until=wanted.until)
        return
    for capture in sorted(wanted.captures):
        found = catalog.capture(capture)
        if found is not None and _is_wanted(found, wanted):
            yield found


def _is_wanted(capture: Capture, wanted: Wanted) -> bool:
    moment = utc_text(capture.date)
    return (
        capture.site in wanted.sites
        and (wanted.captures is None or capture.id in wanted.captures)
        and (wanted.since is None or moment >= first_moment(wanted.since))
        and (wanted.until is None or moment < end_moment(wanted.until))
    )
