"""A worker of a machine of its own: takes a site, asks all its addresses, one a line to a file, and goes on to the next.

python -m tests.crawler.worker_of_sites FRONTIER-URL ROOT STOP-AFTER SITE...

After so many addresses (0: never) it stops, as by SIGSTOP: in the midst of what it has leased.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from crawler.exits import SiteLocked
from crawler.frontier import Frontier
from crawler.lock import SiteLock


def main(url: str, root: str, stop_after: str, *sites: str) -> None:
    left, count = list(sites), 0
    asked = os.open(Path(root) / f"asked-{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while left:
        site = left.pop(0)
        lock = SiteLock(Path(root) / f"machine-{os.getpid()}", site, datetime.now(UTC), (url,))
        try:
            with lock, Frontier.open(url, site, run=lock.owner.run) as frontier:
                frontier.resume()
                while some := frontier.lease(3):
                    for entry in some:
                        os.write(asked, f"{site} {entry.url}\n".encode())
                        count += 1
                        if count == int(stop_after):
                            os.kill(os.getpid(), signal.SIGSTOP)
                        frontier.done([entry.key])
                    frontier.commit()
        except SiteLocked:
            left.append(site)  # its worker may die


if __name__ == "__main__":
    main(*sys.argv[1:])
