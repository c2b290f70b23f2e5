"""Files that lie elsewhere than below the data root: in a folder, or in object storage.

A file is looked for below the data root first. What is not there is read from the storage behind it, by ranges.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from archive.storage.far import Far
from archive.storage.opening import attach, behind, opened, url_behind
from archive.storage.store import Stored

__all__ = ["Far", "Place", "attach", "behind", "far_files", "far_names", "find_far", "url_behind"]

Place = Path | Far
"""A file on the disk, or in the storage."""


def find_far(root: Path, name: str) -> Far | None:
    """Return a file of the storage behind *root* by its path below it; null when there is none, or no storage.

    Raises StorageLost, Refused.
    """
    url = url_behind(root)
    if not url:
        return None
    held = _stat_once(url, name) if name.startswith("warcs/") else opened(url).stat(name)
    return Far(url, held) if held is not None else None


def far_names(root: Path, folder: str) -> Iterator[str]:
    """Yield the names that the storage behind *root* keeps below a folder (which ends with ``/``)."""
    yield from (each.name for each in far_files(root, folder))


def far_files(root: Path, folder: str) -> Iterator[Stored]:
    """Yield what the storage behind *root* keeps below a folder: names and sizes."""
    storage = behind(root)
    if storage is not None:
        yield from storage.names(folder)


class _Missing(Exception):
    """Not remembered: it may come."""


def _stat_once(url: str, name: str) -> Stored | None:
    try:
        return _remembered(url, name)
    except _Missing:
        return None


@lru_cache(maxsize=4096)
def _remembered(url: str, name: str) -> Stored:
    """Return what is kept of a WARC file, which never changes."""
    held = opened(url).stat(name)
    if held is None:
        raise _Missing
    return held
