"""Who holds a site: a process, told apart from all others on all machines."""

from __future__ import annotations

import os
import socket
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import msgspec

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that holds a site, as its lock file says."""

    run: str
    """An id that no other holding of a site has."""
    pid: int
    """Process id."""
    began: int | None
    """When the process was started, in clock ticks since the machine was: a process id is used again, this is not."""
    host: str
    """Name of the machine."""
    boot: str
    """What its kernel calls its present life; the machine's name where the kernel does not say."""
    since: datetime
    """When the site was taken (UTC)."""

    def __str__(self) -> str:
        """Return it for people."""
        return f"process {self.pid} since {self.since.isoformat(timespec='seconds')} on {self.host}"

    @property
    def is_here(self) -> bool:
        """Say whether it is, or was, a process of this machine since it was started."""
        return self.boot == boot()

    @property
    def is_alive(self) -> bool:
        """Say whether a process that :attr:`is_here` runs still."""
        return self.began is not None and began(self.pid) == self.began


def this_process(since: datetime) -> Owner:
    """Return the owner that this process is, once more with a new id."""
    return Owner(uuid.uuid4().hex, os.getpid(), began(os.getpid()), socket.gethostname(), boot(), since)


def to_text(owner: Owner) -> bytes:
    """Return an owner as the one line of a lock file."""
    return msgspec.json.encode(owner) + b"\n"


def from_text(text: bytes) -> Owner | None:
    """Return the owner that a lock file names; null when it names none, or was cut while it was written."""
    try:
        return msgspec.json.decode(text, type=Owner)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def began(pid: int) -> int | None:
    """Return when a process was started, in clock ticks since the machine was; null when it does not run.

    A process that has ended and is waited for by nobody yet does not run.
    Source: proc(5), ``/proc/pid/stat``, fields 3 and 22.
    """
    try:
        fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return int(fields[19]) if fields[0] not in (b"Z", b"X") else None
    except (OSError, IndexError, ValueError):
        return None


@lru_cache(maxsize=1)
def boot() -> str:
    """Return what tells this machine, from its start to its end, from every other."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return socket.gethostname()
