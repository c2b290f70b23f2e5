"""pywb over an archive, for what it answers."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.replay import Linked, free_port


@contextmanager
def pywb(root: Path, folder: Path) -> Iterator[http.client.HTTPConnection]:
    """Run pywb over the archive below *root*; *folder* is for its links."""
    folder.mkdir()
    linked = Linked(folder, root)
    assert linked.refresh()
    port = free_port("127.0.0.1")
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        linked.command("127.0.0.1", port), cwd=folder, stdout=log, stderr=log, start_new_session=True
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        until = time.monotonic() + 300
        while True:
            try:
                connection.connect()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise AssertionError((folder / "log").read_text()) from None
                time.sleep(0.05)
        yield connection
    finally:
        connection.close()
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(300)
        log.close()
