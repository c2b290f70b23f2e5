"""Lookups in the shards of a made-up index: how long cold, and how many reads.

python -m benchmarks.lookup --lines 50000000 --folder build/lookup

Lines are made sorted, so that none are kept: this measures what lookups cost and how large the shards are. The merge of
sidecars is measured by ``--sidecars N``, which writes so many, of 20,000 lines each, and merges them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from archive.sharding import make_shards, write_shards
from archive.shards import FOLDER, MANIFEST, Shards, read_at

LINE = (
    '%s %d {"url": "https://skhcn-%05d.gov.vn/tin-tuc/bai-viet-%08d.html", "mime": "text/html", "status": "200", '
    '"digest": "sha1:%s", "length": "%d", "offset": "%d", "filename": "%s.warc.gz"}'
)
A_HOST = 10_000
"""Lines of a host: the archive of an office."""
SIDECAR = 20_000


def key_of(number: int) -> str:
    """Return the key of a line; keys follow each other as their numbers do."""
    return f"vn,gov,skhcn-{number // A_HOST:05d})/tin-tuc/bai-viet-{number % A_HOST // 2:08d}.html"


def made_line(number: int) -> tuple[str, str]:
    """Return a line, of two for each address, and the folder of its sidecar."""
    site = f"skhcn_{number // A_HOST:05d}"
    stamp = 20250101000000 + number % 2 * 10_000_000_000
    digest = hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest()[:32].upper()
    page = number % A_HOST // 2
    name = f"{site}-20250101000000-00000"
    host = number // A_HOST
    return LINE % (
        key_of(number),
        stamp,
        host,
        page,
        digest,
        9_000 + page % 5_000,
        number * 9_131,
        name,
    ), f"{site}/2025"


def lines(count: int) -> Iterator[bytes]:
    """Yield so many lines in order, as a merge of sidecars gives them."""
    for number in range(count):
        line, folder = made_line(number)
        yield f"{line}\t{folder}".encode()


def write_sidecars(root: Path, count: int) -> None:
    """Write so many sidecars, each of all hosts."""
    for number in range(count):
        name = f"skhcn_{number:05d}-20250101000000-00000"
        path = root / "cdxj" / f"skhcn_{number:05d}" / "2025" / f"{name}.cdxj"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as file:
            for at in range(SIDECAR):
                line, _ = made_line((at * count + number) // 2 * 2)
                file.write(line[: line.rindex('"filename"')] + f'"filename": "{name}.warc.gz"}}\n')


def lookups(folder: Path, count: int, times: int) -> None:
    """Look up keys by chance, each with nothing of the files in memory; print what that took."""
    began = time.perf_counter()
    manifest = json.loads((folder / "manifest.json").read_text())
    files = {name: os.open(folder / name, os.O_RDONLY) for name in manifest["files"]}
    print(f"manifest {(folder / 'manifest.json').stat().st_size:,} bytes, read in {time.perf_counter() - began:.2f} s")
    reads: list[int] = []

    def read(name: str, offset: int, length: int) -> bytes:
        reads.append(length)
        return read_at(folder, files, name, offset, length)

    rng = random.Random(1)  # noqa: S311
    took, cpu, places, read_bytes = [], [], [], []
    shards = Shards(manifest, read)
    for _ in range(times):
        for descriptor in files.values():
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        shards._recent.clear()
        reads.clear()
        key = key_of(rng.randrange(count)).encode()
        wall, process = time.perf_counter(), time.process_time()
        found = list(shards.lines(key + b" ", key + b"!"))
        took.append((time.perf_counter() - wall) * 1000)
        cpu.append((time.process_time() - process) * 1000)
        assert len(found) == 2, key
        places.append(len(reads))
        read_bytes.append(sum(reads))
    print(
        f"{times} lookups, cold: p50 {statistics.median(took):.2f} ms, p95 {sorted(took)[times * 95 // 100]:.2f} ms, "
        f"processor {statistics.median(cpu):.2f} ms; reads {statistics.median(places):.0f} (at most {max(places)}), "
        f"{statistics.median(read_bytes) / 1000:.0f} kB; two reads in {sum(each == 2 for each in places) / times:.1%}"
    )


def main() -> None:
    """Make, look up, print; what was made is removed, unless ``--keep``."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--sidecars", type=int, default=0)
    parser.add_argument("--lookups", type=int, default=500)
    parser.add_argument("--folder", type=Path, default=Path("build/lookup"))
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--again", action="store_true", help="look up in what was kept; say how many --lines it has")
    options = parser.parse_args()
    folder = options.folder / FOLDER
    if options.again:
        lookups(folder, options.lines, options.lookups)
        return
    folder.mkdir(parents=True, exist_ok=True)
    began = time.process_time()
    if options.sidecars:
        write_sidecars(options.folder, options.sidecars)
        began = time.process_time()
        made = make_shards(options.folder)
    else:
        made = write_shards(folder, lines(options.lines), {})
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{made.lines:,} lines in {len(made.files) // 2} shards, {made.bytes:,} bytes, {spent:.0f} s of processor, "
        f"{made.lines / spent:,.0f} lines a second; at most {peak:.0f} MiB of memory"
    )
    if not options.sidecars:
        lookups(folder, options.lines, options.lookups)
    if not options.keep:
        for name in [*made.files, MANIFEST.rpartition("/")[2], "lock"]:
            (folder / name).unlink(missing_ok=True)
        for path in options.folder.glob("cdxj/*/*/*.cdxj"):
            path.unlink()


if __name__ == "__main__":
    main()
