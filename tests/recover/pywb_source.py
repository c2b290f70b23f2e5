"""A real pywb with the collection, as the web archive of somebody else."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdxj_indexer.main import CDXJIndexer

from crawler.replay import free_port
from tests.recover.snaps import Snap, original, response, revisit, warcinfo, with_revisits

COLLECTION = "tinh"
_START = "from pywb.apps.cli import wayback; wayback()"


def write_collection(snaps: list[Snap], folder: Path) -> None:
    """Write captures into WARC files, one a year, with indexes that another program makes."""
    sorted_in = with_revisits(snaps)
    (folder / "warcs").mkdir(parents=True)
    (folder / "indexes").mkdir()
    for year in sorted({snap.date.year for snap in snaps}):
        path = folder / "warcs" / f"tinh-{year}.warc.gz"
        own = sorted((snap for snap in sorted_in if snap.date.year == year), key=lambda one: (one.date, one.url))
        made = warcinfo(path.name, own[0].date)
        for snap in own:
            cut = "disconnect" if snap.is_cut else None
            made += revisit(snap, original(snap, sorted_in)) if snap.is_revisit else response(snap, truncated=cut)
        path.write_bytes(made)
        index = io.StringIO()
        CDXJIndexer(index, [str(path)], sort=True).process_all()
        (folder / "indexes" / f"tinh-{year}.cdxj").write_text(index.getvalue())


@contextmanager
def pywb_source(snaps: list[Snap], folder: Path) -> Iterator[str]:
    """Run pywb over captures while the block runs; give the address of its CDX server."""
    write_collection(snaps, folder)
    places = {"index_paths": f"{folder}/indexes/", "archive_paths": f"{folder}/warcs/"}
    config = {"enable_auto_colls": False, "collections": {COLLECTION: places}, "framed_replay": True}
    (folder / "config.yaml").write_text(json.dumps(config))
    port = free_port("127.0.0.1")
    log = folder / "log"
    with log.open("wb") as told:
        process = subprocess.Popen(command(port), cwd=folder, stdout=told, stderr=told, start_new_session=True)
        try:
            _wait(f"http://127.0.0.1:{port}/{COLLECTION}/cdx?url=haugiang.gov.vn&limit=1", process, log)
            yield f"http://127.0.0.1:{port}/{COLLECTION}/cdx"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(300)


def command(port: int) -> list[str]:
    """Return how pywb is started."""
    return [sys.executable, "-W", "ignore", "-c", _START, "--bind", "127.0.0.1", "--port", str(port)]


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 300
    while True:
        try:
            urllib.request.urlopen(url, timeout=300).read()
            return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(log.read_text()) from None
            time.sleep(0.05)
