"""``khcn sites new`` and ``khcn sites new-family``: what a new Department, or a new family, begins with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.model import NotAnArticle
from archive.times import VN, now
from crawler.claims import claimant
from crawler.cli.common import console, json_option, registry, say, table, write_json
from crawler.cli.given import Setting
from crawler.config import Config
from crawler.exits import Exit
from crawler.proposal import Proposal, is_web
from crawler.resolve import parse_resolve
from crawler.scaffold import NameTaken, plain, site_file, write_site_file
from crawler.scaffold_family import FAMILY_NAME, family_path, write_family
from crawler.sites import Host, Seed, Site, split_target

if TYPE_CHECKING:
    from crawler.scouting import Role, Visit

SHOWN = 5
"""Rows of the table of scores."""
LINE = 2000
"""Letters of an address, or of a sentence with one, that are shown."""
_GENERAL = re.compile(r"www|s?o?kh-?cn|so-?kh-?cn|dost|khoahoc(?:congnghe)?|gov|com|net|org|edu|info|vn|\d+")
_HOW = "write: khcn sites new lam_dong https://skhcn.lamdong.gov.vn/"
_ADVICE = {
    "robots": "what robots.txt forbids, or while nobody can read it, is not archived",
    "status": "correct the address",
    "dns": "is the name right?",
    "not asked": "give it another time, or other settings with -s",
}
_NO_PAGES = {
    "empty": "the answer is empty; does it open in a browser?",
    "not_html": "is no web page; give the address of the home page",
    "cookie_stub": "a guard answers in place of the site: a script that sets a cookie, and scripts are not run here",
}


@click.command("new")
@click.argument("site")
@click.argument("url", required=False)
@click.option("-s", "overrides", multiple=True, type=Setting(), help="Override a setting.")
@json_option
@click.pass_obj
def new(config: Config, site: str, url: str | None, overrides: tuple[tuple[str, str], ...], as_json: bool) -> int:
    """Look at the home page URL and write a site file SITE for it, with a TODO for each thing to look at.

    Without SITE the id is made from the host: khcn sites new https://skhcn.lamdong.gov.vn/
    """
    from crawler.scouting import scout

    site_id, home = _named(site, url)
    folder = registry().folder
    path = folder / f"{site_id}.toml"
    if path.exists():
        raise click.UsageError(
            f"{_shown(path)} is there already: edit it, look at it with `khcn sites check {site_id}`, or remove it "
            "to have it proposed anew"
        )
    _unclaimed(home)
    parse_resolve(config.resolve)
    declared = Site(
        id=site_id,
        name=site_id,
        name_en=site_id,
        status="active",
        follows=tuple(each.id for each in registry().all() if each.successor == site_id),
        hosts=(Host(host=split_target(home)[1], evidence="brief"),),
        seeds=(Seed(url=home),),
    )
    visits = scout(declared, config, dict(overrides), _first_section)
    seen = visits[0]
    if (refusal := _refusal(seen)) is not None or seen.page is None:
        say(plain(f"khcn: {home}: {refusal}. Nothing was written", LINE), err=True)
        return Exit.PARTIAL
    refused = {visit.asked: _refusal(visit) for visit in visits[1:]}
    listing = next((visit.page for visit in visits[1:] if refused[visit.asked] is None), None)
    proposal = Proposal(declared, seen.page, listing)
    try:
        write_site_file(path, site_file(proposal))
    except NameTaken as error:  # by another run, meanwhile
        raise click.UsageError(str(error)) from None
    failures = {url: why for url, why in refused.items() if why is not None}
    _tell(proposal, path, failures, as_json=as_json)
    for url, why in failures.items():
        say(plain(f"khcn: {url}: {why}", LINE), err=True)
    return Exit.PARTIAL if failures else Exit.OK


@click.command("new-family")
@click.argument("name")
def new_family(name: str) -> None:
    """Write the module of a new family NAME: a page class whose selectors are still to be filled in."""
    if not re.fullmatch(FAMILY_NAME, name) or iskeyword(name):
        raise click.UsageError(f'"{name}" is no name of a family; use small ASCII letters, digits and "_"')
    path = family_path(name)
    try:
        write_family(path, name)
    except NameTaken as error:
        raise click.UsageError(str(error)) from None
    say(f"{_shown(path)}: written. It is found by its name; fill in its TODOs (docs/add-a-family.md), then:")
    say(f'  page = "{name}" in [[layouts]] of a site file; khcn sites check SITE')
    say(f"  cases in tests/sites/{name}/, a row in docs/families.md")


def _shown(path: Path) -> Path:
    """Return a path as it is shortest from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _named(first: str, second: str | None) -> tuple[str, str]:
    """Return site id and address of the command line. Raises UsageError for what is neither."""
    if second is None:
        if not is_web(first):
            raise click.UsageError(f'"{first}" is no http or https address; {_HOW}')
        site_id = _id_of(split_target(first)[1])
        if site_id is None:
            raise click.UsageError(f"{first}: no site id can be made from the host; {_HOW}")
        return site_id, _whole(first)
    if "://" in first and "://" not in second:
        raise click.UsageError(f"the site id comes first, then the address; write: khcn sites new {second} {first}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", first) or "__" in first:
        raise click.UsageError(f'"{first}" is no site id; use small ASCII letters, digits and "_", such as lam_dong')
    if not is_web(second):
        raise click.UsageError(f'"{second}" is no http or https address; {_HOW}')
    return first, _whole(second)


