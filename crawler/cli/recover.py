"""``khcn recover``: pages of a Department that other web archives hold."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import date
from typing import Any

import click
import msgspec

from archive.errors import KhcnError
from archive.storage.send import keep_days
from crawler.cli import exit_of
from crawler.cli.common import check_writable, console, json_option, load_site, registry, say, table
from crawler.cli.given import Day, Setting
from crawler.cli.storing import store
from crawler.config import Config
from crawler.exits import Exit, gravest
from crawler.logs import plain
from crawler.masked import exact_json
from crawler.searchable import make_searchable
from crawler.sites import Site

logger = logging.getLogger(__name__)


@click.command("recover")
@click.argument("sites", nargs=-1)
@click.option("--all-retired", "every", is_flag=True, help="Recover every Department that was dissolved.")
@click.option("--from", "origin", required=True, metavar="ARCHIVE", help="wayback, commoncrawl, or an index's URL.")
@click.option("--dry-run", is_flag=True, help="Ask the index, show the plan, and fetch nothing.")
@click.option("--limit", type=click.IntRange(min=1), help="Fetch at most N captures a site.")
@click.option("--since", type=Day(), help="Leave out captures before DATE.")
@click.option("--until", type=Day(), help="Leave out captures after DATE.")
@click.option("-s", "overrides", multiple=True, type=Setting(), help="Override a setting.")
@json_option
@click.pass_obj
def command(
    config: Config,
    sites: tuple[str, ...],
    every: bool,
    origin: str,
    dry_run: bool,
    limit: int | None,
    since: date | None,
    until: date | None,
    overrides: tuple[tuple[str, str], ...],
    as_json: bool,
) -> int:
    """Bring back what another web archive holds of the Departments SITES.

    The plan is shown first. What was fetched is kept with its origin, and not fetched again.
    """
    from crawler.recover.run import Recovered, recover
    from crawler.recover.settings import Settings
    from crawler.recover.sources import source_of
    from crawler.run import crawl_settings

    if bool(sites) == every:
        raise click.UsageError("name the sites to recover, or give --all-retired")
    try:
        source = source_of(origin)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--from") from None
    if since is not None and until is not None and since > until:
        raise click.BadParameter("is after --until", param_hint="--since")
    asked = crawl_settings(config, dict(overrides))
    settings, keep = Settings.of(asked), asked["STORED_KEEP_DAYS"]
    keep_days(keep)
    wanted = _retired() if every else [registry().get(site) for site in dict.fromkeys(sites)]
    check_writable(config.data)
    codes: list[Exit] = []
    done: list[Recovered] = []
    with console(stderr=True).status("recovering") as status:
        for site in wanted:
            try:
                ended = recover(
                    site,
                    source,
                    root=config.data,
                    catalog=config.catalog_url,
                    load_site=load_site,
                    settings=settings,
                    dry_run=dry_run,
                    limit=limit,
                    since=since,
                    until=until,
                    tell=_tell_plan,
                    progress=status.update,
                )
            except KhcnError as error:
                if not every and len(wanted) == 1:
                    raise
                say(f"khcn: {plain(error)}", err=True)
                codes.append(exit_of(error))
                continue
            done.append(ended)
            codes.append(ended.exit)
            if ended.exit in (Exit.INTERRUPTED, Exit.DISK):
                break
    if any(ended.report.captures for ended in done):
        make_searchable(config.data, config.catalog_url)
    _print(done, as_json=as_json, dry_run=dry_run)
    if not dry_run and Exit.INTERRUPTED not in codes and Exit.DISK not in codes:
        codes.append(store(config, [ended.report.site for ended in done if ended.report.crawl], keep))
    return gravest(codes)


def _retired() -> list[Site]:
    return [site for site in registry().all() if site.status == "retired" or site.successor is not None]


def _tell_plan(plan: Any) -> None:
    years = ", ".join(f"{year}: {number}" for year, number in plan.by_year.items()) or "none"
    minutes = plan.seconds / 60
    takes = f"{minutes / 60:.1f} hours" if minutes > 90 else f"{minutes:.0f} minutes"
    for line in (
        f"{plan.site}: {plan.found} captures in {plan.source} ({years})",
        f"{plan.site}: {plan.chosen} to fetch, {plan.bytes / 1e6:.1f} MB as far as the index says, in {takes} or more; "
        f"then the files that pages need; {plan.held} held already",
    ):
        say(line, err=True)


def _print(done: list[Any], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        for ended in done:
            whole = {"exit": int(ended.exit), "plan": ended.plan, "report": None if dry_run else ended.report}
            click.echo(exact_json(msgspec.json.encode(whole).decode()))
    else:
        shown = table("site", "found", "to fetch" if dry_run else "fetched", "articles", "years", "gaps", "failed")
        for ended in done:
            report, plan = ended.report, ended.plan
            years = list(report.articles_by_year or report.found_by_year)
            shown.add_row(
                report.site,
                str(report.found),
                str(plan.chosen if plan else 0) if dry_run else str(report.captures),
                str(sum(asdict(report.articles)[name] for name in ("new", "changed", "unchanged"))),
                f"{years[0]}-{years[-1]}" if years else "",
                str(report.gaps_total),
                str(len(report.failures)),
            )
        console().print(shown)
    for ended in done:
        for failure in ended.report.failures:
            say(f"khcn: {ended.report.site}: {failure.url}: {failure.cause}", err=True)


__all__ = ["command"]
