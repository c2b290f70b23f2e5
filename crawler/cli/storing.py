"""Verbs and the storage: small files that only it has come first, what is closed goes there at the end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from archive.atomic import Unwritable
from archive.errors import ArchiveError, DiskFull, KhcnError
from archive.shards import in_shards
from archive.storage.bring import SHARDS, SMALL, bring
from archive.storage.opening import behind
from archive.storage.send import keep_days, send_waiting, told
from crawler.cli.common import console, say
from crawler.config import Config
from crawler.exits import Exit
from crawler.logs import plain
from crawler.sending import sending

logger = logging.getLogger(__name__)


AGAIN_S = 600.0
"""So often a command that goes on looks for what the storage has got."""


def fetch(config: Config, folders: Sequence[str] = SMALL, *, is_needed: bool = True) -> None:
    """Copy what the storage has of *folders* and the data root lacks; where that can not be written, go on without.

    What is not *needed* keeps nothing from going on: what the storage says is logged. Raises StorageLost, Refused.
    """
    if behind(config.data) is None:
        return
    with console(stderr=True).status("asking the storage") as status:
        _fetch(config, folders, lambda name: status.update(f"bringing {name}"), is_needed=is_needed)


@contextmanager
def fetching(config: Config) -> Iterator[None]:
    """Copy it at once, and again and again while the block runs, in a thread of its own.

    Of indexes only those come that are not in the shards: these are read in the storage.
    """
    if behind(config.data) is None:
        yield
        return
    with console(stderr=True).status("asking the storage") as status:
        _follow(config, lambda name: status.update(f"bringing {name}"))
    ended = threading.Event()

    def follow() -> None:
        while not ended.wait(AGAIN_S):
            _follow(config, str)

    threading.Thread(target=follow, name="fetching", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _follow(config: Config, tick: Callable[[str], object]) -> None:
    _fetch(config, (SHARDS,), tick, is_needed=False)
    try:
        but = in_shards(config.data)
    except ArchiveError:
        but = {}  # told by who reads them
    _fetch(config, [each for each in SMALL if each != SHARDS], tick, is_needed=False, but=but)


def _fetch(
    config: Config,
    folders: Sequence[str],
    tick: Callable[[str], object],
    *,
    is_needed: bool,
    but: Mapping[str, int] = MappingProxyType({}),
) -> None:
    try:
        bring(config.data, folders, tick, but)
    except KhcnError as error:
        if is_needed and not isinstance(error, Unwritable):
            raise
        logger.warning("nothing brought from the storage", extra={"cause": str(error)})


def store(config: Config, sites: Sequence[str] | None, keep: object) -> Exit:
    """Send what of *sites* waits (null: of all), say what could not be sent; return the exit code.

    *keep* is the setting ``STORED_KEEP_DAYS``.
    """
    if behind(config.data) is None or (sites is not None and not sites):
        return Exit.OK
    sending.wait()
    with console(stderr=True).status("storing") as status:
        sent = send_waiting(
            config.data, sites, keep=keep_days(keep), tick=lambda name: status.update(f"storing {name}")
        )
    for sentence in told(sent):
        say(f"khcn: {plain(sentence)}", err=True)
    if any(isinstance(error, DiskFull) for _, error in sent.failed):
        return Exit.DISK
    return Exit.PARTIAL if sent.failed else Exit.OK
