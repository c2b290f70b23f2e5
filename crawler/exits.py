"""Exit codes of ``khcn``: documented, distinct, and the same for every verb."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from archive.errors import ConfigError, KhcnError


class Exit(IntEnum):
    """What a finished command says to cron."""

    OK = 0
    """All that was asked is done and durable."""
    ERROR = 1
    """A bug or an unforeseen error; the log holds a traceback."""
    USAGE = 2
    """Bad arguments."""
    DISK = 3
    """No space left, the configured floor was reached, or the database went away; what was written is whole."""
    CONFIG = 4
    """A site file or a setting is wrong; the message names file, key and fix."""
    PARTIAL = 5
    """Done, but some URLs failed after all retries; the crawl report names each with its cause."""
    EXPECTATION = 6
    """Done, but a site broke an expectation."""
    LOCKED = 7
    """Another run holds this site."""
    INTERRUPTED = 8
    """Stopped cleanly by SIGINT or SIGTERM; the same command resumes."""
    DAMAGE = 9
    """``verify`` found damage."""


_GRAVEST_FIRST = (
    Exit.ERROR,
    Exit.DISK,
    Exit.DAMAGE,
    Exit.CONFIG,
    Exit.USAGE,
    Exit.INTERRUPTED,
    Exit.LOCKED,
    Exit.PARTIAL,
    Exit.EXPECTATION,
    Exit.OK,
)


def gravest(codes: Iterable[Exit]) -> Exit:
    """Return the code which speaks for several sites crawled by one command.

    >>> gravest([Exit.OK, Exit.PARTIAL, Exit.OK]).name
    'PARTIAL'
    """
    return min(codes, key=_GRAVEST_FIRST.index, default=Exit.OK)


class Stopped(KhcnError):
    """A site whose crawl a signal kept from beginning, or from ending in order."""


class SiteLocked(KhcnError):
    """Another run holds the site."""


class NotHeld(KhcnError):
    """The archive does not hold what the command line names."""


class UnknownSite(ConfigError):
    """A site id that no file declares: a fault of the command line."""
