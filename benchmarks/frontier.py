"""Measure what an address costs the frontier, when it knows a thousand and when it knows a million.

    python -m benchmarks.frontier [--sizes 1000,100000,1000000] [--rows 50000] [--no-peer]

Figures are microseconds of CPU, user and system, of one address: "add" is from its text to its row on the disk,
"next" is from the row to a finished one. Everything that goes with it is in them: keys, transactions, checkpoints,
closing; not the waiting for the disk, which is no CPU time. Beside it the same for Scrapy's own way with
``JOBDIR``: ``RFPDupeFilter`` and ``PickleFifoDiskQueue``.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from scrapy import Request, Spider
from scrapy.dupefilters import RFPDupeFilter
from scrapy.squeues import PickleFifoDiskQueue
from scrapy.utils.test import get_crawler

from crawler.frontier import Entry, Frontier, url_key

LISTING = 20
"""Addresses that one page of a listing leads to."""
BATCH = 16
"""Addresses taken at once."""
SHORT = 1000
"""Addresses added to a frontier that knows a thousand, before a new one takes its place."""

HOW = '{"callback":"parse_article","cb_kwargs":{"section":"Tin"},"meta":{"via":"https://sokhcn.example.vn/tin-tuc"}}'


def address(number: int) -> str:
    """Return one of any number of addresses, as long as they are."""
    return f"https://sokhcn.example.vn/tin-tuc/chuyen-doi-so/bai-viet-thu-{number}.html"


def entries(numbers: Iterable[int]) -> Iterator[Entry]:
    """Yield what an address is added as; its key is part of the cost."""
    for url in map(address, numbers):
        yield Entry(url_key(url), url, HOW)


class Ours:
    """The frontier of this project."""

    name = "frontier"

    def __init__(self, folder: Path) -> None:
        self._frontier = Frontier.open(folder / "frontier.sqlite3", "ha_tinh")
        self._frontier.resume()

    def prepare(self, known: int) -> None:
        """Fill it: half of what it knows is done, half is pending."""
        self._frontier.begin("crawl", "")
        self._frontier.add(entries(range(known)))
        self.next(known // 2)

    def add(self, first: int, count: int) -> None:
        """Add *count* addresses, listing by listing."""
        for start in range(first, first + count, LISTING):
            self._frontier.add(entries(range(start, start + LISTING)))
        self._frontier.commit()

    def next(self, count: int) -> None:
        """Take *count* addresses and finish each."""
        while count > 0:
            found = self._frontier.lease(min(BATCH, count))
            for entry in found:
                self._frontier.done([entry.key])
            count -= len(found)
        self._frontier.commit()

    def close(self) -> None:
        """Close it, with the checkpoint that is left to do."""
        self._frontier.close()


class Peer:
    """Scrapy's filter of known addresses and its queue on disk, as ``JOBDIR`` uses them."""

    name = "JOBDIR"

    def __init__(self, folder: Path) -> None:
        crawler = get_crawler(Spider)
        crawler.spider = Spider(name="benchmark")
        assert crawler.request_fingerprinter is not None
        self._fingerprint = crawler.request_fingerprinter.fingerprint
        self._folder = folder
        self._filter = RFPDupeFilter(path=str(folder), fingerprinter=crawler.request_fingerprinter)
        self._queue = PickleFifoDiskQueue(crawler, str(folder / "queue"))

    def prepare(self, known: int) -> None:
        """Write the file of what was seen, and read it as it is read at a start; the queue's length costs nothing."""
        with (self._folder / "requests.seen").open("w") as file:
            file.writelines(self._fingerprint(self._request(n)).hex() + "\n" for n in range(known))
        self.close()
        self.__init__(self._folder)  # type: ignore[misc]
        for number in range(min(known, SHORT)):
            self._queue.push(self._request(number))

    def add(self, first: int, count: int) -> None:
        """Add *count* addresses."""
        for number in range(first, first + count):
            request = self._request(number)
            if not self._filter.request_seen(request):
                self._queue.push(request)

    def next(self, count: int) -> None:
        """Take *count* addresses."""
        for _ in range(count):
            assert self._queue.pop() is not None

    def close(self) -> None:
        """Close it."""
        self._filter.close("finished")
        self._queue.close()

    @staticmethod
    def _request(number: int) -> Request:
        return Request(address(number), meta={"via": "https://sokhcn.example.vn/tin-tuc"}, cb_kwargs={"section": "Tin"})


def measure(kind: type[Ours] | type[Peer], known: int, rows: int) -> tuple[float, float]:
    """Return microseconds of CPU for an "add" and for a "next" at *known* addresses, means over *rows*."""
    folder = Path(tempfile.mkdtemp(prefix="khcn-benchmark-"))
    try:
        (folder / "filled").mkdir()
        filled = kind(folder / "filled")
        filled.prepare(known)
        filled.close()
        # A small one would not stay small: it is thrown away before it has twice the rows.
        share = min(rows, max(known, SHORT))
        rounds = rows // share
        add = finish = 0.0
        for number in range(rounds):
            copy = folder / f"copy-{number}"
            shutil.copytree(folder / "filled", copy)
            add += timed(kind, copy, "add", share)
            finish += timed(kind, copy, "next", share)
            shutil.rmtree(copy)
        return add / (rounds * share) * 1e6, finish / (rounds * share) * 1e6
    finally:
        shutil.rmtree(folder)


def timed(kind: type[Ours] | type[Peer], folder: Path, work: str, count: int) -> float:
    """Return seconds of CPU that *work* and closing take."""
    store = kind(folder)
    before = time.process_time()
    store.add(10**9, count) if work == "add" else store.next(count)
    store.close()
    return time.process_time() - before


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", default="1000,100000,1000000", help="how many addresses are known, the first is 1 x")
    parser.add_argument("--rows", type=int, default=50_000, help="addresses measured at each size")
    parser.add_argument("--no-peer", action="store_true", help="leave Scrapy's own out")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    print(f"{'':10}{'known':>10}{'add us':>10}{'ratio':>8}{'next us':>10}{'ratio':>8}")
    for kind in (Ours,) if options.no_peer else (Ours, Peer):
        first: tuple[float, float] | None = None
        for known in sizes:
            add, finish = measure(kind, known, options.rows)
            first = first or (add, finish)
            figures = f"{add:>10.1f}{add / first[0]:>8.2f}{finish:>10.1f}{finish / first[1]:>8.2f}"
            print(f"{kind.name:10}{known:>10,}{figures}", flush=True)


if __name__ == "__main__":
    main()
