"""Measure the WARC writer alone, beside warcio's.

    python -m benchmarks.writer [--articles 400] [--rounds 3]

Both get the same exchanges from a file and write request and answer. Ours writes the bytes as they came with both
digests, a metadata record, the CDXJ line of each and the sorted index, and syncs to the disk every hundred records;
warcio's (:mod:`benchmarks.writer_rival`, in an environment of its own) parses the heads and writes the records. Reading
the exchanges and the start are in both figures. Checked in each round, by warcio as reader: all answers are there, each
with its body.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from benchmarks.standing import keep, kept, write
from benchmarks.turns import Contender, peers, take_turns, told

GOAL = 1.01
RIVAL = Path(__file__).with_name("writer_rival.py")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="What writing WARC files costs, beside warcio.")
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", nargs=2, type=Path, metavar=("FILE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(options.write[1], kept(options.write[0]), 1 << 40)
        return
    python = str(peers() / "python")
    print(told())
    with tempfile.TemporaryDirectory() as name:
        exchanges = Path(name) / "exchanges"
        keep(exchanges, options.articles)
        wanted = {url: _body(answer) for url, _, answer in kept(exchanges)}
        print(f"{len(wanted)} exchanges, {exchanges.stat().st_size / 1e6:.0f} MB")
        sizes: dict[str, int] = {}

        def check(who: str, folder: Path) -> None:
            [path] = folder.rglob("*.warc.gz")
            sizes[who] = path.stat().st_size
            with path.open("rb") as file:
                found = {
                    record.rec_headers.get_header("WARC-Target-URI"): hashlib.sha256(
                        record.content_stream().read()
                    ).hexdigest()
                    for record in ArchiveIterator(file)
                    if record.rec_type == "response"
                }
            if found != wanted:
                raise SystemExit(f"{who}: answers are missing or differ")

        own = [sys.executable, "-m", "benchmarks.writer", "--write", str(exchanges)]
        field = (
            Contender(
                "ours",
                lambda folder: ["env", f"PYTHONPATH={Path.cwd()}", *own, str(folder)],
                lambda f: check("ours", f),
            ),
            Contender(
                "warcio",
                lambda folder: [python, str(RIVAL), str(exchanges), str(folder / "theirs.warc.gz")],
                lambda folder: check("warcio", folder),
            ),
        )
        take_turns(field, options.rounds)
        size = sizes["ours"] / sizes["warcio"]
        print(f"bytes: {sizes['ours']:,} and {sizes['warcio']:,}, {size:.4f} times warcio's; goal: {GOAL}")


def _body(answer: bytes) -> str:
    return hashlib.sha256(answer.partition(b"\r\n\r\n")[2]).hexdigest()


if __name__ == "__main__":
    main()
