"""The archive of provincial Departments' news: records, catalog and readers.

Reading needs neither Scrapy nor a running server: see :func:`open_archive`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.archive import Archive

__all__ = ["open_archive"]


def open_archive(
    root: str | Path | None = None, *, archive_url: str | None = None, catalog_url: str | None = None
) -> Archive:
    """Open the archive below a data root for reading; by default ``./data``.

    *archive_url* (``file:///folder``, ``s3://bucket/prefix``) names the storage
    behind the data root, where files are read that are not below it; without
    *root* a ``file:`` URL names the data root itself;
    *catalog_url* a catalog elsewhere than in ``catalog.sqlite3`` below it.
    Nothing is written but, by a search, its index; and no write access is
    needed: a copy on a read-only disk can be read, and so can an archive
    which a crawl is writing to.

    Raises CatalogError or ArchiveError, saying what to do, when there is no
    such archive, or one that this version can not read.

    >>> with open_archive(root) as archive:
    ...     for article in archive.articles(site="ha_tinh"):
    ...         print(f"{article.published:%d/%m/%Y}", article.title)
    28/02/2025 Nghiệm thu giống lúa chịu mặn
    01/03/2025 Lịch tiếp công dân
    """
    # Here, so that importing one small module of the package does not load a database library.
    from archive.archive import Archive, root_of

    folder = root_of(root, archive_url)
    return Archive(folder, catalog_url)
