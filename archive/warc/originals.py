"""Finding the record that a revisit refers to.

By where it lies (``WARC-Refers-To-Filename``, ``-File-Offset``), else by its id in the
catalog, else by address and date in the indexes. The first two name one record; the last
is what revisits of most other programs give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from archive.cdxj import CdxLine, lookup, sidecar_path
from archive.errors import ArchiveError, DamagedRecord
from archive.model import Location
from archive.storage import far_names
from archive.times import parse_warc_date, timestamp14
from archive.urls import surt
from archive.warc.files import OPEN, SUFFIX, Context, find_warc
from archive.warc.framing import Torn, read_members
from archive.warc.original import no_original
from archive.warc.record import Record

Locate = Callable[[str], Location | None]
"""Gives where the record of an id lies: a question to the catalog."""

MAX_HOPS = 5
"""Revisits of revisits that are followed; ours never refer to one."""


class Originals:
    """The originals of the revisits of one WARC file, or of files beside it."""

    def __init__(self, root: Path, warc: str, locate: Locate | None = None) -> None:
        self._root = root
        self._folder = PurePosixPath(warc).parent
        self._locate = locate

    def find(self, revisit: Record) -> Record:
        """Return the record that holds the body of *revisit*.

        Raises ArchiveError when it is not in the archive, DamagedRecord when it is and
        can not be read, or another record lies in its place.
        """
        record = revisit
        for _ in range(MAX_HOPS):
            record = self._next(record)
            if record.type != "revisit":
                return record
        raise no_original(revisit)

    def _next(self, revisit: Record) -> Record:
        damage: DamagedRecord | None = None
        for way in (self._by_place, self._by_id, self._by_index):
            try:
                if (record := way(revisit)) is not None:
                    return record
            except DamagedRecord as error:
                damage = damage or error
        raise damage or no_original(revisit)

    def _by_place(self, revisit: Record) -> Record | None:
        name = revisit.get("WARC-Refers-To-Filename") or ""
        offset = revisit.get("WARC-Refers-To-File-Offset") or ""
        if not offset.isdecimal() or not name or "/" in name or "\\" in name:
            return None
        warc = self._file_of(name)
        return None if warc is None else self._read(warc, int(offset), revisit)

    def _by_id(self, revisit: Record) -> Record | None:
        wanted = (revisit.get("WARC-Refers-To") or "").strip("<>")
        place = self._locate(wanted) if self._locate is not None and wanted else None
        return None if place is None else self._read(place.warc, place.offset, revisit)

    def _by_index(self, revisit: Record) -> Record | None:
        damage: DamagedRecord | None = None
        for warc, line in self._lines(revisit):
            try:
                return self._read(warc, int(line.fields["offset"]), revisit)
            except DamagedRecord as error:
                damage = error
        if damage is not None:
            raise damage
        return None

    def _lines(self, revisit: Record) -> Iterator[tuple[str, CdxLine]]:
        """Yield the index lines of what *revisit* may mean, with the WARC file of each."""
        url = revisit.get("WARC-Refers-To-Target-URI") or revisit.url
        try:
            date = timestamp14(parse_warc_date(revisit.get("WARC-Refers-To-Date") or ""))
        except ValueError:
            date = ""
        digest = revisit.get("WARC-Payload-Digest")
        if not date and not digest:
            return
        top = PurePosixPath(*self._folder.parts[:2]) if self._folder.parts else self._folder
        for path in sorted(sidecar_path(self._root, top.as_posix()).with_suffix("").rglob("*.cdxj")):
            warc = path.relative_to(self._root / "cdxj").with_suffix(SUFFIX).as_posix()
            for line in lookup(path, surt(url)):
                fields = line.fields
                alike = not digest or fields.get("digest") in (digest, None)
                if fields.get("mime") != "warc/revisit" and alike and date in ("", line.timestamp):
                    yield f"warcs/{warc}", line

    def _file_of(self, name: str) -> str | None:
        """Return the WARC file of a name: beside the revisit's, else anywhere below its site, else anywhere."""
        beside = (self._folder / name).as_posix()
        with suppress(ArchiveError):
            find_warc(self._root, beside)
            return beside
        tops = (self._root.joinpath(*self._folder.parts[:2]), self._root / "warcs")
        for top in tops:
            for path in sorted(p for end in ("", OPEN) for p in top.rglob(_literal(name) + end)):
                return path.relative_to(self._root).as_posix().removesuffix(OPEN)
        return next((found for found in far_names(self._root, "warcs/") if found.endswith(f"/{name}")), None)

    def _read(self, warc: str, offset: int, revisit: Record) -> Record:
        where = f"{warc}: byte {offset}, the original of {revisit.id}"
        try:
            with find_warc(self._root, warc).open("rb") as file:
                member = next(read_members(file, offset), None)
        except Torn as torn:
            raise DamagedRecord(f"{where}: {torn.detail}; run `khcn verify`") from torn
        except (ArchiveError, OSError) as error:
            raise DamagedRecord(f"{where}: {error}") from error
        if member is None:
            raise DamagedRecord(f"{where}: the file ends before it; run `khcn verify`")
        member.record.is_wire = not Context.of(self._root, warc).is_foreign
        record, wanted = member.record, (revisit.get("WARC-Refers-To") or "").strip("<>")
        stated, digest = record.get("WARC-Payload-Digest"), revisit.get("WARC-Payload-Digest")
        is_other = record.id != wanted if wanted else bool(stated and digest and stated.lower() != digest.lower())
        if is_other:
            found = f"{record.id or 'a record without id'} lies there"
            raise DamagedRecord(f"{where}: {found}, not {wanted or digest}; run `khcn verify`")
        return record


def _literal(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)
