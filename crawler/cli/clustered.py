"""What verbs do with ``--cluster``: the same as without, by workers."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import click

from crawler.cli.progress import Progress, SiteState
from crawler.cluster.client import LOCAL, Cluster, cluster
from crawler.cluster.crawl import CrawlsOnCluster
from crawler.cluster.site import Order
from crawler.config import Config, carried
from crawler.run import Ended, Job


@dataclass(frozen=True, slots=True)
class How:
    """How sites are to be crawled."""

    overrides: Mapping[str, str]
    full: bool
    limit: int | None
    since: date | None


@contextmanager
def reading_cluster(
    address: str, config: Config, jobs: int | None = None, *, asks_catalog: bool = False
) -> Iterator[Cluster]:
    """Connect to a cluster for work on files; a local one has *jobs* workers, by default as many as cores."""
    with cluster(address, config.data, workers=jobs or len(os.sched_getaffinity(0))) as made:
        if asks_catalog:
            made.check_shared(config.catalog_url)
        yield made


def crawl_on_cluster(
    address: str, config: Config, jobs: Sequence[Job], how: How, at_once: int, progress: Progress
) -> list[Ended]:
    """Crawl sites on a cluster, at most *at_once* of them side by side; return how each ended, in their order."""
    if not jobs:
        return []
    environ = carried(config)
    orders = [Order(job, environ, how.overrides, how.full, how.limit, how.since, verbosity()) for job in jobs]

    def draw(states: Sequence[dict[str, Any]], ended: int) -> None:
        rows = [SiteState(**{name: told[name] for name in SiteState.__dataclass_fields__}) for told in states]
        progress.draw(rows, f"{ended} of {len(orders)} sites ended, {len(rows)} under way")

    with cluster(address, config.data, workers=min(at_once, len(jobs)) if address == LOCAL else 0) as made:
        made.check_shared(config.catalog_url, config.frontier_url)
        return CrawlsOnCluster(made, orders, _say, draw).run(at_once)


def verbosity() -> int:
    """Return how often ``-v`` was given."""
    level = logging.getLogger().level
    return 2 if level <= logging.DEBUG else 1 if level <= logging.INFO else 0


def _say(log: str) -> None:
    """Write the log of a crawl, which is masked, behind ours."""
    if log:
        click.echo(log, err=True, nl=False)
        sys.stderr.flush()
