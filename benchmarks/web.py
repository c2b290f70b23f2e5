"""Server time of the web pages and the API, alone and beside a crawl.

    python -m benchmarks.web [--articles 100000] [--captures 1000000] [--rounds 100] [--seconds 60] [--rate 200]

Two tables. *Alone*: each kind of page at random, one after the other over a socket; CPU time of the process, and time
on the clock from the request's head to the last byte of the answer. *Beside a crawl*: so many requests a
second, no matter how many are still being answered, while another process writes captures and articles as a crawl
does; time on the clock of the reader, from the moment at which the request was to be made. Every answer is checked:
its status, that it is whole, and that it says what the catalog holds; a wrong one is told, and the exit code is 1.
The server is a process of its own; CPU time is that of all its threads. ``--root`` keeps the archive for the next time.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import http.client
import json
import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import uvicorn

from archive.catalog import Catalog
from archive.search import catch_up
from archive.web.app import create_app
from benchmarks.held import article_name, capture_name, make, write_on
from benchmarks.search import SITES

Times = dict[str, list[tuple[float, float]]]
"""By kind, seconds of CPU and on the clock."""
KIND = "X-Benchmark-Kind"
IDLE_S = 4.0


class Asked(NamedTuple):
    """A request, and what its answer must say."""

    kind: str
    path: str
    says: str


class Timed:
    """An app, and what each of its answers took: CPU time of the process, and time on the clock."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.times: Times = defaultdict(list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, of a kind that a header names."""
        cpu, clock = time.process_time(), time.perf_counter()
        await self.app(scope, receive, send)
        if scope["type"] == "http":
            kind = dict(scope["headers"]).get(KIND.lower().encode(), b"other").decode("latin-1")
            self.times[kind].append((time.process_time() - cpu, time.perf_counter() - clock))


def requests(root: Path, rounds: int) -> Iterator[Asked]:
    """Yield what is asked for: four kinds of pages, then what programs ask."""
    dice = random.Random(1)  # noqa: S311
    with sqlite3.connect(f"file:{root}/catalog.sqlite3?mode=ro", uri=True) as rows:
        many = rows.execute("SELECT max(rowid) FROM articles WHERE id < ?", (article_name(1 << 40),)).fetchone()[0]
        for _ in range(rounds):
            number = dice.randrange(many)
            article, site = article_name(number), f"site_{dice.randrange(SITES)}"
            title = rows.execute("SELECT title FROM versions WHERE id = ?", (article,)).fetchone()[0]
            words = " ".join(title.split()[:2])
            yield Asked("home", "/", "</html>")
            yield Asked("list", f"/search?p={1 + dice.randrange(min(500, many // 20))}", "</html>")
            yield Asked("list of a Department", f"/search?site={site}", "</html>")
            yield Asked("article", f"/articles/{article}", escape(title))
            yield Asked("search", f"/search?q={quote(words)}", "<mark>")
            yield Asked("capture", f"/api/v1/captures/{capture_name(number, 0)[9:]}", f'"site_{number % SITES}"')
            yield Asked("API: article", f"/api/v1/articles/{article}", json.dumps(title, ensure_ascii=False))
            yield Asked("API: list", f"/api/v1/articles?site={site}", f'"site":"{site}"')
            yield Asked("API: search", f"/api/v1/search?q={quote(words)}", '"rank":1')
            yield Asked("API: pictures", f"/api/v1/images?site={site}", "anh-")


def check(asked: Asked, status: int, coding: str | None, body: bytes) -> str | None:
    """Return what is wrong with an answer, null when nothing is."""
    text = (gzip.decompress(body) if coding == "gzip" else body).decode()
    if status != 200:
        return f"{asked.path}: {status}"
    return None if asked.says in text else f"{asked.path}: does not say {asked.says}"


@contextmanager
def served(root: Path) -> Iterator[tuple[int, Times]]:
    """Serve the archive in a process of its own; give its port, and at the end what its answers took."""
    command = [sys.executable, "-m", "benchmarks.web", "--root", str(root), "--serve"]
    times: Times = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline()), times
        finally:
            server.terminate()
            times |= json.loads(server.stdout.read() or "{}")


def alone(root: Path, rounds: int) -> tuple[Times, list[str]]:
    """Ask one after the other; return what was measured, and what was wrong."""
    wrong: list[str] = []
    with served(root) as (port, times):
        asking = http.client.HTTPConnection("127.0.0.1", port)
        first = [Asked("first", "/", "</html>"), Asked("first", "/search?q=a", "</html>")]
        for asked in (*first, *requests(root, rounds)):
            headers = {"Accept": "text/html", "Accept-Encoding": "gzip", KIND: asked.kind}
            asking.request("GET", asked.path, headers=headers)
            told = asking.getresponse()
            mistake = check(asked, told.status, told.headers["content-encoding"], told.read())
            wrong += [mistake] if mistake is not None else []
    return times, wrong


