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

from archive.atomic import write_whole
from archive.cdxj import sidecar_path
from archive.errors import ConfigError
from archive.storage import behind, far_names
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
        self._places = folder / "places"
        self._places.touch()
        # JSON is YAML too, and needs no library to be written.
        (folder / "config.yaml").write_text(json.dumps(self._config(), indent=2), "utf-8")

    def refresh(self) -> int:
        """Link what is closed and indexed by now; return how many WARC files can be replayed.

        What only the storage has is named to pywb, which reads it there. Raises StorageLost.
        """
        wanted = dict(self._pairs())
        for name in {link.name for link in self._warcs.iterdir()} - wanted.keys():
            self._index(name).unlink(missing_ok=True)
            (self._warcs / name).unlink()
        far = dict(self._far())
        places = "".join(f"{name}\t{place}\n" for name, (place, _) in sorted(far.items())).encode()
        if places != self._places.read_bytes():
            with write_whole(self._places) as file:
                file.write(places)
        # The index comes last: whatever pywb finds in it can be opened.
        for name, (warc, index) in wanted.items():
            _link(self._warcs / name, warc)
            _link(self._index(name), index)
        for name, (_, index) in far.items():
            _link(self._index(name), index)
        return len(wanted.keys() | far.keys())

    def unindexed(self) -> list[str]:
        """Return the closed WARC files that have no index, as paths below the data root."""
        held = [path.relative_to(self.root).as_posix() for path in self._closed()]
        names = sorted({*held, *(name for name in far_names(self.root, "warcs/") if name.endswith(SUFFIX))})
        return [name for name in names if not sidecar_path(self.root, name).exists()]

    def command(self, host: str, port: int) -> list[str]:
        """Return the command that serves the folder; it is to be run in the folder."""
        return [sys.executable, "-W", "ignore", "-c", _START, "--bind", host, "--port", str(port)]

    def _config(self) -> dict[str, object]:
        return {
            "enable_auto_colls": False,
            "collections_root": str(self.folder),
            "collections": {
                COLLECTION: {
                    "index_paths": f"{self._indexes}/",
                    "archive_paths": [f"{self._warcs}/", str(self._places)],
                },
            },
            "framed_replay": True,
        }

    def _pairs(self) -> Iterator[tuple[str, tuple[Path, Path]]]:
        for warc in self._closed():
            index = self._sidecar(warc)
            if index.exists():
                yield warc.name, (warc, index)

    def _far(self) -> Iterator[tuple[str, tuple[str, Path]]]:
        """Yield the name of each closed WARC file that only the storage has, with its place there and its index."""
        storage = behind(self.root)
        for warc in far_names(self.root, "warcs/"):
            index = sidecar_path(self.root, warc)
            if storage is not None and warc.endswith(SUFFIX) and not (self.root / warc).exists() and index.exists():
                yield warc.rpartition("/")[2], (storage.place(warc), index)

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
