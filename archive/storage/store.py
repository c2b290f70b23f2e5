"""What a storage is asked: one interface, whatever keeps the bytes.

A storage keeps whole files under their paths below the data root. None is ever changed half: a file is there with
all its bytes, or it is not there. What is kept under one name is replaced only by who names what lies there now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from archive.errors import ArchiveError, ConfigError

PIECE = 8 << 20
"""Bytes that are read at a time of a file which is read whole."""


class NotStored(ArchiveError):
    """The storage has no file of this name."""


class AlreadyStored(ArchiveError):
    """The storage has a file of this name, which is not to be replaced."""


class Refused(ArchiveError, ConfigError):
    """The storage does not do what it is asked: no such bucket, no right, no valid credentials."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a storage says of one file."""

    name: str
    """Path below the data root."""
    size: int
    """Bytes."""
    mark: str = ""
    """Differs when the bytes do, as an ETag; empty when it was not asked for."""
    sha256: str = ""
    """Hexadecimal, as the storage itself computed or checked it; empty when it does not tell."""


class Storage(Protocol):
    """A place that keeps files. Every call raises StorageLost when there is no answer, Refused, DiskFull."""

    url: str
    """Where it is; holds no secret."""

    def stat(self, name: str) -> Stored | None:
        """Return what is kept under a name, null when nothing is."""

    def read(self, name: str, start: int, length: int) -> bytes:
        """Return so many bytes of a file from an offset on, fewer at its end. Raises NotStored."""

    def names(self, prefix: str) -> Iterator[Stored]:
        """Yield what is kept below a folder (which ends with ``/``), sorted by name, without marks."""

    def put(self, path: Path, name: str, digest: str, replaces: str = "") -> None:
        """Keep the file at *path*, whose SHA-256 is *digest*, under a name.

        Raises AlreadyStored when something is kept there, unless its mark is *replaces*.
        """

    def place(self, name: str) -> str:
        """Return where another program finds a file: a path, or a URL without secrets."""


def digest_of(storage: Storage, held: Stored) -> str:
    """Return the SHA-256 of what is kept: as the storage tells, else by reading all of it."""
    if held.sha256:
        return held.sha256
    digest, offset = sha256(), 0
    while offset < held.size and (piece := storage.read(held.name, offset, PIECE)):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest()
