"""Crawl sites on a cluster: a task a site; what a dead worker left is gone on with by another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archive.errors import known
from crawler.cluster.client import Cluster, Work
from crawler.cluster.site import CrawlDied, Crawled, Order, crawl_site
from crawler.cluster.work import Answer
from crawler.exits import SiteLocked, Stopped
from crawler.lock import HEARTBEAT_S, STALE_S
from crawler.run import Ended

logger = logging.getLogger(__name__)

PATIENCE_S = STALE_S + 3 * HEARTBEAT_S
"""So long a site is waited for whose worker died: until nobody can take its holder for alive."""
STOP_S = 120.0
"""Seconds in which crawls that were told to stop come to their ends."""
TRIES = 5
"""So often a crawl is begun again whose process died."""

Said = Callable[[str], object]
State = Callable[[Sequence[dict[str, Any]], int], object]


@dataclass(slots=True)
class _Lane:
    order: Order
    began: bool = False
    """Whether it held its site once, so that whoever holds it now may be what a dead worker left."""
    tries: int = 0


class CrawlsOnCluster:
    """The crawls of one command."""

    def __init__(self, cluster: Cluster, orders: Sequence[Order], said: Said, state: State) -> None:
        """*said* takes the log of each crawl as it ends; *state* how far those are that run, and how many ended."""
        self._cluster = cluster
        self._lanes = {number: _Lane(order) for number, order in enumerate(orders)}
        self._of_site = {order.job.site.id: number for number, order in enumerate(orders)}
        self._said = said
        self._state = state
        self._states: dict[str, dict[str, Any]] = {}
        self._ended: dict[int, Ended] = {}
        self._change = threading.Lock()

    def run(self, at_once: int | None) -> list[Ended]:
        """Crawl them, at most *at_once* side by side; return how each ended, in their order.

        Ctrl-C stops those that run in order, and begins no other; a second one waits no longer.
        """
        works = {number: self._work(lane.order) for number, lane in self._lanes.items()}
        with self._cluster.following(self._follow):
            try:
                for number, answer in self._cluster.results(works, at_once or self._cluster.threads):
                    self._take(number, answer, again=True)
            except KeyboardInterrupt:
                self._stop()
        return [self._ended.get(number) or _unended(lane.order) for number, lane in self._lanes.items()]

    def _work(self, order: Order) -> Work:
        return Work(order.job.site.id, crawl_site, (self._cluster.run, order))

    def _take(self, number: int, answer: Answer, *, again: bool) -> None:
        lane = self._lanes[number]
        site = lane.order.job.site.id
        if isinstance(answer.value, Crawled):
            ended = answer.value.ended
            self._said(answer.value.said)
        else:
            assert answer.error is not None
            ended = Ended(site, None, known(answer.error))
        lane.tries += 1
        left_behind = isinstance(ended.error, SiteLocked) and lane.began and not lane.order.patience_s
        if again and (left_behind or (isinstance(ended.error, CrawlDied) and lane.tries < TRIES)):
            logger.warning("crawl begun again", extra={"site": site, "cause": str(ended.error)})
            lane.order = replace(lane.order, patience_s=PATIENCE_S)
            self._cluster.first(number, self._work(lane.order))
            return
        with self._change:
            self._states.pop(site, None)
            self._ended[number] = ended
        self._show()

    def _follow(self, told: dict[str, Any]) -> None:
        site = str(told.get("site"))
        if (number := self._of_site.get(site)) is None:
            return
        self._lanes[number].began = True
        with self._change:
            if number not in self._ended:
                self._states[site] = told
        self._show()

    def _show(self) -> None:
        with self._change:
            states = sorted(self._states.values(), key=lambda each: str(each["site"]))
            self._state(states, len(self._ended))

    def _stop(self) -> None:
        logger.warning("stopping: what is under way is ended first; a second signal stops at once")
        try:
            if self._cluster.stop():
                for number, answer in self._cluster.left(STOP_S):
                    self._take(number, answer, again=False)
        except KeyboardInterrupt:
            pass


def _unended(order: Order) -> Ended:
    site = order.job.site.id
    return Ended(
        site, None, Stopped(f"{site}: not ended, for the run was stopped; the same command goes on from there")
    )
