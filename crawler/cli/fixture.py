"""``khcn fixture``: test cases cut out of the archive, and what is expected of them."""

from __future__ import annotations

import difflib
import importlib
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from archive import open_archive
from archive.model import NotAnArticle, Payload
from archive.times import VN
from crawler.cases import EXPECTED, PAGE, Case, cases_in, shown
from crawler.cli.common import json_option, load_site, registry, say, write_json
from crawler.cli.show import Moment
from crawler.config import Config
from crawler.derive import derive
from crawler.exits import NotHeld
from crawler.fixtures import NoPage, best_capture, cut, name_of, update
from crawler.registry import page_classes
from crawler.seeds import UNDECLARED
from crawler.sites import Site

TESTS = "tests/sites/test_cases.py tests/docs/test_families.py"
cases_option = click.option(
    "--cases",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of the cases (default: tests/sites of the project).",
)


@click.group("fixture")
def command() -> None:
    """Cut test cases out of the archive, and refresh what is expected of them."""


@command.command("add")
@click.argument("site")
@click.argument("url")
@click.option("--name", help="Name of the case (default: from the address).")
@click.option("--family", help="Make it a case of this family (default: of SITE).")
@click.option("--at", type=Moment(), help="The capture closest to DATE (default: the latest).")
@cases_option
@json_option
@click.pass_obj
def add(
    config: Config,
    site: str,
    url: str,
    name: str | None,
    family: str | None,
    at: datetime | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Cut the page at URL out of the archive, as a case of SITE.

    The case fails until a person has read its expected.json and removed the line "unread".
    """
    if not _is_address(url):
        raise click.UsageError(f'"{url}" is no http or https address; give it as `khcn show` takes it, in quotes')
    found = load_site(site)
    is_declared = not site.startswith(UNDECLARED)
    if is_declared and not found.claims(url):
        raise click.UsageError(f'{url}: not on a host of "{site}"; `khcn sites show {site}` shows its hosts and scopes')
    if name is not None and not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name):
        raise click.UsageError(f'--name: "{name}" is no name of a case; use words of a-z and 0-9 joined by _')
    case = _cases_folder(folder) / (_module_of(family) if family else site) / (name or name_of(url))
    if case.exists():
        raise click.UsageError(f"{case}: there is such a case already; give another name with --name, or remove it")
    with open_archive(config.data, catalog_url=config.catalog_url) as archive:
        captures = list(archive.captures(url=url))
        if not captures:
            raise NotHeld(f"{url}: nothing was captured at this address; {_how_to_crawl(found, url, is_declared)}")
        try:
            capture = best_capture(captures, url, at)
        except NoPage as error:
            raise NotHeld(
                f"{url}: captured, but never as a page that can be read ({error}); "
                f"{_how_to_crawl(found, url, is_declared)}"
            ) from None
        payload = capture.payload()
        result = derive(found, capture, payload)
        if isinstance(result, NotAnArticle) and result.reason == "not_html":
            raise NotHeld(f"{url}: {_kind_of(payload)}, and no web page; cases are cut from web pages only")
        cut(case, found, capture, payload, result, declared=is_declared)
    told = shown(result)
    kind = next(iter(told))
    if as_json:
        facts = {"url": capture.url, "capture": capture.id, "captured": capture.date.isoformat()}
        write_json({"case": str(case), "kind": kind, **facts})
        return
    captured = capture.date.astimezone(VN)
    say(f"{case}: {_summary(kind, told[kind])}, captured {captured:%Y-%m-%d %H:%M}")
    say(f'It fails until you have read {EXPECTED} beside {PAGE}, corrected it, and removed its line "unread".')
    say(f"Then: python -m pytest {TESTS} -k '{case.parent.name} or famil'")


@command.command("update")
@click.argument("site", required=False)
@click.argument("case", required=False)
@cases_option
@json_option
@click.pass_obj
def update_cases(config: Config, site: str | None, case: str | None, folder: Path | None, as_json: bool) -> None:
    """Read the pages of the cases again, of all or of SITE (a folder of cases) or of one CASE.

    What is expected is written again where another thing is read now. The difference goes to stdout, and the
    case fails until a person has read it.
    """
    states = {"unchanged": 0, "changed": 0, "unread": 0}
    for each in _chosen(_cases_folder(folder), site, case):
        done = update(each)
        states[done.state] += 1
        if as_json:
            write_json({"case": done.case, "state": done.state, "diff": done.diff})
        elif done.diff:
            say(done.diff, nl=False)
    if not as_json:
        told = f"{states['changed']} changed, {states['unchanged']} unchanged"
        more = f", {states['unread']} unchanged and still to be read" if states["unread"] else ""
        say(f"{told}{more}", err=True)


def _module_of(family: str) -> str:
    """Return the name of the module of a family, which that of its cases' folder is. Raises UsageError."""
    modules = {name: reader.__module__.rpartition(".")[2] for name, reader in page_classes().items()}
    known = modules | {module: module for module in modules.values()}
    if family not in known:
        close = difflib.get_close_matches(family, known, 1)
        hint = f'did you mean "{close[0]}"?' if close else "docs/families.md names all"
        raise click.UsageError(f'--family: no page class "{family}" ({hint})')
    return known[family]


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _cases_folder(folder: Path | None) -> Path:
    """Return the folder of the cases: the one named, or that of the project."""
    found = folder or Path(importlib.import_module("settings").HERE) / "tests" / "sites"
    if not found.is_dir():
        raise click.UsageError(
            f"{found}: no such folder; cases are part of the source tree, and are not installed with the program: "
            "name a folder with --cases, or call khcn of a checkout"
        )
    return found


def _chosen(folder: Path, site: str | None, name: str | None) -> list[Case]:
    """Return the cases that a command line means."""
    cases = cases_in(folder, registry().get)
    if site is not None:
        cases = _named(cases, site, {case: case.family for case in cases}, folder)
    if name is not None:
        cases = _named(cases, name, {case: case.folder.name for case in cases}, folder / str(site))
    return cases


def _named(cases: list[Case], name: str, names: dict[Case, str], folder: Path) -> list[Case]:
    found = [case for case in cases if names[case] == name]
    if not found:
        close = difflib.get_close_matches(name, names.values(), 1)
        hint = f'did you mean "{close[0]}"?' if close else "`khcn fixture add` makes one"
        raise click.UsageError(f'{folder}: no case of "{name}" ({hint})')
    return found


def _how_to_crawl(site: Site, url: str, is_declared: bool) -> str:
    """Return what to do to have a page in the archive."""
    if is_declared and (site.is_article(url) or site.is_listing(url)):
        return f"`khcn crawl {site.id} --limit 20` finds new articles, `khcn crawl --seeds FILE` fetches this address"
    return "`khcn crawl --seeds FILE`, with this address in FILE, fetches it"


def _kind_of(payload: Payload) -> str:
    return (payload.header("Content-Type") or "").partition(";")[0].strip() or "of no declared type"


def _summary(kind: str, told: dict[str, Any]) -> str:
    """Return in a few words what was read."""
    if kind == "article":
        return f"article, {len(told)} fields, {len(told.get('text', ()))} paragraphs"
    if kind == "listing":
        return f"listing, {len(told.get('items', ()))} items"
    return f"rejected as {told['reason']}"
