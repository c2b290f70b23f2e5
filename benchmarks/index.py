"""Measure what the index of standing WARC files costs, beside cdxj-indexer.

    python -m benchmarks.index [--articles 400] [--rounds 3]

``khcn index`` makes the sidecar of each file; cdxj-indexer, in an environment of its own, one sorted index of each.
Starts are in the figures. Checked in each round: both have the same lines, byte for byte.
"""

from __future__ import annotations

import argparse
import shlex
import tempfile
from pathlib import Path

from benchmarks.standing import build
from benchmarks.turns import KHCN, Contender, peers, take_turns, told

GOAL = 0.45


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="What an index costs, beside cdxj-indexer.")
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    programs = peers()
    print(told())
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        warcs = build(root, options.articles)
        sidecars = sorted(root.glob("cdxj/**/*.cdxj"))
        wanted = [path.read_bytes() for path in sidecars]

        def check_ours(folder: Path) -> None:
            _compare("khcn index", wanted, [path.read_bytes() for path in sidecars])
            for path in sidecars:  # so that the next run can not leave them as they are
                path.unlink()

        def check_theirs(folder: Path) -> None:
            found = [(folder / f"{path.name}.cdxj").read_bytes() for path in warcs]
            _compare("cdxj-indexer", wanted, found)

        indexer = str(programs / "cdxj-indexer")
        each = [
            shlex.join([indexer, "--sort", "--post-append", "-o", f"{path.name}.cdxj", str(path)]) for path in warcs
        ]
        field = (
            Contender("khcn index", lambda folder: [KHCN, "--data", str(root), "index"], check_ours),
            Contender("cdxj-indexer", lambda folder: ["sh", "-ec", "\n".join(each)], check_theirs),
            Contender(
                "cdxj-indexer, one start",
                lambda folder: [indexer, "--sort", "--post-append", "-o", "all.cdxj", *map(str, warcs)],
                lambda folder: _compare(
                    "cdxj-indexer",
                    sorted(b"".join(wanted).splitlines()),
                    (folder / "all.cdxj").read_bytes().splitlines(),
                ),
            ),
        )
        take_turns(field, options.rounds)
        print(f"goal: {GOAL} times cdxj-indexer")


def _compare(who: str, wanted: list[bytes], found: list[bytes]) -> None:
    if found != wanted:
        raise SystemExit(f"{who}: its index differs")


if __name__ == "__main__":
    main()