class Load:
    """Asks so often a second over connections that stay open, and notes how long answers take and what is wrong."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter, float]] = []
        self.times: dict[str, list[float]] = defaultdict(list)
        self.wrong: list[str] = []

    async def run(self, wanted: list[Asked], rate: float, seconds: float) -> float:
        """Ask for *seconds*; return how many answers a second came."""
        begun, dice, running = time.perf_counter(), random.Random(2), set()  # noqa: S311
        for number in range(int(rate * seconds)):
            due = begun + number / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            task = asyncio.create_task(self._ask(dice.choice(wanted), due))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)
        return sum(map(len, self.times.values())) / (time.perf_counter() - begun)

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        # The server closes what is idle for five seconds, as any does: a client leaves such a one in time.
        while self._free:
            reader, writer, used = self._free.pop()
            if time.perf_counter() - used < IDLE_S:
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def _ask(self, asked: Asked, due: float) -> None:
        try:
            reader, writer = await self._connection()
            head = f"GET {asked.path} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n\r\n"
            writer.write(head.encode())
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
            fields = dict(line.split(": ", 1) for line in lines[1:] if line)
            body = await reader.readexactly(int(fields["content-length"]))
            self.times[asked.kind].append(time.perf_counter() - due)
            self._free.append((reader, writer, time.perf_counter()))
            wrong = check(asked, int(lines[0].split()[1]), fields.get("content-encoding"), body)
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError, KeyError) as error:
            wrong = f"{asked.path}: {error!r}"
        if wrong is not None:
            self.wrong.append(wrong)


def beside_a_crawl(root: Path, rate: float, seconds: float, writes: float) -> tuple[Load, float, int]:
    """Serve in one process, write in another, and ask; return what was measured, answers a second, articles written."""
    kinds = ("home", "list", "list of a Department", "article", "search")
    wanted = [each for each in requests(root, 400) if each.kind in kinds]
    command = [sys.executable, "-m", "benchmarks.web", "--root", str(root)]
    command += ["--write", str(writes), "--seconds", str(seconds)]
    with served(root) as (port, _), subprocess.Popen(command, stdout=subprocess.PIPE) as crawl:
        load = Load(port)
        answered = asyncio.run(load.run(wanted, rate, seconds))
        written = int(crawl.communicate()[0])
    return load, answered, written


def serve(root: Path) -> None:
    """Serve until the end; the first line is the port, the last what the answers took."""
    timed = Timed(create_app(root))
    server = uvicorn.Server(uvicorn.Config(timed, port=0, log_config=None, access_log=False))

    async def run() -> None:
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.05)
        print(server.servers[0].sockets[0].getsockname()[1], flush=True)
        await serving

    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises again what ended it
    asyncio.run(run())
    print(json.dumps(timed.times), flush=True)


def at(values: list[float], share: float) -> float:
    """Return the value below which a share of *values* is, in milliseconds."""
    return 1000 * sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main() -> None:
    """Make an archive, serve it, print a row a kind of page."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--articles", type=int, default=100_000)
    arguments.add_argument("--captures", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=100)
    arguments.add_argument("--seconds", type=float, default=60, help="of requests beside a crawl; 0: none")
    arguments.add_argument("--rate", type=float, default=200, help="requests a second")
    arguments.add_argument("--writes", type=float, default=5, help="articles a second that the crawl writes")
    arguments.add_argument("--root", type=Path, help="folder for the archive, kept")
    arguments.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--write", type=float, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    if chosen.serve:
        serve(chosen.root)
        return
    if chosen.write:
        print(write_on(chosen.root, chosen.write, chosen.seconds))
        return
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(measured(chosen, chosen.root or Path(folder)))


def measured(chosen: argparse.Namespace, root: Path) -> int:
    """Print both tables; return 1 when an answer was wrong, else 0."""
    if not (root / "catalog.sqlite3").exists():
        make(root, chosen.articles, chosen.captures)
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        catch_up(root, catalog)  # an index that an earlier version of the program made is made anew
    print(f"alone, load {os.getloadavg()[0]:.1f}")
    print(f"{'':22} {'CPU p50':>9} {'p99':>8} {'clock p50':>10} {'p99':>8}  ms")
    times, wrong = alone(root, chosen.rounds)
    for kind, taken in times.items():
        cpu, clock = ([*column] for column in zip(*taken, strict=True))
        print(f"{kind:22} {at(cpu, 0.5):9.1f} {at(cpu, 0.99):8.1f} {at(clock, 0.5):10.1f} {at(clock, 0.99):8.1f}")
    print(f"{len(wrong)} wrong answers", *wrong[:5], sep="\n  ")
    if not chosen.seconds:
        return 1 if wrong else 0
    load, answered, written = beside_a_crawl(root, chosen.rate, chosen.seconds, chosen.writes)
    print(f"beside a crawl that wrote {written} articles, load {os.getloadavg()[0]:.1f}")
    print(f"{'':22} {'answers':>9} {'p50':>8} {'p99':>8}  ms")
    for kind, clocks in load.times.items():
        print(f"{kind:22} {len(clocks):9} {at(clocks, 0.5):8.1f} {at(clocks, 0.99):8.1f}")
    print(f"{answered:.0f} answers a second, {len(load.wrong)} errors", *load.wrong[:5], sep="\n  ")
    return 1 if wrong or load.wrong else 0


if __name__ == "__main__":
    main()
