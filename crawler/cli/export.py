"""``khcn export``: what the archive holds, in one file for others."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from archive.errors import DamagedRecord
from crawler.cli.common import NotHeld, json_option, registry, write_json
from crawler.cli.progress import size
from crawler.config import Config
from crawler.exits import Exit
from crawler.site_files import UnknownSite
from crawler.version import VERSION

FORMATS = ("wacz",)


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
@click.option("--format", "form", required=True, help="Form of the file: wacz.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="File to write.")
@click.option("--site", "sites", multiple=True, help="Site id; may be given several times (default: all).")
@click.option("--since", type=Bound(), help="Only what was captured on DATE or later.")
@click.option("--until", type=Bound(), help="Only what was captured on DATE or earlier.")
@click.option("--max-bytes", type=Bytes(), help="Write several files when there are more than SIZE of WARC data.")
@click.option("--sign", type=click.Path(path_type=Path), metavar="KEY", help="Sign with the private key in this file.")
@click.option("--force", is_flag=True, help="Replace a file of that name.")
@json_option
@click.pass_obj
def command(
    config: Config,
    form: str,
    output: Path,
    sites: tuple[str, ...],
    since: date | None,
    until: date | None,
    max_bytes: int | None,
    sign: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Write what the archive holds of the sites into one file: a WACZ, which ReplayWeb.page opens.

    The file gets its name when it is whole.
    """
    if form not in FORMATS:
        raise click.UsageError(f'there is no format "{form}"; there is: {", ".join(FORMATS)}')
    from archive import open_archive
    from archive.wacz.select import ExportBusy, ExportRefused, Wanted
    from archive.wacz.signing import Signer
    from archive.wacz.write import export_wacz

    with open_archive(config.data, catalog_url=config.catalog_url) as archive:
        held = archive.catalog.sites()
        chosen = tuple(sorted(set(sites))) or tuple(held)
        unknown = [site for site in chosen if site not in held]
        if unknown or not chosen:
            named = f'nothing of "{unknown[0]}" is held' if unknown else "nothing is held"
            raise NotHeld(f"{config.data}: {named}; held are: {', '.join(held) or 'none'}")
        wanted = Wanted(chosen, since, until)
        signer = Signer.open(sign) if sign else None
        try:
            exported = export_wacz(
                config.data,
                archive.catalog,
                output,
                wanted,
                _about(chosen, since, until),
                max_bytes=max_bytes,
                signer=signer,
                replace=force,
            )
        except ExportRefused as error:
            click.echo(f"khcn: {error}", err=True)
            return Exit.USAGE
        except ExportBusy as error:
            click.echo(f"khcn: {error}", err=True)
            return Exit.LOCKED
        except DamagedRecord as error:
            click.echo(f"khcn: {error}", err=True)
            return Exit.DAMAGE
    counts = {"warcs": exported.warcs, "captures": exported.captures, "pages": exported.pages}
    if as_json:
        files = [str(path) for path in exported.files]
        write_json({"path": str(exported.path), "files": files, "bytes": exported.size, **counts})
    else:
        told = ", ".join(f"{number} {name}" for name, number in counts.items())
        several = f" in {len(exported.files)} files" if len(exported.files) > 1 else ""
        click.echo(f"{exported.path}: {size(exported.size)}{several}: {told}")
    for capture in exported.missing:
        click.echo(f"khcn: {capture}: a revisit refers to it and the archive does not hold it", err=True)
    return Exit.DAMAGE if exported.missing else Exit.OK


def _about(sites: tuple[str, ...], since: date | None, until: date | None) -> Any:
    """Return what the manifest says: the names of the Departments, as their files declare them."""
    from archive.wacz.write import About

    known = registry()
    names = []
    for site in sites:
        try:
            names.append(known.get(site).name)
        except UnknownSite:
            names.append(site)
    title = names[0] if len(names) == 1 else f"{names[0]} + {len(names) - 1}"
    span = "".join(f" {word} {b.isoformat()}" for word, b in (("từ", since), ("đến", until)) if b is not None)
    lines = [f"Lưu trữ web{span}: {', '.join(names)}.", "", *(f"- `{site}`" for site in sites)]
    return About(title, "\n".join(lines), f"khcn/{VERSION}")
