"""All closed CDXJ sidecars in one: ZipNum shards by ranges of keys, of which a lookup reads two places at any size.

``zipnum/`` below the data root: ``<generation>-00000.cdx.gz`` and ``.idx``, and so on, are ZipNum each, as other
programs read it; in their lines ``filename`` has the folder before it. ``manifest.json`` names the generation, the
sidecars that are in it, and where every so many lines of the ``.idx`` begin. It is read once: so a lookup reads one
piece of an ``.idx`` and one member. All of it follows from the sidecars, and can be deleted and made again.

A machine that has the manifest alone reads the shards in the storage: two requests a lookup.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from archive.errors import ArchiveError
from archive.storage import behind
from archive.storage.store import Storage
from archive.zipnum import inflated, parse_block

FOLDER = "zipnum"
MANIFEST = f"{FOLDER}/manifest.json"
FORMAT = "khcn-zipnum-1"
FILENAME = b'"filename": "'
"""Before the name of the WARC file in a line; inside of another value its quotes would be escaped."""
KEPT = 64
"""Pieces and members kept, for lookups often follow each other in one place."""

Read = Callable[[str, int, int], bytes]
"""Returns so many bytes of a file, from an offset on."""


class Entry(NamedTuple):
    """A line of the index, and which sidecar it is of."""

    line: bytes
    """Without its end."""
    sidecar: str
    """``<site>/<yyyy>/<name>``, as its WARC file is called below ``warcs/``, without suffixes."""


class Page(NamedTuple):
    """A piece of an ``.idx``."""

    prefix: bytes
    """Key and time of the first line of its first member."""
    shard: str
    """Name of the files, without suffix."""
    offset: int
    length: int
    before: int
    """Lines in all members before."""
    lines: tuple[int, ...]
    """Lines of each of its members."""


class Shards:
    """The shards of one generation; used by any number of threads."""

    def __init__(self, manifest: dict[str, Any], read: Read, *, are_here: bool = True) -> None:
        """*read* reads their files. Raises ArchiveError for a manifest that is none."""
        self.are_here = are_here
        """Whether they are below the data root, as its sidecars are; else sidecars may be in the storage alone."""
        self._read = read
        self._recent: dict[tuple[str, int | bytes], list[bytes]] = {}
        try:
            if manifest["format"] != FORMAT:
                raise ValueError(manifest["format"])
            self.lines_held = int(manifest["lines"])
            self.sidecars: dict[str, tuple[int, int]] = {
                name: (size, changed) for name, (size, changed) in manifest["sidecars"].items()
            }
            self._pages = [
                Page(prefix.encode(errors="surrogateescape"), shard, offset, length, before, tuple(lines))
                for prefix, shard, offset, length, before, lines in manifest["pages"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise ArchiveError(f"{MANIFEST}: not such a manifest ({error!r}); run `khcn index --zipnum`") from None
        self._prefixes = [page.prefix for page in self._pages]

    def hold(self, name: str, size: int, changed: int) -> bool:
        """Say whether they hold a sidecar as it is now; of one that was copied here its time of change says nothing."""
        held = self.sidecars.get(name)
        return held is not None and held[0] == size and (held[1] == changed or not self.are_here)

    def lines(self, start: bytes, end: bytes, *, backwards: bool = False) -> Iterator[Entry]:
        """Yield the lines from *start* to before *end*, in their order or backwards. Raises ArchiveError."""
        for page, block in self._blocks(start, end, backwards=backwards):
            lines = self._member(page, block)
            first, last = bisect_left(lines, start), bisect_left(lines, end)
            yield from map(_entry, reversed(lines[first:last]) if backwards else lines[first:last])

    def count(self, start: bytes, end: bytes) -> int:
        """Return how many lines there are from *start* to before *end*; of those between, no member is read."""
        return max(0, self._before(end) - self._before(start))

    def _before(self, bound: bytes) -> int:
        """Return how many lines stand before *bound*."""
        number = bisect_left(self._prefixes, bound) - 1
        if number < 0:
            return 0
        page = self._pages[number]
        blocks = self._piece(page)
        place = bisect_left(blocks, bound, key=_prefix) - 1
        return page.before + sum(page.lines[:place]) + bisect_left(self._member(page, blocks[place]), bound)

    def _blocks(self, start: bytes, end: bytes, *, backwards: bool) -> Iterator[tuple[Page, bytes]]:
        # The first line wanted may stand in the member before the first one that begins with it.
        first = max(0, bisect_left(self._prefixes, start) - 1)
        last = bisect_left(self._prefixes, end)
        pages = self._pages[first:last]
        for page in reversed(pages) if backwards else pages:
            blocks = self._piece(page)
            low = max(0, bisect_left(blocks, start, key=_prefix) - 1)
            chosen = blocks[low : bisect_left(blocks, end, key=_prefix)]
            for block in reversed(chosen) if backwards else chosen:
                yield page, block

    def _piece(self, page: Page) -> list[bytes]:
        def make() -> list[bytes]:
            found = self._read(f"{page.shard}.idx", page.offset, page.length).split(b"\n")[:-1]
            if len(found) != len(page.lines):
                raise _damaged(f"{page.shard}.idx", f"{len(found)} lines at byte {page.offset}")
            return found

        return self._kept((page.shard, page.offset), make)

    def _member(self, page: Page, entry: bytes) -> list[bytes]:
        name = f"{page.shard}.cdx.gz"

        def make() -> list[bytes]:
            try:
                block = parse_block(entry.decode("utf-8", "surrogateescape"), name)
                return inflated(block, self._read(name, block.offset, block.length))
            except (ArchiveError, ValueError, KeyError, TypeError) as error:
                raise _damaged(name, error) from None

        return self._kept((name, entry), make)

    def _kept(self, key: tuple[str, int | bytes], make: Callable[[], list[bytes]]) -> list[bytes]:
        found = self._recent.get(key)
        if found is None:
            found = make()
            with suppress(KeyError, RuntimeError, StopIteration):  # another thread was faster
                while len(self._recent) >= KEPT:
                    del self._recent[next(iter(self._recent))]
            self._recent[key] = found
        return found


def open_shards(root: Path) -> Shards:
    """Open the shards of a data root, or those in the storage. Raises ArchiveError for a manifest that is none."""
    folder, manifest = root / FOLDER, _manifest(root)
    files = _Open(folder, manifest)
    storage = behind(root)
    if storage is None or len(files) == len(manifest.get("files", ())):
        return Shards(manifest, partial(read_at, folder, files))
    return Shards(manifest, partial(_read_stored, storage), are_here=False)


def in_shards(root: Path) -> dict[str, int]:
    """Return the sizes of the sidecars that the shards hold, by their paths; none when there are no shards."""
    if not (root / MANIFEST).exists():
        return {}
    return {f"cdxj/{name}.cdxj": size for name, (size, _) in _manifest(root).get("sidecars", {}).items()}


def _manifest(root: Path) -> dict[str, Any]:
    path = root / MANIFEST
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{path}: can not be read ({error}); run `khcn index --zipnum`") from None
    return found if isinstance(found, dict) else {}


def _read_stored(storage: Storage, name: str, offset: int, length: int) -> bytes:
    """Return a piece of a stored file, by one request. Raises ArchiveError, StorageLost."""
    found = storage.read(f"{FOLDER}/{name}", offset, length)
    if len(found) != length:
        raise _damaged(storage.place(f"{FOLDER}/{name}"), f"ends before byte {offset + length}")
    return found


class _Open(dict[str, int]):
    """The files of a generation, kept open: should they be replaced, who reads goes on with these."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        for name in manifest.get("files", ()):
            with suppress(FileNotFoundError):  # told when it is read
                self[name] = os.open(folder / name, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        for descriptor in self.values():
            os.close(descriptor)


def read_at(folder: Path, files: dict[str, int], name: str, offset: int, length: int) -> bytes:
    """Return a piece of a file that is open. Raises ArchiveError when it is shorter, or not there."""
    descriptor = files.get(name)
    found = os.pread(descriptor, length, offset) if descriptor is not None else b""
    if len(found) != length:
        raise _damaged(str(folder / name), f"ends before byte {offset + length}")
    return found


def _damaged(name: str, error: object) -> ArchiveError:
    return ArchiveError(f"{name}: {error}; delete the folder `{FOLDER}`, it is made again by `khcn index --zipnum`")


def _prefix(entry: bytes) -> bytes:
    """Return the key and time of the first line of a member, of its line in an ``.idx``."""
    return entry.partition(b" {")[0]


def with_folder(line: bytes, folder: bytes) -> bytes:
    """Return a line whose file name has its folder before it.

    >>> with_folder(b'vn,a)/ 2024 {"filename": "a-1.warc.gz"}', b"a/2024")
    b'vn,a)/ 2024 {"filename": "a/2024/a-1.warc.gz"}'
    """
    return line.replace(FILENAME, FILENAME + folder + b"/", 1)


def _entry(line: bytes) -> Entry:
    begin = line.index(FILENAME) + len(FILENAME)
    end = line.index(b'"', begin)
    folder, _, name = line[begin:end].rpartition(b"/")
    stem = name.removesuffix(b".gz").removesuffix(b".warc")
    return Entry(line[:begin] + line[begin + len(folder) + 1 :], (folder + b"/" + stem).decode())
