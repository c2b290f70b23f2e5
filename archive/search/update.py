"""Keep the index up with the catalog: one writer at a time, killed at any moment, and nothing is lost but time."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import tantivy

from archive.atomic import make_folder
from archive.catalog import Catalog
from archive.catalog.changes import Change
from archive.documents import DocumentTexts
from archive.errors import ArchiveError, DiskError, disk_error
from archive.search.index import (
    CURSOR,
    FOLDER,
    FORM,
    LIBRARY,
    Cursor,
    Opened,
    current_folder,
    cursor_document,
    document,
    guarded,
    make_current,
    schema,
)

logger = logging.getLogger(__name__)

COMMIT_AFTER_S = 60.0
"""So much work is lost at most when a writer is killed."""
SLOWEST = 1_000
"""Articles a second that are taken in at least: what a bounded time is enough for."""
WAIT_S = 0.5
"""How long to wait for another writer when there is an index to search meanwhile."""
WAIT_FOR_FIRST_S = 120.0
"""And how long when there is none."""
LOCK = "lock"


class Room(NamedTuple):
    """How much memory may be taken."""

    heap_bytes: int
    """By what the library has not written yet."""
    batch: int
    """By how many changes, which are taken in at once; a bound of time is looked at between two batches."""


LARGE, SMALL = Room(100_000_000, 500), Room(50_000_000, 100)
"""The small one takes a tenth more time."""

_NOT_WRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)


class NotWritable(ArchiveError):
    """Nobody may write here: the index stays as it is."""


class Busy(ArchiveError):
    """Another process is writing the index."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was done to the index."""

    articles: int
    """Articles that were taken in anew, or out."""
    behind: int
    """Articles whose latest change is still to be taken in."""
    anew: str | None
    """Why the index was made from nothing, null when it was not."""


def catch_up(
    root: Path,
    catalog: Catalog,
    *,
    budget_s: float | None = None,
    anew: bool = False,
    wait_s: float | None = None,
    place: Path | None = None,
    room: Room = LARGE,
) -> CaughtUp:
    """Take into the index below *root* what changed in *catalog*; make it *anew* if asked, missing or damaged.

    Ends after *budget_s*, a batch and a commit more or less; what is left is for the next time. An index that would
    have to be made anew is then left alone when that would take longer. Waits *wait_s* for another writer, by
    default :data:`WAIT_S`. *place* is a folder for the index where *root* can not be written. *room* is the
    memory that it may take.

    Raises NotWritable, Busy, DiskError, ArchiveError, CatalogError.
    """
    place = place or root
    if wait_s is None:
        wait_s = WAIT_FOR_FIRST_S if current_folder(place) is None else WAIT_S
    with _locked(place, wait_s), _explained(place / FOLDER), ExitStack() as held:
        texts = _texts(root, held)
        try:
            return _follow(place, catalog, texts, budget_s, room, "asked for" if anew else None)
        except _Replaced:  # the catalog was made anew meanwhile
            return _follow(place, catalog, texts, budget_s, room, None)


def lag(root: Path, catalog: Catalog) -> int:
    """Return how many changes of *catalog* the index below *root* has not taken in: all, where there is none.

    Raises CatalogError.
    """
    cursor = Cursor(FORM, LIBRARY, catalog.generation(), 0)
    with suppress(ValueError, OSError):  # one that can not be used is made anew by the next search
        if (folder := current_folder(root)) is not None:
            found = Opened(folder).cursor
            cursor = found if found.generation == cursor.generation else cursor
    return _behind(catalog, cursor)


class _Replaced(Exception):
    pass


def _follow(
    root: Path,
    catalog: Catalog,
    texts: DocumentTexts | None,
    budget_s: float | None,
    room: Room,
    reason: str | None,
) -> CaughtUp:
    start = Cursor(FORM, LIBRARY, catalog.generation(), 0)
    folder = current_folder(root)
    _remove_leftovers(root, folder)
    if folder is None:
        reason = reason or "there was none"
    elif reason is None:
        try:
            cursor = Opened(folder).cursor
            if cursor.generation == start.generation:
                articles, last = _take_in(folder, catalog, cursor, texts, budget_s, room)
                return CaughtUp(articles, _behind(catalog, last), None)
            reason = "the catalog was made anew"
        except (ValueError, OSError) as error:
            if _on_disk(error, folder) is not None:
                raise
            reason = f"the old one can not be used: {_first_line(error)}"
    behind = _behind(catalog, start)
    if budget_s is not None and behind > budget_s * SLOWEST:
        return CaughtUp(0, behind, reason)
    fresh = root / FOLDER / f"index-{uuid.uuid4().hex[:12]}"
    try:
        make_folder(fresh)
        guarded(tantivy.Index, schema(), str(fresh))
        articles, last = _take_in(fresh, catalog, start, texts, None, room)
        make_current(fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)  # room, on a full disk
        raise
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)  # who searches it has it open, and keeps what it had
    return CaughtUp(articles, _behind(catalog, last), reason)


