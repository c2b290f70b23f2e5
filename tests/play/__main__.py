"""``python -m tests.play [--port N] [--all-sites]``: print the value for ``KHCN_RESOLVE``, then play until stopped."""

from __future__ import annotations

import argparse
import signal
import threading

from tests.play.server import play


def main() -> None:
    """Play the sites until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.play", description="Play the Departments' sites on loopback."
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--all-sites", action="store_true", help="play every active Department")
    options = parser.parse_args()
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    with play(port=options.port, all_sites=options.all_sites) as played:
        print(played.resolve, flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
