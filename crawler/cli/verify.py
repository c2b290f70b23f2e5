"""``khcn verify``: a finding a line, exit code 9 when there is one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from archive.errors import ArchiveError
from archive.storage import behind
from archive.verify import Finding, Verification
from archive.verify.run import read_file
from crawler.cli.common import check_writable, cluster_option, json_option, say, status, write_json
from crawler.config import Config
from crawler.exits import Exit, NotHeld

DAYS = 90


@click.command("verify")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--due", is_flag=True, help="Read the closed files read longest ago, and keep a ledger of it.")
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    help=f"With --due, once a day: each is read once in N days (default: {DAYS}).",
)
@click.option(
    "--forget",
    "forgotten",
    multiple=True,
    metavar="FILE",
    help="Let the ledger not miss a file of the data root that was removed or changed on purpose.",
)
@cluster_option
@json_option
@click.pass_obj
def command(
    config: Config,
    paths: tuple[Path, ...],
    due: bool,
    days: int | None,
    forgotten: tuple[str, ...],
    address: str | None,
    as_json: bool,
) -> int:
    """Check the data root, or the WARC and WACZ files at PATHS: framing, digests, links, index, catalog, articles.

    Nothing is changed. Each finding is a line: file, offset, rule, what was seen, what to do.
    """
    if days is not None and not due:
        raise click.UsageError("--days goes with --due")
    if (due or forgotten) and paths:
        raise click.UsageError("--due and --forget are about the whole data root; give them without PATHS")
    if address is not None and (due or forgotten):
        raise click.UsageError("--cluster goes without --due and --forget")
    if not (due or forgotten):
        return _verify(config, paths, address, as_json)
    from archive.fixity.ledger import LedgerBusy
    from archive.fixity.run import NotInLedger, forget
    from archive.times import now

    try:
        if forgotten:
            check_writable(config.data)
            forget(config.data, forgotten, now())
        return _verify_due(config, days or DAYS, as_json) if due else Exit.OK
    except LedgerBusy as error:
        say(f"khcn: {error}", err=True)
        return Exit.LOCKED
    except NotInLedger as error:
        raise NotHeld(str(error)) from None


def _verify(config: Config, paths: tuple[Path, ...], address: str | None, as_json: bool) -> int:
    if not paths and behind(config.data) is not None:
        from crawler.cli.storing import fetch

        fetch(config)
    try:
        run = Verification(config.data, paths, config.catalog_url)
    except ArchiveError as error:
        raise NotHeld(str(error)) from None
    began = time.monotonic()
    if address is None:
        found = _told(run.findings, as_json)
    else:
        from crawler.cli.clustered import reading_cluster
        from crawler.cluster.files import in_order

        with reading_cluster(address, config, asks_catalog=True) as cluster:
            found = _told(partial(run.findings, reading=partial(in_order, cluster, read_file)), as_json)
    if not as_json:
        size = f"{run.bytes / 1e6:.1f} MB"
        told = f"{run.files} files, {run.records} records, {size} in {time.monotonic() - began:.1f} s"
        say(f"{told}: {_counted(found)}", err=True)
    return Exit.DAMAGE if found else Exit.OK


def _verify_due(config: Config, days: int, as_json: bool) -> int:
    from archive.fixity.run import DueCheck
    from archive.times import now
    from crawler.cli.storing import fetch

    try:
        run = DueCheck(config.data, config.catalog_url, days, now)
    except ArchiveError as error:
        raise NotHeld(str(error)) from None
    check_writable(config.data)
    fetch(config)
    began = time.monotonic()
    found = _told(run.findings, as_json)
    if not as_json:
        told = f"{run.files} of {run.held} files, {run.bytes / 1e6:.1f} of {run.held_bytes / 1e6:.1f} MB"
        since = f", all since {run.oldest:%Y-%m-%d}" if run.oldest else ""
        say(f"{told} in {time.monotonic() - began:.1f} s{since}: {_counted(found)}", err=True)
    return Exit.DAMAGE if found else Exit.OK


def _told(findings: Callable[[Callable[[str], object]], Iterable[Finding]], as_json: bool) -> int:
    """Print findings as they come; return how many there were."""
    found = 0
    with status("verifying") as update:
        for one in findings(lambda file: update(f"verifying: {file}")):
            found += 1
            if as_json:
                write_json(asdict(one))
            else:
                say(str(one))
    return found


def _counted(found: int) -> str:
    return f"{found} findings" if found != 1 else "1 finding"
