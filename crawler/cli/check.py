"""``khcn sites check``: a dry run of one site's seeds."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.text import Text

from archive.errors import ConfigError
from crawler.claims import disagreements
from crawler.cli.common import console, json_option, registry, say, table, write_json
from crawler.cli.given import Setting
from crawler.config import Config
from crawler.dry_run import FIELDS, SeedCheck, Tour, checks
from crawler.exits import Exit
from crawler.reader_checks import blind, keep_pages, of_readers
from crawler.registry import readers_of
from crawler.resolve import parse_resolve
from crawler.scaffold import plain
from crawler.sites import Site

EMPTY = "(empty)"
LINE = 2000
"""Letters of an address, or of a sentence with one, that are shown."""


@click.command("check")
@click.argument("site")
@click.option("-s", "overrides", multiple=True, type=Setting(), help="Override a setting.")
@click.option("--save", "folder", type=click.Path(path_type=Path, file_okay=False), help="Keep the pages in DIR.")
@json_option
@click.pass_obj
def check(config: Config, site: str, overrides: tuple[tuple[str, str], ...], folder: Path | None, as_json: bool) -> int:
    """Ask for the seeds of SITE, and from each for its first article; say what is found. Nothing is kept."""
    from crawler.scouting import scout

    declared = registry().get(site)
    readers_of(declared)
    if not declared.seeds:
        raise click.UsageError(f"{site}: its file has no seeds, so there is nothing to look at; add a [[seeds]] table")
    parse_resolve(config.resolve)
    visits = scout(declared, config, dict(overrides), Tour(declared))
    found = list(checks(declared, visits))
    said = [*_registered(declared), *of_readers(visits)]
    code = _code(found, said)
    kept = keep_pages(folder, visits) if folder is not None else []
    if as_json:
        seeds = [{**asdict(each), "empty": each.empty} for each in found]
        facts = {"faults": said, "blind": blind(visits), "saved": list(map(str, kept))}
        write_json({"site": site, "exit": int(code), **facts, "seeds": seeds})
        return code
    for each in found:
        _print(each)
    for path in kept:
        say(f"saved {path}")
    for reader, names in blind(visits).items():
        say(f"selectors of {reader} that found nothing on these pages: {', '.join(names)}")
    for fault in said:
        say(f"fault: {plain(fault, LINE)}")
    faults = len(said) + sum(len(each.faults) for each in found)
    say(f"{site}: {len(found)} seeds, {faults or 'no'} faults")
    return code


def _code(found: list[SeedCheck], said: list[str]) -> Exit:
    if any(each.failed for each in found):
        return Exit.PARTIAL
    return Exit.EXPECTATION if said or any(each.faults for each in found) else Exit.OK


def _registered(site: Site) -> list[str]:
    """Return what the file of a site and those of others say against each other."""
    known = [site]
    for other in registry().ids():
        try:
            known += [registry().get(other)] if other != site.id else []
        except ConfigError as error:
            say(f"khcn: passed over: {error}", err=True)
    return [fault for fault in disagreements(known) if f"{site.id}.toml" in fault or f'"{site.id}"' in fault]


def _print(each: SeedCheck) -> None:
    """Print one seed: its links, its first article, what is wrong."""
    say(f"{each.url}" + (f" ({plain(each.section)})" if each.section else ""))
    facts = {
        "links": f"{each.articles} articles, {each.listings} listings, {each.other} other",
        "listing": each.listing or "-",
        "next page": each.next_url or "-",
        "layouts": ", ".join(each.layouts) or "-",
        "marks of": each.marks or "-",
    } | ({"article": each.article["url"]} if each.article is not None else {})
    for name, value in facts.items():
        say(f"  {name:<10} {plain(value, LINE)}")
    if each.article is not None:
        sure = each.article.get("confidence")
        shown = table("field", "first article", *(["sure"] if sure else []))
        for name in FIELDS[1:]:
            told = Text(_told(name, each.article[name]))
            shown.add_row(name, told, *([f"{sure[name]:.2f}" if name in sure else ""] if sure else []))
        console().print(shown)
    for fault in each.faults:
        say(f"  fault: {plain(fault, LINE)}")
    say()


def _told(name: str, value: object) -> str:
    """Return a field's value as one short line."""
    if isinstance(value, list):
        texts = [
            str(one.get("caption") or one.get("title") or one["url"]) if isinstance(one, dict) else one for one in value
        ]
        value = f"{len(texts)}: " + "; ".join(texts) if texts and isinstance(value[0], dict) else "; ".join(texts)
    if not value:
        return EMPTY
    text = plain(str(value), LINE)
    return f"{text[:60]} ... ({len(text)} letters)" if len(text) > 75 else text
