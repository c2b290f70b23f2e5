"""Where the archive lies: whether it can be written safely, how much room there is, what was left over."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from archive.catalog.engine import parse_url, sqlite_path
from archive.errors import KhcnError, disk_error
from crawler.config import Config
from crawler.disk import disks_of, parse_min_free, room
from crawler.doctor.finding import Finding, fault
from crawler.exits import Exit
from crawler.owner import from_text

SKEW_S = 5.0
"""So far the clock of the file system may be from ours."""
NEAR = 5
"""Below so many times the floor it is said that room gets short."""


def data_root(root: Path) -> Iterator[Finding]:
    """Write, sync, rename, lock and remove a file in the data root, as a crawl does."""
    place = next(each for each in (root, *root.parents) if each.exists() or each.is_symlink())
    if place != root:
        if not (place.is_dir() and os.access(place, os.W_OK)):
            yield fault("data root", f"{root}: can not be made, for {place} can not be written", _ELSEWHERE)
        else:
            yield Finding("data root", "ok", f"{root}: not there yet; the first crawl makes it")
        return
    probe = root / f".doctor-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    try:
        yield from _tried(root, probe)
    except OSError as error:
        if (failed := disk_error(error, root)) is not None:
            yield fault("data root", str(failed), "make room, or look at the disk (dmesg)", Exit.DISK)
        else:
            yield fault("data root", f"{root}: can not be written ({error.strerror})", _ELSEWHERE)
    finally:
        for left in (probe, probe.with_suffix(".renamed")):
            with suppress(OSError):
                left.unlink()


_ELSEWHERE = "choose another with --data or KHCN_DATA, or mend its permissions"


def _tried(root: Path, probe: Path) -> Iterator[Finding]:
    renamed = probe.with_suffix(".renamed")
    began = time.time()
    with probe.open("wb") as file:
        file.write(b"khcn")
        file.flush()
        os.fsync(file.fileno())
    renamed.write_bytes(b"old")
    probe.replace(renamed)
    if renamed.read_bytes() != b"khcn" or probe.exists():
        yield fault("data root", f"{root}: a renamed file does not take the place of the old one", _LOCAL)
        return
    folder = os.open(root, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    yield from _locks(renamed)
    skew = renamed.stat().st_mtime - began
    if abs(skew) > SKEW_S:
        told = f"{root}: the clock of the file system is {skew:+.0f} s from this machine's"
        yield Finding("data root", "warning", told, "keep both in step (NTP)")
    yield Finding("data root", "ok", f"{root}: written, synced, renamed, locked")


_LOCAL = "put the data root on a local file system (ext4, xfs), or on NFS 4 with locks"


def _locks(path: Path) -> Iterator[Finding]:
    """Lock a file twice, as two runs would: the second one must not get it."""
    with path.open("rb") as first, path.open("rb") as second:
        try:
            fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            yield fault("data root", f"{path.parent}: files can not be locked ({error.strerror})", _LOCAL)
            return
        try:
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        yield fault("data root", f"{path.parent}: two runs would get the same lock", _LOCAL)


def rooms(config: Config, room_of: Callable[[Path], tuple[int, int] | None] = room) -> Iterator[Finding]:
    """Look at the room on each disk that a crawl writes to, and at its floor."""
    try:
        asked = parse_min_free(config.min_free)
    except KhcnError as error:
        yield fault("disk", str(error), "correct the variable")
        return
    folders = [config.data]
    for url in (config.catalog_url, config.frontier_url):
        with suppress(KhcnError):
            path = sqlite_path(parse_url(url))
            folders += [path.absolute().parent] if path is not None else []
    for disk in disks_of(folders, Path(tempfile.gettempdir()), asked) or disks_of(folders[:1], config.data, 1):
        found = room_of(disk.folder)
        if found is None:
            continue
        free, size, floor = (each / 1e9 for each in (*found, disk.min_free))
        told = f"{disk.folder}: {free:,.1f} GB free of {size:,.1f} GB, floor {floor:,.1f} GB"
        if found[0] < disk.min_free:
            yield fault("disk", told, "make room, or lower KHCN_MIN_FREE: no crawl begins", Exit.DISK)
        elif found[0] < NEAR * disk.min_free:
            yield Finding("disk", "warning", told, "make room soon: at the floor crawls end with exit code 3")
        else:
            yield Finding("disk", "ok", told)
        with suppress(OSError):
            inodes = os.statvfs(disk.folder)
            if inodes.f_files and not inodes.f_favail:
                yield fault(
                    "disk", f"{disk.folder}: no file can be made any more (inodes)", "remove small files", Exit.DISK
                )


def leftovers(root: Path) -> Iterator[Finding]:
    """Look for locks that are held, and for what killed runs left."""
    held, dead = [], []
    for path in sorted(root.glob("locks/*.lock")):
        try:
            owner = from_text(path.read_bytes()[:4096])  # read, not taken: a crawl that begins now must get it
        except OSError:
            continue
        if owner is not None and not owner.is_here:
            held.append(f"{path.stem} ({owner}: another machine, or before a restart)")
        elif owner is not None and owner.is_alive:
            held.append(f"{path.stem} ({owner})")
        elif owner is not None:
            dead.append(path.stem)
    if held:
        yield Finding("locks", "note", f"held: {', '.join(held)}", "nothing, while these runs go on")
    if dead:
        yield Finding(
            "locks", "note", f"of runs that were killed: {', '.join(dead)}", "nothing: the next run takes them over"
        )
    if not held and not dead:
        yield Finding("locks", "ok", "none")
    busy = {each.partition(" ")[0] for each in held}
    unended = [path for path in root.glob("crawls/*.json.open") if path.name.rpartition("-")[0] not in busy]
    torn = [path for path in root.glob("warcs/*/*/*.open") if path.parents[1].name not in busy]
    if unended or torn:
        told = f"{len(unended)} crawls were killed, {len(torn)} WARC files are not closed"
        yield Finding("leftovers", "warning", told, "khcn repair, or the next crawl of the site")
