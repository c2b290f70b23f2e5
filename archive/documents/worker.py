"""The process in which documents are read: ``python -m archive.documents.worker``.

On stdin comes a line of JSON (``size``, ``mime``) and so many bytes, on stdout goes a line of JSON for each. It has
little memory, writes no file, and ends with its stdin.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from dataclasses import asdict

from archive.documents.model import DocumentText
from archive.documents.read import read_document

MEMORY_BYTES = 512 << 20
ALARM_S = 120
"""After so long on one document it ends by itself, should whoever started it be gone and not have ended it."""


def main() -> None:
    """Read documents until stdin ends."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline():
        asked = json.loads(line)
        try:
            data = source.read(asked["size"])
            if len(data) < asked["size"]:
                return
            signal.alarm(ALARM_S)
            found = read_document(data, asked["mime"])
            signal.alarm(0)
        except MemoryError:
            found = DocumentText("out_of_memory")
        target.write(json.dumps(asdict(found)).encode() + b"\n")
        target.flush()
        if found.state == "out_of_memory":
            return  # what is left of the heap is anybody's guess


if __name__ == "__main__":
    main()
