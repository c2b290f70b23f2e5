"""A body far larger than all buffers goes to the archive whole, and memory stays flat."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from archive.model import Location
from archive.warc.reader import read_record
from tests.crawler.odd_server import Connection, OddServer, serving

ROOT = Path(__file__).parents[2]
BLOCK = bytes(range(256)) * 4096
BLOCKS = 48
SIZE = BLOCKS * len(BLOCK)


def head(size: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n" % size


def send_blocks(connection: Connection) -> None:
    for _ in range(BLOCKS):
        connection.sock.sendall(BLOCK)


def test_memory_stays_flat_while_a_large_body_is_archived(tmp_path: Path):
    # A first large answer, below the limit, lets the process grow to its usual size.
    small = [head(2 * len(BLOCK)), *[BLOCK] * 2]
    with serving(OddServer({"large.test": {"/small": [small], "/large": [[head(SIZE), send_blocks]]}})) as server:
        command = [
            sys.executable,
            "-m",
            "tests.crawler.large_crawl",
            str(tmp_path),
            f"large.test=127.0.0.1:{server.port}",
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout, done.stderr[-3000:]
    told = json.loads(done.stdout)

    assert (told["flags"], told["body"]) == (["spooled"], 0)
    assert told["grown"] < SIZE / 2**20 / 2
    record = read_record(tmp_path, Location(*told["place"]))
    assert record.size == len(head(SIZE)) + SIZE
    digest = hashlib.sha256()
    for piece in record.pieces():
        digest.update(piece)
    assert digest.digest() == hashlib.sha256(head(SIZE) + BLOCK * BLOCKS).digest()
