"""A catalog for a server: it keeps its connection, writes nothing, and gives no question more time than it may take."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from archive.catalog import browse, changes, similar
from archive.catalog.browse import Line, Place, Spread
from archive.catalog.browsing import Browsing
from archive.catalog.catalog import Catalog
from archive.catalog.coverage import Held, held_of
from archive.catalog.dialect import engine_options, only_read
from archive.catalog.engine import explained, open_engine, parse_url, prepare_sqlite, reading
from archive.catalog.following import Following
from archive.catalog.gone import KnowingFollowing, Known
from archive.catalog.past import Past, past_by_id
from archive.catalog.prepared import Prepared
from archive.catalog.similar import Likeness
from archive.catalog.tables import meta
from archive.catalog.withheld import HiddenCounts, hidden_counts

T = TypeVar("T")

_LEVEL = Prepared(
    select(
        select(meta.c.value).where(meta.c.key == changes.GENERATION).scalar_subquery().label("generation"),
        select(func.max(changes.changes.c.seq)).scalar_subquery().label("last"),
    )
)

_STEPS = 20_000
"""Instructions of SQLite's machine between two looks at the clock: less than a millisecond."""


class ServedCatalog(Catalog):
    """A read-only catalog whose questions end at a deadline; used by one thread at a time.

    A catalog opened read-only the usual way connects for each question, which costs more than most questions.
    """

    deadline: float = float("inf")
    """Until when questions may run, on ``time.monotonic()``; one that runs on ends with CatalogError."""

    known_gone: Known = staticmethod(lambda: None)
    """What is known of all articles that are gone, so that nobody need ask."""

    _moment: ExitStack | None = None
    _shared: Connection | None = None
    _kept: Connection | None = None

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Let all questions until the end be of one state of the catalog, whatever is written meanwhile."""
        with ExitStack() as self._moment:
            try:
                yield
            finally:
                self._moment = self._shared = None

    def close(self) -> None:
        """Let go of the connections."""
        if self._kept is not None:
            self._kept.close()
        super().close()

    @property
    def is_late(self) -> bool:
        """Say whether the deadline has passed."""
        return time.monotonic() > self.deadline

    def places(self) -> Iterator[Place]:
        """Yield every article, the newest first, as they are at one moment."""
        with self._asking() as connection:
            yield from browse.places(connection)

    def lines(self, packed: bytes) -> list[Line]:
        """Return what lists show of articles whose ids are packed, in that order."""
        return self._ask(lambda connection: browse.lines(connection, packed))

    def past_by_id(self, article: str) -> Past | None:
        """Return all that is held of an article by its id; null when it is not held."""
        return self._ask(lambda connection: past_by_id(connection, article))

    def same_as_id(self, article: str) -> Likeness:
        """Return the articles elsewhere that say the same as an article, by its id."""
        return self._ask(lambda connection: similar.same_as(connection, article))

    def spread(self) -> Spread:
        """Count the captures of each site by the hour, and the rows of each kind."""
        return self._ask(browse.spread)

    def coverage(self, sites: Sequence[str], but: Collection[str], keys: Collection[str]) -> Held:
        """Count what is held of *sites* by year and origin, see :func:`archive.catalog.coverage.held_of`."""
        return self._ask(lambda connection: held_of(connection, sites, but, keys))

    def hidden(self, sites: Collection[str], named: Collection[str], keys: Collection[str]) -> HiddenCounts:
        """Count what is not shown, see :func:`archive.catalog.withheld.hidden_counts`; versions of *sites* too."""
        return self._ask(lambda connection: hidden_counts(connection, sites, named, keys))

    def level(self) -> tuple[str, int]:
        """Return the generation and the number of the last change: what was counted from these counts as before."""
        found = self._ask(_LEVEL.rows)[0]
        return found.generation or "", found.last or 0

    @contextmanager
    def following(self) -> Iterator[Following]:
        """Give one state of the catalog to what follows its changes."""
        with self._asking() as connection:
            yield KnowingFollowing(connection, self.known_gone)

    @contextmanager
    def browsing(self) -> Iterator[Browsing]:
        """Give one state of the catalog to who reads it a page at a time."""
        with self._asking() as connection:
            yield Browsing(connection, KnowingFollowing(connection, self.known_gone))

    def _ask(self, question: Callable[[Connection], T]) -> T:
        with self._asking() as connection:
            return question(connection)

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        if self._moment is None:
            with reading(self._engine) as connection:
                yield connection
            return
        with explained(self._engine.url, (SQLAlchemyError,)):
            # A transaction for each question would take longer than most questions.
            if self._shared is None:
                self._shared = self._moment.enter_context(self._reading())
            yield self._shared

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        # That of a server may have died meanwhile, as is seen when it is fetched.
        if self._engine.dialect.name != "sqlite":
            with reading(self._engine) as connection:
                yield connection
            return
        if self._kept is None:
            self._kept = self._engine.connect()
        try:
            yield self._kept
        finally:
            self._kept.rollback()

    @classmethod
    def open_served(cls, url: str | Path, limit_s: float) -> Self:
        """Open the catalog at a SQLAlchemy URL, or in a SQLite file.

        PostgreSQL is told *limit_s* for each statement; SQLite is asked against :attr:`deadline`.
        Raises CatalogError, saying what to do, when it can not be opened.
        """
        parsed = parse_url(url)
        # Looks whether it can be read at all, and how: the address it found is used again.
        probe = open_engine(parsed, create=False, read_only=True)
        found = probe.url
        probe.dispose()
        with explained(found):
            engine = create_engine(found, poolclass=QueuePool, pool_size=2, max_overflow=8, **engine_options(found))
        served = cls(engine)
        if engine.dialect.name == "sqlite":
            prepare_sqlite(engine)

            def bound(connection: Any, record: Any) -> None:
                connection.set_progress_handler(lambda: served.is_late, _STEPS)

            event.listen(engine, "connect", bound)
        else:

            def bound_statement(connection: Any, record: Any) -> None:
                with connection.cursor() as cursor:
                    cursor.execute(f"SET statement_timeout = {int(limit_s * 1000)}")
                connection.commit()

            event.listen(engine, "connect", bound_statement)
            only_read(engine)
        return served
