"""Measure what a whole crawl costs, beside crawls by others that bring home the same addresses.

    python -m benchmarks.crawl [--articles 2000] [--rounds 3] [--small]
                               [--only ours,unkept,scrapy,warcio,webarchive,wget] [--webarchive PYTHON]

The site is a played Department (:mod:`benchmarks.crawl_site`), served by a process of its own whose time does not
count. In each round every contender crawls it once, one after the other:

- ``ours``: ``khcn crawl``: WARC, index, fields, facts of pictures, catalog, JSON Lines; manners for a near server;
- ``unkept``: the same with storage switched off (:mod:`benchmarks.crawl_unkept`): what ``ours`` takes beside it is
  what storage costs;
- ``scrapy``: a plain spider that follows all links and keeps nothing (:mod:`benchmarks.crawl_rivals`);
- ``warcio``: the same spider, each answer written by warcio;
- ``webarchive``: the same spider with scrapy-webarchive, in an environment of its own: made by pip for this run, or the
  one whose Python ``--webarchive`` names; left out where there is none;
- ``wget``: ``wget --recursive --page-requisites --warc-file``; left out where it is not installed.

Printed are medians: seconds of CPU a 1,000 answers (user and system, children too), seconds that passed, memory of the
largest process, bytes kept. Checked in each round: every list, article, picture and document of the site is in the
WARC files, each with the bytes that the site sent, by warcio as reader; of those that keep nothing the number of
answers; of ours that every article is in the JSON Lines with title, date and text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

from warcio.archiveiterator import ArchiveIterator

from benchmarks.crawl_site import HOST, SITE
from benchmarks.measured import Cost, run

RIVAL = Path(__file__).with_name("crawl_rivals.py")
UNKEPT = Path(__file__).with_name("crawl_unkept.py")
MANNERS = ("CONCURRENT_REQUESTS_PER_DOMAIN=8", "CONCURRENT_REQUESTS=16", "DOWNLOAD_DELAY=0")
WEBARCHIVE = ("scrapy-webarchive==0.5.3", "w3lib<2.3", "Twisted<25")
"""It asks for a Scrapy before 2.12, which runs with neither of these as they are today."""

Truth = Mapping[str, str]
"""SHA-256 of what must come home, by address."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Who crawls."""

    name: str
    command: Callable[[Path], Sequence[str]]
    """How, given the folder that it may fill."""
    exits: tuple[int, ...] = (0,)
    """Exit codes of a crawl that went well."""


@contextmanager
def playing(articles: int, truth: Path, *, small: bool = False) -> Iterator[int]:
    """Play the site while the block runs; give its port."""
    command = [sys.executable, "-m", "benchmarks.crawl_site", "--articles", str(articles), "--truth", str(truth)]
    command += ["--small"] if small else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield int(json.loads(server.stdout.readline())["port"])
        finally:
            server.stdin.close()
            server.terminate()


def contenders(webarchive: Path | None) -> Iterator[Contender]:
    """Yield those that can run here."""
    here = Path(sys.executable).parent
    settings = [part for each in MANNERS for part in ("-s", each)]
    quick = [*settings, "-s", "AUTOTHROTTLE_ENABLED=0"]
    spider = ["-m", "scrapy", "runspider", str(RIVAL), *settings]
    spider += [part for each in ("LOG_LEVEL=INFO", "ROBOTSTXT_OBEY=1") for part in ("-s", each)]
    yield Contender("ours", lambda folder: [str(here / "khcn"), "--data", str(folder / "data"), "crawl", SITE, *quick])
    yield Contender(
        "unkept", lambda folder: [sys.executable, str(UNKEPT), "--data", str(folder / "data"), "crawl", SITE, *quick]
    )
    yield Contender("scrapy", lambda folder: [sys.executable, *spider])
    yield Contender("warcio", lambda folder: [sys.executable, *spider, "-a", f"warc={folder / 'crawl.warc.gz'}"])
    if webarchive is not None:
        exporter = '{"scrapy_webarchive.extensions.WaczExporter": 543}'

        def export(folder: Path) -> list[str]:
            told = (f"EXTENSIONS={exporter}", f"SW_EXPORT_URI={folder / 'crawl.wacz'}")
            return [str(webarchive), *spider, *(part for each in told for part in ("-s", each))]

        yield Contender("webarchive", export)
    if shutil.which("wget"):
        told = [
            "--recursive",
            "--level=inf",
            "--page-requisites",
            "--no-verbose",
            "--delete-after",
            "--warc-file=crawl",
        ]
        refused = "--reject-regex=/(print|savefile|tag)/|/tim-kiem"
        # 8: the server gave an error for some address, as it does for links that lead nowhere.
        yield Contender("wget", lambda folder: ["wget", *told, refused, f"http://{HOST}/"], exits=(0, 8))


def kept(folder: Path) -> Iterator[IO[bytes]]:
    """Yield the WARC files that a crawl has left, opened."""
    for path in sorted(folder.rglob("*.warc.gz")):
        with path.open("rb") as file:
            yield file
    for path in sorted(folder.rglob("*.wacz")):
        with zipfile.ZipFile(path) as pack:
            for name in pack.namelist():
                if name.endswith(".warc.gz"):
                    with pack.open(name) as inner:
                        yield inner


