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

SCHEMA_VERSION = 7
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
    name = database_at(url)
    if name is None:
        return None
    try:
        with closing(sqlite3.connect(name, uri=True)) as database:
            schema, generation, seq = database.execute(_ASK, ("schema_version", "generation")).fetchone()
    except sqlite3.Error:
        return None
    return Mark(generation, seq or 0) if schema == str(SCHEMA_VERSION) and generation else None


def database_at(url: str) -> str | None:
    """Return the URI by which SQLite reads the file of a catalog and never writes it; null for any other catalog."""
    if not url.startswith(_FILE) or "?" in url or "%" in url:
        return None
    return f"file:{quote(str(Path(url.removeprefix(_FILE)).absolute()))}?mode=ro"
