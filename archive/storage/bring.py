"""Bring the small files that only the storage has to a data root: indexes, JSON Lines, reports of crawls.

They are some percent of the bytes and are read everywhere, so they are copied whole, where WARC files are read by
ranges. What was brought is written down as what was sent is (:mod:`archive.storage.ledger`): so it is not sent again,
and takes a newer form when another machine has stored one. A file that was changed here is left as it is.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from archive.atomic import explained, make_folder, write_whole
from archive.errors import ArchiveError
from archive.storage import ledger
from archive.storage.opening import behind
from archive.storage.store import PIECE, NotStored, Storage, Stored
from archive.times import now, warc_date

logger = logging.getLogger(__name__)

INDEXES, ARTICLES, REPORTS, SHARDS = "cdxj/", "articles/", "crawls/", "zipnum/"
SMALL = (INDEXES, ARTICLES, REPORTS, SHARDS)
_NAMES = re.compile(
    r"cdxj/[^/]+/\d{4}/[^/]+\.cdxj|articles/[^/]+/\d{4}/[^/]+\.jsonl|crawls/[^/]+\.json|zipnum/manifest\.json"
)
AT_ONCE = 8
"""Files that are asked for side by side: each is small, and waited for."""
NOTED = 256
"""Files that are written down at once."""
LOCK = "status/bring.lock"


def bring(
    root: Path,
    folders: Sequence[str] = SMALL,
    tick: Callable[[str], object] = str,
    but: Mapping[str, int] = MappingProxyType({}),
) -> int:
    """Copy what the storage behind *root* keeps below *folders* and is not here; return how many files that were.

    Nothing happens where there is no storage. *tick* is told now and then of one. Files of the names and sizes of
    *but* are left where they are. Raises StorageLost, Refused, DiskError,
    Unwritable.
    """
    storage = behind(root)
    if storage is None:
        return 0
    wanted = _wanted(root, storage, folders, but)
    if not wanted:
        return 0
    with _alone(root), ThreadPoolExecutor(AT_ONCE) as threads:
        # Another process may have brought them while this one waited.
        wanted = _wanted(root, storage, folders, but)
        for some in (wanted[at : at + NOTED] for at in range(0, len(wanted), NOTED)):
            brought = list(threads.map(lambda held: _bring(root, storage, held), some))
            ledger.add(root, [entry for entry in brought if entry is not None])
            tick(some[-1].name)
    logger.info("brought from the storage", extra={"files": len(wanted), "stored": storage.url})
    return len(wanted)


def _wanted(root: Path, storage: Storage, folders: Sequence[str], but: Mapping[str, int]) -> list[Stored]:
    known = ledger.read(root, storage.url)
    there = (each for folder in folders for each in storage.names(folder) if _NAMES.fullmatch(each.name))
    there = (each for each in there if but.get(each.name) != each.size)
    return [each for each in there if _is_wanted(root, each, known.get(each.name))]


def _is_wanted(root: Path, held: Stored, known: ledger.Entry | None) -> bool:
    try:
        state = (root / held.name).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    is_as_stored = known is not None and (known.bytes, known.mtime) == (state.st_size, state.st_mtime_ns)
    return is_as_stored and held.size != state.st_size


def _bring(root: Path, storage: Storage, held: Stored) -> ledger.Entry | None:
    """Copy one file; return the line that says so, null when it is not there any more."""
    path, digest, offset = root / held.name, sha256(), 0
    told = storage.stat(held.name)
    if told is None:
        return None
    try:
        with write_whole(path) as file:
            while offset < told.size and (piece := storage.read(held.name, offset, PIECE)):
                digest.update(piece)
                offset += file.write(piece)
            if offset != told.size or told.sha256 not in ("", digest.hexdigest()):
                raise _Changed(f"{storage.place(held.name)}: was changed while it was read; run the same command again")
    except NotStored:
        return None
    mtime = path.stat().st_mtime_ns
    return ledger.Entry(warc_date(now()), held.name, storage.url, told.size, digest.hexdigest(), mtime, told.mark)


class _Changed(ArchiveError):
    """A file took another form in the midst."""


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let one process at a time bring files, for all of them write the same."""
    path = root / LOCK
    with explained(path):
        make_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
