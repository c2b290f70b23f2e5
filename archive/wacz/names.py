"""What lies where in a WACZ, and which names of members are safe.

Source: WACZ 1.1.1, "Directory Layout".
"""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

from archive.errors import ArchiveError

if TYPE_CHECKING:
    from zipfile import ZipInfo

WACZ_VERSION = "1.1.1"
SUFFIX = ".wacz"

ARCHIVE = "archive/"
INDEXES = "indexes/"
INDEX = "indexes/index.cdx.gz"
INDEX_OF_INDEX = "indexes/index.idx"
PAGES = "pages/pages.jsonl"
PART = "-part"
"""What the name of a WARC file gets when only a part of its records is in a WACZ."""
DATAPACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"


def check_names(infos: list[ZipInfo]) -> None:
    """Raise ArchiveError for a name that leads out of a folder, stands twice, or is no plain file's."""
    seen: set[str] = set()
    for info in infos:
        name = info.orig_filename
        why = _fault(info, name)
        if why is None and name in seen:
            why = "stands twice"
        if why is not None:
            raise ArchiveError(f"the name {name[:200]!r} {why}; nothing of this file is read")
        seen.add(name)


def _fault(info: ZipInfo, name: str) -> str | None:
    parts = name.removesuffix("/").split("/")
    if not name or name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "is absolute"
    if ".." in parts:
        return "leads out of the folder"
    if "\\" in name or "" in parts or "." in parts or any(ord(char) < 32 for char in name):
        return "is no plain path"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.flag_bits & 1:
        return "is encrypted"
    return None
