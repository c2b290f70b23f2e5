"""A catalog that is open: its connections and its transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine

from archive.catalog import moves, similar
from archive.catalog.engine import CACHE_KIB, explained, open_engine, parse_url, reading, sqlite_path, writing
from archive.errors import CatalogError

T = TypeVar("T")
Place = tuple[str, str]


class Opened:
    """The way to the database behind a catalog; used by one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._url = engine.url
        self._held: Engine | None = engine
        self._transaction: Connection | None = None
        self.fence: Callable[[Connection], object] = _nothing
        """Asked first in each transaction; raises for a writer whom another one has taken for dead."""

    @classmethod
    def open(cls, url: str | Path, *, create: bool = True, read_only: bool = False, cache_kib: int = CACHE_KIB) -> Self:
        """Open the catalog at a SQLAlchemy URL, or in a SQLite file.

        A missing one is made when *create*. *read_only* needs no write
        access to the file or its folder, and works while a crawl writes. Of SQLite's pages at most *cache_kib* stay
        in memory.
        Raises CatalogError, saying what to do, when it can not be opened.

        >>> from archive.catalog import Catalog
        >>> with Catalog.open("sqlite://") as catalog:
        ...     catalog.counts()["articles"]
        0
        """
        parsed = parse_url(url)
        return cls(open_engine(parsed, create=create, read_only=read_only, cache_kib=cache_kib))

    @property
    def path(self) -> Path | None:
        """The SQLite file, null for a database elsewhere."""
        return sqlite_path(self._url)

    @property
    def _engine(self) -> Engine:
        if self._held is None:
            where = self.path or self._url.render_as_string(hide_password=True)
            raise CatalogError(f"{where}: the catalog was closed; open it again")
        return self._held

    def close(self) -> None:
        """Let go of the database; any further call but this one is a CatalogError."""
        if self._held is not None:
            with explained(self._url):
                self._held.dispose()
            self._held = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all calls inside one transaction: all of it is kept, or, on an error, nothing.

        SQLite has one writer at a time: leave it soon, others may wait.
        """
        if self._transaction is not None:
            yield
            return
        with writing(self._engine) as connection:
            self.fence(connection)
            self._transaction = connection
            similar.forget_touched(connection)
            moves.forget_noted(connection)
            try:
                yield
                moves.renew(connection)
                similar.renew(connection)
            finally:
                self._transaction = None

    @property
    def _writer(self) -> Connection:
        assert self._transaction is not None
        return self._transaction

    def _ask(self, question: Callable[[Connection], T]) -> T:
        if self._transaction is not None:
            return question(self._transaction)
        with reading(self._engine) as connection:
            return question(connection)

    def _pages(self, page: Callable[[Connection, Place | None], tuple[list[T], Place | None]]) -> Iterator[T]:
        # A page at a time: an iterator left lying holds no transaction open.
        place: Place | None = None
        while True:
            entries, place = self._ask(lambda connection, after=place: page(connection, after))  # type: ignore[misc]
            yield from entries
            if place is None:
                return


def _nothing(connection: Connection) -> None:
    """Let everybody write."""
