"""``khcn sites``: the registry."""

from __future__ import annotations

import click
import msgspec
from rich.table import Table

from archive.report import reports
from crawler.cli.common import console, json_option, registry, table, write_json
from crawler.config import Config
from crawler.sites import Site


@click.group("sites")
def command() -> None:
    """List and show the declared Departments."""


@command.command("list")
@json_option
@click.pass_obj
def list_sites(config: Config, as_json: bool) -> None:
    """Print one row a site."""
    rows = [_row(config, site) for site in registry().all()]
    if as_json:
        for row in rows:
            write_json(row)
        return
    listed = table("site", "name", "status", "family", "hosts", "last run")
    for row in rows:
        hosts = "\n".join(host["host"] for host in row["hosts"])
        last_run = (row["last_run"] or "-").replace("T", " ").removesuffix("+00:00")
        listed.add_row(row["site"], row["name"], row["status"], row["family"], hosts, last_run)
    console().print(listed)


@command.command("show")
@click.argument("site")
@json_option
def show_site(site: str, as_json: bool) -> None:
    """Print everything that the file of SITE declares."""
    found = registry().get(site)
    if as_json:
        write_json(msgspec.to_builtins(found))
        return
    shown = Table(show_header=False, box=None)
    for key, value in msgspec.to_builtins(found).items():
        for number, entry in enumerate(value if isinstance(value, list | tuple) else [value]):
            shown.add_row(key if number == 0 else "", _text(entry))
    console().print(shown)


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_text(entry)}" for key, entry in value.items() if entry not in (None, [], ()))
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "-" if value is None else str(value)


def _row(config: Config, site: Site) -> dict:  # type: ignore[type-arg]
    runs = [report.ended for report in reports(config.data, site.id)]
    return {
        "site": site.id,
        "name": site.name,
        "status": site.status,
        "family": site.family,
        "hosts": [
            {"host": host.host, "from": host.since, "until": host.until, "evidence": host.evidence}
            for host in site.hosts
        ],
        "successor": site.successor,
        "last_run": max(runs).isoformat(timespec="seconds") if runs else None,
    }
