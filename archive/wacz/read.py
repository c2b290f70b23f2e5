"""Reading a WACZ, ours or anybody's: its pages, its index, and each record with one seek."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, BinaryIO

from archive.cdxj import CdxLine
from archive.codings import MAX_BODY
from archive.digests import BLOCK
from archive.errors import ArchiveError, DamagedRecord
from archive.model import Capture, Payload
from archive.times import parse_warc_date, timestamp14
from archive.urls import surt
from archive.wacz.index import WaczIndex
from archive.wacz.names import ARCHIVE, DATAPACKAGE
from archive.wacz.plain import read_plain
from archive.wacz.zipread import ZipMembers
from archive.warc.captures import ANSWERS
from archive.warc.files import Context, origin_of
from archive.warc.framing import Member, Torn, read_members
from archive.warc.record import Record, parse_fields
from archive.warc.stored import StoredExchange, group, payload_of

MAX_MANIFEST = 64 << 20
MAX_BLOCK = 4 << 30
"""Bytes of a record's block; a larger one is taken for a bomb."""
MAX_PAGE = 64 << 20
"""Bytes of a line of a list of pages."""

__all__ = ["Resource", "Wacz", "WaczPage", "open_wacz"]


@dataclass(frozen=True, slots=True)
class WaczPage:
    """A page that a WACZ lists."""

    url: str
    ts: str
    """Time of capture as written there (RFC 3339)."""
    title: str | None = None
    text: str | None = None
    id: str | None = None
    list: str = "pages"
    """Id of the list on which it stands."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A member as the manifest describes it."""

    path: str
    hash: str | None
    size: int | None


def open_wacz(path: str | Path, *, max_block: int = MAX_BLOCK) -> Wacz:
    """Open a WACZ for reading.

    Nothing is unpacked and nothing is written. Records with a block of more than *max_block* bytes are refused.
    Raises ArchiveError when it is no whole ZIP, a name in it is not safe, or it holds no WARC file.
    """
    return Wacz(ZipMembers(Path(path)), max_block)


