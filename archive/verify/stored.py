"""What the storage keeps against what was sent there, and what is nowhere any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from archive.storage import behind, ledger
from archive.verify.findings import Finding, finding

if TYPE_CHECKING:
    from archive.catalog import Catalog

FOLDERS = ("warcs/", "cdxj/", "articles/", "crawls/")
_MOST = 10_000
"""Captures that are named of one WARC file."""


def check_stored(root: Path) -> Iterator[Finding]:
    """Yield which files of the ledger the storage does not have as they were sent; nothing without a storage.

    One question a file, and one a thousand for their names. Raises StorageLost.
    """
    storage = behind(root)
    if storage is None:
        return
    sizes = {each.name: each.size for folder in FOLDERS for each in storage.names(folder)}
    for name, entry in sorted(ledger.read(root, storage.url).items()):
        was = f"it was stored in {storage.url} on {entry.at[:10]}, {entry.bytes} bytes, SHA-256 {entry.sha256}"
        if not name.startswith(FOLDERS):
            continue  # shards of the index: made again, under other names
        if name not in sizes:
            if not (root / name).is_file():
                yield finding(name, None, "stored-lost", was)
            elif name.startswith("warcs/"):
                yield finding(name, None, "stored-differs", f"{was}, and is there no more; the file here is sent again")
            continue
        if not name.startswith("warcs/"):
            continue  # made again from the WARC files, perhaps by another machine
        held = storage.stat(name)
        if held is not None and (held.size != entry.bytes or held.sha256 not in ("", entry.sha256)):
            told = f"{was}; there are {held.size} bytes now" + (f", SHA-256 {held.sha256}" if held.sha256 else "")
            yield finding(name, None, "stored-differs", told)


def check_lost(catalog: Catalog, lost: set[str]) -> Iterator[Finding]:
    """Yield the captures of WARC files that are nowhere, by their addresses."""
    for site in sorted({warc.split("/")[1] for warc in lost if warc.count("/") > 1}):
        told: dict[str, int] = {}
        for capture in catalog.captures(site):
            warc = capture.location.warc
            if warc not in lost:
                continue
            told[warc] = told.get(warc, 0) + 1
            if told[warc] <= _MOST:
                detail = f"{capture.url} of {capture.date:%Y-%m-%dT%H:%M:%SZ}, {capture.id}"
                yield finding(warc, capture.location.offset, "spool-lost", detail)
