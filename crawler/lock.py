"""One run a site: an advisory lock that the kernel frees when its owner dies."""

from __future__ import annotations

import fcntl
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from archive.errors import KhcnError


class SiteLocked(KhcnError):
    """Another run holds the site."""


class SiteLock:
    """Hold ``locks/<site>.lock`` while a crawl of the site runs.

    ``flock`` needs no clean-up after ``kill -9``: the lock goes with the process.
    The file's text says who holds it since when; the lock itself does not rest on it.
    """

    def __init__(self, root: Path, site: str, since: datetime) -> None:
        self._path = root / "locks" / f"{site}.lock"
        self._site = site
        self._since = since
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take the lock; SiteLocked says who holds it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 200).decode("utf-8", "replace").strip()
            os.close(descriptor)
            raise SiteLocked(
                f"{self._site}: another run holds this site ({holder or 'starting'}); wait for it or stop it"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} since {self._since.isoformat(timespec='seconds')}\n".encode())
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the lock."""
        os.close(self._descriptor)
        self._descriptor = -1
