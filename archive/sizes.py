"""How much room the parts of a data root take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PARTS = ("warcs", "cdxj", "articles", "crawls", "search", "wacz", "exports", "quarantine", "status", "locks")
"""Folders; ``catalog`` and ``frontier`` are files beside them, and ``other`` is what is left."""
DATABASES = ("catalog", "frontier")


@dataclass(slots=True)
class Size:
    """Files of a part."""

    files: int = 0
    size_bytes: int = 0


def sizes(root: Path) -> dict[str, Size]:
    """Return what each part of the data root holds; of those that are not there, nothing.

    Files that come and go meanwhile are counted or not. Links are not followed.
    """
    found = {part: Size() for part in (*PARTS, *DATABASES, "other")}
    for entry in _entries(root):
        part = found[_part(entry)]
        for file in _files(entry):
            try:
                part.size_bytes += file.stat(follow_symlinks=False).st_size
                part.files += 1
            except OSError:
                continue  # gone since it was named
    return found


def _part(entry: os.DirEntry[str]) -> str:
    if entry.name in PARTS:
        return entry.name
    # With SQLite's journal beside it.
    return next((name for name in DATABASES if entry.name.startswith(f"{name}.sqlite3")), "other")


def _files(entry: os.DirEntry[str]) -> Iterator[os.DirEntry[str]]:
    folders = [entry]
    while folders:
        each = folders.pop()
        if each.is_dir(follow_symlinks=False):
            folders += _entries(each.path)
        else:
            yield each


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
