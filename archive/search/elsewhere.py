"""Where the index is kept while the data root can not be written."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path


class Elsewhere:
    """A temporary folder, made when it is needed: one for all who search an archive."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: tempfile.TemporaryDirectory[str] | None = None

    @property
    def folder(self) -> Path:
        """The folder."""
        with self._lock:
            if self._made is None:
                self._made = tempfile.TemporaryDirectory(prefix="khcn-search-")
            return Path(self._made.name)

    def close(self) -> None:
        """Remove it with all that is in it."""
        with self._lock:
            if self._made is not None:
                self._made.cleanup()
                self._made = None
