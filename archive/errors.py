"""Errors whose message can be shown as it is: what, where, and what to do."""

from __future__ import annotations

import errno

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of the operating system which more room mends."""


class KhcnError(Exception):
    """Base of every expected error; ``str(error)`` is a sentence for the user."""


class ConfigError(KhcnError):
    """A site file or a setting is wrong; the message names file, key and fix."""


class ArchiveError(KhcnError):
    """The archive can not be read or written as asked."""


class DamagedRecord(ArchiveError):
    """A WARC record is torn or does not agree with what its index says."""


class DiskFull(KhcnError):
    """No space left, a quota or the largest size of a file was reached (:data:`NO_SPACE`)."""


class CatalogError(KhcnError):
    """The catalog can not be opened, read or written."""