def _behind(catalog: Catalog, cursor: Cursor) -> int:
    with catalog.following() as state:
        return state.count_after(cursor.seq)


def _take_in(
    folder: Path,
    catalog: Catalog,
    cursor: Cursor,
    texts: DocumentTexts | None,
    budget_s: float | None,
    room: Room,
) -> tuple[int, Cursor]:
    """Take changes after *cursor* into the index in *folder*; return how many, and the new cursor."""
    with catalog.following() as state:
        last = state.last()
    if cursor.seq and cursor.seq == last:
        return 0, cursor
    is_new = cursor.seq == 0
    # In an empty index there is nothing to replace, until it comes to what is written meanwhile.
    once = last if is_new else 0
    writer = guarded(guarded(tantivy.Index.open, str(folder)).writer, room.heap_bytes, 1)
    started = committed = time.monotonic()
    articles, reached = 0, cursor
    while found := _batch(writer, catalog, reached.seq, texts, room.batch, once=once):
        articles += len(found)
        reached = replace(reached, seq=found[-1].seq)
        now = time.monotonic()
        if budget_s is not None and now - started > budget_s:
            break
        if now - committed > COMMIT_AFTER_S and not is_new:
            _commit(writer, catalog, reached)
            committed = now
    _commit(writer, catalog, reached)
    guarded(writer.wait_merging_threads)
    _share(folder)
    return articles, reached


def _batch(
    writer: tantivy.IndexWriter, catalog: Catalog, seq: int, texts: DocumentTexts | None, batch: int, *, once: int
) -> list[Change]:
    """Take in the changes after *seq*, and return them; the articles of those until *once* are not in the index."""
    with catalog.following() as state:
        found = state.after(seq, batch)
        said = state.said_by([change.article for change in found])
    for change in found:
        if change.seq > once:
            writer.delete_documents_by_term("id", change.article)
        if change.article in said:
            writer.add_document(document(said[change.article], texts))
    return found


def _commit(writer: tantivy.IndexWriter, catalog: Catalog, reached: Cursor) -> None:
    if catalog.generation() != reached.generation:
        raise _Replaced
    writer.delete_documents_by_term("id", CURSOR)
    writer.add_document(cursor_document(reached))
    guarded(writer.commit)


def _share(folder: Path) -> None:
    """Let those read the index who may look into its folder: tantivy keeps two files to itself, whatever the umask."""
    mode = folder.stat().st_mode & 0o666
    for name in ("meta.json", ".managed.json"):
        with suppress(OSError):
            (folder / name).chmod(mode)


def _texts(root: Path, held: ExitStack) -> DocumentTexts | None:
    try:
        return held.enter_context(DocumentTexts(root))
    except ArchiveError as error:
        logger.warning("texts of documents not indexed", extra={"cause": str(error)})
        return None


@contextmanager
def _locked(root: Path, wait_s: float) -> Iterator[None]:
    """Hold the index for writing. The kernel frees it when the process dies."""
    path = root / FOLDER / LOCK
    try:
        path.parent.mkdir(exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno in _NOT_WRITABLE:
            raise NotWritable(f"{path.parent}: the index can not be written ({error.strerror})") from None
        if (failed := disk_error(error, path)) is not None:
            raise failed from error
        raise ArchiveError(f"{path}: can not be made ({error.strerror}); make the folder writable") from error
    try:
        deadline = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Busy(
                        f"{path.parent}: another process is writing the index; try again when it has ended"
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn what tantivy and the system say into DiskError or ArchiveError."""
    try:
        yield
    except (OSError, ValueError) as error:
        if (failed := _on_disk(error, folder)) is not None:
            raise failed from error
        raise ArchiveError(
            f"{folder}: the index can not be written ({_first_line(error)}); delete the folder, it is made again"
        ) from error


def _on_disk(error: BaseException, folder: Path) -> DiskError | None:
    """Return what an error says of the disk; tantivy tells the system's errors in words."""
    codes = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
    told = next((code for code in codes if os.strerror(code) in str(error)), None)
    return disk_error(error if told is None else OSError(told, os.strerror(told)), folder)


def _remove_leftovers(root: Path, current: Path | None) -> None:
    """Remove what a writer that was killed left of an index that never became the current one."""
    for path in (root / FOLDER).glob("index-*"):
        if path != current:
            shutil.rmtree(path, ignore_errors=True)


def _first_line(error: BaseException) -> str:
    with suppress(IndexError):
        return str(error).strip().splitlines()[0]
    return type(error).__name__
