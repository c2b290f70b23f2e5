"""``khcn export``: what the archive holds, in forms that others read."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.errors import DamagedRecord
from archive.times import VN, now
from crawler.cli.common import cluster_option, console, json_option, say, site_name, size, write_json
from crawler.config import Config
from crawler.exits import Exit, NotHeld
from crawler.version import VERSION

if TYPE_CHECKING:
    from archive.catalog import Catalog
    from archive.export.job import Exported
    from archive.wacz.select import Wanted

ARTICLES = ("jsonl", "csv", "parquet", "text", "atom")
FORMATS = (*ARTICLES, "wacz", "bagit")
BELONGING = {
    "--versions": ("jsonl", "csv", "parquet", "text"),
    "--compress": ("jsonl", "csv"),
    "--limit": ("atom",),
    "--url": ("atom",),
    "--max-bytes": ("wacz",),
    "--sign": ("wacz",),
}
"""Options that go with some forms only."""


class Bound(click.ParamType[date]):
    """``YYYY-MM-DD``, a whole day in Vietnam, or an ISO 8601 time with its zone."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return a day, or an aware time."""
        try:
            bound = date.fromisoformat(value) if len(str(value)) == 10 else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is no date; write it as 2025-06-11 or 2025-06-11T10:16:00+07:00', param, ctx)
        if isinstance(bound, datetime) and bound.tzinfo is None:
            self.fail(f'"{value}" has no time zone; write it as 2025-06-11T10:16:00+07:00', param, ctx)
        return bound


class Bytes(click.ParamType[int]):
    """A number of bytes, such as ``2000000000``, ``500MB`` or ``2GB``."""

    name = "SIZE"
    units = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}  # noqa: RUF012

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        text = str(value).strip().upper()
        digits = text.rstrip("BKMGT")
        unit = self.units.get(text[len(digits) :])
        if not (digits.isascii() and digits.isdigit()) or unit is None or not int(digits):
            self.fail(f'"{value}" is no size; write it as 500MB or 2GB', param, ctx)
        return int(digits) * unit


@click.command("export")
@click.option("--format", "form", required=True, help=f"Form of the output: {', '.join(FORMATS)}.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="File or folder to write; - is stdout."
)
@click.option("--site", "sites", multiple=True, help="Site id; may be given several times (default: all).")
@click.option("--since", type=Bound(), help="Only what was published (wacz, bagit: captured) on DATE or later.")
@click.option("--until", type=Bound(), help="Only what was published (wacz, bagit: captured) on DATE or earlier.")
@click.option("--versions", type=click.Choice(["latest", "all"]), help="Versions of each article (default: latest).")
@click.option("--compress", type=click.Choice(["gz"]), help="Compress jsonl or csv with gzip.")
@click.option("--limit", type=click.IntRange(1, 10_000), help="Entries of a feed (default: 100).")
@click.option("--url", metavar="URL", help="Where a feed will be found.")
@click.option("--max-bytes", type=Bytes(), help="Write several WACZ when there are more than SIZE of WARC data.")
@click.option("--sign", type=click.Path(path_type=Path), metavar="KEY", help="Sign a WACZ with the key in this file.")
@click.option("--force", is_flag=True, help="Replace an export of that name.")
@cluster_option
@json_option
@click.pass_obj
def command(
    config: Config,
    form: str,
    output: Path,
    sites: tuple[str, ...],
    since: date | None,
    until: date | None,
    versions: str | None,
    compress: str | None,
    limit: int | None,
    url: str | None,
    max_bytes: int | None,
    sign: Path | None,
    force: bool,
    address: str | None,
    as_json: bool,
) -> int:
    """Write what the archive holds of the sites in a form for others: articles, a WACZ of the captures, a bag.

    What is written gets its name when it is whole.
    """
    if form not in FORMATS:
        raise click.UsageError(f'there is no format "{form}"; there is: {", ".join(FORMATS)}')
    given = {"--versions": versions, "--compress": compress, "--limit": limit, "--url": url}
    for option, value in {**given, "--max-bytes": max_bytes, "--sign": sign}.items():
        if value is not None and form not in BELONGING[option]:
            raise click.UsageError(f"{option} does not go with {form}, but with {', '.join(BELONGING[option])}")
    from archive.catalog.plain import open_light
    from archive.wacz.select import ExportBusy, ExportRefused, Wanted

    with open_light(config.catalog_url) as catalog:
        chosen = _chosen(catalog, sites, config.data)
        if address is not None:
            return _export_sites(config, address, form, output, chosen)
        try:
            if form in ARTICLES:
                from archive import open_archive
                from archive.export.source import Wanted as WantedArticles
                from crawler.cli.export_records import Options, export_records

                wanted = WantedArticles(chosen, since, until, every=versions == "all")
                options = Options(zipped=compress == "gz", limit=limit or 100, url=url)
                with open_archive(config.data, catalog_url=config.catalog_url) as archive:
                    return _told(export_records(archive, form, output, wanted, options, replace=force), as_json)
            if form == "bagit":
                return _export_bag(config, catalog, output, Wanted(chosen, since, until), force, as_json)
            return _export_wacz(config, catalog, output, chosen, since, until, max_bytes, sign, force, as_json)
        except ExportRefused as error:
            say(f"khcn: {error}", err=True)
            return Exit.USAGE
        except ExportBusy as error:
            say(f"khcn: {error}", err=True)
            return Exit.LOCKED
        except DamagedRecord as error:
            say(f"khcn: {error}", err=True)
            return Exit.DAMAGE


