"""The passes of a rebuild: hand out tasks, and gather what they made in an order that no chance decides."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from archive.catalog.bulk import Filling
from archive.errors import ArchiveError
from archive.warc.reader import find_warc
from crawler.reading_process import DIED
from crawler.rebuild_parts import Work
from crawler.rebuild_pool import Death, Doing
from crawler.rebuild_tasks import Damage, ReadDeferred, ReadStretch, Settle, Settled, Setup, Told

if TYPE_CHECKING:
    from crawler.rebuild import Rebuilt

logger = logging.getLogger(__name__)

T = TypeVar("T", ReadStretch, ReadDeferred, Settle)

STRETCH = 8 << 20
"""Bytes of a WARC file that are read as one task."""
SHARE = 2000
"""Articles that are made in one task."""
REVISITS = 1000
"""Revisits that are read in one task, of those that must wait."""


class Gathering:
    """Takes what tasks made into the new catalog."""

    def __init__(self, setup: Setup, filling: Filling, work: Work, found: Rebuilt) -> None:
        self.earliest: dict[str, datetime] = {}
        """Date of the first capture in each WARC file."""
        self._setup = setup
        self._filling = filling
        self._work = work
        self._found = found
        self._order: dict[str, int] = {}
        self._numbers = count()
        self._deaths: dict[int, list[Death]] = defaultdict(list)
        self._deferred = 0

    def read(self, pool: Doing, warcs: Sequence[tuple[str, str, int, str]]) -> None:
        """Read WARC files, each given with its site, its crawl, and that one's position."""
        self._order = {warc: place for place, (_, _, _, warc) in enumerate(warcs)}
        stretches = [task for warc in warcs for task in self._stretches(*warc)]
        waiting = dict(enumerate(stretches))
        place_of = {task.number: place for place, task in waiting.items()}
        done: dict[int, Told] = {}
        at = 0  # the next stretch to be taken,
        follows: int | None = 0  # and where in its file it must begin
        for task, told in pool.results(stretches):
            assert isinstance(task, ReadStretch)
            if isinstance(told, Death):
                waiting[place_of[task.number]] = again = self._again(task, told)
                pool.first(again)
                continue
            place = place_of[task.number]
            done[place] = told
            while at in done:
                task, told = stretches[at], done[at]
                if task.begin == 0:
                    follows = 0
                if follows is not None and self._is_before_end(task, follows) and told.first != follows:
                    # The guess was wrong: a record there holds WARC records itself, or a member is damaged.
                    del done[at]
                    pool.first(replace(waiting[at], begin=follows, is_guessed=False))
                    break
                if follows is not None and self._is_before_end(task, follows):
                    self._take(task.warc, told)
                    follows = told.following
                told.part.unlink()
                del done[at]
                at += 1
        if at < len(stretches):
            raise ArchiveError(f"{stretches[at]}: not read; this is a bug, keep the log")

    @staticmethod
    def _is_before_end(task: ReadStretch, offset: int) -> bool:
        return task.end is None or offset < task.end

    def _stretches(self, site: str, crawl: str, position: int, warc: str) -> Iterator[ReadStretch]:
        size = find_warc(self._setup.root, warc).stat().st_size
        begins = list(range(0, max(size, 1), STRETCH))
        for begin in begins:
            end = begin + STRETCH if begin != begins[-1] else None
            yield ReadStretch(next(self._numbers), site, crawl, position, warc, begin, end, is_guessed=begin > 0)

    def _take(self, warc: str, told: Told) -> None:
        self._filling.take(told.part, ("captures", "readings"))
        self._work.take(told.part)
        self._found.captures += told.captures
        self._found.rejected += told.rejected
        self._deferred += told.deferred
        for damage in told.damage:
            logger.warning("damage in warc", extra={"warc": warc, "offset": damage.offset, "detail": damage.detail})
        self._found.damage += told.damage
        if told.earliest is not None:
            self.earliest[warc] = min(self.earliest.get(warc, told.earliest), told.earliest)

    def read_deferred(self, pool: Doing) -> None:
        """Read what only now can be read; then put the damage in order."""
        if self._deferred:
            captures = self._work.deferred()
            starts = range(0, len(captures), REVISITS)
            tasks = [ReadDeferred(next(self._numbers), tuple(captures[at : at + REVISITS])) for at in starts]
            gathered: dict[int, list[Told]] = {}
            for task, told in pool.results(tasks):
                if isinstance(told, Death):
                    pool.first(self._again(task, told))
                else:
                    gathered[task.number] = told
            for number in sorted(gathered):
                for told in gathered[number]:
                    self._take("", told)
                    told.part.unlink()
        self._found.damage.sort(key=self._place)

    def _place(self, damage: Damage) -> tuple[int, bool, int]:
        return self._order.get(damage.warc, -1), damage.offset is None, damage.offset or 0

    def settle(self, pool: Doing, jobs: int) -> Iterator[tuple[int, Settled]]:
        """Yield the articles, share by share."""
        shares = self._work.shares(SHARE, max(jobs, 1))
        for task, settled in pool.results([Settle(next(self._numbers), share) for share in shares]):
            if isinstance(settled, Death):
                pool.first(self._again(task, settled))
            else:
                yield task.number, settled

    def _again(self, task: T, death: Death) -> T:
        """Return the task that takes the place of one at which a process died.

        The same one; after two deaths at one page one that passes over that page. Raises ArchiveError when a process
        died twice, and at no page, or not at the same one.
        """
        deaths = self._deaths[task.number]
        deaths.append(death)
        if len(deaths) == 1:
            return task
        first, second = deaths
        if isinstance(task, ReadStretch) and first.offset == second.offset is not None:
            deaths.clear()
            detail = f"the process that read this page died twice ({death.cause}); the page is not read"
            self._found.damage.append(Damage(task.warc, second.offset, detail))
            return replace(task, died={**task.died, second.offset: DIED})
        raise ArchiveError(
            f"{task}: the process that read it died twice ({first.cause}, {second.cause}); free some memory, "
            "then run the same command again; nothing was changed"
        )
