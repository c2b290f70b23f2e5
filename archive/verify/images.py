"""Pictures and documents: the size and SHA-256 that the catalog tells, against the captured bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archive.verify.findings import Finding, finding
from archive.verify.scan import Scan

Told = Mapping[str, set[tuple[str, int | None, str | None]]]
"""By capture id: address, size and SHA-256 as told."""


def check_files(told: Told, found: Scan, name: str) -> Iterator[Finding]:
    """Yield what is told of the files in one WARC and is not so."""
    for capture in found.captures.values():
        for url, size, sha256 in sorted(told.get(capture.id, ()), key=str):
            if sha256 is None or not capture.files or (size, sha256) in capture.files:
                continue
            given = " or ".join(f"{bytes_} bytes, {digest}" for bytes_, digest in sorted(capture.files))
            where = f"{capture.id} at byte {capture.offset} of {found.file}"
            yield finding(name, None, "asset-differs", f"{url}: {size} bytes, {sha256}; {where} has {given}")
