"""``khcn export`` of articles: JSON Lines, CSV, Parquet, a tree of texts, a feed."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from archive.documents import texts
from archive.errors import ConfigError
from archive.export.form import FileForm, FolderForm
from archive.export.job import Exported, Take, Tick, export_file, export_folder, nothing_of
from archive.export.manifest import Told
from archive.export.source import Source, Wanted
from archive.recovered import from_warcs
from archive.takedown import takedown
from archive.wacz.select import ExportRefused
from crawler.cli.common import console, load_site
from crawler.exits import UnknownSite
from crawler.version import VERSION

if TYPE_CHECKING:
    from archive.archive import Archive

FILES = ("jsonl", "csv", "atom")
FOLDERS = ("parquet", "text")
SOFTWARE = f"khcn/{VERSION}"
STDOUT = Path("-")
PLACE = "exports"
"""Folder below the data root that is for exports."""
RIGHTS = (
    "Texts and pictures belong to the Departments and to the authors and sources named in them. "
    "The archive grants no licence."
)


@dataclass(frozen=True, slots=True)
class Options:
    """What belongs to one form only."""

    zipped: bool = False
    limit: int = 100
    url: str | None = None


def export_records(
    archive: Archive, form: str, path: Path, wanted: Wanted, options: Options, *, replace: bool
) -> Exported:
    """Write the articles that are *wanted* in one of the forms, with a progress bar on a terminal."""
    _check_place(path, archive.root, form)
    told = _told(wanted)
    with archive.catalog.snapshot() as holdings, texts(archive.root) as text_of:
        source = Source(holdings, text_of, wanted, SOFTWARE, takedown(archive.root), from_warcs(archive.root))
        with _progress(source) as tick:
            if form in FOLDERS:
                return export_folder(source, _folder_form(form), path, told, replace=replace, tick=tick)
            take = _newest(options.limit) if form == "atom" else Source.records
            made = _file_form(form, told, options)
            if path == STDOUT:
                return _to_stdout(source, made, take, zipped=options.zipped)
            return export_file(source, made, path, told, take=take, zipped=options.zipped, replace=replace, tick=tick)


def _check_place(path: Path, root: Path, form: str) -> None:
    """Raise ExportRefused for a place where the archive itself lies, and for a folder on stdout."""
    if path == STDOUT and form in FOLDERS:
        raise ExportRefused(f"{form} is a folder, which can not go to stdout; name one")
    whole, own = path.resolve(), root.resolve()
    if path != STDOUT and whole.is_relative_to(own) and whole.relative_to(own).parts[:1] != (PLACE,):
        raise ExportRefused(
            f"{path}: lies in the data root, where only {own / PLACE} is for exports; name another place"
        )


def _to_stdout(source: Source, form: FileForm, take: Take, *, zipped: bool) -> Exported:
    exported = Exported(STDOUT)
    if not source.count():
        raise nothing_of(source.wanted)
    out = sys.stdout.buffer
    if zipped:
        with gzip.GzipFile("", "wb", fileobj=out, mtime=0) as packed:
            form.write(take(source), cast(BinaryIO, packed))
    else:
        form.write(take(source), out)
    out.flush()
    return exported


def _newest(limit: int) -> Take:
    def take(source: Source) -> Iterator[Any]:
        from archive.export.atom import Newest

        newest = Newest(limit)
        for end, records in source.newest_first():
            if newest.is_settled(end):
                break
            newest.add(records)
        yield from newest.records()

    return take


def _file_form(form: str, told: Told, options: Options) -> FileForm:
    if form == "jsonl":
        from archive.export.jsonl import JsonLines

        return JsonLines()
    if form == "csv":
        from archive.export.csv import Csv

        return Csv()
    from archive.export.atom import About, AtomFeed

    sites = " ".join(title for title, _ in told.sources)
    return AtomFeed(About(sites, told.title, told.title, RIGHTS, SOFTWARE, options.url))


def _folder_form(form: str) -> FolderForm:
    if form == "text":
        from archive.export.text import TextTree

        return TextTree()
    try:
        from archive.export.parquet import Parquet
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"Parquet needs the Python package {error.name}; install it with the extra: pip install 'khcn[parquet]'"
        ) from None
    return Parquet()


def _told(wanted: Wanted) -> Told:
    """Return what the manifest says: the names of the Departments, as their files declare them."""
    sources = [_source(site) for site in wanted.sites]
    title = sources[0][0] if len(sources) == 1 else f"{sources[0][0]} + {len(sources) - 1}"
    bounds = (("từ", wanted.since), ("đến", wanted.until))
    span = "".join(f" {word} {bound.isoformat()}" for word, bound in bounds if bound is not None)
    which = "mọi phiên bản của từng bài" if wanted.every else "phiên bản mới nhất của từng bài"
    names = "; ".join(title for title, _ in sources)
    description = f"Tin bài trong kho lưu trữ{span}, {which}. Nguồn: {names}.\n\n{RIGHTS}"
    return Told(title, description, tuple(sources), SOFTWARE)


def _source(site: str) -> tuple[str, str | None]:
    try:
        known = load_site(site)
    except UnknownSite:
        return site, None
    if known.seeds:
        return known.name, known.seeds[0].url
    return known.name, f"https://{known.hosts[0].host}/" if known.hosts and known.province else None


@contextmanager
def _progress(source: Source) -> Iterator[Tick]:
    """Give what draws the number of records, on a terminal only; nothing at all in a pipe."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda count: None
        return
    columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("articles", total=source.count())
        yield lambda count: bar.update(task, completed=count)
