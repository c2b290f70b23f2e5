"""``khcn export --cluster``: an export a site, side by side, in one folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import click

from crawler.cli.clustered import reading_cluster
from crawler.cluster.files import in_order
from crawler.cluster.verb import Ran, Verb, run_verb
from crawler.config import Config, carried
from crawler.exits import Exit, gravest

SUFFIX = {"jsonl": ".jsonl", "csv": ".csv", "atom": ".atom", "wacz": ".wacz"}
"""Of forms that are one file; the others are a folder."""


def export_sites(
    address: str, config: Config, form: str, folder: Path, sites: Sequence[str], options: Sequence[str]
) -> int:
    """Export each site into ``folder/<site>/``; print what each gave, return the gravest exit code."""
    environ = carried(config)
    folder = folder.absolute()
    verbs = [Verb(site, _arguments(form, folder, site, options), environ) for site in sites]
    codes: list[Exit] = []
    with reading_cluster(address, config, asks_catalog=True) as cluster:
        for ran in in_order(cluster, partial(run_verb, cluster.run), verbs):
            codes.append(_told(ran))
    return gravest(codes)


def _arguments(form: str, folder: Path, site: str, options: Iterable[str]) -> tuple[str, ...]:
    place = folder / site
    if form in SUFFIX:
        place.mkdir(parents=True, exist_ok=True)
        place /= site + SUFFIX[form] + (".gz" if "--compress" in options else "")
    return ("export", "--format", form, "-o", str(place), "--site", site, *options)


def _told(ran: Ran) -> Exit:
    click.echo(ran.out, nl=False)
    click.echo(ran.said, nl=False, err=True)
    return Exit(ran.exit)