def _whole(url: str) -> str:
    """Return an address with a path and without fragment."""
    url = url.partition("#")[0]
    return url if re.match(r"\w+://[^/?]+/", url) else re.sub(r"^(\w+://[^/?]+)", r"\1/", url)


def _id_of(host: str) -> str | None:
    """Return the id that a host's name suggests: that of a declared site when it is its province's.

    >>> _id_of("www.skhcn.hoa-ninh.gov.vn")
    'hoa_ninh'
    """
    labels = [label for label in host.partition(":")[0].split(".")[:-1] if not _GENERAL.fullmatch(label)]
    if not labels:
        return None
    made = re.sub(r"[^a-z0-9]+", "_", labels[-1]).strip("_")
    known = {site_id.replace("_", ""): site_id for site_id in registry().ids()}
    return known.get(made.replace("_", ""), made) if re.fullmatch(r"[a-z][a-z0-9_]*", made) else None


def _unclaimed(url: str) -> None:
    """Raise UsageError when *url* belongs to a declared site today."""
    today = now().astimezone(VN).date()
    owner = claimant(registry().all(), url, today)
    if owner is not None and owner.claims(url, today):
        raise click.UsageError(f"{url} is of {owner.id} already: look at it with `khcn sites check {owner.id}`")


def _first_section(visit: Visit) -> tuple[Role, str] | None:
    """Ask, after the home page, for the first section that its menus name."""
    if visit.role != "seed" or visit.page is None or _refusal(visit) is not None:
        return None
    sections = Proposal(visit.page.site, visit.page, None).sections
    return ("listing", sections[0].url) if sections else None


def _refusal(visit: Visit) -> str | None:
    """Return why nothing can be said of a site from a visit, and what to do; null when something can."""
    if visit.failure is not None:
        word, _, rest = visit.failure.partition(": ")
        if word == "scope":
            target = rest.removeprefix("redirects to ").partition(",")[0]
            return f"redirects to {target}, another host; if that is the Department's, give that address"
        advice = _ADVICE.get(word, "does it open in a browser?")
        return f"{visit.failure}; {advice}"
    if visit.result is None:
        return _NO_PAGES["not_html"]
    return _NO_PAGES.get(visit.result.reason) if isinstance(visit.result, NotAnArticle) else None


def _tell(proposal: Proposal, path: Path, failures: Mapping[str, str], *, as_json: bool) -> None:
    """Say what was seen and what was written."""
    if as_json:
        write_json(
            {
                "site": proposal.site.id,
                "path": str(path),
                "family": proposal.family,
                "scores": [asdict(score) for score in proposal.scores],
                "sections": [section._asdict() for section in proposal.sections],
                "pages": [page.url for page in proposal.pages],
                "failures": [{"url": url, "cause": why} for url, why in failures.items()],
            }
        )
        return
    listed = table("family", "marks", "article links", "listing links")
    shown = [score for score in proposal.scores if score.marks or score.articles or score.listings]
    for score in shown[:SHOWN]:
        listed.add_row(score.family, f"{score.marks:.2f}", str(score.articles), str(score.listings))
    console().print(listed)
    say(f"looked at {' and '.join(plain(page.url, LINE) for page in proposal.pages)}")
    say(f"layout: {proposal.family}; sections: {', '.join(plain(name) for name, _ in proposal.sections) or '-'}")
    say(f"{_shown(path)}: written. Look at its TODOs, then: khcn sites check {proposal.site.id}")
