"""What tests of files in a storage begin with."""

from __future__ import annotations

import hashlib
from itertools import count
from pathlib import Path

from archive.verify import Verification

NUMBERS = count()
WARC = "warcs/ha_tinh/2024/ha_tinh-20240506070809-00000.warc.gz"


def file_of(folder: Path, data: bytes) -> tuple[Path, str]:
    """Return a new file, and its SHA-256."""
    path = folder / f"tệp-{next(NUMBERS)}"
    path.write_bytes(data)
    return path, hashlib.sha256(data).hexdigest()


def check(root: Path) -> list:
    """Return what is wrong below a data root."""
    return list(Verification(root).findings())
