"""What endpoints need: the archive, open for one request, and the app's settings."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from archive.archive import CATALOG
from archive.catalog.engine import parse_url, sqlite_path
from archive.catalog.gone import KnownGone
from archive.catalog.served import ServedCatalog
from archive.errors import CatalogError
from archive.health.expect import Expect
from archive.public import PublicArchive
from archive.search import Facets, Search
from archive.web.counted import Counter
from archive.web.indexed import FIRST_S, REQUEST_S, KeptIndex
from archive.web.problems import TooSlow
from archive.web.sites import Registry
from archive.withheld import Withheld, Withholding


class ServedArchive(PublicArchive):
    """What may be shown of an archive whose catalog is asked by a server."""

    catalog: ServedCatalog

    def __init__(self, root: Path, catalog: ServedCatalog, withholding: Withholding, index: KeptIndex) -> None:
        """Open it; what a takedown list means, and the index of the search, are shared with others."""
        super().__init__(root, catalog=catalog, withholding=withholding)
        self._index = index
        self._withheld: Withheld | None = None

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Let all until the end be told of one state of the catalog and of the takedown list."""
        try:
            with self.catalog.one_state():
                yield
        finally:
            self._withheld = None

    @property
    def withheld(self) -> Withheld:
        """What is not shown, looked up once for each request. Raises TakedownError when that can not be told."""
        if self._withheld is None:
            self._withheld = super().withheld
        return self._withheld

    def facets_ahead(self, query: str) -> Callable[[], Facets]:
        """Begin to count what answers *query*, beside what else the request asks; return what waits for the sums.

        Raises QueryError.
        """
        return self._searching().facets_ahead(query, beside=_COUNTING)

    @contextmanager
    def _unhurried(self) -> Iterator[None]:
        deadline, begun = self.catalog.deadline, time.monotonic()
        self.catalog.deadline = begun + WITHHELD_S
        try:
            yield
        finally:
            # What one request looked up for all is not counted as its own time.
            self.catalog.deadline = deadline + time.monotonic() - begun

    def _searching(self) -> Search:
        if self._search is None:
            # What takes longer is done beside the requests, see archive.web.indexed.
            self._search = Search(
                self.root, self.catalog, budget_s=REQUEST_S, first_s=FIRST_S, elsewhere=self._index.elsewhere,
                kept=self._index,
            )  # fmt: skip
        return self._search


WITHHELD_S = 120.0
"""Seconds to look for the files of what is taken down; nothing can be shown before they are known."""
AT_ONCE = 8
"""Requests that ask an archive at once; of more each would take longer, and all together too."""
MOST_OPEN = 12
"""Archives that stay open; each keeps up to 32 MB of the catalog in memory."""
_COUNTING = ThreadPoolExecutor(AT_ONCE, "counting")
"""Its threads begin when they are needed."""


class Pool:
    """Archives open for reading, each lent to one request at a time.

    A catalog that ``khcn rebuild`` put in place of another one is another file: archives on the former one are
    closed when they come back.
    """

    def __init__(self, root: Path, catalog_url: str | None, limit_s: float) -> None:
        self.root = root
        self.limit_s = limit_s
        self.index = KeptIndex(root, catalog_url)
        """The index of the search, for all archives."""
        self._withholding = Withholding()
        self._url: str | Path = catalog_url or root / CATALOG
        self.gone = KnownGone(self._url)
        """The articles that are gone, for all archives."""
        self.path = sqlite_path(parse_url(self._url))
        """The file of the catalog; null on a server."""
        self._free: list[tuple[int, ServedArchive]] = []
        self._lock = threading.Lock()

    @property
    def is_ready(self) -> bool:
        """Say whether an archive is open and not lent."""
        return bool(self._free)

    @contextmanager
    def lent(self, limit_s: float) -> Iterator[ServedArchive]:
        """Give an archive for work of another length than a request's."""
        yield from self.lend(limit_s)

    def lend(self, limit_s: float | None = None) -> Iterator[ServedArchive]:
        """Give an archive for the time of a request. Raises CatalogError, and TooSlow after the time it may take."""
        file = self._file()
        archive = self._take(file)
        catalog = archive.catalog
        catalog.deadline = time.monotonic() + (self.limit_s if limit_s is None else limit_s)
        is_whole = False
        try:
            with archive.one_state():
                yield archive
            is_whole = True
        except CatalogError as error:
            if catalog.is_late:
                raise TooSlow from error
            raise
        except Exception:
            is_whole = True  # the question was wrong, not the archive
            raise
        finally:
            catalog.deadline = float("inf")
            is_kept = is_whole and file == self._file() and len(self._free) < MOST_OPEN
            if is_kept:
                with self._lock:
                    self._free.append((file, archive))
            else:
                archive.close()

    def close(self) -> None:
        """Let go of all that is not lent."""
        with self._lock:
            free, self._free = self._free, []
        for _, archive in free:
            archive.close()
        self.index.close()

    def _take(self, file: int) -> ServedArchive:
        stale: list[ServedArchive] = []
        with self._lock:
            found = None
            while self._free and found is None:
                of, archive = self._free.pop()
                if of == file:
                    found = archive
                else:
                    stale.append(archive)
        for archive in stale:
            archive.close()
        if found is not None:
            return found
        catalog = ServedCatalog.open_served(self._url, self.limit_s)
        catalog.known_gone = self.gone.now
        return ServedArchive(self.root, catalog, self._withholding, self.index)

    def _file(self) -> int:
        """Return which file the catalog is now; 0 when that can not be told, or it is on a server."""
        with suppress(OSError):
            return os.stat(self.path).st_ino if self.path is not None else 0
        return 0


@dataclass(slots=True)
class Served:
    """What an app serves, and how; ``request.app.state.served``."""

    pool: Pool
    sites: Registry
    expected: Mapping[str, Expect | None] = field(default_factory=dict)
    """What site files expect of their sites, by site id."""
    replay_url: str | None = None
    """Address below which ``khcn replay`` replays, such as ``http://127.0.0.1:8090/archive/``; null without one."""
    title: str = "Kho lưu trữ tin Khoa học và Công nghệ"
    counter: Counter = field(init=False)
    """What the whole archive is counted to."""

    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    """Requests that come all at once wait for their turn, and do not each open an archive."""

    def __post_init__(self) -> None:
        self.counter = Counter(self.pool)


def served(request: Request) -> Served:
    """Return what the app of a request serves."""
    found: Served = request.app.state.served
    return found


async def reading(request: Request) -> AsyncIterator[ServedArchive]:
    """Give the archive, read-only and for this request alone (a FastAPI dependency)."""
    told = served(request)
    async with told.turns:
        with ExitStack() as stack:
            lending = contextmanager(told.pool.lend)()
            # To another thread and back costs more than to take an archive that is open.
            is_ready = told.pool.is_ready
            yield stack.enter_context(lending) if is_ready else await run_in_threadpool(stack.enter_context, lending)


Reading = Annotated[ServedArchive, Depends(reading, scope="function")]
"""Type of an endpoint's parameter that is the archive: ``def home(request: Request, archive: Reading)``.

It is given back before the answer is sent: a slow reader keeps neither an archive nor a state of its catalog.
"""
