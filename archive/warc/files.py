"""The WARC files of a data root: their names, and what each says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from archive.errors import ArchiveError, DamagedRecord
from archive.model import Origin
from archive.storage import Place, far_names, find_far
from archive.warc.framing import Torn, read_members
from archive.warc.names import CRAWL as CRAWL
from archive.warc.names import IMPORT as IMPORT
from archive.warc.names import OPEN as OPEN
from archive.warc.names import RECOVER as RECOVER
from archive.warc.names import SUFFIX as SUFFIX
from archive.warc.names import origin_of as origin_of
from archive.warc.record import parse_fields
from archive.warc.records import OWN_INFO


def find_warc(root: Path, warc: str) -> Place:
    """Return the file that *warc* (below *root*) names, closed or still ``.open``; else the one in the storage.

    Raises ArchiveError when there is none, or when the name leads out of *root*; StorageLost.
    """
    pure = PurePosixPath(warc)
    if pure.is_absolute() or ".." in pure.parts:
        raise ArchiveError(f"{warc!r} is no path below the data root")
    path = root / warc
    for candidate in (path, path.with_name(path.name + OPEN)):
        if candidate.is_file():
            return candidate
    if (far := find_far(root, warc.removesuffix(OPEN))) is not None:
        return far
    raise ArchiveError(f"{path}: no such WARC file; look for it in quarantine/, or rebuild the catalog")


def list_warcs(root: Path, site: str | None = None) -> list[str]:
    """Return the WARC files of a site or of all, paths below *root*, in order of their names.

    Files still ``.open`` are among them, with that suffix, and those that only the storage has.
    Raises StorageLost.
    """
    folder = f"warcs/{site}/" if site else "warcs/"
    paths = (path for pattern in (SUFFIX, SUFFIX + OPEN) for path in (root / folder).rglob("*" + pattern))
    names = {path.relative_to(root).as_posix() for path in paths}
    return sorted(names.union(name for name in far_names(root, folder) if name.endswith(SUFFIX)))


def warcinfo(path: Place) -> dict[str, str]:
    """Return the fields of the warcinfo record that opens a file; none when it has none.

    Raises DamagedRecord when the file does not begin with a whole record.
    """
    with path.open("rb") as file:
        try:
            member = next(read_members(file), None)
        except Torn as torn:
            raise DamagedRecord(f"{path}: {torn}; run `khcn verify`") from torn
    if member is None or member.record.type != "warcinfo":
        return {}
    fields: dict[str, str] = {}
    for name, value in parse_fields(member.record.read()):
        fields.setdefault(name, value)
    return fields


def crawl_info(fields: dict[str, str]) -> dict[str, str]:
    """Return of a warcinfo's fields those that the crawl gave to its writer."""
    return {name: value for name, value in fields.items() if name not in OWN_INFO}


@dataclass(frozen=True, slots=True)
class Context:
    """What a file says of all its captures."""

    site: str
    crawl: str
    origin: Origin = CRAWL

    @property
    def is_foreign(self) -> bool:
        """Whether other programs captured what it holds: no record of it need be as ours are."""
        return self.origin != CRAWL

    @classmethod
    def of(cls, root: Path, warc: str) -> Context:
        """Read it from warcinfo; in files of others from the path: folder and name."""
        try:
            fields = warcinfo(find_warc(root, warc))
        except DamagedRecord:
            fields = {}
        parts = PurePosixPath(warc).parts
        name = parts[-1].removesuffix(OPEN).removesuffix(SUFFIX)
        folder = parts[1] if len(parts) > 2 and parts[0] == "warcs" else ""
        crawl = fields.get("crawl") or fields.get("isPartOf") or name
        return cls(fields.get("site", folder), crawl, origin_of(fields))
