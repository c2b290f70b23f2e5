"""What is made beside the requests: the index of the search, that of captures, the datestamps, the sums.

To make them anew takes longer than any request may, and to bring them up a while too. So threads of their own do it:
before the first request, as far as that does not take long, and then whenever something changed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.archive import CATALOG
from archive.catalog import Catalog
from archive.catalog.engine import parse_url, sqlite_path
from archive.catalog.stamp import Stamp, stamp_of
from archive.errors import KhcnError
from archive.search import CaughtUp, Elsewhere, catch_up
from archive.search.index import Opened, current_folder
from archive.search.search import is_level
from archive.search.update import Busy, NotWritable

logger = logging.getLogger(__name__)

EVERY_S = 2.0
"""From one look at the archive to the next."""
LAG_S = 15.0
"""So far the index of the search may be behind the catalog before a request brings it up itself."""
READY_S = 15.0
"""So long the app waits for all of it before it takes requests; what needs longer comes meanwhile."""
END_S = 5.0
"""So long the end of the app waits for what is being done; what was not kept by then is done the next time."""
REQUEST_S = 1.0
"""So long a request may take changes in."""
FIRST_S = 3.0
"""And wait for an index when there is none yet; then it is told to come again."""


class KeptIndex:
    """The index of the search, open for all requests, and kept up beside them."""

    def __init__(self, root: Path, catalog_url: str | None) -> None:
        self.elsewhere = Elsewhere()
        """Where it is kept when *root* can not be written and has none that is of use."""
        self._root = self._place = root
        self._url: str | Path = catalog_url or root / CATALOG
        self._path = sqlite_path(parse_url(self._url))
        self._opened: Opened | None = None
        self._stamp: Stamp | None = None
        self._level_at = float("-inf")

    def opened(self) -> Opened | None:
        """Return the index, if it is level with the catalog or was shortly ago."""
        found = self._opened
        if found is None or time.monotonic() - self._level_at < LAG_S:
            return found
        return found if self._is_as_it_was() else None

    def forget(self) -> None:
        """Let go of the index: it is damaged, or to be told from a new one."""
        self._opened = self._stamp = None
        self._level_at = float("-inf")

    def keep_up(self) -> None:
        """Take in what changed. Raises NotWritable, and what else goes wrong."""
        begun = time.monotonic()
        if self._opened is not None and self._is_as_it_was():
            self._level_at = begun
            return
        stamp = stamp_of(self._path)
        # Opened each time: `khcn rebuild` puts another file in its place.
        with Catalog.open(self._url, read_only=True) as catalog:
            with catalog.following() as state:
                is_new = self._opened is None or not is_level(self._opened, state)
            if is_new:
                done = self._caught_up(catalog)
                if done.anew is not None:
                    logger.info("index made anew", extra={"cause": done.anew, "articles": done.articles})
                folder = current_folder(self._place)
                self._opened = Opened(folder) if folder is not None else None
        self._stamp, self._level_at = stamp, begun

    def close(self) -> None:
        """Let go of it; of one that is kept elsewhere, remove it."""
        self.forget()
        self.elsewhere.close()

    def _caught_up(self, catalog: Catalog) -> CaughtUp:
        try:
            return catch_up(self._root, catalog, wait_s=0, place=self._place)
        except NotWritable as error:
            if self._place != self._root or self._is_of_use(catalog):
                raise
            logger.warning("index kept elsewhere", extra={"cause": str(error)})
            self._place = self.elsewhere.folder
            return catch_up(self._root, catalog, wait_s=0, place=self._place)

    def _is_of_use(self, catalog: Catalog) -> bool:
        """Say whether there is an index of this catalog, however old: it is searched as it is."""
        folder = current_folder(self._root)
        with suppress(ValueError, OSError):
            return folder is not None and Opened(folder).cursor.generation == catalog.generation()
        return False

    def _is_as_it_was(self) -> bool:
        return self._stamp is not None and self._stamp == stamp_of(self._path)


class Beside:
    """One thing that is kept up, in a thread of its own. What goes wrong is logged, and tried again."""

    def __init__(self, name: str, keep_up: Callable[[], None], every_s: float) -> None:
        self._name, self._keep_up, self._every_s = name, keep_up, every_s
        self._is_over, self.is_ready = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"khcn-{name}", daemon=True)

    def begin(self) -> None:
        """Begin."""
        self._thread.start()

    def tell_end(self) -> None:
        """Let it end when what it does now is done."""
        self._is_over.set()

    def wait_for_end(self, until: float) -> None:
        """Wait for its end, at the latest until a time on ``time.monotonic()``."""
        self._thread.join(max(until - time.monotonic(), 0))

    def _run(self) -> None:
        while not self._is_over.is_set():
            try:
                self._keep_up()
            except NotWritable as error:
                logger.warning("not kept up", extra={"what": self._name, "cause": str(error)})
                return
            except Busy as error:
                logger.info("not kept up this time", extra={"what": self._name, "cause": str(error)})
            except (KhcnError, OSError, ValueError) as error:
                logger.warning("not kept up this time", extra={"what": self._name, "cause": str(error)})
            finally:
                self.is_ready.set()
            self._is_over.wait(self._every_s)


Kept = tuple[Callable[[], None], float]
"""A call that brings something up, and the seconds from its end to the next call."""


@contextmanager
def kept_up(wanted: Mapping[str, Kept]) -> Iterator[None]:
    """Keep things up, by name; the first calls have ended when it begins, unless they take long."""
    begun = [Beside(name, *each) for name, each in wanted.items()]
    for each in begun:
        each.begin()
    soon = time.monotonic() + READY_S
    for each in begun:
        each.is_ready.wait(max(soon - time.monotonic(), 0))
    try:
        yield
    finally:
        for each in begun:
            each.tell_end()
        end = time.monotonic() + END_S
        for each in begun:
            each.wait_for_end(end)
