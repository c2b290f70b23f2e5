"""Files that crawls under way have closed go into the storage behind the data root, beside the event loop."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from queue import SimpleQueue

from archive.cdxj import sidecar_path
from archive.errors import KhcnError
from archive.storage.opening import behind
from archive.storage.send import send

logger = logging.getLogger(__name__)


class Sending:
    """Sends one file after the other in a thread of its own; a failure is left to the end of the command.

    A process that ends does not wait for it: what is half sent is not there, and the next run sends it.
    """

    def __init__(self) -> None:
        self.is_left_to_the_command = False
        """Whether a command sends, at its end, what is not sent by then: no crawl need do so."""
        self._queue: SimpleQueue[tuple[Path, str] | threading.Event] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def closed(self, root: Path, warc: str) -> None:
        """Send a WARC file that was closed, and its index, if there is a storage behind *root*."""
        if behind(root) is None:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sending", daemon=True)
            self._thread.start()
        for path in (root / warc, sidecar_path(root, warc)):
            self._queue.put((root, path.relative_to(root).as_posix()))

    def wait(self) -> None:
        """Wait until all that was closed has been sent, or could not be."""
        if self._thread is not None:
            done = threading.Event()
            self._queue.put(done)
            done.wait()

    def _run(self) -> None:
        is_lost = False
        while True:
            item = self._queue.get()
            if isinstance(item, threading.Event):
                is_lost = False
                item.set()
            elif not is_lost:
                is_lost = not _send(*item)


def _send(root: Path, name: str) -> bool:
    """Send a file; say whether that went well. One that did not may mean that none will for a while."""
    storage = behind(root)
    assert storage is not None
    try:
        send(root, name, storage)
    except KhcnError as error:
        logger.warning("not stored yet", extra={"file": name, "cause": str(error)})
        return False
    except Exception:
        logger.exception("not stored")
        return False
    return True


sending = Sending()
"""Of this process."""
