"""``khcn repair``: what killed runs left, mended."""

from __future__ import annotations

import importlib
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from archive.catalog.engine import bring_up
from archive.times import UTC
from crawler.cli.common import check_writable, console, json_option, load_site, say, write_json
from crawler.cli.storing import store
from crawler.config import Config
from crawler.exits import Exit, NotHeld, SiteLocked, gravest
from crawler.lock import SiteLock
from crawler.repair import Repaired, repair_site


@click.command("repair")
@click.argument("sites", nargs=-1)
@json_option
@click.pass_obj
def command(config: Config, sites: tuple[str, ...], as_json: bool) -> int:
    """Mend what killed runs of SITES left (default: of all).

    Files still .open are cut after their last whole record, into quarantine/, and closed;
    missing indexes are made; catalog, JSON Lines and crawl reports follow. No byte is deleted.
    With KHCN_ARCHIVE_URL, what waits to be stored there is sent.
    """
    check_writable(config.data)
    held = _held(config.data)
    unknown = [site for site in sites if site not in held]
    if unknown:
        raise NotHeld(f'{config.data / "warcs"}: nothing of "{unknown[0]}"; held are: {", ".join(held) or "none"}')
    bring_up(config.catalog_url)
    codes = []
    for site in sites or held:
        try:
            with (
                SiteLock(config.data, site, datetime.now(UTC), (config.catalog_url,)),
                console(stderr=True).status(site) as status,
            ):
                done = repair_site(
                    config.data, site, catalog=config.catalog_url, load_site=load_site, progress=status.update
                )
        except SiteLocked as error:
            say(f"khcn: {error}", err=True)
            codes.append(Exit.LOCKED)
            continue
        codes.append(_exit(done))
        if as_json:
            for line in _as_json(done):
                write_json(line)
        else:
            _print(done)
    settings = importlib.import_module("settings")
    codes.append(store(config, sites or None, settings.STORED_KEEP_DAYS))
    return gravest(codes)


def _held(root: Path) -> list[str]:
    """Return the ids of the sites of which there is anything to look at."""
    sites = {path.name for path in (root / "warcs").glob("*") if path.is_dir()}
    # A crawl that was killed before its first record has a begun report only.
    return sorted(sites | {path.name.rpartition("-")[0] for path in (root / "crawls").glob("*-*.json.open")})


def _exit(done: Repaired) -> Exit:
    states = {found.state for found in done.mended}
    if "damaged" in states:
        return Exit.DAMAGE
    return Exit.LOCKED if "busy" in states else Exit.OK


def _print(done: Repaired) -> None:
    for found in done.mended:
        told = f"{found.warc}: {found.state}"
        if found.state in ("closed", "emptied"):
            told += f", {found.records} whole records kept"
        if found.quarantine:
            told += f", {found.cut_bytes} bytes to {found.quarantine} ({found.detail})"
        elif found.detail:
            told += f": {found.detail}"
        say(told)
    for report in done.crawls:
        new, changed = report.articles.new, report.articles.changed
        say(f"{report.crawl}: ended; {report.captures} captures, {new} new articles, {changed} changed")


def _as_json(done: Repaired) -> list[dict[str, Any]]:
    files = [
        {
            "site": done.site,
            "warc": found.warc,
            "state": found.state,
            "records": found.records,
            "cut_bytes": found.cut_bytes,
            "quarantine": found.quarantine,
            "detail": found.detail,
        }
        for found in done.mended
    ]
    return [*files, *({"site": done.site, "crawl": r.crawl, "state": "ended", "exit": r.exit} for r in done.crawls)]
