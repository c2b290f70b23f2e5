"""Make the shards (:mod:`archive.shards`) of all closed sidecars: merged with flat memory, whole or not at all."""

from __future__ import annotations

import fcntl
import heapq
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from archive.atomic import explained, write_whole
from archive.errors import ArchiveError
from archive.shards import FILENAME, FOLDER, FORMAT, with_folder
from archive.sidecars import Sidecar, closed
from archive.zipnum import LINES, meta_line, write_members

FAN = 128
"""Files merged at once; each is open."""
SHARD_BYTES = 1 << 30
"""A shard ends when its members have so many."""
PIECE = 256
"""Lines of an ``.idx`` that a lookup reads at once."""
LEVEL = 6
"""Of compression: smaller members take twice as long to make."""


@dataclass(slots=True)
class Sharded:
    """What was made."""

    sidecars: int = 0
    lines: int = 0
    files: list[str] = field(default_factory=list)
    bytes: int = 0


def make_shards(root: Path) -> Sharded:
    """Make the shards of the closed sidecars below *root* anew. Raises ArchiveError, DiskError."""
    found = dict(closed(root))
    folder = root / FOLDER
    with explained(folder), ExitStack() as stack:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        stack.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveError(f"{folder}: another process makes it; wait for that one") from None
        return write_shards(folder, _merged(stack, folder, list(found.items())), found)


def write_shards(folder: Path, lines: Iterable[bytes], sidecars: dict[str, Sidecar]) -> Sharded:
    """Write sorted *lines* (``line TAB folder``) of *sidecars* as a new generation, in place of the one before."""
    writing = _Writing(folder, uuid.uuid4().hex[:8])
    try:
        writing.write(lines)
        manifest = {
            "format": FORMAT,
            "lines": writing.made.lines,
            "files": writing.made.files,
            "sidecars": {name: (each.size, each.changed) for name, each in sidecars.items()},
            "pages": writing.pages,
        }
        with write_whole(folder / "manifest.json") as file:
            file.write(json.dumps(manifest, separators=(",", ":")).encode())
    except BaseException:
        for name in writing.made.files:
            (folder / name).unlink(missing_ok=True)
        raise
    for path in folder.glob("*-*.*"):
        if path.name not in writing.made.files and path.suffix in (".gz", ".idx"):
            with suppress(FileNotFoundError):
                path.unlink()
    writing.made.sidecars = len(sidecars)
    return writing.made


class _Writing:
    def __init__(self, folder: Path, generation: str) -> None:
        self.made = Sharded()
        self.pages: list[Any] = []
        self._folder = folder
        self._generation = generation

    def write(self, lines: Iterable[bytes]) -> None:
        rest = _named(lines)
        first = next(rest, None)
        while first is not None:
            first = self._shard(first, rest)

    def _shard(self, first: bytes, rest: Iterator[bytes]) -> bytes | None:
        """Write one shard; return the line that begins the next."""
        shard = f"{self._generation}-{len(self.made.files) // 2:05d}"
        names = [f"{shard}.cdx.gz", f"{shard}.idx"]
        self.made.files += names
        following: list[bytes] = []
        with (self._folder / names[0]).open("wb") as data, (self._folder / names[1]).open("wb") as index:
            index.write(meta_line(names[0]))
            piece = _Piece(self, shard, index)
            for block, entry in write_members(_until(data, first, rest, following), data, level=LEVEL):
                piece.add(len(block), entry)
            piece.end()
            for file in (data, index):
                file.flush()
                os.fsync(file.fileno())
                self.made.bytes += file.tell()
        return following[0] if following else None


class _Piece:
    """Lines of an ``.idx`` that one page of the manifest points at."""

    def __init__(self, writing: _Writing, shard: str, index: BinaryIO) -> None:
        self._writing, self._shard, self._index = writing, shard, index
        self._entries: list[bytes] = []
        self._lines: list[int] = []

    def add(self, lines: int, entry: bytes) -> None:
        self._entries.append(entry)
        self._lines.append(lines)
        if len(self._entries) >= PIECE:
            self.end()

    def end(self) -> None:
        if not self._entries:
            return
        made, text = self._writing.made, b"".join(self._entries)
        prefix = self._entries[0].partition(b" {")[0].decode(errors="surrogateescape")
        place = (self._index.tell(), len(text))
        self._writing.pages.append((prefix, self._shard, *place, made.lines, self._lines))
        self._index.write(text)
        made.lines += sum(self._lines)
        self._entries, self._lines = [], []


def _until(data: BinaryIO, first: bytes, rest: Iterator[bytes], following: list[bytes]) -> Iterator[bytes]:
    """Yield lines until the shard is large enough, and its last key done; put the next line into *following*."""
    yield first
    before, is_large = first, False
    for number, line in enumerate(rest):
        is_large = is_large or (number % LINES == 0 and data.tell() >= SHARD_BYTES)
        if is_large and line.split(b" ", 1)[0] != before.split(b" ", 1)[0]:
            following.append(line)
            return
        yield line
        before = line


def _named(lines: Iterable[bytes]) -> Iterator[bytes]:
    for each in lines:
        line, _, folder = each.rpartition(b"\t")
        yield with_folder(line, folder)


def _merged(stack: ExitStack, folder: Path, sidecars: Sequence[tuple[str, Sidecar]]) -> Iterator[bytes]:
    """Yield all lines in order, ``line TAB folder``; a tab sorts before whatever a longer line goes on with."""
    runs: list[Iterable[bytes]] = [_lines(name, each) for name, each in sidecars]
    while len(runs) > FAN:
        runs = [_run(stack, folder, runs[at : at + FAN]) for at in range(0, len(runs), FAN)]
    return heapq.merge(*runs)


def _run(stack: ExitStack, folder: Path, runs: Sequence[Iterable[bytes]]) -> Iterable[bytes]:
    file = stack.enter_context(TemporaryFile(dir=folder))  # noqa: SIM115
    file.writelines(line + b"\n" for line in heapq.merge(*runs))
    file.seek(0)
    return (line[:-1] for line in file)


def _lines(name: str, sidecar: Sidecar) -> Iterator[bytes]:
    """Yield the lines of a sidecar. Raises ArchiveError for one that is not as the writer wrote it."""
    folder, _, stem = name.rpartition("/")
    end, named = b"\t" + folder.encode(), FILENAME + stem.encode() + b"."
    before = b""
    with sidecar.path.open("rb") as file:
        for number, raw in enumerate(file):
            line = raw.rstrip(b"\n")
            if named not in line or line < before:
                raise ArchiveError(f"{sidecar.path}: line {number + 1} is not one of a sorted index; run `khcn index`")
            before = line
            yield line + end
