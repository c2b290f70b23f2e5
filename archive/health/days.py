"""The days on which articles of each site were published: kept at hand, so that a catalog is not counted through.

``status/days.json`` can be deleted: it is made again from the catalog. It says of which state of it it is, and holds
for that one only; where articles changed since, the days of these are looked up (:mod:`archive.health.dated`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from archive.atomic import write_whole
from archive.catalog.mark import Mark, mark_at
from archive.errors import ArchiveError
from archive.health.dated import CHANGES, Dated, dated_of, mark_of
from archive.health.history import STATUS

if TYPE_CHECKING:
    from archive.catalog import Catalog

FILE = "days.json"
Days = Mapping[str, Mapping[date, int]]
"""How many articles each site published on which day in Vietnam (:meth:`Catalog.published_days`)."""


class _Kept(msgspec.Struct):
    mark: Mark
    sites: dict[str, dict[date, int]]


def days_at(root: Path, url: str) -> Days:
    """Return the days of the catalog at *url*, those kept below *root* where they hold.

    Raises CatalogError when it can not be read. Nothing is written.
    """
    kept = _kept(root)
    if kept is not None and kept.mark == mark_at(url):
        return kept.sites
    with _opened(url) as catalog:
        return _brought_up(root, kept, catalog)[0].sites


def days_in(root: Path, catalog: Catalog) -> Days:
    """Return the days of a catalog that is open, those kept below *root* where they hold. Raises CatalogError."""
    return _brought_up(root, _kept(root), catalog)[0].sites


def keep_days(root: Path, url: str) -> None:
    """Keep the days of the catalog at *url* at hand.

    Raises CatalogError when it can not be read, and DiskError; what else goes wrong costs time, no more.
    """
    kept = _kept(root)
    if kept is not None and kept.mark == mark_at(url):
        return
    with _opened(url) as catalog:
        found, dated = _brought_up(root, kept, catalog)
    if found is not kept and found.mark.generation:
        for site, each in dated.items():
            each.write(root, site)
        with suppress(ArchiveError), write_whole(root / STATUS / FILE) as file:
            file.write(msgspec.json.encode(found))


def _brought_up(root: Path, kept: _Kept | None, catalog: Catalog) -> tuple[_Kept, dict[str, Dated]]:
    """Return the days as they are now, and of which articles they are on the sites that were looked at."""
    # What is counted without the state is perhaps of a later one: then it is counted again next time.
    with catalog.following() as state:
        mark = mark_of(state)
        if kept is None or not mark.generation or kept.mark.generation != mark.generation or kept.mark.seq > mark.seq:
            changed = None
        elif kept.mark == mark:
            return kept, {}
        else:
            changed = state.sites_after(kept.mark.seq, CHANGES)
        dated = {site: dated_of(root, state, site) for site in changed or ()}
    if kept is None or changed is None:
        return _Kept(mark, catalog.published_days()), {}
    counted = {site: each.counted() for site, each in dated.items()}
    return _Kept(mark, {site: days for site, days in (kept.sites | counted).items() if days}), dated


def _opened(url: str) -> Catalog:
    from archive.catalog import Catalog

    return Catalog.open(url, create=False, read_only=True)


def _kept(root: Path) -> _Kept | None:
    try:
        return msgspec.json.decode((root / STATUS / FILE).read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
