"""One run a site: a lock that goes with its owner, on this machine and on others."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, text

from archive.catalog.dialect import is_postgres
from archive.errors import known
from crawler.exits import SiteLocked
from crawler.leases import STALE_S, STILL_HELD, SiteLease, server_urls
from crawler.owner import Owner, from_text, this_process, to_text

__all__ = ["HEARTBEAT_S", "STALE_S", "SiteLock", "SiteLocked"]

HEARTBEAT_S = 10.0
"""So often a run says that it lives."""


class SiteLock:
    """Hold ``locks/<site>.lock`` while a run works on the site.

    The file says who holds it: one line of JSON (:class:`~crawler.owner.Owner`), empty when nobody
    does; the time of its last change is the owner's heartbeat. On one machine ``flock`` decides,
    which goes with its process: a killed one is taken over at once, and one that is merely stopped
    is never robbed. On a file system shared by machines, where ``flock`` may not reach, the
    heartbeat does. An owner that finds another name in its file holds the site no more (:meth:`check`).

    Machines that share no file system share the server of a database: of the *databases* (URLs) that are
    on one, each has a row for the site, which goes the same way (:mod:`crawler.leases`).
    """

    def __init__(self, root: Path, site: str, since: datetime, databases: Iterable[str | Path] = ()) -> None:
        self._path = root / "locks" / f"{site}.lock"
        self._site = site
        self._since = since
        self._descriptor = -1
        self._is_taken = False
        self._lost: str | None = None
        self._servers = server_urls(databases)
        self._leases: list[SiteLease] = []

    def __enter__(self) -> Self:
        """Take the lock; SiteLocked says who holds it, CatalogError why a database can not be asked."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            self._take()
            self._take_leases()
            _heart.beat_for(self)
        except BaseException as error:
            self._free()
            raise known(error) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the lock."""
        if self._descriptor < 0:
            return
        _heart.forget(self)
        self._free()

    def check(self) -> None:
        """Raise SiteLocked when the site was taken away: by another machine, or with the file."""
        if self._lost is not None:
            raise SiteLocked(f"{self._site}: the lock of this run is gone ({self._lost}); nothing more is written")

    def fence(self, connection: Connection) -> None:
        """Raise SiteLocked when the site was taken away, as a database server knows it.

        Nobody can take it before the transaction of *connection* has ended; a file asks nobody.
        """
        if self._leases and is_postgres(connection):
            held = connection.execute(text(STILL_HELD), {"site": self._site, "run": self.owner.run})
            if held.first() is None:
                raise SiteLocked(f"{self._site}: another run took this site over; nothing more is written")

    def beat(self) -> None:
        """Say that the owner lives; notice when the lock is not its own any more."""
        try:
            there, here = os.stat(self._path), os.fstat(self._descriptor)
            if (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino):
                self._lost = f"{self._path} was put in its place"
                return
            holder = self._read()
            if holder is None or holder.run != self.owner.run:
                self._lost = f"{self._path} names {holder or 'nobody'}"
                return
            os.utime(self._descriptor)
        except FileNotFoundError:
            self._lost = f"{self._path} was removed"
        except OSError:
            pass  # a silence: others may take it for death, and the next beat notices
        for lease in self._leases:
            self._lost = self._lost or lease.beat()

    def _take(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._held(self._holder()) from None
        holder = self._read()
        if holder is not None and self._is_held(holder):
            raise self._held(holder)
        self.owner = this_process(self._since)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, to_text(self.owner), 0)
        os.fsync(self._descriptor)
        self._is_taken = True

    def _take_leases(self) -> None:
        for url in self._servers:
            lease = SiteLease(url, self._site, self.owner)
            self._leases.append(lease)
            lease.take()

    def _is_held(self, holder: Owner) -> bool:
        """Say whether *holder* lives, though the kernel gave us its lock."""
        if not holder.is_here:
            return self._silence() < STALE_S
        # The lock goes with its process; this is for file systems on which it means nothing.
        return _heart.knows(holder) if holder.pid == os.getpid() else holder.is_alive

    def _held(self, holder: Owner | None) -> SiteLocked:
        who = f"{holder}, heartbeat {self._silence():.0f} s ago" if holder else "starting"
        return SiteLocked(f"{self._site}: another run holds this site ({who}); wait for it or stop it")

    def _holder(self) -> Owner | None:
        """Return who has the kernel's lock; one that began at this moment is waited for until it said so."""
        for _ in range(20):
            holder = self._read()
            if holder is not None and (holder.is_alive or not holder.is_here):
                return holder
            time.sleep(0.05)
        return holder

    def _read(self) -> Owner | None:
        return from_text(os.pread(self._descriptor, 4096, 0))

    def _silence(self) -> float:
        """Return how many seconds ago the heartbeat was, by the clock of the file system: there is only one."""
        probe = self._path.with_name(f".{self._site}-{uuid.uuid4().hex}")
        try:
            probe.touch()
            now = probe.stat().st_mtime
            probe.unlink()
        except OSError:
            now = time.time()
        return max(0.0, now - os.fstat(self._descriptor).st_mtime)

    def _free(self) -> None:
        for lease in self._leases:
            lease.free()
        if self._is_taken and self._lost is None:
            with suppress(OSError):  # what stays behind names a process that ended
                os.ftruncate(self._descriptor, 0)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class _Heart:
    """One thread that beats for all locks of this process, as long as there are any.

    A thread and not the event loop: a page that takes long to read is no death.
    """

    def __init__(self) -> None:
        self._locks: dict[str, SiteLock] = {}
        self._change = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def beat_for(self, lock: SiteLock) -> None:
        with self._change:
            self._locks[lock.owner.run] = lock
            if self._thread is None:
                self._wake = threading.Event()
                self._thread = threading.Thread(target=self._run, args=(self._wake,), name="heartbeat", daemon=True)
                self._thread.start()

    def forget(self, lock: SiteLock) -> None:
        with self._change:
            self._locks.pop(lock.owner.run, None)
            if not self._locks and self._thread is not None:
                self._thread = None
                self._wake.set()

    def knows(self, owner: Owner) -> bool:
        return owner.run in self._locks

    def _run(self, wake: threading.Event) -> None:
        while not wake.wait(HEARTBEAT_S):
            with self._change:  # no lock is freed while its heart beats
                for lock in self._locks.values():
                    lock.beat()


_heart = _Heart()
