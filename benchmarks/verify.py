"""Measure what checking an archive costs, beside ``warcio check``.

    python -m benchmarks.verify [--articles 400] [--rounds 3]

``khcn verify`` of the WARC files alone, then of the whole data root with index and catalog; ``warcio check`` in an
environment of its own, which compares block and payload digests and nothing else. Starts are in the figures. Checked
before: both find a byte that was changed in a body; and ours one in a named field, which warcio takes for sound.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import zlib
from pathlib import Path

from benchmarks.standing import build
from benchmarks.turns import KHCN, Contender, peers, take_turns, told

GOAL = 0.55
DAMAGE = 9


def spoiled(warc: Path, path: Path, old: bytes, new: bytes) -> None:
    """Write a copy of a WARC file in which the last place of some bytes says others; each record a member still."""
    data, members = warc.read_bytes(), []
    while data:
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        members.append(inflater.decompress(data))
        data = inflater.unused_data
    last = max(at for at, each in enumerate(members) if old in each)
    head, _, tail = members[last].rpartition(old)
    members[last] = head + new + tail
    with path.open("wb") as file:
        for each in members:
            deflater = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
            file.write(deflater.compress(each) + deflater.flush())


def check_strictness(warc: Path, folder: Path, warcio: str) -> None:
    """End the program where damage is not found that must be."""
    body, named = folder / "body.warc.gz", folder / "field.warc.gz"
    spoiled(warc, body, b"JFIF", b"JFIE")
    spoiled(warc, named, b"WARC-Date: 2026", b"WARC-Date: 20z6")
    for path, who, wanted in (
        (body, [KHCN, "--data", str(folder), "verify"], DAMAGE),
        (body, [warcio, "check"], 1),
        (named, [KHCN, "--data", str(folder), "verify"], DAMAGE),
    ):
        done = subprocess.run([*who, str(path)], capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
        if done.returncode != wanted:
            raise SystemExit(f"{who}: exit code {done.returncode} for {path.name}\n{done.stdout[-500:]}")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="What checking an archive costs, beside warcio check.")
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    warcio = str(peers() / "warcio")
    print(told())
    with tempfile.TemporaryDirectory() as name:
        root, empty = Path(name) / "data", Path(name) / "empty"
        empty.mkdir()
        warcs = build(root, options.articles, with_catalog=True)
        files = [str(path) for path in warcs]
        check_strictness(warcs[-1], empty, warcio)
        field = (
            Contender(
                "khcn verify, WARC files", lambda folder: [KHCN, "--data", str(empty), "verify", *files], _silent
            ),
            Contender("khcn verify, data root", lambda folder: [KHCN, "--data", str(root), "verify"], _silent),
            Contender("warcio check", lambda folder: [warcio, "check", *files], lambda folder: None),
        )
        costs = take_turns(field, options.rounds)
        whole = costs["khcn verify, data root"].cpu_s / costs["warcio check"].cpu_s
        print(f"data root, index and catalog too: {whole:.2f} times warcio check; goal: {GOAL}")


def _silent(folder: Path) -> None:
    told = (folder / "output.txt").read_text()
    if ": 0 findings" not in told:
        raise SystemExit(f"findings in a sound archive:\n{told[-2000:]}")


if __name__ == "__main__":
    main()
