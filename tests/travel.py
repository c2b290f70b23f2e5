"""``python -P tests/travel.py TIME ARGUMENT...``: run ``khcn`` in the belief that it is TIME (ISO 8601) now.

The clock runs on from there. Clocks that only measure, files' times and SQLite's own clock stay as they are.
"""

from __future__ import annotations

import sys
from datetime import datetime

import time_machine

if __name__ == "__main__":
    start, arguments = sys.argv[1], sys.argv[2:]
    # As a number: an aware datetime could also set the process's time zone.
    with time_machine.travel(datetime.fromisoformat(start).timestamp(), tick=True):
        from crawler.cli import main

        sys.argv = ["khcn", *arguments]
        main()
