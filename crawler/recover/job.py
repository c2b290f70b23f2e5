"""What the parts of one recovery share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from archive.catalog import Catalog
from crawler.recover.frontier import Frontier
from crawler.recover.service import Service
from crawler.recover.settings import Settings
from crawler.recover.sources import Source
from crawler.sites import Site


@dataclass(slots=True)
class Job:
    """One site, recovered from one source."""

    site: Site
    source: Source
    root: Path
    catalog: Catalog
    settings: Settings
    frontier: Frontier
    service: Service
    limit: int | None
    """Captures to be fetched at most."""
    since: date | None
    until: date | None
    progress: Callable[[str], object]
    """Told what is being done."""
