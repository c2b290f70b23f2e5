"""A BagIt bag (RFC 8493) of closed WARC files: for repositories, and for whoever restores an archive from it.

Its payload lies as in a data root: ``data/warcs/``, byte for byte, and the reports of the crawls in ``data/crawls/``.
What must not be shown does not leave the archive: of a file that holds some of it the rest is copied, under the
name of a part.
"""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from archive.catalog import Catalog
from archive.errors import ArchiveError, DamagedRecord, KhcnError, disk_error
from archive.export.target import claimed_folder, put_in_place
from archive.fixity.ledger import read as read_ledger
from archive.storage import Place
from archive.takedown import takedown
from archive.wacz.copying import copy_piece
from archive.wacz.select import ExportRefused, Piece, Wanted, touches
from archive.warc.files import OPEN, find_warc, list_warcs
from archive.withheld import withheld

BLOCK = 1 << 20
VERSION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
INFO = "bag-info.txt"
AGENT = "Bag-Software-Agent"


@dataclass(slots=True)
class Bagged:
    """What was written."""

    path: Path
    warcs: int = 0
    """WARC files."""
    crawls: int = 0
    """Reports of crawls."""
    size: int = 0
    """Bytes of the payload."""
    open: list[str] = field(default_factory=list)
    """Files still being written, which are not in it."""


def export_bag(
    root: Path,
    catalog: Catalog,
    path: Path,
    wanted: Wanted,
    about: Mapping[str, str],
    *,
    replace: bool = False,
    tick: Callable[[str], object] = lambda _: None,
) -> Bagged:
    """Write the closed WARC files that hold any capture that is wanted, whole, into the bag *path*.

    *about* are further lines of ``bag-info.txt``; :data:`AGENT` is among them. *tick* is told of each file.
    Raises ExportRefused when there are none, or *path* is there and not *replace*, or is no bag of this program;
    ExportBusy when another run writes it; DamagedRecord for a file that is not as it was at its last check
    (:mod:`archive.fixity`); DiskError, ArchiveError. Then there is no bag of that name, or the old one.
    """
    path = path.absolute()
    _check_place(root, path, about, replace=replace)
    bagged = Bagged(path, open=[name for site in wanted.sites for name in list_warcs(root, site) if _is_open(name)])
    pieces = _pieces(root, catalog, wanted)
    if not pieces:
        raise ExportRefused(f"{root}: no closed WARC file of {', '.join(wanted.sites) or 'any site'} is held of that")
    known = {file: one.sha256 for file, one in read_ledger(root).standings.items()}
    with claimed_folder(path) as folder:
        try:
            for left in folder.iterdir():  # of a run that was killed
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            bag = _Bag(folder)
            for piece in pieces:
                tick(piece.warc)
                _add_warc(bag, root, piece, known.get(piece.warc, ""))
                bagged.warcs += 1
            for report in _reports(root, catalog, wanted, pieces):
                with bag.payload(report.relative_to(root).as_posix()) as out:
                    out.write(report.read_bytes())
                bagged.crawls += 1
            bag.close(about)
            bagged.size = bag.size
            put_in_place(folder, path)
        except BaseException:
            with suppress(OSError):
                shutil.rmtree(folder)
            raise
    return bagged


def _check_place(root: Path, path: Path, about: Mapping[str, str], *, replace: bool) -> None:
    if path.is_relative_to(root.absolute()) and not path.is_relative_to(root.absolute() / "exports"):
        raise ExportRefused(f"{path}: lies in the data root; name a folder in its exports/, or elsewhere")
    if not path.exists():
        return
    if not replace:
        raise ExportRefused(f"{path}: exists; name another folder, or replace it with --force")
    agent = f"{AGENT}: {about[AGENT].partition('/')[0]}/"
    try:
        is_ours = agent in (path / INFO).read_text("utf-8")
    except (OSError, ValueError):
        is_ours = False
    if not is_ours:
        raise ExportRefused(f"{path}: is no bag of this program, so it is not replaced; name another folder")


def _is_open(name: str) -> bool:
    return name.endswith(OPEN)


