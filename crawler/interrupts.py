"""Whether this process was told to end: for what runs long and lets the event loop wait meanwhile."""

from __future__ import annotations

import threading

from crawler.exits import Stopped

_told = threading.Event()


def tell() -> None:
    """Note that a signal asked this process to end; may be called by a signal's handler."""
    _told.set()


def check(site: str) -> None:
    """Raise Stopped when this process was told to end; what *site* needs is done by its next run."""
    if _told.is_set():
        raise Stopped(f"{site}: stopped before it was crawled; the same command goes on from there")