def _export_sites(config: Config, address: str, form: str, output: Path, chosen: tuple[str, ...]) -> int:
    """Export site by site, with the options that were given, as they were written."""
    from crawler.cli.export_sites import export_sites

    if str(output) == "-":
        raise click.UsageError("--cluster writes a folder with an export a site, which can not go to stdout; name one")
    given = click.get_current_context().params
    options: list[str] = []
    for name in ("since", "until", "versions", "compress", "limit", "url", "max_bytes", "sign"):
        if (value := given[name]) is not None:
            told = value.isoformat() if isinstance(value, date) else value
            options += [f"--{name.replace('_', '-')}", str(told.absolute() if isinstance(told, Path) else told)]
    options += [f"--{name}" for name, is_set in (("force", given["force"]), ("json", given["as_json"])) if is_set]
    return export_sites(address, config, form, output, chosen, options)


def _chosen(catalog: Catalog, sites: tuple[str, ...], root: Path) -> tuple[str, ...]:
    """Return the sites that are meant, sorted. Raises NotHeld when one of them, or anything, is not held."""
    held = catalog.sites()
    chosen = tuple(sorted(set(sites))) or tuple(held)
    unknown = [site for site in chosen if site not in held]
    if unknown or not chosen:
        named = f'nothing of "{unknown[0]}" is held' if unknown else "nothing is held"
        raise NotHeld(f"{root}: {named}; held are: {', '.join(held) or 'none'}")
    return chosen


def _told(exported: Exported, as_json: bool) -> int:
    """Print what was written; nothing when that was printed itself."""
    if str(exported.path) == "-":
        return Exit.OK
    if as_json:
        counts = {"files": exported.files, "articles": exported.records, "kept": exported.kept}
        write_json({"path": str(exported.path), "bytes": exported.size, **counts})
    else:
        several = f" in {exported.files} files" if exported.files > 1 else ""
        kept = f" ({exported.kept} files were whole from an interrupted run)" if exported.kept else ""
        say(f"{exported.path}: {size(exported.size)}{several}: {exported.records} articles{kept}")
    return Exit.OK


def _export_wacz(
    config: Config,
    catalog: Catalog,
    output: Path,
    chosen: tuple[str, ...],
    since: date | None,
    until: date | None,
    max_bytes: int | None,
    sign: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    from archive.wacz.select import Wanted
    from archive.wacz.write import export_wacz

    signer = None
    if sign:
        from archive.wacz.signing import Signer

        signer = Signer.open(sign)
    exported = export_wacz(
        config.data,
        catalog,
        output,
        Wanted(chosen, since, until),
        _about(chosen, since, until),
        max_bytes=max_bytes,
        signer=signer,
        replace=force,
    )
    counts = {"warcs": exported.warcs, "captures": exported.captures, "pages": exported.pages}
    if as_json:
        files = [str(path) for path in exported.files]
        write_json({"path": str(exported.path), "files": files, "bytes": exported.size, **counts})
    else:
        told = ", ".join(f"{number} {name}" for name, number in counts.items())
        several = f" in {len(exported.files)} files" if len(exported.files) > 1 else ""
        say(f"{exported.path}: {size(exported.size)}{several}: {told}")
    for capture in exported.missing:
        say(f"khcn: {capture}: a revisit refers to it and the archive does not hold it", err=True)
    return Exit.DAMAGE if exported.missing else Exit.OK


def _export_bag(config: Config, catalog: Catalog, output: Path, wanted: Wanted, force: bool, as_json: bool) -> int:
    from archive.bagit import AGENT, export_bag

    told = _about(tuple(wanted.sites), wanted.since, wanted.until)
    about = {
        "External-Description": told.description.partition("\n")[0],
        "Bagging-Date": now().astimezone(VN).date().isoformat(),
        AGENT: told.software,
    }
    with console(stderr=True).status("exporting") as status:
        bagged = export_bag(config.data, catalog, output, wanted, about, replace=force, tick=status.update)
    for name in bagged.open:
        say(f"khcn: {name}: is still open, and not in the bag", err=True)
    if as_json:
        counts = {"warcs": bagged.warcs, "crawls": bagged.crawls}
        write_json({"path": str(bagged.path), "bytes": bagged.size, **counts})
    else:
        say(f"{bagged.path}: {size(bagged.size)}: {bagged.warcs} warcs, {bagged.crawls} crawls")
    return Exit.OK


def _about(sites: tuple[str, ...], since: date | None, until: date | None) -> Any:
    """Return what the manifest says: the names of the Departments, as their files declare them."""
    from archive.wacz.write import About

    names = [site_name(site) for site in sites]
    title = names[0] if len(names) == 1 else f"{names[0]} + {len(names) - 1}"
    span = "".join(f" {word} {b.isoformat()}" for word, b in (("từ", since), ("đến", until)) if b is not None)
    lines = [f"Lưu trữ web{span}: {', '.join(names)}.", "", *(f"- `{site}`" for site in sites)]
    return About(title, "\n".join(lines), f"khcn/{VERSION}")
