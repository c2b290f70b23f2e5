"""``datapackage.json`` (Data Package 2.0): which files an export is made of, what is in them, and their digests.

There is no time in it, so that the same archive gives the same bytes. What the texts may be used for is not the
archive's to say: ``licenses`` is left out, and the description names whose they are.
Source: https://datapackage.org/standard/data-package/
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from archive.atomic import explained, write_whole
from archive.export.form import Kind
from archive.wacz.select import ExportRefused

NAME = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
PACKAGE = "khcn-articles"
MARK = "khcn"
"""Key which tells that a manifest, and so the folder it lies in, was made by this program."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the manifest says of the whole."""

    title: str
    description: str
    sources: tuple[tuple[str, str | None], ...]
    """Title of each site, and its address when it has one."""
    software: str

    def keys(self) -> dict[str, Any]:
        """Return it as the manifest writes it, of a package or of one file."""
        return {
            "title": self.title,
            "description": self.description,
            "sources": [{"title": title} | ({"path": path} if path else {}) for title, path in self.sources],
        }


def resource(path: Path, below: Path, kind: Kind) -> dict[str, Any]:
    """Return what the manifest in the folder *below* says of a file."""
    place = path.relative_to(below).as_posix()
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return {
        "name": _name(place),
        "path": place,
        "format": kind.format,
        "mediatype": kind.mediatype,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        **kind.more,
    }


def _name(place: str) -> str:
    """Return the name of a resource: unique in its package, of the characters that are advised.

    >>> _name("articles/site=ha_tinh/year=2025/part-0.parquet")
    'articles-site-ha_tinh-year-2025-part-0.parquet'
    """
    name = re.sub(r"[^a-z0-9._-]+", "-", place.lower())
    return name if place.isascii() else f"{name}-{sha256(place.encode()).hexdigest()[:8]}"


def write_manifest(
    folder: Path, software: str, resources: Iterable[dict[str, Any]], about: dict[str, Any] | None = None
) -> None:
    """Write the manifest of a folder, one resource a line: there may be a hundred thousand."""
    keys = {"$schema": PROFILE, "name": PACKAGE, **(about or {}), MARK: {"software": software}}
    with write_whole(folder / NAME) as file:
        head = json.dumps(keys, ensure_ascii=False, indent=2)
        file.write(head.removesuffix("\n}").encode() + b',\n  "resources": [')
        for number, entry in enumerate(resources):
            file.write(b",\n    " if number else b"\n    ")
            file.write(json.dumps(entry, ensure_ascii=False).encode())
        file.write(b"\n  ]\n}\n")


def check_folder(folder: Path) -> None:
    """Raise ExportRefused when a manifest in *folder* is not this program's: it is not to be overwritten."""
    if (folder / NAME).exists() and _read(folder) is None:
        raise ExportRefused(f"{folder / NAME}: exists and is another program's; export into a folder of its own")


def is_ours(folder: Path) -> bool:
    """Whether a folder is an export of this program."""
    return _read(folder) is not None


def add_file(path: Path, kind: Kind, told: Told) -> None:
    """Name a file in the manifest of its folder, beside other exports that lie there; each tells of itself."""
    folder = path.parent
    entry = resource(path, folder, kind) | told.keys()
    with _locked(folder):
        held = (_read(folder) or {}).get("resources", [])
        others = [each for each in held if each.get("path") != entry["path"] and _is_there(folder, each)]
        write_manifest(folder, told.software, sorted([*others, entry], key=lambda each: str(each["path"])))


def _is_there(folder: Path, entry: dict[str, Any]) -> bool:
    path = folder / str(entry.get("path"))
    return path.is_file() and path.stat().st_size == entry.get("bytes")


def _read(folder: Path) -> dict[str, Any] | None:
    try:
        value = json.loads((folder / NAME).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return value if isinstance(value, dict) and MARK in value else None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with explained(folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
