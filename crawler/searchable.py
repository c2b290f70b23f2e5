"""After a run, let the search find what it brought. What goes wrong then is logged, and is no failure of the run."""

from __future__ import annotations

import logging
from pathlib import Path

from archive.catalog import Catalog
from archive.catalog.engine import SMALL_CACHE_KIB
from archive.errors import KhcnError

logger = logging.getLogger(__name__)

BUDGET_S = 10.0
"""So long the end of a crawl waits for the index; what is left is taken in by the next search."""


def make_searchable(root: Path, catalog_url: str, budget_s: float | None = BUDGET_S) -> None:
    """Take what changed in the catalog into the index below *root*, in about *budget_s*; None: all of it.

    Within a time it takes little memory, too.
    Never raises a KhcnError: it is logged, and the next search begins where this ended.
    """
    from archive.search import catch_up
    from archive.search.update import LARGE, SMALL

    try:
        with Catalog.open(catalog_url, read_only=True, cache_kib=SMALL_CACHE_KIB) as catalog:
            done = catch_up(root, catalog, budget_s=budget_s, room=LARGE if budget_s is None else SMALL)
    except KhcnError as error:
        logger.warning("index not brought up with the catalog", extra={"cause": str(error)})
        return
    facts = {"articles": done.articles, "behind": done.behind, "anew": done.anew}
    logger.log(logging.WARNING if done.behind else logging.INFO, "index brought up with the catalog", extra=facts)
