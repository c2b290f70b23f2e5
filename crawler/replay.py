"""pywb over our own files: nothing is copied, and nothing of ours is written to.

pywb wants one folder of WARC files and one of indexes. Ours lie by site and
year, and more come while a crawl writes. So a temporary folder holds links to
what is closed and indexed, brought up to date while pywb runs. pywb reads the
folder of indexes anew when it has changed.

pywb is GPL-licensed and runs as a process of its own, as a user would start it.
"""

from __future__ import annotations

import importlib.util
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from archive.cdxj import sidecar_path
from archive.errors import ConfigError
from archive.warc.files import SUFFIX

COLLECTION = "archive"
"""Name of the collection, the first part of every address: ``/archive/<timestamp>/<url>``."""

# pywb has no module that can be run with -m and takes arguments.
_START = "from pywb.apps.cli import wayback; wayback()"


class Linked:
    """A folder for pywb: links to the closed WARC files of an archive, their indexes, and a configuration."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self.root = folder, root.absolute()
        self._warcs, self._indexes = folder / "warcs", folder / "indexes"
        for made in (self._warcs, self._indexes):
            made.mkdir()
        # JSON is YAML too, and needs no library to be written.
        (folder / "config.yaml").write_text(json.dumps(self._config(), indent=2), "utf-8")

    def refresh(self) -> int:
        """Link what is closed and indexed by now; return how many WARC files are linked."""
        wanted = dict(self._pairs())
        for name in {link.name for link in self._warcs.iterdir()} - wanted.keys():
            self._index(name).unlink(missing_ok=True)
            (self._warcs / name).unlink()
        for name, (warc, index) in wanted.items():
            # The index comes last: whatever pywb finds in it can be opened.
            _link(self._warcs / name, warc)
            _link(self._index(name), index)
        return len(wanted)

    def unindexed(self) -> list[str]:
        """Return the closed WARC files that have no index, as paths below the data root."""
        return [path.relative_to(self.root).as_posix() for path in self._closed() if not self._sidecar(path).exists()]

    def command(self, host: str, port: int) -> list[str]:
        """Return the command that serves the folder; it is to be run in the folder."""
        return [sys.executable, "-W", "ignore", "-c", _START, "--bind", host, "--port", str(port)]

    def _config(self) -> dict[str, object]:
        return {
            "enable_auto_colls": False,
            "collections_root": str(self.folder),
            "collections": {
                COLLECTION: {"index_paths": f"{self._indexes}/", "archive_paths": f"{self._warcs}/"},
            },
            "framed_replay": True,
        }

    def _pairs(self) -> Iterator[tuple[str, tuple[Path, Path]]]:
        for warc in self._closed():
            index = self._sidecar(warc)
            if index.exists():
                yield warc.name, (warc, index)

    def _closed(self) -> list[Path]:
        return sorted((self.root / "warcs").glob(f"*/*/*{SUFFIX}"))

    def _sidecar(self, warc: Path) -> Path:
        return sidecar_path(self.root, warc.relative_to(self.root).as_posix())

    def _index(self, name: str) -> Path:
        return self._indexes / f"{name.removesuffix(SUFFIX)}.cdxj"


def check_installed() -> None:
    """Raise ConfigError, saying what to install, when pywb is not."""
    if importlib.util.find_spec("pywb") is None:
        raise ConfigError(
            "replay: pywb is not installed; in the project's folder: "
            "pip install --constraint constraints.txt --editable '.[replay]'"
        )


def free_port(host: str, port: int = 0) -> int:
    """Return *port* when one can listen on it now, of 0 any port. Raises OSError when one can not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as server:
        chosen: int = server.getsockname()[1]
        return chosen


def _link(link: Path, target: Path) -> None:
    if not link.is_symlink():
        link.symlink_to(target)
