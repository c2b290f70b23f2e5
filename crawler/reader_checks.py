"""What the pages of a dry run show of their page classes: marks that are too weak, selectors that find nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archive.atomic import explained, make_folder, write_whole
from archive.model import Article, Listing
from crawler.derive import SURE, confirmed
from crawler.page import ArticlePage, ListingPage, Page

if TYPE_CHECKING:
    from crawler.scouting import Visit


def blind(visits: Sequence[Visit]) -> dict[str, list[str]]:
    """Return the selectors that found nothing on any page that their class read, with the first one, by class."""
    found: dict[str, list[str]] = {}
    for reader, names in _blind(visits).items():
        shown = [f"{name} {getattr(reader, name)[0]}" for name in sorted(names)]
        if shown:
            found[reader.__name__] = shown
    return found


def of_readers(visits: Sequence[Visit]) -> list[str]:
    """Return what is wrong with the page classes of a site's layouts, by the pages that they read."""
    faults = [
        f"{reader.__name__}: {name} finds nothing on any of these pages; correct it (evidence reads in its place)"
        for reader, names in _blind(visits).items()
        for name in reader.needed
        if name in names
    ]
    marks: dict[type[ArticlePage], float] = {}
    for visit, reader, _ in _read(visits):
        assert visit.page is not None
        marks[reader] = max(marks.get(reader, 0.0), reader.fingerprint(visit.page))
    for reader, sure in marks.items():
        if reader.has_fingerprint() and sure < min(SURE, reader.surest):
            faults.append(
                f"{reader.__name__}: fingerprint is {sure:.2f} on its own pages, and {SURE} or more is sure; "
                "correct it, or the layouts"
            )
    return faults


def _read(visits: Sequence[Visit]) -> Iterator[tuple[Visit, type[ArticlePage], Page]]:
    """Yield the visits that a layout's class read, the class, and the page as it read it."""
    for visit in visits:
        if visit.page is None or not visit.page.site.layouts:
            continue
        kind = "listings" if isinstance(visit.result, Listing) else "articles"
        layouts = visit.page.site.layouts_of(kind, visit.page.url, visit.page.captured)  # type: ignore[arg-type]
        if layouts and isinstance(visit.result, Article | Listing):
            reader = confirmed(layouts, visit.page)
            yield visit, reader, visit.page.read_as(reader.listing_page if kind == "listings" else reader)


def _blind(visits: Sequence[Visit]) -> dict[type[ArticlePage | ListingPage], set[str]]:
    found: dict[type[ArticlePage | ListingPage], set[str]] = {}
    for _, _, page in _read(visits):
        assert isinstance(page, ArticlePage | ListingPage)
        names = set(page.blind())
        found[type(page)] = found.get(type(page), names) & names
    return found


def keep_pages(folder: Path, visits: Sequence[Visit]) -> list[Path]:
    """Write the pages that came into *folder*, numbered, each below its address; return where.

    Raises ArchiveError when it can not be written, DiskError.
    """
    kept = []
    with explained(folder):
        make_folder(folder)
        for number, visit in enumerate((visit for visit in visits if visit.page is not None), 1):
            assert visit.page is not None
            path = folder / f"{number}-{visit.role}.html"
            with write_whole(path) as file:
                file.write(visit.page.payload.body)
            kept.append(path)
    return kept
