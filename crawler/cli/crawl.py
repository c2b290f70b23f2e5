"""``khcn crawl``: the main job."""

from __future__ import annotations

import logging
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.errors import KhcnError
from archive.storage.send import keep_days
from archive.times import UTC, VN
from crawler.cli import exit_of
from crawler.cli.chosen import chosen, next_due, only_due
from crawler.cli.common import check_writable, cluster_option, json_option, registry, say
from crawler.cli.given import Day, Setting
from crawler.cli.progress import Progress, print_summary
from crawler.cli.storing import store
from crawler.config import Config
from crawler.exits import Exit, SiteLocked, gravest
from crawler.logs import plain
from crawler.resolve import parse_resolve
from crawler.searchable import make_searchable
from crawler.seeds import jobs_from_seeds
from crawler.watch import after_crawls

if TYPE_CHECKING:
    from crawler.run import Ended

logger = logging.getLogger(__name__)


@click.command("crawl")
@click.argument("sites", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Crawl every site whose status is active.")
@click.option("--due", "only", is_flag=True, help="Of SITES, or of all active ones, crawl those that are due.")
@click.option(
    "--seeds",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Crawl the addresses in FILE, one a line.",
)
@click.option("--full", is_flag=True, help="Walk every list page and ask for known articles again.")
@click.option("--limit", type=click.IntRange(min=1), help="Ask for at most N articles a site.")
@click.option("--since", type=Day(), help="Leave out articles published before DATE.")
@click.option("--jobs", type=click.IntRange(min=1), help="Crawl N sites at once (default: CONCURRENT_SITES).")
@cluster_option
@click.option("-s", "overrides", multiple=True, type=Setting(), help="Override a setting.")
@json_option
@click.pass_obj
def command(
    config: Config,
    sites: tuple[str, ...],
    every: bool,
    only: bool,
    seeds: Path | None,
    full: bool,
    limit: int | None,
    since: date | None,
    jobs: int | None,
    address: str | None,
    overrides: tuple[tuple[str, str], ...],
    as_json: bool,
) -> int:
    """Crawl the Departments SITES: what is new, or with --full everything.

    Prints a summary a site. The report of each crawl is in crawls/ of the data root.
    """
    from crawler.run import Ended, Job, crawl_settings, run_crawls

    if address is not None:
        from crawler.cli.clustered import How, crawl_on_cluster

    if sum((bool(sites), every, seeds is not None)) != 1 and not (only and not sites and seeds is None):
        raise click.UsageError("name the sites to crawl, or give --all, --due, or --seeds FILE")
    if only and seeds is not None:
        raise click.UsageError("--due is about declared sites; give it without --seeds")
    parse_resolve(config.resolve)
    settings = crawl_settings(config, dict(overrides))
    keep_days(settings["STORED_KEEP_DAYS"])
    wrong: list[Ended] = []
    if seeds is not None:
        wanted = jobs_from_seeds(seeds, registry())
    else:
        found, faults = chosen(registry(), sites, every=not sites)
        wrong = [Ended(site, None, fault) for site, fault in faults.items()]
        if only:
            now = datetime.now(UTC)
            due = only_due(found, config.data, settings, now)
            if not due and (then := next_due(found, config.data, settings, now)) is not None:
                say(f"no site is due before {then.astimezone(VN):%Y-%m-%d %H:%M} in Vietnam", err=True)
            found = due
        wanted = [Job(site) for site in found]
    check_writable(config.data)
    with Progress() as progress:
        if address is None:
            ended = run_crawls(wanted, settings, full=full, limit=limit, since=since, at_once=jobs, tick=progress.tick)
        else:
            how = How(dict(overrides), full, limit, since)
            ended = crawl_on_cluster(
                address, config, wanted, how, jobs or settings.getint("CONCURRENT_SITES"), progress
            )
    if only:  # what is being crawled by another run is not due
        ended = [each for each in ended if not isinstance(each.error, SiteLocked)]
    ended += wrong
    print_summary(ended, as_json=as_json)
    if any(each.report is not None and each.report.exit != Exit.INTERRUPTED for each in ended):
        crawls = {each.site: each.report.crawl for each in ended if each.report is not None}
        after_crawls(config, registry(), crawls, datetime.now(UTC))
        make_searchable(config.data, config.catalog_url)
    codes = [_code(each) for each in ended]
    if Exit.INTERRUPTED not in codes and Exit.DISK not in codes:
        codes.append(store(config, [each.site for each in ended if each.report], settings["STORED_KEEP_DAYS"]))
    return gravest(codes)


def _code(crawl: Ended) -> Exit:
    """Return the exit code of one site; say why there is no report of it."""
    if crawl.report is not None:
        return Exit(crawl.report.exit)
    assert crawl.error is not None
    if isinstance(crawl.error, KhcnError):
        say(f"khcn: {plain(crawl.error)}", err=True)
        return exit_of(crawl.error)
    logger.critical("unforeseen error", exc_info=crawl.error, extra={"site": crawl.site})
    return Exit.ERROR
