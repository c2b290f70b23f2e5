"""Measure what a WACZ costs, beside ``wacz create``.

    python -m benchmarks.wacz [--articles 400] [--rounds 3]

``khcn export --format wacz`` takes titles and texts of pages from the catalog; ``wacz create`` (py-wacz, in an
environment of its own) finds them with ``--detect-pages --text``, and is measured without them too. Starts are in the
figures. Checked in each round: the WARC data in it are those of the archive, byte for byte, the index lists as many
captures as there are answers, ours has each article among its pages, and ``wacz validate`` finds nothing wrong in ours.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

from benchmarks.standing import build
from benchmarks.turns import KHCN, Contender, peers, take_turns, told

GOAL = 0.3


def check(path: Path, wanted: dict[str, str], captures: int, pages: int) -> None:
    """End the program where a WACZ is not what it should be."""
    with zipfile.ZipFile(path) as pack:
        names = [name for name in pack.namelist() if name.startswith("archive/")]
        found = {name.rpartition("/")[2]: hashlib.sha256(pack.read(name)).hexdigest() for name in names}
        lines = gzip.decompress(pack.read("indexes/index.cdx.gz")).splitlines()
        listed = pack.read("pages/pages.jsonl").splitlines()[1:] if pages else []
    if found != wanted:
        raise SystemExit(f"{path}: its WARC data differ")
    if len(lines) != captures:
        raise SystemExit(f"{path}: {len(lines)} captures of {captures}")
    if sum(bool(json.loads(line).get("title")) for line in listed) < pages:
        raise SystemExit(f"{path}: {len(listed)} pages of {pages}")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="What a WACZ costs, beside wacz create.")
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    wacz = str(peers() / "wacz")
    print(told())
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        warcs = build(root, options.articles, with_catalog=True)
        files = [str(path) for path in warcs]
        wanted = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in warcs}
        captures = sum(len(path.read_bytes().splitlines()) for path in root.glob("cdxj/**/*.cdxj"))

        def check_ours(folder: Path) -> None:
            check(folder / "ours.wacz", wanted, captures, options.articles)
            command = [wacz, "validate", "-f", str(folder / "ours.wacz")]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})

        ours = [KHCN, "--data", str(root), "export", "--format", "wacz", "-o"]
        create = [wacz, "create", *files, "-o"]
        field = (
            Contender("khcn export", lambda folder: [*ours, str(folder / "ours.wacz")], check_ours),
            Contender(
                "wacz create, pages and text",
                lambda folder: [*create, str(folder / "theirs.wacz"), "--detect-pages", "--text"],
                lambda folder: check(folder / "theirs.wacz", wanted, captures, 0),
            ),
            Contender(
                "wacz create, no pages",
                lambda folder: [*create, str(folder / "theirs.wacz")],
                lambda folder: check(folder / "theirs.wacz", wanted, captures, 0),
            ),
        )
        take_turns(field, options.rounds)
        print(f"goal: {GOAL} times wacz create")


if __name__ == "__main__":
    main()
