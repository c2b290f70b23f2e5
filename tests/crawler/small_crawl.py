"""One small crawl that can be run again and again, each time with another thing that goes wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.crawler.forked import Done, Forked
from tests.crawler.whole import check_whole
from tests.khcn import FAST
from tests.play import play

ALL = bool(os.environ.get("ALL_FAULTS"))
"""Whether everything is to be tried, and not a spread of it."""
SITE = "ha_tinh"
ERRORS = ("EIO", "ENOSPC")
# Small enough that files roll over, and that there are several batches.
SMALL = ("-s", "WARC_MAX_BYTES=100000", "-s", "WARC_SYNC_RECORDS=15")


@dataclass
class SmallCrawl:
    """A played site with two articles, and a process that runs crawls of it."""

    resolve: str
    expected: set[str]
    forked: Forked
    folder: Path

    def crawl(self, data: Path, **job: object) -> Done:
        return self.khcn("crawl", SITE, *FAST, *SMALL, data=data, **job)

    def khcn(self, *arguments: str, data: Path, **job: object) -> Done:
        return self.forked.run(*arguments, data=data, environ={"KHCN_RESOLVE": self.resolve}, **job)

    def sound(self) -> Path:
        """Return a data root on which nothing went wrong; not to be changed."""
        data = self.folder / "sound"
        if not data.exists():
            done = self.crawl(data)
            assert done.code == 0, done.said
            check_whole(data, self.expected)
        return data

    def stopped(self) -> Path:
        """Return a data root whose disk failed in the middle of a crawl, with an open file; not to be changed."""
        data = self.folder / "stopped"
        if not data.exists():
            fault = {"only": r"fsync .*\.warc\.gz\.open", "nth": 2, "error": "EIO"}
            failed = self.crawl(data, fault=fault)
            assert failed.code == 3, failed.said
            assert list(data.rglob("*.warc.gz.open"))
        return data


@contextmanager
def small_crawl(folder: Path, *, mounts: bool = False) -> Iterator[SmallCrawl]:
    """Play the site while the block runs."""
    with play(seeds=False, oldest=2) as world, Forked(mounts=mounts) as forked:
        expected = {article.url for article in world.articles if article.site == SITE}
        yield SmallCrawl(world.resolve, expected, forked, folder)


def faults(calls: Sequence[str], part: int, parts: int, a_part: int) -> list[tuple[int, str]]:
    """Return which of *calls* are to fail in one of several *parts*, counted from 1, each with its error.

    With :data:`ALL` every call with every error; else *a_part* of them, so that all parts together are
    spread evenly. The same at each run.
    """
    mine = range(1 + part, len(calls) + 1, parts)
    if ALL or not mine:
        return [(nth, error) for nth in mine for error in ERRORS]
    places = [mine[(number * len(mine) // a_part + part * len(mine) // parts) % len(mine)] for number in range(a_part)]
    return [(nth, ERRORS[(number + part) % len(ERRORS)]) for number, nth in enumerate(places)]
