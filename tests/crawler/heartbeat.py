"""``khcn``, which writes down how long its event loop was kept, and how much memory it and its reader took.

Kept in seconds of CPU between two beats of the loop's own thread: a busy machine makes them no longer.
The memory is the high-water mark of the process's own address space: ``ru_maxrss`` also counts that of
whoever started it.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import re
import sys
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from crawler import run
from crawler.cli import main

longest_s = 0.0
start = run._Queue.start


async def beat() -> None:
    global longest_s
    before = time.thread_time()
    while True:
        await asyncio.sleep(0.01)
        now = time.thread_time()
        longest_s, before = max(longest_s, now - before), now


def start_beating(queue: run._Queue, lanes: int) -> None:
    start(queue, lanes)
    queue.beating = asyncio.get_event_loop().create_task(beat())  # type: ignore[attr-defined]


def tell(told: Path) -> None:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    own, reader = int(found[1]) * 1024, getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024
    told.write_text(json.dumps({"longest_s": longest_s, "own": own, "reader": reader}))


if __name__ == "__main__":
    run._Queue.start = start_beating  # type: ignore[method-assign]
    atexit.register(tell, Path(sys.argv.pop(1)))
    main()
