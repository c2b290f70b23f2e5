"""``khcn rebuild``: everything but the WARCs, again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from archive.times import UTC
from archive.warc.reader import find_warc, list_warcs
from crawler.cli.common import check_writable, cluster_option, console, json_option, load_site, say, write_json
from crawler.cli.drift import damage_json, tell_passed_over, tell_renewed
from crawler.cli.storing import fetch
from crawler.config import Config
from crawler.exits import Exit, NotHeld
from crawler.lock import SiteLock
from crawler.rebuild import Reading, Rebuilt, rebuild
from crawler.rebuild_stale import rebuild_stale
from crawler.searchable import make_searchable

WORTH_A_PROCESS = 4_000_000
"""Bytes of WARC files for which another process is worth its start."""


@click.command("rebuild")
@click.argument("sites", nargs=-1)
@click.option("--jobs", type=click.IntRange(1), help="Processes that read at once (default: as many as cores).")
@click.option("--stale", is_flag=True, help="Only what older reading code read; say what that changes.")
@click.option("--dry-run", is_flag=True, help="With --stale: say it, and write nothing.")
@click.option(
    "--samples", type=click.IntRange(0), default=3, show_default=True, help="With --stale: pages a difference."
)
@cluster_option
@json_option
@click.pass_obj
def command(
    config: Config,
    sites: tuple[str, ...],
    jobs: int | None,
    stale: bool,
    dry_run: bool,
    samples: int,
    address: str | None,
    as_json: bool,
) -> int:
    """Derive the catalog and the JSON Lines of SITES again from the WARCs (default: of all).

    The old catalog stays usable until the new one is whole.
    """
    if dry_run and not stale:
        raise click.UsageError("--dry-run goes with --stale")
    if address is not None and stale:
        raise click.UsageError("--cluster goes without --stale")
    check_writable(config.data)
    fetch(config)
    warcs = list_warcs(config.data)
    held = sorted({warc.split("/")[1] for warc in warcs})
    unknown = [site for site in sites if site not in held]
    if unknown:
        raise NotHeld(f'{config.data / "warcs"}: no WARC file of "{unknown[0]}"; held are: {", ".join(held) or "none"}')
    with ExitStack() as locks:
        for site in sites or held:
            locks.enter_context(SiteLock(config.data, site, datetime.now(UTC), (config.catalog_url,)))
        jobs = jobs or _fitting(config.data, warcs, sites)
        if stale:
            renewed = rebuild_stale(
                config.data,
                catalog=config.catalog_url,
                load_site=load_site,
                sites=sites or None,
                jobs=jobs,
                samples=samples,
                dry_run=dry_run,
            )
            if renewed.is_written:
                _derived(config)
            return tell_renewed(renewed, as_json)
        reading = locks.enter_context(_reading_on(address, config, jobs)) if address is not None else None
        with console(stderr=True).status("rebuilding") as status:
            found = rebuild(
                config.data,
                catalog=config.catalog_url,
                load_site=load_site,
                sites=sites or None,
                progress=lambda warc, number, total: status.update(f"{number + 1} of {total}: {warc}"),
                jobs=jobs,
                reading=reading,
            )
    _derived(config)
    tell_passed_over(found.damage, found.unknown_sites)
    if as_json:
        write_json(_as_json(found))
    else:
        say(
            f"{found.warcs} WARC files of {found.crawls} crawls: {sum(found.captures.values())} captures, "
            f"{found.articles['new']} articles, {found.articles['changed']} changed versions, "
            f"{found.rejected.total() - found.rejected['other_page']} pages rejected"
        )
    return Exit.DAMAGE if found.damage else Exit.OK


@contextmanager
def _reading_on(address: str, config: Config, jobs: int) -> Iterator[Reading]:
    from crawler.cli.clustered import reading_cluster
    from crawler.cluster.stretches import ClusterPool

    with reading_cluster(address, config, jobs) as cluster:
        yield partial(ClusterPool, cluster)


def _derived(config: Config) -> None:
    """Bring what is derived from the catalog, and is not part of it, up to it."""
    make_searchable(config.data, config.catalog_url, None)


def _fitting(root: Path, warcs: Iterable[str], sites: tuple[str, ...]) -> int:
    """Return how many processes are worth their start: one for little, as many as cores at most."""
    chosen = (warc for warc in warcs if not sites or warc.split("/")[1] in sites)
    size = sum(find_warc(root, warc).stat().st_size for warc in chosen)
    return min(len(os.sched_getaffinity(0)), 1 + size // WORTH_A_PROCESS)


def _as_json(found: Rebuilt) -> dict[str, Any]:
    return {
        "warcs": found.warcs,
        "crawls": found.crawls,
        "captures": dict(found.captures),
        "articles": dict(found.articles),
        "rejected": dict(found.rejected),
        "unknown_sites": sorted(found.unknown_sites),
        "damage": damage_json(found.damage),
    }
