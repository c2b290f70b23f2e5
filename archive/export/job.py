"""One export, from the catalog to files that have their names."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from archive.atomic import explained, write_whole
from archive.errors import ArchiveError, KhcnError
from archive.export import manifest
from archive.export.form import FileForm, FolderForm, Kind, Part
from archive.export.manifest import Told
from archive.export.record import Record
from archive.export.source import Source, Wanted
from archive.export.target import claimed_file, claimed_folder, put_in_place
from archive.wacz.select import ExportRefused

WORK = ".export"
"""Folder inside of an unfinished export: what it is to be, and the parts that are whole."""

Tick = Callable[[int], None]
Take = Callable[[Source], Iterator[Record]]


@dataclass(slots=True)
class Exported:
    """What was written."""

    path: Path
    files: int = 0
    """Files, but for the manifest and what describes the tables."""
    size: int = 0
    """Bytes of them."""
    records: int = 0
    """Records in them."""
    kept: int = 0
    """Files that an interrupted run had written, which were kept."""


def export_file(
    source: Source,
    form: FileForm,
    path: Path,
    told: Told,
    *,
    take: Take = Source.records,
    zipped: bool = False,
    replace: bool = False,
    tick: Tick = lambda count: None,
) -> Exported:
    """Write the records that *take* gives into the file *path*, and name it in the manifest of its folder.

    The file is whole or not there. *tick* is told how many records there are by now.
    Raises ExportRefused when there are none, or *path* is there and not *replace*; ExportBusy, ArchiveError, DiskError.
    """
    path = _absolute(path)
    with explained(path):
        if path.is_dir():
            raise ExportRefused(f"{path}: is a folder; name a file")
        _check_free(path, "file", replace=replace)
        manifest.check_folder(path.parent)
    exported = Exported(path, files=1)
    records = _some(_counted(take(source), exported, tick), source)
    with claimed_file(path, zipped=zipped) as out:
        _check_free(path, "file", replace=replace)  # another run may just have ended
        form.write(records, out)
    exported.size = path.stat().st_size
    manifest.add_file(path, _packed(form.kind()) if zipped else form.kind(), told)
    return exported


def export_folder(
    source: Source,
    form: FolderForm,
    path: Path,
    told: Told,
    *,
    replace: bool = False,
    tick: Tick = lambda count: None,
) -> Exported:
    """Write the records into the folder *path*, a site's year after the other, with a manifest.

    The folder is whole or not there. A run that was interrupted is gone on with by the next one that is asked for
    the same, as long as the archive is the same: parts that are whole are kept.
    Raises ExportRefused when there are no records, or *path* is there and not *replace*, or is no export;
    ExportBusy, ArchiveError, DiskError.
    """
    path = _absolute(path)
    with explained(path):
        _check_free(path, "folder", replace=replace)
        if path.exists() and not (path.is_dir() and manifest.is_ours(path)):
            raise ExportRefused(f"{path}: is no export of this program, so it is not replaced; name another folder")
    exported = Exported(path)
    with claimed_folder(path) as temporary:
        try:
            _check_free(path, "folder", replace=replace)
            _begin(temporary, {"format": form.name, "mark": source.mark(), **_asked(source.wanted, source.software)})
            done = [
                _part(temporary, form, part, source.records(wanted), exported, tick) for part, wanted in source.parts()
            ]
            if not exported.files:
                raise nothing_of(source.wanted)
            for name, schema in form.schemas().items():
                with write_whole(temporary / name) as file:
                    file.write(json.dumps(schema, ensure_ascii=False, indent=2).encode() + b"\n")
            listed = chain.from_iterable(map(_listed, done))
            manifest.write_manifest(temporary, told.software, listed, told.keys())
            shutil.rmtree(temporary / WORK)
            put_in_place(temporary, path)
        except (KhcnError, OSError):
            # Room for others. After a signal it stays: the same command goes on.
            with suppress(OSError):
                shutil.rmtree(temporary)
            raise
    return exported


def _check_free(path: Path, what: str, *, replace: bool) -> None:
    if path.exists() and not replace:
        raise ExportRefused(f"{path}: exists; name another {what}, or replace it with --force")


def nothing_of(wanted: Wanted) -> ExportRefused:
    """Return the error of an export that would be empty."""
    span = "" if wanted.since is None and wanted.until is None else " in that span"
    return ExportRefused(f"no article of {', '.join(wanted.sites) or 'any site'} is held{span}; nothing is written")


def _begin(temporary: Path, asked: dict[str, Any]) -> None:
    """Keep what an interrupted run left there, if it was asked for the same; else clear it away."""
    request = temporary / WORK / "request.json"
    text = json.dumps(asked, sort_keys=True).encode()
    with suppress(FileNotFoundError):
        if request.read_bytes() == text:
            return
    for entry in temporary.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    with write_whole(request) as file:
        file.write(text)


def _asked(wanted: Wanted, software: str) -> dict[str, Any]:
    spans = [bound and bound.isoformat() for bound in (wanted.since, wanted.until)]
    return {"sites": wanted.sites, "span": spans, "every": wanted.every, "software": software}


def _part(
    temporary: Path, form: FolderForm, part: Part, records: Iterator[Record], exported: Exported, tick: Tick
) -> Path:
    """Write a part that is not there yet, then the list of its files, which says that they are; return that."""
    listed = temporary / WORK / f"{part.site}-{part.year:04d}.json"
    if listed.exists():
        held = json.loads(listed.read_bytes())
        if all(_is_whole(temporary, entry) for entry in held["files"]):
            exported.kept += len(held["files"])
            exported.records += held["records"]
            _add_up(exported, held["files"])
            return listed
        listed.unlink()
    for folder in form.folders(part):
        with suppress(FileNotFoundError):
            shutil.rmtree(temporary / folder)
    before = exported.records
    entries = []
    first = next(records, None)
    if first is not None:
        written = form.write_part(part, _counted(chain([first], records), exported, tick), temporary)
        entries = [manifest.resource(path, temporary, kind) for path, kind in written]
    with write_whole(listed) as file:
        file.write(json.dumps({"records": exported.records - before, "files": entries}, ensure_ascii=False).encode())
    _add_up(exported, entries)
    return listed


def _listed(path: Path) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = json.loads(path.read_bytes())["files"]
    return files


def _is_whole(temporary: Path, entry: dict[str, Any]) -> bool:
    """Whether a file is as it was when its part was listed: a power cut may have taken what was not synced."""
    path = temporary / entry["path"]
    try:
        with path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" == str(entry["hash"])
    except FileNotFoundError:
        return False


def _add_up(exported: Exported, entries: Iterable[dict[str, Any]]) -> None:
    for entry in entries:
        exported.files += 1
        exported.size += entry["bytes"]


def _counted(records: Iterable[Record], exported: Exported, tick: Tick) -> Iterator[Record]:
    for record in records:
        yield record
        exported.records += 1
        tick(exported.records)


def _some(records: Iterator[Record], source: Source) -> Iterator[Record]:
    """Return the records. Raises ExportRefused when there are none."""
    first = next(records, None)
    if first is None:
        raise nothing_of(source.wanted)
    return chain([first], records)


def _packed(kind: Kind) -> Kind:
    return Kind(f"{kind.format}.gz", "application/gzip", {**kind.more, "compression": "gz"})


def _absolute(path: Path) -> Path:
    whole = Path(os.path.abspath(path))
    if not whole.name:
        raise ArchiveError(f"{path}: has no name; name a file or a folder")
    return whole
