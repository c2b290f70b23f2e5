"""Files of other programs: what each is, and the exchanges that it holds.

Kinds are told by the first bytes, never by the name. Nothing is written here.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Literal

from archive.digests import BLOCK
from archive.errors import ArchiveError
from archive.times import parse_warc_date
from archive.urls import surt
from archive.wacz.read import open_wacz
from archive.warc.captures import ANSWERS
from archive.warc.framing import Member
from archive.warc.lenient import GZIP, Loss, read_foreign
from archive.warc.record import FIELDS_TYPE, Record, parse_fields
from archive.warc.records import Source
from archive.warc.stored import belongs

Kind = Literal["warc", "wacz", "arc"]

_ARC = b"filedesc:"
_ZSTD = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")


class NotAnArchive(ArchiveError):
    """A path that names no WARC, WACZ or ARC file."""


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A file to be read."""

    path: Path
    kind: Kind
    sha256: str
    """Hexadecimal, of the whole file."""
    size: int
    """Bytes."""

    @property
    def name(self) -> str:
        """Its name without folders."""
        return _text(self.path.name)

    @property
    def shown(self) -> str:
        """Its path, as text that can be written anywhere."""
        return _text(str(self.path))

    @contextmanager
    def parts(self) -> Iterator[Iterator[tuple[str, BinaryIO]]]:
        """Give the WARC files in it, each with its name as a member of a WACZ ("" for a WARC file itself)."""
        if self.kind == "wacz":
            with open_wacz(self.path) as wacz:
                yield ((name, wacz.members.open(name)) for name in wacz.warcs)
        else:
            with self.path.open("rb") as file:
                yield iter([("", file)] if self.kind == "warc" else [])


@dataclass(slots=True)
class ForeignExchange:
    """Records that belong together, to be copied as they are."""

    part: str
    """The WARC file that holds them, in a WACZ."""
    records: list[Record]
    warcinfo: Record | None = field(default=None, repr=False)
    """What the file says of itself before them."""

    @property
    def answer(self) -> Record | None:
        """The record that becomes the capture."""
        of_answers = (record for record in self.records if record.type in ANSWERS)
        return next((record for record in of_answers if record.get("Content-Type") != FIELDS_TYPE), None)

    @property
    def id(self) -> str:
        """Record id by which the exchange is known again."""
        return (self.answer or self.records[0]).id

    def source(self, file: ForeignFile) -> Source:
        """Return what is to be kept of where it comes from."""
        told = [("source", file.name), ("source-sha256", file.sha256), ("source-bytes", str(file.size))]
        if self.part:
            told.append(("source-member", self.part))
        if self.warcinfo is not None:
            told += [("warcinfo-id", self.warcinfo.id), ("warcinfo-date", self.warcinfo.get("WARC-Date") or "")]
            told.append(("warcinfo-filename", self.warcinfo.get("WARC-Filename") or ""))
            told += [(f"warcinfo-{name}", value) for name, value in parse_fields(self.warcinfo.read())]
        return tuple((name, value) for name, value in told if value)


def open_foreign(path: Path) -> ForeignFile:
    """Return what a file is.

    Raises NotAnArchive, saying why, when it can not be read as a WARC, WACZ or ARC file at all.
    """
    try:
        with path.open("rb") as file:
            kind = _kind_of(path, file)
            file.seek(0)
            digest = hashlib.sha256()
            while piece := file.read(BLOCK * 4):
                digest.update(piece)
            size = file.tell()
    except OSError as error:
        raise NotAnArchive(f"{path}: can not be read ({error.strerror}); name WARC or WACZ files") from error
    if kind == "wacz":
        try:
            open_wacz(path).close()
        except ArchiveError as error:
            raise NotAnArchive(str(error)) from error
    return ForeignFile(path, kind, digest.hexdigest(), size)


def read_exchanges(file: ForeignFile, *, max_block: int) -> Iterator[ForeignExchange | Loss]:
    """Yield the exchanges of a file in its order, and what could not be read.

    The same file gives the same sequence. Offsets of losses are in the WARC file that ``part`` names.
    """
    if file.kind == "arc":
        yield Loss(0, "an ARC file; make a WARC file of it with `warcio recompress`, and import that")
        return
    with file.parts() as parts:
        for part, opened in parts:
            for found in _group(part, read_foreign(opened, max_block=max_block)):
                yield replace(found, part=part) if isinstance(found, Loss) else found


def _group(part: str, found: Iterator[Member | Loss]) -> Iterator[ForeignExchange | Loss]:
    members: list[Member] = []
    warcinfo: Record | None = None

    def exchange() -> Iterator[ForeignExchange]:
        if members:
            yield ForeignExchange(part, [member.record for member in members], warcinfo)

    for member in found:
        if isinstance(member, Loss):
            yield member
        elif fault := _fault_of(member.record):
            yield Loss(member.offset, fault)
        elif member.record.type == "warcinfo":
            yield from exchange()
            members, warcinfo = [], member.record
        elif members and belongs(member.record, members):
            members.append(member)
        else:
            yield from exchange()
            members = [member]
    yield from exchange()


def _fault_of(record: Record) -> str | None:
    """Return why a whole record can not be taken: what no index and no catalog could hold."""
    if not record.type:
        return "it has no WARC-Type"
    if not record.id or re.search(r"\s", record.id):
        return f"its WARC-Record-ID is {record.id[:80]!r}"
    try:
        parse_warc_date(record.get("WARC-Date") or "")
    except ValueError as error:
        return str(error)
    if record.type in ANSWERS:
        if not record.url:
            return "it has no WARC-Target-URI"
        try:
            surt(record.url)
        except ValueError as error:
            return f"its WARC-Target-URI can not be read: {error}"
    return None


def _text(name: str) -> str:
    # Names of files are bytes, of any encoding.
    return name.encode("utf-8", "replace").decode()


def _kind_of(path: Path, file: BinaryIO) -> Kind:
    start = file.read(1 << 10)
    if not start:
        raise NotAnArchive(f"{path}: is empty; name WARC or WACZ files")
    if start.startswith(b"PK"):
        return "wacz"
    inside = start
    if start.startswith(GZIP):
        try:
            inside = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start, 1 << 10)
        except zlib.error as error:
            raise NotAnArchive(f"{path}: no gzip file after its first bytes ({error}); get it again") from error
    if inside.startswith(b"WARC/"):
        return "warc"
    if inside.startswith(_ARC):
        return "arc"
    if inside.startswith(_ZSTD) or re.match(rb"[\x50-\x5f]\x2a\x4d\x18", inside):
        raise NotAnArchive(f"{path}: compressed with zstd, which is not read; unpack it with `zstd -d`")
    raise NotAnArchive(f"{path}: is no WARC or WACZ file; it begins with {inside[:20]!r}")