def check(name: str, folder: Path, truth: Truth, articles: int) -> int:
    """Return how many answers a crawl has brought home. Ends the program where one is missing or differs."""
    if name in ("scrapy", "unkept"):
        told_by = r"response_status_count/200': (\d+)" if name == "scrapy" else r'"captures": ?(\d+)'
        report = folder / "output.txt" if name == "scrapy" else next((folder / "data" / "crawls").glob("*.json"))
        found = re.search(told_by, report.read_text())
        answers = int(found[1]) if found else 0
        if answers < len(truth):
            raise SystemExit(f"{name}: {answers} answers of {len(truth)}; see {folder / 'output.txt'}")
        return answers
    held: dict[str, str] = {}
    by_digest: dict[str, str] = {}
    for file in kept(folder):
        for record in ArchiveIterator(file):
            if record.rec_type not in ("response", "revisit"):
                continue
            url = record.rec_headers.get_header("WARC-Target-URI").strip("<>")
            label = record.rec_headers.get_header("WARC-Payload-Digest") or ""
            if record.rec_type == "response":
                held[url] = by_digest[label] = hashlib.sha256(record.content_stream().read()).hexdigest()
            else:
                held[url] = by_digest[label]
    wrong = [url for url, digest in truth.items() if held.get(url) != digest]
    if wrong:
        raise SystemExit(f"{name}: {len(wrong)} of {len(truth)} addresses are missing or differ, such as {wrong[0]}")
    if name == "ours":
        told = [json.loads(line) for path in (folder / "data" / "articles").rglob("*.jsonl") for line in path.open()]
        whole = sum(bool(each["title"] and each["text"] and each["published"]) for each in told)
        if whole != articles:
            raise SystemExit(f"ours: {whole} whole articles of {articles}")
    return len(held)


@dataclass(frozen=True, slots=True)
class Round:
    """What one crawl cost and brought."""

    cost: Cost
    answers: int
    size_bytes: int


def measure(contender: Contender, port: int, truth: Truth, articles: int) -> Round:
    """Let one contender crawl once, and check what it has brought."""
    environ = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "http_proxy": f"http://127.0.0.1:{port}",
        "KHCN_RESOLVE": f"{HOST}=127.0.0.1:{port}",
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cost = run(contender.command(folder), folder, environ)
        if cost.exit not in contender.exits:
            raise SystemExit(f"{contender.name}: exit code {cost.exit}\n{(folder / 'output.txt').read_text()[-3000:]}")
        answers = check(contender.name, folder, truth, articles)
        files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("output.txt", "cost.json")]
        return Round(cost, answers, sum(path.stat().st_size for path in files))


def environment(folder: Path) -> Path | None:
    """Return the Python of a new environment with scrapy-webarchive; null when it can not be made."""
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
        python = folder / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", *WEBARCHIVE], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        print(f"webarchive is left out: {(error.stderr or b'')[-300:]!r}")
        return None
    return python


def versions(webarchive: Path | None) -> str:
    """Return what runs here."""
    told = [f"{name} {version(name)}" for name in ("khcn", "Scrapy", "Twisted", "lxml", "warcio")]
    if webarchive is not None:
        told.append(WEBARCHIVE[0].replace("==", " "))
    if shutil.which("wget"):
        first = subprocess.run(["wget", "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S607
        told.append(" ".join(first.split()[1:3]))
    return ", ".join([f"Python {platform.python_version()}", *told])


def machine() -> str:
    """Return what it runs on."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, {platform.release()}; load {load}"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="What a whole crawl costs, beside crawls by others.")
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="small pictures: to see how memory grows with addresses")
    parser.add_argument("--only", default="ours,unkept,scrapy,warcio,webarchive,wget", help="contenders, by comma")
    parser.add_argument("--webarchive", type=Path, help="Python of an environment that has scrapy-webarchive")
    options = parser.parse_args()
    wanted = options.only.split(",")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        webarchive = options.webarchive
        if webarchive is None and "webarchive" in wanted:
            webarchive = environment(folder / "webarchive")
        told = folder / "truth.txt"
        with playing(options.articles, told, small=options.small) as port:
            lines = [line.split() for line in told.read_text().splitlines()]
            truth = {url: digest for digest, url, _ in lines}
            size = sum(int(each[2]) for each in lines)
            print(f"{options.articles} articles, {len(truth)} addresses, {size / 1e6:.0f} MB")
            print(f"{versions(webarchive)}\n{machine()}", flush=True)
            field = [each for each in contenders(webarchive) if each.name in wanted]
            rounds: dict[str, list[Round]] = {each.name: [] for each in field}
            for number in range(options.rounds):
                for each in field:
                    found = measure(each, port, truth, options.articles)
                    rounds[each.name].append(found)
                    cost = found.cost
                    print(
                        f"round {number + 1} {each.name}: {found.answers} answers, {cost.cpu_s:.1f} s of CPU, "
                        f"{cost.wall_s:.1f} s, {cost.rss_mb:.0f} MB; load {os.getloadavg()[0]:.1f}",
                        flush=True,
                    )
    _print(rounds)


def _print(rounds: Mapping[str, Sequence[Round]]) -> None:
    heads = ("", "answers", "CPU s/1000", "wall s", "MB", "kept MB", "ours/it")
    print("{:12}{:>9}{:>12}{:>9}{:>7}{:>9}{:>9}".format(*heads))
    cpu = {
        name: statistics.median(each.cost.cpu_s / each.answers * 1000 for each in some) for name, some in rounds.items()
    }
    for name, some in rounds.items():
        wall, rss = (statistics.median(getattr(each.cost, what) for each in some) for what in ("wall_s", "rss_mb"))
        answers, size = some[-1].answers, some[-1].size_bytes / 1e6
        ratio = f"{cpu['ours'] / cpu[name]:.2f}" if "ours" in cpu else ""
        print(f"{name:12}{answers:9}{cpu[name]:12.2f}{wall:9.1f}{rss:7.0f}{size:9.0f}{ratio:>9}")


if __name__ == "__main__":
    main()
