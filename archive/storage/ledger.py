"""What of a data root is in which storage: ``status/stored.jsonl``, a line for each file that was confirmed there.

Lines are only ever added, by any number of processes; each is on the disk before a file is removed for it. What a
killed run left of a line is passed over. Who deletes the ledger loses nothing: a file that is here is compared with
the one there once more, and a file that is there alone is found without it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from archive.atomic import explained, make_folder, sync_folder

PLACE = "status/stored.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line: a file was confirmed in the storage, or removed here because it is there."""

    at: str
    """When, UTC."""
    file: str
    """Path below the data root."""
    url: str
    """Of the storage."""
    bytes: int
    sha256: str
    mtime: int = 0
    """Time of the local file's last change, nanoseconds since 1970: one that was not written to is not read again."""
    mark: str = ""
    """What the storage calls these bytes (ETag)."""
    is_removed: bool = False
    """Whether the local file was removed."""


def read(root: Path, url: str) -> dict[str, Entry]:
    """Return what was confirmed in the storage at *url*, by file, as it was told last."""
    found: dict[str, Entry] = {}
    path = root / PLACE
    with explained(path):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return found
    for line in data.split(b"\n"):
        try:
            entry = Entry(**json.loads(line))
            if entry.url == url and isinstance(entry.file, str):
                found[entry.file] = entry
        except (ValueError, TypeError):
            continue  # what a killed run left, or a later version wrote: asking the storage tells the same
    return found


def add(root: Path, entries: Iterable[Entry]) -> None:
    """Add lines, durably. Raises DiskError, or ArchiveError when it can not be written."""
    data = b"".join(json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n" for entry in entries)
    path = root / PLACE
    with explained(path):
        make_folder(path.parent)
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                data = b"\n" + data  # behind what a killed run left
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(path.parent)
