"""How far a catalog has come, asked of its SQLite file without what the rest of the catalog needs.

For who keeps something that was counted in it: as long as the mark is the same, so is the count. To load SQLAlchemy
takes longer than to ask.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

SCHEMA_VERSION = 6
"""Of the catalog's tables (:mod:`archive.catalog.tables`)."""
_FILE = "sqlite:///"
_ASK = "SELECT (SELECT value FROM meta WHERE key = ?), (SELECT value FROM meta WHERE key = ?), max(seq) FROM changes"


class Mark(NamedTuple):
    """A state of the catalog, as far as its articles and their versions go."""

    generation: str
    """Which catalog it is; one made anew in its place has another. Empty where it keeps no changes."""
    seq: int
    """Number of the latest change (:mod:`archive.catalog.changes`), 0 when there was none."""


def mark_at(url: str) -> Mark | None:
    """Return the mark of the catalog at a URL.

    Null when it is no SQLite file, or can not be asked in this way for whatever reason: who opens it is told why.
    """
    if not url.startswith(_FILE) or "?" in url or "%" in url:
        return None
    path = Path(url.removeprefix(_FILE)).absolute()
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as database:
            schema, generation, seq = database.execute(_ASK, ("schema_version", "generation")).fetchone()
    except sqlite3.Error:
        return None
    return Mark(generation, seq or 0) if schema == str(SCHEMA_VERSION) and generation else None
