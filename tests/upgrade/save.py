"""``python -m tests.upgrade.save``: keep a data root of this version, for later versions to be tried on.

It is made by the commands themselves from a played site: two crawls, the second of them stopped, so that there is
a frontier with work left in it. Once for each schema of the catalog; what was saved is not made again.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from archive.catalog import Catalog
from archive.catalog.tables import SCHEMA_VERSION
from tests.khcn import FAST, khcn
from tests.play import play

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
PARTS = ("warcs", "cdxj", "articles", "crawls", "status", "catalog.sqlite3", "frontier.sqlite3")
LARGEST = 300_000


def saved(version: int) -> Path:
    """Return where the data root of a schema is kept."""
    return FOLDER / f"v{version}.tar.xz"


def unpack(version: int, to: Path) -> dict[str, object]:
    """Lay a saved data root into the folder *to*; return what was known of it when it was made."""
    with tarfile.open(saved(version)) as file:
        file.extractall(to)
    known: dict[str, object] = json.loads((to / "known.json").read_text())
    (to / "known.json").unlink()
    return known


def save(to: Path) -> None:
    """Make a data root and pack it."""
    with tempfile.TemporaryDirectory() as place, play(seeds=False, oldest=2) as played:
        data = Path(place) / "data"
        for options in (("--limit", "1"), ("--full", "-s", "CRAWL_MAX_REQUESTS=6")):
            done = khcn("crawl", "ha_tinh", *FAST, *options, data=data, resolve=played.resolve)
            assert done.returncode == 0, done.stderr
        assert khcn("verify", "--due", "--days", "1", data=data).returncode == 0
        with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
            known = {"articles": sorted(article.url for article in catalog.articles()), "counts": catalog.counts()}
        for name in ("catalog.sqlite3", "frontier.sqlite3"):
            with closing(sqlite3.connect(data / name)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.execute("VACUUM")
        for report in data.glob("crawls/*.json"):  # where the program lay is nobody's business
            report.write_text(report.read_text("utf-8").replace(str(ROOT), "/srv/khcn"), "utf-8")
        (data / "known.json").write_text(json.dumps(known, indent=1))
        with tarfile.open(to, "w:xz", preset=9) as file:
            for name in ("known.json", *PARTS):
                file.add(data / name, name, filter=_plain)


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


if __name__ == "__main__":
    path = saved(SCHEMA_VERSION)
    if path.exists():
        sys.exit(f"{path}: is there; a data root of an earlier version can not be made again")
    save(path)
    assert path.stat().st_size < LARGEST, f"{path}: {path.stat().st_size} bytes; keep less"
    print(path)
