"""``khcn index``: the CDXJ sidecars, again; the texts of documents."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from archive.atomic import remove
from archive.cdxj import index_warc, sidecar_path
from archive.errors import DamagedRecord, DiskError, KhcnError
from archive.storage import attach
from archive.warc.files import OPEN, list_warcs
from crawler.cli import exit_of
from crawler.cli.common import cluster_option, json_option, say, write_json
from crawler.cli.storing import fetch, store
from crawler.config import Config
from crawler.exits import Exit, NotHeld, gravest
from crawler.portable import portable


@click.command("index")
@click.argument("sites", nargs=-1)
@click.option("--documents", is_flag=True, help="Read the text of documents that was not read yet, and nothing else.")
@click.option("--zipnum", is_flag=True, help="Merge the sidecars of all sites into ZipNum shards, and nothing else.")
@cluster_option
@json_option
@click.pass_obj
def command(
    config: Config, sites: tuple[str, ...], documents: bool, zipnum: bool, address: str | None, as_json: bool
) -> int:
    """Make the CDXJ sidecar of every closed WARC file of SITES again (default: of all).

    Of files that only the storage has the index comes from there, unless SITES are named.
    A file that is damaged is named and left as it is; the others are done.
    An index whose WARC file is not there any more is removed.
    """
    if address is not None and (documents or zipnum):
        raise click.UsageError("--cluster goes without --documents and --zipnum")
    if zipnum:
        if sites or documents:
            raise click.UsageError("--zipnum is about all sites; give it without SITES and --documents")
        return _make_shards(config, as_json)
    if documents:
        from crawler.cli.index_documents import index_documents

        return index_documents(config, sites, as_json=as_json)
    fetch(config)
    folder = config.data / "warcs"
    held = [warc for warc in list_warcs(config.data) if not sites or warc.split("/")[1] in sites]
    unknown = [site for site in sites if not any(warc.startswith(f"warcs/{site}/") for warc in held)]
    if unknown:
        raise NotHeld(f'{folder}: no WARC file of "{unknown[0]}"; `khcn sites list` shows the declared sites')
    # What only the storage has can not have changed: its index is made when there is none, or it was asked for.
    warcs = [warc for warc in held if not warc.endswith(OPEN) and (sites or _is_indexed_again(config.data, warc))]
    code = Exit.OK
    for warc, indexed in _on_cluster(address, config, warcs) if address is not None else _here(config, warcs):
        if isinstance(indexed, KhcnError):
            told = str(indexed) if warc in str(indexed) else f"{warc}: {indexed}"
            say(f"khcn: {told}", err=True)
            code = gravest([code, Exit.DAMAGE if isinstance(indexed, DamagedRecord) else exit_of(indexed)])
            continue
        sidecar, lines = indexed
        if as_json:
            write_json({"warc": warc, "cdxj": sidecar.relative_to(config.data).as_posix(), "lines": lines})
        else:
            say(f"{warc}: {lines} lines")
    for sidecar in sorted(path for site in sites or ("*",) for path in (config.data / "cdxj").glob(f"{site}/*/*.cdxj")):
        name = f"warcs/{sidecar.relative_to(config.data / 'cdxj').with_suffix('.warc.gz').as_posix()}"
        if name not in held and f"{name}{OPEN}" not in held:
            remove(sidecar)
            say(f"khcn: {sidecar}: removed, for there is no WARC file of this name", err=True)
    return code


def _is_indexed_again(root: Path, warc: str) -> bool:
    return (root / warc).exists() or not sidecar_path(root, warc).exists()


def _make_shards(config: Config, as_json: bool) -> int:
    from archive.sharding import make_shards

    fetch(config)
    made = make_shards(config.data)
    if as_json:
        write_json({"sidecars": made.sidecars, "lines": made.lines, "files": made.files, "bytes": made.bytes})
    else:
        say(f"{made.lines} lines of {made.sidecars} sidecars in {len(made.files)} files, {made.bytes} bytes")
    return store(config, None, importlib.import_module("settings").STORED_KEEP_DAYS)


Indexed = tuple[Path, int]


def index_one(root: Path, behind: str, warc: str) -> Indexed | KhcnError:
    """Make the index of a WARC file again; return where it lies and how many lines it has, or why there is none.

    *behind* is the URL of the storage that has what *root* has not. Raises DiskError.
    """
    attach(root, behind)  # a worker on a cluster knows of none
    try:
        sidecar = index_warc(root, warc)
    except DiskError:
        raise
    except KhcnError as error:
        found = portable(error)
        assert isinstance(found, KhcnError)
        return found
    with sidecar.open("rb") as lines:
        return sidecar, sum(1 for _ in lines)


def _here(config: Config, warcs: list[str]) -> Iterator[tuple[str, Indexed | KhcnError]]:
    return ((warc, index_one(config.data, config.archive_url, warc)) for warc in warcs)


def _on_cluster(address: str, config: Config, warcs: list[str]) -> Iterator[tuple[str, Indexed | KhcnError]]:
    from crawler.cli.clustered import reading_cluster
    from crawler.cluster.files import in_order

    index = partial(index_one, config.data, config.archive_url)
    with reading_cluster(address, config) as cluster:
        yield from zip(warcs, in_order(cluster, index, warcs), strict=True)
