"""``khcn import``: WARC and WACZ files of other programs."""

from __future__ import annotations

import importlib
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from archive.foreign import NotAnArchive
from crawler.cli.common import check_writable, console, json_option, load_site, registry, say
from crawler.cli.storing import store
from crawler.config import Config
from crawler.exits import Exit, gravest
from crawler.importing import Imported, import_files
from crawler.masked import exact_json
from crawler.searchable import make_searchable
from crawler.seeds import UNDECLARED


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--site", help="Put all records into this site, instead of each where it belongs.")
@json_option
@click.pass_obj
def command(config: Config, files: tuple[Path, ...], site: str | None, as_json: bool) -> int:
    """Take WARC and WACZ FILES of other programs into the archive.

    Records are copied as they are, and then read as our own are. What the archive holds
    already is left out, so importing twice adds nothing.
    """
    if site is not None and not site.startswith(UNDECLARED):
        registry().get(site)
    settings = importlib.import_module("settings")
    try:
        with console(stderr=True).status("importing") as status:
            done = import_files(
                files,
                root=config.data,
                catalog=config.catalog_url,
                registry=registry(),
                load_site=load_site,
                site=site,
                max_bytes=settings.WARC_MAX_BYTES,
                prepare=lambda: check_writable(config.data),
                progress=status.update,
            )
    except NotAnArchive as error:
        for line in str(error).splitlines():
            say(f"khcn: {line}", err=True)
        say("khcn: nothing was imported", err=True)
        return Exit.USAGE
    if done.reports:
        make_searchable(config.data, config.catalog_url)
    _print(done, as_json=as_json)
    stored = store(config, [report.site for report in done.reports], settings.STORED_KEEP_DAYS)
    return gravest([done.exit, stored])


def _print(done: Imported, *, as_json: bool) -> None:
    if as_json:
        whole = {"exit": int(done.exit), "files": done.files, "failures": done.failures, "crawls": done.reports}
        click.echo(exact_json(msgspec.json.encode(whole).decode()))
    else:
        for file in done.files:
            kept = "".join(f", {number} {kind} not read" for kind, number in file.unread.items())
            counts = f"{file.taken} records taken, {file.duplicates} held already{kept}, {file.lost} lost"
            say(f"{file.file}: {counts}")
        for report in done.reports:
            novelty = asdict(report.articles)
            told = ", ".join(f"{novelty[name]} {name}" for name in ("new", "changed", "unchanged", "rejected"))
            say(f"{report.site}: {report.captures} captures; articles: {told}; crawl {report.crawl}")
    for failure in (*done.failures, *(f for r in done.reports for f in r.failures if f not in done.failures)):
        say(f"khcn: {failure.url}: {failure.cause}", err=True)
