"""Measure the way from an address to its line in an index of 1,000,000 lines, and to the bytes of its page.

    python -m benchmarks.found [--lines 1000000] [--articles 100] [--times 2000]

The line is found in one sorted sidecar (:func:`archive.cdxj.lookup`). Held between two questions are the keys that
every search comes by first, at most 4,095, and what the system keeps of files. The payload is that of a page of a
played Department: line, record, body decoded.
Milliseconds of CPU, medians of seven rounds. Checked: each line and each payload is the one that was asked for.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from archive.cdxj import lookup
from archive.surt import surt
from archive.warc.reader import payload_of, read_record
from benchmarks.lookup import key_of, made_line
from benchmarks.standing import answers, write
from benchmarks.turns import told

ROUNDS = 7
GOALS = {"address to line": 0.03, "address to payload": 0.3}


def timed(ask: Callable[[str], object], questions: Sequence[str]) -> float:
    """Return the milliseconds of CPU of one question."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for each in questions:
            ask(each)
        rounds.append((time.process_time() - began) * 1000 / len(questions))
    return statistics.median(rounds)


def address_to_line(path: Path, lines: int, times: int) -> float:
    """Look up addresses in an index of so many lines."""
    with path.open("w") as file:
        file.writelines(f"{made_line(number)[0]}\n" for number in range(lines))
    rng = random.Random(1)  # noqa: S311
    urls = [json.loads(made_line(rng.randrange(lines))[0].split(" ", 2)[2])["url"] for _ in range(times)]
    assert key_of(0) == surt(json.loads(made_line(0)[0].split(" ", 2)[2])["url"])
    for url in urls:
        if {line.fields["url"] for line in lookup(path, surt(url))} != {url}:
            raise SystemExit(f"{url}: another line was found")
    return timed(lambda url: next(lookup(path, surt(url))), urls)


def address_to_payload(root: Path, articles: int, times: int) -> float:
    """Look up pages of a played Department, each in its WARC file."""
    wanted = {url: answer.partition(b"\r\n\r\n")[2] for url, _, answer in answers(articles)}
    write(root, iter(answers(articles)), 1 << 40)
    [sidecar] = root.glob("cdxj/*/*/*.cdxj")
    folder = sidecar.parent.relative_to(root / "cdxj").as_posix()

    def payload(url: str) -> bytes:
        line = next(lookup(sidecar, surt(url)))
        return payload_of(read_record(root, line.location(f"warcs/{folder}"))).body

    pages = [url for url, body in wanted.items() if body.lstrip()[:1] == b"<"]
    for url in pages:
        if payload(url) != wanted[url]:
            raise SystemExit(f"{url}: another payload was found")
    return timed(payload, random.Random(1).choices(pages, k=times))  # noqa: S311


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="From an address to its line, and to the bytes of its page.")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--times", type=int, default=2000)
    options = parser.parse_args()
    print(told())
    with tempfile.TemporaryDirectory() as name:
        line = address_to_line(Path(name) / "index.cdxj", options.lines, options.times)
        payload = address_to_payload(Path(name), options.articles, options.times)
    for what, found in zip(GOALS, (line, payload), strict=True):
        print(f"{what:20}{found:8.3f} ms; goal {GOALS[what]}")


if __name__ == "__main__":
    main()
