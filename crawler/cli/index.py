"""``khcn index``: the CDXJ sidecars, again."""

from __future__ import annotations

import click

from archive.atomic import remove
from archive.cdxj import index_warc
from archive.errors import DamagedRecord, DiskError, KhcnError
from crawler.cli import exit_of
from crawler.cli.common import NotHeld, json_option, write_json
from crawler.config import Config
from crawler.exits import Exit, gravest


@click.command("index")
@click.argument("sites", nargs=-1)
@json_option
@click.pass_obj
def command(config: Config, sites: tuple[str, ...], as_json: bool) -> int:
    """Make the CDXJ sidecar of every closed WARC file of SITES again (default: of all).

    A file that is damaged is named and left as it is; the others are done.
    An index whose WARC file is not there any more is removed.
    """
    folder = config.data / "warcs"
    unknown = [site for site in sites if not (folder / site).is_dir()]
    if unknown:
        raise NotHeld(f'{folder}: no WARC file of "{unknown[0]}"; `khcn sites list` shows the declared sites')
    paths = sorted(path for site in sites or ("*",) for path in folder.glob(f"{site}/*/*.warc.gz"))
    code = Exit.OK
    for path in paths:
        warc = path.relative_to(config.data).as_posix()
        try:
            sidecar = index_warc(config.data, warc)
        except DiskError:
            raise
        except KhcnError as error:
            click.echo(f"khcn: {error}", err=True)
            code = gravest([code, Exit.DAMAGE if isinstance(error, DamagedRecord) else exit_of(error)])
            continue
        lines = sum(1 for _ in sidecar.open("rb"))
        if as_json:
            write_json({"warc": warc, "cdxj": sidecar.relative_to(config.data).as_posix(), "lines": lines})
        else:
            click.echo(f"{warc}: {lines} lines")
    for sidecar in sorted(path for site in sites or ("*",) for path in (config.data / "cdxj").glob(f"{site}/*/*.cdxj")):
        name = sidecar.relative_to(config.data / "cdxj").with_suffix(".warc.gz")
        if not (folder / name).exists() and not (folder / f"{name}.open").exists():
            remove(sidecar)
            click.echo(f"khcn: {sidecar}: removed, for there is no WARC file of this name", err=True)
    return code
