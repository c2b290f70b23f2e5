"""Errors whose message can be shown as it is: what, where, and what to do."""

from __future__ import annotations


class KhcnError(Exception):
    """Base of every expected error; ``str(error)`` is a sentence for the user."""


class ConfigError(KhcnError):
    """A site file or a setting is wrong; the message names file, key and fix."""


class ArchiveError(KhcnError):
    """The archive can not be read or written as asked."""


class DamagedRecord(ArchiveError):
    """A WARC record is torn or does not agree with what its index says."""


class DiskFull(KhcnError):
    """No space left (ENOSPC, EDQUOT) or the configured floor was reached."""


class CatalogError(KhcnError):
    """The catalog can not be opened, read or written."""
