"""What a form of export is: one file of all records, or a folder of parts, a site's year each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from archive.export.record import Record


class Part(NamedTuple):
    """The records of one site and one year (of publication, else of capture; in Vietnam)."""

    site: str
    year: int


@dataclass(frozen=True, slots=True)
class Kind:
    """What ``datapackage.json`` says of a file beside its name, size and digest."""

    format: str
    """Such as ``csv``."""
    mediatype: str
    more: dict[str, Any] = field(default_factory=dict)
    """Further keys: encoding, dialect, schema."""


class FileForm(Protocol):
    """A form in which everything goes into one file. The same records give the same bytes."""

    name: str

    def write(self, records: Iterable[Record], out: BinaryIO) -> None:
        """Write all records, by (date, version id); few of them in memory at a time."""

    def kind(self) -> Kind:
        """Say what was written."""


class FolderForm(Protocol):
    """A form that is a folder of many files. The same records give the same files."""

    name: str

    def folders(self, part: Part) -> Sequence[str]:
        """Return the folders, below that of the export, in which the files of a part lie, and no others."""

    def write_part(self, part: Part, records: Iterable[Record], folder: Path) -> Iterator[tuple[Path, Kind]]:
        """Write the files of a part below *folder*, where nothing is in their way; yield each with what it is."""

    def schemas(self) -> dict[str, dict[str, Any]]:
        """Return the Table Schemas to which the kinds refer, by the names of their files; none for no table."""
