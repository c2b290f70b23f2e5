"""The articles of a crawl as JSON Lines, for programs that want no database."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from archive.atomic import remove, write_whole
from archive.errors import ArchiveError
from archive.jsonform import to_json

if TYPE_CHECKING:
    from archive.catalog import Catalog

FOLDER = "articles"


def write_articles(catalog: Catalog, root: Path, site: str, crawl: str) -> Path | None:
    """Write ``articles/<site>/<yyyy>/<crawl id>.jsonl`` below *root*; return its path.

    It has the versions that a capture of that crawl represents, one a line as
    ``khcn schema article`` describes it, by (captured, url). Written whole or
    not at all. A crawl that represents none has no file (null; one of that
    name is removed).
    Raises ArchiveError when the catalog does not know the crawl.
    """
    path = articles_path(catalog, root, site, crawl)
    articles = catalog.new_versions(site, crawl)
    first = next(articles, None)
    if first is None:
        remove(path)
        return None
    with write_whole(path) as file:
        for article in chain([first], articles):
            file.write(to_json(article) + b"\n")
    return path


def write_settled(catalog: Catalog, root: Path, site: str, crawl: str) -> None:
    """Write the articles of a crawl that was settled, and again those of the crawls it took versions from.

    From the catalog's rows alone, so that a run killed midway is made good by the next.
    Raises ArchiveError when the catalog does not know the crawl.
    """
    write_articles(catalog, root, site, crawl)
    for other in catalog.crawls_beside(site, crawl):
        write_articles(catalog, root, site, other)


def articles_path(catalog: Catalog, root: Path, site: str, crawl: str) -> Path:
    """Return where a crawl's articles lie: under the year (UTC) in which it began."""
    started = next((entry.started for entry in catalog.crawls(site) if entry.id == crawl), None)
    if started is None:
        raise ArchiveError(f'no crawl "{crawl}" of {site} in the catalog; run `khcn rebuild {site}`')
    return root / FOLDER / site / f"{started.year:04d}" / f"{crawl}.jsonl"
