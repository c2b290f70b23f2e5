"""Writing WACZ: one file, or several with a manifest when they would be too large.

Everything goes through in one pass with flat memory: WARC records as they lie, their index lines to
sorted runs on disk, pages from the catalog one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit

from archive.atomic import TEMPORARY, sync_folder, write_whole
from archive.digests import BLOCK
from archive.sorting import LineSorter
from archive.takedown import takedown
from archive.times import now, warc_date
from archive.wacz.copying import copy_piece
from archive.wacz.names import ARCHIVE, DATAPACKAGE, INDEX, INDEX_OF_INDEX, PAGES, SUFFIX
from archive.wacz.package import Package, as_json
from archive.wacz.select import ExportRefused, Piece, Wanted, select
from archive.withheld import withheld
from archive.zipnum import write_zipnum

if TYPE_CHECKING:
    from archive.catalog import Catalog
    from archive.catalog.plain import Page
    from archive.wacz.signing import Signer

MULTI_PROFILE = "multi-wacz-package"


@dataclass(frozen=True, slots=True)
class About:
    """What the manifest says of the whole."""

    title: str
    description: str
    software: str
    """Name and version, such as ``khcn/0.1.0``."""


@dataclass(slots=True)
class Exported:
    """What was written."""

    path: Path
    """The WACZ, or the folder of several."""
    files: list[Path] = field(default_factory=list)
    """The WACZ files."""
    size: int = 0
    """Bytes of all of them."""
    warcs: int = 0
    captures: int = 0
    pages: int = 0
    missing: list[str] = field(default_factory=list)
    """Ids of originals which revisits refer to and which the archive does not hold."""


def export_wacz(
    root: Path,
    catalog: Catalog,
    path: Path,
    wanted: Wanted,
    about: About,
    *,
    max_bytes: int | None = None,
    signer: Signer | None = None,
    replace: bool = False,
    created: datetime | None = None,
) -> Exported:
    """Write what is *wanted* of the archive below *root* to *path*; whole, or not at all.

    With more than *max_bytes* of WARC data it becomes a folder, named as *path* without ``.wacz``, that holds
    several files and ``datapackage.json``. A WARC file is never split, so a file may have more than that.
    The same archive at the same time (*created*, by default now) gives the same bytes.

    Raises ExportRefused when there is nothing of it, and when *path* exists and not *replace*; ArchiveError
    when it can not be written; DamagedRecord when a record is torn; DiskError.
    """
    folder = path.with_suffix("")
    _check_output(path, folder, replace)
    selection = select(root, catalog, wanted)
    groups = _split(selection.pieces, max_bytes)
    job = _Job(root, catalog, wanted, about, signer, created or now())
    exported = Exported(path, missing=selection.missing, warcs=len(selection.pieces))
    if len(groups) == 1:
        with write_whole(path) as file:
            job.write(file, groups[0], {}, exported)
        exported.files = [path]
    else:
        if folder.exists():
            raise ExportRefused(f"{folder}: exists; several files go into a folder of that name, so remove it first")
        exported.path = folder
        exported.files = _write_several(job, folder, groups, exported)
    exported.size = sum(file.stat().st_size for file in exported.files)
    return exported


def _check_output(path: Path, folder: Path, replace: bool) -> None:
    if path.suffix != SUFFIX:
        raise ExportRefused(f"{path}: the name of a WACZ must end with {SUFFIX}; name it {folder.name}{SUFFIX}")
    if path.is_dir():
        raise ExportRefused(f"{path}: is a folder; name a file")
    if path.exists() and not replace:
        raise ExportRefused(f"{path}: exists; name another file, or replace it with --force")


def _split(pieces: Sequence[Piece], max_bytes: int | None) -> list[list[Piece]]:
    groups: list[list[Piece]] = [[]]
    size = 0
    for piece in pieces:
        if max_bytes is not None and groups[-1] and size + piece.size > max_bytes:
            groups.append([])
            size = 0
        groups[-1].append(piece)
        size += piece.size
    return groups


def _write_several(job: _Job, folder: Path, groups: list[list[Piece]], exported: Exported) -> list[Path]:
    """Write the files into a folder of a temporary name, which then gets its own."""
    temporary = folder.with_name(folder.name + TEMPORARY)
    width = len(str(len(groups)))
    names = [f"{folder.name}-{number:0{width}d}{SUFFIX}" for number in range(1, len(groups) + 1)]
    _clear(temporary, folder.name)
    try:
        places: dict[str, str] = {}
        resources = []
        for name, pieces in zip(names, groups, strict=True):
            with write_whole(temporary / name) as file:
                job.write(file, pieces, places, exported)
            # Names as revisits tell them: those of our files, not of the parts taken from them.
            places |= {piece.warc.rpartition("/")[2]: name for piece in pieces}
            resources.append({"name": name, "path": name, **_facts(temporary / name)})
        with write_whole(temporary / DATAPACKAGE) as file:
            manifest = {"profile": MULTI_PROFILE, "resources": resources, **job.manifest()}
            file.write(as_json({**manifest, "created": warc_date(job.created)}))
        temporary.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        with suppress(OSError):
            _clear(temporary, folder.name)
        raise
    return [folder / name for name in names]


def _clear(folder: Path, stem: str) -> None:
    """Remove what an earlier run left of its own there, and nothing else."""
    if folder.is_dir():
        for entry in [*folder.glob(f"{stem}-*{SUFFIX}*"), *folder.glob(f"{DATAPACKAGE}*")]:
            entry.unlink()
        folder.rmdir()


def _facts(path: Path) -> dict[str, Any]:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(BLOCK * 16):
            digest.update(piece)
    return {"hash": f"sha256:{digest.hexdigest()}", "bytes": path.stat().st_size}


@dataclass(frozen=True, slots=True)
class _Job:
    """What all files of one export share."""

    root: Path
    catalog: Catalog
    wanted: Wanted
    about: About
    signer: Signer | None
    created: datetime

    def manifest(self) -> dict[str, Any]:
        return {
            "title": self.about.title,
            "description": self.about.description,
            "software": self.about.software,
        }

    def write(self, file: BinaryIO, pieces: Sequence[Piece], places: dict[str, str], exported: Exported) -> None:
        """Write one WACZ. *places* tells in which earlier file of the same export a WARC file lies."""
        refers: set[str] = set()
        spool = Path(str(getattr(file, "name", "."))).parent
        with Package(file, self.created) as package, LineSorter(spool) as lines:
            for piece in pieces:
                with package.member(ARCHIVE + piece.name, size=piece.size) as out:
                    refers |= copy_piece(self.root, piece, out, lines.add)
            exported.captures += self._write_index(package, lines, spool)
            main = self._write_pages(package, {piece.warc for piece in pieces}, exported, spool)
            about = self.manifest()
            if main is not None:
                about |= {"mainPageUrl": main.url, "mainPageDate": warc_date(main.date)}
            required = sorted({places[name] for name in refers if name in places})
            if required:
                # ReplayWeb.page looks there for the originals of revisits.
                about["relation"] = {"requires": [{"filename": name} for name in required]}
            package.finish(about, self.signer)

    def _write_index(self, package: Package, lines: LineSorter, spool: Path) -> int:
        with TemporaryFile(dir=spool) as blocks:
            with package.member(INDEX, size=lines.size) as data:
                count = write_zipnum(lines, data, cast(BinaryIO, blocks), INDEX.rpartition("/")[2])
            _add(package, INDEX_OF_INDEX, cast(BinaryIO, blocks))
        return count

    def _write_pages(self, package: Package, warcs: set[str], exported: Exported, spool: Path) -> Page | None:
        """Write the list of pages; return the one to begin with.

        One list for all, the newest articles first: ReplayWeb.page searches one list only, and of a large
        one its first megabyte.
        """
        main: Page | None = None
        with TemporaryFile(dir=spool) as file:
            file.write(_line({"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": True}))
            for page in self._pages(warcs):
                entry = {"id": page.capture.rpartition(":")[2], "url": page.url, "ts": warc_date(page.date)}
                entry |= {"title": page.title or page.url}
                if page.text is not None:
                    entry["text"] = page.text
                file.write(_line(entry))
                exported.pages += 1
                if main is None or _rank(page) < _rank(main):
                    main = page
            _add(package, PAGES, cast(BinaryIO, file))
        return main

    def _pages(self, warcs: set[str]) -> Iterator[Page]:
        wanted, hidden = self.wanted, withheld(takedown(self.root), self.catalog)
        for page in self.catalog.pages(wanted.sites, wanted.since, wanted.until):
            if hidden.hides_url(page.url):
                continue
            if page.warc in warcs and (wanted.captures is None or page.capture in wanted.captures):
                yield page


def _add(package: Package, path: str, file: BinaryIO) -> None:
    with package.member(path, size=file.tell(), deflated=True) as out:
        file.seek(0)
        while piece := file.read(BLOCK):
            out.write(piece)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _rank(page: Page) -> tuple[bool, bool, bool]:
    """Order pages by how well one can begin with them: a home page, a page that a crawl began with, any."""
    parts = urlsplit(page.url)
    return (parts.path not in ("", "/") or bool(parts.query), page.via is not None, page.title is None)
