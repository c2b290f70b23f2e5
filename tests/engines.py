"""The contract of catalog and frontier: the same tests on SQLite and on PostgreSQL.

A module joins by ``pytestmark = pytest.mark.usefixtures("each_engine")`` and opens its databases here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine

from archive.catalog import Catalog

IN_MEMORY = "sqlite://"

_known: dict[Path, str] = {}
_take: Callable[[], str] | None = None


def use(take: Callable[[], str] | None) -> None:
    """Let *take* give the URLs of empty databases from now on; None: SQLite's in memory."""
    global _take
    _take = take
    _known.clear()


def is_postgres() -> bool:
    """Say whether the test runs on PostgreSQL."""
    return _take is not None


def empty_url() -> str:
    """Return the URL of an empty database of the engine on which the test runs."""
    return IN_MEMORY if _take is None else _take()


def empty_catalog() -> Catalog:
    """Open an empty catalog of the engine on which the test runs."""
    return Catalog.open(empty_url())


def url_of(path: Path) -> str:
    """Return the URL of the database that stands for a SQLite file: the same one for the same path."""
    if _take is None:
        return f"sqlite:///{path}"
    if path not in _known:
        _known[path] = _take()
    return _known[path]


def rows_in(url: str, query: str) -> list[tuple]:
    """Return what a query finds, as another program sees it."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]
    finally:
        engine.dispose()