def _pieces(root: Path, catalog: Catalog, wanted: Wanted) -> list[Piece]:
    closed = [name for site in wanted.sites for name in list_warcs(root, site) if not _is_open(name)]
    if not wanted.is_whole:
        held = {
            capture.location.warc
            for site in wanted.sites
            for capture in catalog.captures(site, since=wanted.since, until=wanted.until)
        }
        closed = [name for name in closed if name in held]
    hidden = withheld(takedown(root), catalog)
    if not touches(hidden, catalog, wanted.sites):
        return [Piece(name) for name in closed]
    shown: dict[str, array[int]] = {name: array("Q") for name in closed}
    some: set[str] = set()
    for site in wanted.sites:
        for capture in catalog.captures(site):
            if capture.location.warc not in shown:
                continue
            if hidden.hides_capture(capture):
                some.add(capture.location.warc)
            else:
                shown[capture.location.warc].append(capture.location.offset)
    pieces = [
        Piece(name, array("Q", sorted(offsets)) if name in some else None) for name, offsets in sorted(shown.items())
    ]
    return [piece for piece in pieces if piece.offsets is None or len(piece.offsets)]


def _reports(root: Path, catalog: Catalog, wanted: Wanted, pieces: list[Piece]) -> Iterator[Path]:
    """Yield the reports of the crawls that the files are of; none of a site of which something must not be shown."""
    hidden = withheld(takedown(root), catalog)
    warcs = {piece.warc for piece in pieces}
    for site in wanted.sites:
        if touches(hidden, catalog, [site]):
            continue
        for crawl in catalog.crawls(site):
            path = root / "crawls" / f"{crawl.id}.json"
            if path.is_file() and any(one.location.warc in warcs for one in catalog.captures(site, crawl=crawl.id)):
                yield path


def _add_warc(bag: _Bag, root: Path, piece: Piece, known: str) -> None:
    place = PurePosixPath(piece.warc).with_name(piece.name).as_posix()
    with bag.payload(place) as out:
        if piece.offsets is not None:
            copy_piece(root, piece, cast(BinaryIO, out), lambda line: None)
            return
        for block in _blocks(find_warc(root, piece.warc)):
            out.write(block)
    if known not in ("", out.sha256.hexdigest()):
        raise DamagedRecord(
            f"{root / piece.warc}: its SHA-256 is not that of its last check; "
            "run `khcn verify`, restore the file from a copy, and export again"
        )


def _blocks(path: Place) -> Iterator[bytes]:
    """Yield what a file holds; an error of what it is written to is not this one's."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with file:
        while True:
            try:
                block = file.read(BLOCK)
            except OSError as error:
                raise _unreadable(path, error) from error
            if not block:
                return
            yield block


def _unreadable(path: Place, error: OSError) -> KhcnError:
    failed = disk_error(error, path)
    return failed or ArchiveError(f"{path}: can not be read ({error.strerror}); mend its permissions")


class _Bag:
    """A bag being written into an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._folder = folder
        self._payload: list[_Member] = []

    def payload(self, place: str) -> _Member:
        member = _Member(self._folder / "data" / place, f"data/{place}")
        self._payload.append(member)
        return member

    def close(self, about: Mapping[str, str]) -> None:
        self.size = sum(member.size for member in self._payload)
        oxum = f"{self.size}.{len(self._payload)}"
        info = {**about, "Bag-Size": f"{self.size / 1e6:.1f} MB", "Payload-Oxum": oxum}
        tags = {"bagit.txt": VERSION, INFO: "".join(f"{name}: {value}\n" for name, value in info.items())}
        tags |= _manifests("manifest", self._payload)
        written = []
        for name, text in tags.items():
            with _Member(self._folder / name, name) as out:
                out.write(text.encode())
            written.append(out)
        for name, text in _manifests("tagmanifest", written).items():
            (self._folder / name).write_bytes(text.encode())


class _Member:
    """A file of a bag, its digests taken on its way."""

    def __init__(self, path: Path, place: str) -> None:
        self.place = place
        self.size = 0
        self.sha256, self.sha512 = sha256(), sha512()
        self._path = path
        self._file: BinaryIO = BytesIO()

    def __enter__(self) -> _Member:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("wb")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        self.sha512.update(data)
        self.size += len(data)
        return self._file.write(data)


def _manifests(kind: str, members: list[_Member]) -> dict[str, str]:
    members = sorted(members, key=lambda member: member.place)
    return {
        f"{kind}-sha256.txt": "".join(f"{each.sha256.hexdigest()}  {quoted(each.place)}\n" for each in members),
        f"{kind}-sha512.txt": "".join(f"{each.sha512.hexdigest()}  {quoted(each.place)}\n" for each in members),
    }


def quoted(place: str) -> str:
    r"""Return a path as a manifest writes it (RFC 8493, section 2.1.3).

    >>> quoted("data/50%\n.gz")
    'data/50%25%0A.gz'
    """
    return place.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
