"""``khcn`` with a disk that fails, or a process that dies, at a chosen call.

    python -m tests.crawler.faulty '{"call": "os:fsync", "path": ".warc.gz", "error": "EIO"}' crawl ha_tinh

*call* names module and function; *path*: only on files with that in their name; *nth*: the
first such call is 1; *error*: what it raises, else the process gets a *signal*, and dies of it when none is named,
``before`` the call or ``after``.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import signal
import sys
from functools import reduce
from typing import Any


def arm(fault: dict[str, Any]) -> None:
    module, _, name = fault["call"].partition(":")
    *outer, last = name.split(".")
    place = reduce(getattr, outer, importlib.import_module(module))
    real = getattr(place, last)
    calls = 0

    def call(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        if "path" in fault and fault["path"] not in path_of(arguments[0]):
            return real(*arguments, **options)
        calls += 1
        if calls != fault.get("nth", 1):
            return real(*arguments, **options)
        if "error" in fault:
            number = getattr(errno, fault["error"])
            raise OSError(number, os.strerror(number))
        number = signal.Signals[fault.get("signal", "SIGKILL")]
        if fault.get("when") == "after":
            done = real(*arguments, **options)
            os.kill(os.getpid(), number)
            return done
        os.kill(os.getpid(), number)
        return real(*arguments, **options)

    setattr(place, last, call)


def path_of(argument: Any) -> str:
    """Return the path of a descriptor, an open file, or a path."""
    if isinstance(argument, str | os.PathLike):
        return os.fspath(argument)
    descriptor = argument if isinstance(argument, int) else getattr(argument, "_file", argument).fileno()
    return os.readlink(f"/proc/self/fd/{descriptor}")


if __name__ == "__main__":
    arm(json.loads(sys.argv[1]))
    sys.argv[1:] = sys.argv[2:]
    from crawler.cli import main

    main()
