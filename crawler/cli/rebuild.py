"""``khcn rebuild``: everything but the WARCs, again."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from typing import Any

import click

from archive.times import UTC
from archive.warc.reader import list_warcs
from crawler.cli.common import NotHeld, check_writable, console, json_option, load_site, write_json
from crawler.config import Config
from crawler.exits import Exit
from crawler.lock import SiteLock
from crawler.rebuild import Rebuilt, rebuild


@click.command("rebuild")
@click.argument("sites", nargs=-1)
@json_option
@click.pass_obj
def command(config: Config, sites: tuple[str, ...], as_json: bool) -> int:
    """Derive the catalog and the JSON Lines of SITES again from the WARCs (default: of all).

    The old catalog stays usable until the new one is whole.
    """
    check_writable(config.data)
    held = sorted({warc.split("/")[1] for warc in list_warcs(config.data)})
    unknown = [site for site in sites if site not in held]
    if unknown:
        raise NotHeld(f'{config.data / "warcs"}: no WARC file of "{unknown[0]}"; held are: {", ".join(held) or "none"}')
    with ExitStack() as locks:
        for site in sites or held:
            locks.enter_context(SiteLock(config.data, site, datetime.now(UTC)))
        with console(stderr=True).status("rebuilding") as status:
            found = rebuild(
                config.data,
                catalog=config.catalog_url,
                load_site=load_site,
                sites=sites or None,
                progress=lambda warc, number, total: status.update(f"{number + 1} of {total}: {warc}"),
            )
    for damage in found.damage:
        place = damage.warc if damage.offset is None else f"{damage.warc}: offset {damage.offset}"
        click.echo(f"khcn: {place}: {damage.detail}", err=True)
    for site in sorted(found.unknown_sites):
        click.echo(f"khcn: {site}: no site file declares it; its captures are indexed, and not read", err=True)
    if as_json:
        write_json(_as_json(found))
    else:
        click.echo(
            f"{found.warcs} WARC files of {found.crawls} crawls: {sum(found.captures.values())} captures, "
            f"{found.articles['new']} articles, {found.articles['changed']} changed versions, "
            f"{found.rejected.total() - found.rejected['other_page']} pages rejected"
        )
    return Exit.DAMAGE if found.damage else Exit.OK


def _as_json(found: Rebuilt) -> dict[str, Any]:
    return {
        "warcs": found.warcs,
        "crawls": found.crawls,
        "captures": dict(found.captures),
        "articles": dict(found.articles),
        "rejected": dict(found.rejected),
        "unknown_sites": sorted(found.unknown_sites),
        "damage": [{"file": d.warc, "offset": d.offset, "detail": d.detail} for d in found.damage],
    }
