"""``khcn sites``: the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
import msgspec
from rich.table import Table

from archive.errors import ConfigError
from archive.report import reports
from crawler.claims import disagreements
from crawler.cli.check import check
from crawler.cli.common import console, json_option, registry, table, write_json
from crawler.cli.new import new, new_family
from crawler.config import Config
from crawler.sites import Site


@click.group("sites")
def command() -> None:
    """List, show, check and make site files and families."""


command.add_command(check)
command.add_command(new)
command.add_command(new_family)


@command.command("list")
@json_option
@click.pass_obj
def list_sites(config: Config, as_json: bool) -> None:
    """Print one row a site. Files that say one thing against each other end it with a message."""
    folder = registry().folder
    sites = list(registry().all())
    for fault in disagreements(sites):
        raise ConfigError(f"{folder}/{fault}")
    rows = [_row(config, site) for site in sites]
    if as_json:
        for row in rows:
            write_json(row)
        return
    listed = table("site", "name", "status", "family", "evidence", "hosts", "successor", "last run")
    for row in rows:
        hosts = "\n".join(host["host"] + _known(host) for host in row["hosts"])
        last_run = (row["last_run"] or "-").replace("T", " ").removesuffix("+00:00")
        told = (row["status"], row["family"], row["evidence"], hosts, row["successor"] or "-", last_run)
        listed.add_row(row["site"], row["name"], *told)
    console().print(listed)
    console().print(_counted(sites))


def _known(host: Mapping[str, object]) -> str:
    return " (inferred)" if host["evidence"] == "inferred" else ""


def _counted(sites: Sequence[Site]) -> str:
    provinces = [site.province for site in sites if site.province is not None]
    former, present = (sum(getattr(each, key) is not None for each in provinces) for key in ("gso_pre", "gso_post"))
    return f"{len(sites)} sites: {former} Departments before 2025-07-01, {present} since; one that goes on is one site"


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
        "evidence": site.evidence,
        "codes": {"pre": site.province.gso_pre, "post": site.province.gso_post} if site.province else None,
        "successor": site.successor,
        "follows": site.follows,
        "last_run": max(runs).isoformat(timespec="seconds") if runs else None,
    }
