"""Check that an archive is what it says: files, records, digests, links, indexes, catalog, articles."""

from archive.verify.findings import RULES, Finding
from archive.verify.run import Verification

__all__ = ["RULES", "Finding", "Verification"]
