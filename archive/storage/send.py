"""Bring closed files into the storage behind a data root, and remove here what is safe there.

A file counts as stored when the storage, asked for it afterwards, tells its size and its SHA-256 (or gives the bytes
to compute it). That is written down (:mod:`archive.storage.ledger`). Only WARC files are ever removed here, and only
after the storage was asked once more. A run that is killed leaves each file here, there, or in both places.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path

from archive.atomic import explained, sync_folder
from archive.cdxj import sidecar_path
from archive.errors import ArchiveError, ConfigError, DiskError, StorageLost
from archive.storage import ledger
from archive.storage.opening import behind
from archive.storage.store import AlreadyStored, Refused, Storage, Stored, digest_of
from archive.times import UTC, now, timestamp14, warc_date
from archive.warc.files import SUFFIX

logger = logging.getLogger(__name__)

SENT = ("warcs/{}/*/*" + SUFFIX, "cdxj/{}/*/*.cdxj", "articles/{}/*/*.jsonl", "crawls/{}-*.json")
"""What goes there, of a site."""
ALL = "all"
SHARDS = "zipnum/"
MANIFEST = SHARDS + "manifest.json"


@dataclass(slots=True)
class Sent:
    """What became of the files that were waiting."""

    stored: list[str] = field(default_factory=list)
    """Confirmed there, and written down."""
    failed: list[tuple[str, ArchiveError | DiskError]] = field(default_factory=list)
    """Not there, or not as here, with the cause; all of them are still here."""
    untried: list[str] = field(default_factory=list)
    """What was not tried any more, because the storage does not answer or is full."""
    removed: list[str] = field(default_factory=list)
    """WARC files that are only there now."""


class Differs(ArchiveError):
    """What the storage keeps under a name is not what is here."""


def keep_days(value: object) -> int | None:
    """Return for how many days stored WARC files are kept here too, null for ever. Raises ConfigError.

    >>> keep_days("all"), keep_days("30"), keep_days(0)
    (None, 30, 0)
    """
    text = str(value).strip()
    if text == ALL:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 5:
        raise ConfigError(f'STORED_KEEP_DAYS: "{text}": write "all", or a number of days; 0: remove what is stored')
    return int(text)


def send_waiting(
    root: Path, sites: Sequence[str] | None = None, *, keep: int | None = None, tick: Callable[[str], object] = str
) -> Sent:
    """Send all closed files of *sites* (null: of all) that are not stored yet; then remove by the policy *keep*.

    Returns at once when there is no storage behind *root*. *keep* is what :func:`keep_days` returns. *tick* is told
    of each file. Raises DiskError, ArchiveError when what is here can not be read or written.
    """
    storage, sent = behind(root), Sent()
    if storage is None:
        return sent
    known = ledger.read(root, storage.url)
    try:
        folders = ["warcs/"] if sites is None else [f"warcs/{site}/" for site in sites]
        there = {each.name: each.size for folder in folders for each in storage.names(folder)}
    except (DiskError, Refused) as error:
        sent.failed.append((storage.url, error))
        sent.untried = [name for name in _closed(root, sites) if _is_waiting(root, name, known.get(name))]
        return sent
    for name in [name for name, entry in known.items() if name.endswith(SUFFIX) and there.get(name) != entry.bytes]:
        del known[name]  # it was there, and is not any more
    waiting = [name for name in _closed(root, sites) if _is_waiting(root, name, known.get(name))]
    for place, name in enumerate(waiting):
        tick(name)
        if name == MANIFEST and any(failed.startswith(SHARDS) for failed, _ in sent.failed):
            sent.untried.append(name)  # it would name what is not there
            continue
        try:
            known[name] = send(root, name, storage, known.get(name))
            sent.stored.append(name)
        except _Gone:
            continue
        except DiskError as error:
            # The next one would fare alike, after as long a wait.
            sent.failed.append((name, error))
            sent.untried = waiting[place + 1 :]
            break
        except ArchiveError as error:
            sent.failed.append((name, error))
    if keep is not None and not sent.untried:
        sent.removed = list(_remove(root, sites, storage, known, keep, sent))
    return sent


def send(root: Path, name: str, storage: Storage, known: ledger.Entry | None = None) -> ledger.Entry:
    """Bring one closed file into the storage, and write down that it is there; return the line.

    What is there already with the same bytes counts. A WARC file never takes the place of another; any other file
    takes the place of its older form. Raises Differs, DiskError, Refused and what the disk says.
    """
    path = root / name
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise _Gone(name) from None
    with explained(path), file:
        mtime = os.fstat(file.fileno()).st_mtime_ns
        digest = file_digest(file, "sha256").hexdigest()
        size = file.tell()
    held = storage.stat(name)
    if held is None or not (held.size == size and digest_of(storage, held) == digest):
        replaces = ""
        if held is not None:
            if name.endswith(SUFFIX):
                raise _differs(storage, held, digest, size)
            replaces = held.mark
        try:
            storage.put(path, name, digest, replaces)
        except AlreadyStored:
            logger.info("was stored by another run", extra={"file": name})
        held = storage.stat(name)
        if held is None:
            raise StorageLost(f"{storage.place(name)}: was sent, and is not there; run the same command again")
        if held.size != size or digest_of(storage, held) != digest:
            raise _differs(storage, held, digest, size)
    entry = ledger.Entry(warc_date(now()), name, storage.url, size, digest, mtime, held.mark)
    ledger.add(root, [entry])
    logger.info("stored", extra={"file": name, "size_bytes": size, "sha256": digest})
    return entry


class _Gone(ArchiveError):
    """A file was taken away while others were sent."""


def _differs(storage: Storage, held: Stored, digest: str, size: int) -> Differs:
    there = digest_of(storage, held)
    return Differs(
        f"{storage.place(held.name)}: has {held.size} bytes with SHA-256 {there}, and the file here {size} with "
        f"{digest}; nothing was changed: find out which is right with `khcn verify`, and move the other away"
    )


def _closed(root: Path, sites: Sequence[str] | None) -> Iterator[str]:
    for pattern in SENT:
        paths = {path for site in ("*",) if sites is None for path in root.glob(pattern.format(site))}
        paths |= {path for site in sites or () for path in root.glob(pattern.format(_literal(site)))}
        yield from sorted(path.relative_to(root).as_posix() for path in paths if path.is_file())
    if sites is None:
        yield from _shards(root)


def _shards(root: Path) -> Iterator[str]:
    """Yield the shards of the index that were made here, and last what names them."""
    try:
        files = json.loads((root / MANIFEST).read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # there are none, or `khcn index --zipnum` is to make them again
    names = [SHARDS + str(name) for name in files]
    if all((root / name).is_file() for name in names):
        yield from (*names, MANIFEST)


def _literal(site: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in site)


def _is_waiting(root: Path, name: str, known: ledger.Entry | None) -> bool:
    try:
        state = (root / name).stat()
    except FileNotFoundError:
        return False
    return known is None or (known.bytes, known.mtime) != (state.st_size, state.st_mtime_ns)


def _remove(
    root: Path, sites: Sequence[str] | None, storage: Storage, known: dict[str, ledger.Entry], keep: int, sent: Sent
) -> Iterator[str]:
    """Remove the WARC files that are stored and were closed so many days ago."""
    moment = now()
    failed = {name for name, _ in sent.failed}
    for name in _closed(root, sites):
        entry = known.get(name)
        if not name.endswith(SUFFIX) or entry is None or name in failed or _is_waiting(root, name, entry):
            continue
        path = root / name
        closed = datetime.fromtimestamp(entry.mtime / 1e9, UTC)
        if moment - closed < timedelta(days=keep):
            continue
        if not sidecar_path(root, name).is_file():
            continue  # `khcn repair` is to index it first
        try:
            held = storage.stat(name)
            if held is None or (held.size, digest_of(storage, held)) != (entry.bytes, entry.sha256):
                raise Differs(f"{storage.place(name)}: is not there any more as it was sent; the file here is kept")
        except (ArchiveError, DiskError) as error:
            sent.failed.append((name, error))
            if isinstance(error, DiskError):
                return
            continue
        while timestamp14(now()) in path.name:
            # The name is free once the file is gone, and a writer of this second would give it to another.
            time.sleep(0.05)
        _take_away(root, path, entry)
        yield name


def _take_away(root: Path, path: Path, entry: ledger.Entry) -> None:
    with explained(path):
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    fields = {name: getattr(entry, name) for name in entry.__slots__} | {"is_removed": True, "at": warc_date(now())}
    ledger.add(root, [ledger.Entry(**fields)])
    logger.info("local file removed", extra={"file": entry.file, "stored": entry.url})


def told(sent: Sent) -> Iterable[str]:
    """Yield a sentence for each file that is not stored."""
    for name, error in sent.failed:
        yield f"{name}: not stored: {error}"
    if sent.untried:
        yield f"{len(sent.untried)} more files wait here, from {sent.untried[0]} on: `khcn repair` sends them"
