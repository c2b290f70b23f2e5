"""The catalog: what is in the archive, as rows that the WARC files can always give again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.catalog.catalog import Catalog
    from archive.catalog.read import Crawl, Observation

__all__ = ["Catalog", "Crawl", "Observation"]


def __getattr__(name: str) -> Any:
    """Load what is asked for: SQLAlchemy takes longer than some modules below do for all of their work."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from archive.catalog import catalog, read

    return getattr(catalog if name == "Catalog" else read, name)
