"""``khcn verify``: a finding a line, exit code 9 when there is one."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

import click

from archive.errors import ArchiveError
from archive.verify import Verification
from crawler.cli.common import NotHeld, console, json_option, write_json
from crawler.config import Config
from crawler.exits import Exit


@click.command("verify")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def command(config: Config, paths: tuple[Path, ...], as_json: bool) -> int:
    """Check the data root, or the WARC and WACZ files at PATHS: framing, digests, links, index, catalog, articles.

    Nothing is changed. Each finding is a line: file, offset, rule, what was seen, what to do.
    """
    try:
        run = Verification(config.data, paths, config.catalog_url)
    except ArchiveError as error:
        raise NotHeld(str(error)) from None
    began, found = time.monotonic(), 0
    with console(stderr=True).status("verifying") as status:
        for one in run.findings(lambda file: status.update(f"verifying: {file}")):
            found += 1
            if as_json:
                write_json(asdict(one))
            else:
                click.echo(str(one))
    seconds = time.monotonic() - began
    if not as_json:
        told = f"{found} findings" if found != 1 else "1 finding"
        size = f"{run.bytes / 1e6:.1f} MB"
        click.echo(f"{run.files} files, {run.records} records, {size} in {seconds:.1f} s: {told}", err=True)
    return Exit.DAMAGE if found else Exit.OK