class Wacz:
    """A WACZ opened for reading; used by one thread at a time."""

    def __init__(self, members: ZipMembers, max_block: int = MAX_BLOCK) -> None:
        self.members = members
        self.path = members.path
        self._max_block = max_block
        self._index = WaczIndex(members)
        self._contexts: dict[str, Context] = {}
        if not self.warcs:
            members.close()
            raise ArchiveError(f"{self.path}: a ZIP without a WARC file in {ARCHIVE}; it is no WACZ")

    def close(self) -> None:
        """Close the file."""
        self.members.close()

    def __enter__(self) -> Wacz:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # The manifest.

    @property
    def warcs(self) -> list[str]:
        """Names of its WARC files, as members of the ZIP."""
        return [
            name for name in self.members.names if name.startswith(ARCHIVE) and name.endswith((".warc.gz", ".warc"))
        ]

    @property
    def package(self) -> dict[str, Any]:
        """The manifest, ``datapackage.json``; empty when there is none."""
        return self._json(DATAPACKAGE) if DATAPACKAGE in self.members else {}

    def json(self, name: str) -> dict[str, Any]:
        """Return a member that holds a JSON object, such as the manifest's digest."""
        return self._json(name)

    def resources(self) -> Iterator[Resource]:
        """Yield what the manifest lists."""
        for entry in self.package.get("resources") or []:
            if isinstance(entry, dict) and isinstance(entry.get("path"), str):
                size = entry.get("bytes")
                yield Resource(entry["path"], entry.get("hash"), size if isinstance(size, int) else None)

    def digest(self, name: str) -> str:
        """Return ``sha256:`` and the hexadecimal digest of a member."""
        digest = sha256()
        with self.members.open(name) as file:
            while piece := file.read(BLOCK * 4):
                digest.update(piece)
        return f"sha256:{digest.hexdigest()}"

    # Pages.

    def pages(self) -> Iterator[WaczPage]:
        """Yield the pages of all lists below ``pages/``; a line that is no page is passed over."""
        for name in self.members.names:
            if not (name.startswith("pages/") and name.endswith(".jsonl")):
                continue
            listed = PurePosixPath(name).stem
            for line in self.members.lines(name, MAX_PAGE):
                try:
                    entry = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(entry, dict) and isinstance(entry.get("url"), str):
                    values = {key: entry[key] for key in ("title", "text", "id") if isinstance(entry.get(key), str)}
                    yield WaczPage(url=entry["url"], ts=str(entry.get("ts", "")), list=listed, **values)

    # The index.

    def lines(self) -> Iterator[CdxLine]:
        """Yield the lines of its indexes, each index in its order."""
        return self._index.lines()

    def lookup(self, url: str) -> Iterator[CdxLine]:
        """Yield the lines of an address, of each index oldest first."""
        return self._index.lookup(url)

    # Records.

    def member(self, line: CdxLine) -> Member:
        """Return the record that a line of the index names, with where it lies.

        Raises DamagedRecord when no whole record lies there, or that of another address.
        """
        name = self._warc_of(line)
        try:
            offset = int(str(line.fields["offset"]))
        except (KeyError, ValueError):
            raise DamagedRecord(f"{self.path}: the index has no offset for {line.urlkey}; pack it anew") from None
        where = f"{self.path}: {name}: byte {offset}"
        if not 0 <= offset < self.members.size(name):
            raise DamagedRecord(f"{where}: the index points behind the end of the file; pack it anew")
        with self.members.open(name) as file:
            try:
                member = next(self._records(name, file, offset), None)
            except Torn as torn:
                raise DamagedRecord(f"{where}: {torn.detail}; the index or the file is wrong") from torn
        if member is None:
            raise DamagedRecord(f"{where}: no record lies there; the index or the file is wrong")
        url = str(line.fields.get("url", ""))
        if member.record.type not in (*ANSWERS, "metadata") or (
            member.record.url != url and surt(member.record.url) != line.urlkey
        ):
            found = f"{member.record.type} of {member.record.url}"
            raise DamagedRecord(f"{where}: {found} lies there, not {url}; the index is wrong")
        member.record.is_wire = not self._context(name).is_foreign
        return member

    def payload(self, line: CdxLine, *, max_size: int = MAX_BODY) -> Payload:
        """Return the answer that a line names, its body decoded; of a revisit the original's.

        Raises ArchiveError when the original is not in this WACZ.
        """
        record = self.member(line).record
        if record.type != "revisit":
            return payload_of(record, max_size=max_size)
        original = self._original(record)
        if original is None:
            told = record.get("WARC-Refers-To-Target-URI") or record.url
            raise ArchiveError(f"{self.path}: {record.url}: a revisit of {told}, which is not in this file")
        return self.payload(original, max_size=max_size)

    def _original(self, revisit: Record) -> CdxLine | None:
        """Return the line of the record that a revisit refers to: by its id, else by time, else by digest."""
        target, date = revisit.get("WARC-Refers-To"), revisit.get("WARC-Refers-To-Date")
        wanted = timestamp14(parse_warc_date(date)) if date else None
        digest = revisit.get("WARC-Payload-Digest")
        best: CdxLine | None = None
        for other in self.lookup(revisit.get("WARC-Refers-To-Target-URI") or revisit.url):
            if other.fields.get("mime") == "warc/revisit":
                continue
            if target and other.timestamp == wanted and self.member(other).record.get("WARC-Record-ID") == target:
                return other
            same = other.timestamp == wanted if wanted else bool(digest) and other.fields.get("digest") == digest
            best = best or (other if same else None)
        return best

    def members_of(self, name: str) -> Iterator[Member]:
        """Yield the records of one of :attr:`warcs` in their order. Raises DamagedRecord at a torn one."""
        with self.members.open(name) as file:
            try:
                yield from self._records(name, file, 0)
            except Torn as torn:
                raise DamagedRecord(f"{self.path}: {name}: {torn}") from torn

    def captures(self) -> Iterator[tuple[Capture, StoredExchange]]:
        """Yield the captures of all its WARC files in their order, each with its exchange to read from.

        Site and crawl are what a file's warcinfo says, else "" and the file's name.
        """
        for name in self.warcs:
            context = self._context(name)
            for stored in group(self.members_of(name), name, context):
                if stored.capture is not None:
                    yield stored.capture, stored

    def _context(self, name: str) -> Context:
        if name in self._contexts:
            return self._contexts[name]
        first = next(self.members_of(name), None)
        fields: dict[str, str] = {}
        if first is not None and first.record.type == "warcinfo":
            fields = dict(reversed(parse_fields(first.record.read())))
        stem = name.removeprefix(ARCHIVE).removesuffix(".gz").removesuffix(".warc")
        crawl = fields.get("crawl") or fields.get("isPartOf") or stem
        self._contexts[name] = Context(fields.get("site", ""), crawl, origin_of(fields))
        return self._contexts[name]

    def _records(self, name: str, file: BinaryIO, offset: int) -> Iterator[Member]:
        file.seek(offset)
        # By its bytes: some name a gzipped file .warc.
        gzipped = file.read(2) == b"\x1f\x8b"
        return (read_members if gzipped else read_plain)(file, offset, max_block=self._max_block)

    def _warc_of(self, line: CdxLine) -> str:
        name = str(line.fields.get("filename", ""))
        for candidate in (ARCHIVE + name, name):
            if name and candidate in self.members:
                return candidate
        raise DamagedRecord(f"{self.path}: the index names {name!r}, which is not in the file; pack it anew")

    # Small members.

    def _json(self, name: str) -> dict[str, Any]:
        try:
            value = json.loads(self.members.read(name, MAX_MANIFEST))
        except (ValueError, RecursionError) as error:
            raise ArchiveError(f"{self.path}: {name} is no JSON ({error}); get the file again") from error
        if not isinstance(value, dict):
            raise ArchiveError(f"{self.path}: {name} is no JSON object; get the file again")
        return value
