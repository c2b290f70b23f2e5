"""``khcn status``: how the sites fare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from archive.atomic import write_whole
from archive.errors import CatalogError
from archive.health.ledger import Broken, Ledger, read_broken
from archive.health.rows import Health
from archive.storage.bring import REPORTS
from archive.times import VN
from crawler.cli.common import console, json_option, registry, say, table, write_json
from crawler.cli.storing import fetch
from crawler.config import Config
from crawler.exits import Exit, NotHeld, gravest
from crawler.notify import read_addresses
from crawler.watch import Standing, expected, look, note_and_tell, standings

BARS = "▁▂▃▄▅▆▇█"
COLOURS = {"OK": "green", "PARTIAL": "yellow", "INTERRUPTED": "yellow"}


@click.command("status")
@click.argument("sites", nargs=-1)
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with a badge a site.")
@click.option(
    "--prometheus",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write metrics for Prometheus.",
)
@click.option("--notify", is_flag=True, help="Note what broke and was mended, and tell it to KHCN_NOTIFY.")
@click.option(
    "--acknowledge", multiple=True, metavar="SITE:NAME", help="Hear no more of what is broken until it is mended."
)
@json_option
@click.pass_obj
def command(
    config: Config,
    sites: tuple[str, ...],
    html: Path | None,
    prometheus: Path | None,
    notify: bool,
    acknowledge: tuple[str, ...],
    as_json: bool,
) -> int:
    """Print a row a site: last run, result, what is new, how long it is silent, what is expected.

    Exit code 6 when an expectation is broken that nobody acknowledged.
    """
    now = datetime.now(UTC)
    known = registry()
    expects = expected(known)
    for site in sites:
        if site not in expects.sites:
            known.get(site)
    addresses = read_addresses(config.notify) if notify else []
    fetch(config, (REPORTS,), is_needed=False)  # who is to be told of a fault is told of others too
    try:
        rows = look(config, expects, now)
    except CatalogError:
        if prometheus is not None:
            _write_metrics(config, prometheus, None, now)
        raise
    if acknowledge:
        _acknowledge(config.data, acknowledge, now)
    if notify and note_and_tell(config, rows, addresses, now) and addresses:
        say("khcn: not everybody could be told; the next run tries again", err=True)
    if prometheus is not None:
        _write_metrics(config, prometheus, rows, now)
    broken = read_broken(config.data)
    shown = [each for each in standings(rows, broken) if not sites or each.row.site in sites]
    if html is not None:
        from crawler.status_page import write_page

        write_page(html, shown, now)
    if as_json:
        for each in shown:
            write_json(_json(each))
    else:
        _print(shown)
    for fault in expects.faults.values():
        say(f"khcn: {fault}", err=True)
    return gravest([_exit(shown), Exit.CONFIG if expects.faults else Exit.OK])


def _write_metrics(config: Config, path: Path, rows: Sequence[Health] | None, now: datetime) -> None:
    """Write the metrics, whole or not at all; what reads the folder passes over the name meanwhile."""
    from archive.metrics import whole

    with write_whole(path) as file:
        file.write(whole(config.data, config.catalog_url, rows, now))


def _exit(shown: Sequence[Standing]) -> Exit:
    return Exit.EXPECTATION if any(each.alarms for each in shown) else Exit.OK


def _acknowledge(root: Path, names: Sequence[str], now: datetime) -> None:
    with Ledger(root) as ledger:
        wanted = []
        for word in names:
            site, _, name = word.partition(":")
            if (site, name) not in ledger.broken:
                there = ", ".join(f"{site}:{name}" for site, name in sorted(ledger.broken)) or "nothing"
                raise NotHeld(f'"{word}" is not broken, as far as was noted; that is: {there}')
            wanted.append((site, name))
        for site, name in wanted:
            ledger.acknowledge(site, name, now)


def _json(each: Standing) -> dict[str, Any]:
    row = each.row
    return {
        "site": row.site,
        "last_run": row.last_run.isoformat(timespec="seconds").replace("+00:00", "Z") if row.last_run else None,
        "result": row.result,
        "exit": row.exit,
        "articles": row.articles,
        "new": row.new,
        "newest": row.newest.isoformat() if row.newest else None,
        "silent_days": row.silent_days,
        "expectations": [
            {
                "name": found.name,
                "ok": found.ok,
                "value": found.value,
                "limit": found.limit,
                "told": found.told,
                **_standing(each.broken.get(found.name)),
            }
            for found in each.expectations
        ],
    }


def _standing(broken: Broken | None) -> Mapping[str, str | None]:
    if broken is None:
        return {"since": None, "acknowledged": None}
    known = broken.acknowledged.isoformat(timespec="seconds").replace("+00:00", "Z") if broken.acknowledged else None
    return {"since": broken.event.at.isoformat(timespec="seconds").replace("+00:00", "Z"), "acknowledged": known}


def _print(shown: Sequence[Standing]) -> None:
    listed = table("site", "last run", "result", "new", "articles", "a year by months", "newest", "silent", "expected")
    for each in shown:
        row = each.row
        result = row.result or "-"
        listed.add_row(
            row.site,
            f"{row.last_run.astimezone(VN):%Y-%m-%d %H:%M}" if row.last_run else "-",
            Text(result, COLOURS.get(result, "red" if row.result else "dim")),
            str(row.new) if row.last_run else "-",
            str(row.articles),
            sparkline(row.months) if row.articles else "",
            row.newest.isoformat() if row.newest else "-",
            f"{row.silent_days} d" if row.silent_days is not None else "-",
            _found(each),
        )
    console().print(listed)
    count = sum(bool(each.alarms) for each in shown)
    crawled = sum(each.row.last_run is not None for each in shown)
    console().print(f"{crawled} of {len(shown)} sites crawled; {count} not as expected")


def _found(each: Standing) -> Text:
    if not each.row.is_watched:
        return Text("not watched", "dim")
    if not each.expectations:
        return Text("-", "dim")
    told = Text("\n").join(
        Text(f"{found.name}: {found.told}{_since(each.broken.get(found.name))}", each.colour(found))
        for found in each.expectations
        if not found.ok
    )
    return told or Text("as expected", "green")


def _since(broken: Broken | None) -> str:
    if broken is None:
        return ""
    known = f", acknowledged {broken.acknowledged.astimezone(VN):%Y-%m-%d}" if broken.acknowledged else ""
    return f" [since {broken.event.at.astimezone(VN):%Y-%m-%d}{known}]"


def sparkline(numbers: Sequence[int]) -> str:
    """Return numbers as bars, the highest one full; what is not nothing is seen.

    >>> sparkline([0, 1, 5, 10]), sparkline([0, 0])
    ('▁▂▅█', '▁▁')
    """
    most = max(numbers, default=0) or 1
    return "".join(BARS[0] if not n else BARS[max(1, round(n / most * (len(BARS) - 1)))] for n in numbers)
