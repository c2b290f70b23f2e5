"""Measure ``khcn status`` and ``khcn --help`` on a data root as a year of crawls of all Departments leaves it.

    python -m benchmarks.status [--articles 100000] [--crawls-a-day 4] [--rounds 7] [--keep FOLDER]

What status looks at is there as crawls write it: the reports of every crawl of every active site, what is kept at hand
of them, the ledger of what broke and was mended, the ledger of checked files (a WARC file and its index a crawl, each
checked every ninety days), and the articles, half of them of the year and half of the ten years before, with their
texts. WARC files, captures and pictures are not: status does not open them.

Seconds of CPU and seconds that passed, medians of the rounds, each command a process of its own. Checked: a row for
each site, and its articles in it. ``--keep`` leaves the data root in a folder, or takes the one that is there.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.catalog.bulk import Filling
from archive.catalog.tables import articles, versions
from archive.catalog.times import page_text, utc_text
from archive.digests import address_hash
from archive.fixity.ledger import PLACE, Entry, line_of
from archive.fixity.run import forget
from archive.health.ledger import Ledger
from archive.health.rows import Health
from archive.report import ArticleCounts, CrawlReport, Expectation, Failure, Run, write_report
from archive.times import VN, timestamp14, warc_date
from benchmarks.filled import put
from benchmarks.measured import Cost, run
from benchmarks.search import LENGTH, Language, row
from benchmarks.turns import KHCN, machine
from crawler.cli.common import registry
from crawler.config import read_config
from crawler.site_files import Registry
from crawler.watch import after_crawls, expected

DAYS = 365
DAY = timedelta(days=1)
CHECKED_EVERY = 90
TEXTS = 500
"""Texts that are drawn; each article has one of them."""
BATCH = 5_000


def make(root: Path, many: int, a_day: int) -> None:
    """Make the data root."""
    now = datetime.now(UTC).replace(microsecond=0)
    known = registry()
    sites = sorted(expected(known).sites)
    fill(root, sites, many, now)
    last = {site: crawls(root, site, now, a_day, many // len(sites)) for site in sites}
    checks(root, sites, now, a_day)
    faults(root, sites, now)
    look_after(root, known, last, now)


def fill(root: Path, sites: list[str], many: int, now: datetime) -> None:
    """Put articles into a catalog: half of them of the last year, half of the ten years before."""
    language, dice = Language(), random.Random(5)  # noqa: S311 - nothing is secret here
    texts = [language.text(LENGTH) for _ in range(TEXTS)]
    with Filling(root / "catalog.sqlite3") as filling:
        for first in range(0, many, BATCH):
            rows: dict[str, list[dict[str, object]]] = {"articles": [], "versions": []}
            for number in range(first, min(first + BATCH, many)):
                site = sites[number % len(sites)]
                name = f"{address_hash(str(number)):016x}" * 2
                moment = now - dice.random() * DAYS * DAY * (1 if number % 2 else 11)
                at, url = utc_text(moment), f"https://{site}.example.vn/tin/{number}"
                rows["articles"].append(
                    row(articles, id=name, site=site, key=url, first_seen=at, last_seen=at, current=name)
                )
                rows["versions"].append(
                    row(versions, id=name, article=name, content=name, captured=at, capture=name, dated=at, url=url,
                        title=language.text(12), text=texts[number % TEXTS], published=page_text(moment.astimezone(VN)),
                        authors="[]", photographers="[]", tags="[]", parser="nukeviet/2", schema_version=1)
                )  # fmt: skip
            put(filling, {table: rows[table.name] for table in (articles, versions)})
        filling.finish()


def crawls(root: Path, site: str, now: datetime, a_day: int, held: int) -> str:
    """Write the reports of a site's crawls of a year; return the id of the last one."""
    crawl = ""
    found = tuple(Expectation(name, True, 1, 2, f"{name} is as expected") for name in ("answers", "layout", "robots"))
    for step in range(DAYS * a_day, 0, -1):
        ended = now - step * DAY / a_day + DAY / a_day / 2
        crawl = f"{site}-{timestamp14(ended)}000"
        new = held // DAYS // a_day // 2
        lost = tuple(
            Failure(f"https://{site}.example.vn/anh/{step}-{n}.jpg", "status: 404", 1) for n in range(step % 7)
        )
        report = CrawlReport(
            crawl, site, ended - timedelta(minutes=9), ended, 0, requests=90, captures=85, bytes=9_000_000,
            failures=lost, articles=ArticleCounts(new=new, unchanged=40), complete=True, readers={"nukeviet": 40 + new},
            empty={"authors": new // 2}, certificates={f"{site}.example.vn": now + 200 * DAY},
            robots={f"https://{site}.example.vn": "sha1:" + "A" * 32}, expectations=found,
            runs=(Run(ended - timedelta(minutes=9), ended, 0, 90),),
        )  # fmt: skip
        write_report(root, report)
    return crawl


def checks(root: Path, sites: list[str], now: datetime, a_day: int) -> None:
    """Write the ledger of checked files: each seen on its day, and checked every so many days from then on."""
    entries: list[tuple[datetime, Entry]] = []
    digest = "0123456789abcdef" * 4
    for site in sites:
        for step in range(DAYS * a_day):
            seen = now - (DAYS - step / a_day) * DAY
            stem = f"{site}/{seen.year}/{site}-{timestamp14(seen)}-00000"
            for file in (f"warcs/{stem}.warc.gz", f"cdxj/{stem}.cdxj"):
                entries.append((seen, Entry(warc_date(seen), "seen", file)))
                for at in _every(seen, now):
                    entries.append(
                        (at, Entry(warc_date(at), "sound", file, 9_000_000, int(seen.timestamp() * 1e9), digest))
                    )
    entries.sort(key=lambda each: each[0])
    (root / "status").mkdir(exist_ok=True)
    with (root / PLACE).open("wb") as lines:
        lines.writelines(line_of(entry) for _, entry in entries)
    forget(root, [file], now)


def _every(seen: datetime, now: datetime) -> Iterator[datetime]:
    at = seen + DAY
    while at < now:
        yield at
        at += CHECKED_EVERY * DAY


def faults(root: Path, sites: list[str], now: datetime) -> None:
    """Write a ledger in which each site broke an expectation once a month, and was mended."""
    with Ledger(root) as ledger:
        for month in range(12):
            at = now - (360 - 30 * month) * DAY
            for ok in (False, True):
                found = (Expectation("answers", ok, 3, 2, "no answer on 3 days in a row"),)
                rows = [Health(site, at, "OK", 0, 1, 0, None, None, expectations=found) for site in sites]
                ledger.look(rows, at + ok * DAY)


def look_after(root: Path, known: Registry, last: dict[str, str], now: datetime) -> None:
    """Look at all sites as the last crawl of the year does when it has ended."""
    after_crawls(read_config({}, data=root), known, last, now)


def measure(root: Path, folder: Path, command: list[str], rounds: int) -> Cost:
    """Return the medians of a command's costs; its output is in ``output.txt``."""
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLUMNS": "200"}
    costs = [run([KHCN, "--data", str(root), *command], folder, environ) for _ in range(rounds)]
    if {cost.exit for cost in costs} - {0, 6}:
        raise SystemExit(
            f"{command}: exit codes {[cost.exit for cost in costs]}\n{(folder / 'output.txt').read_text()}"
        )
    cpu_s, wall_s, rss_mb = (statistics.median(getattr(each, name) for each in costs) for name in Cost.__slots__[:3])
    return Cost(cpu_s, wall_s, rss_mb, costs[-1].exit)


def check(output: str, many: int) -> None:
    """End the program where a site or an article is not in the rows."""
    rows = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    counted = sum(each["articles"] for each in rows)
    if counted != many or {each["site"] for each in rows} != set(expected(registry()).sites):
        raise SystemExit(f"{counted} articles of {many} in {len(rows)} rows")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="What khcn status costs after a year of crawls.")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--crawls-a-day", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="folder for the data root, or with one that was kept")
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        root = (options.keep or Path(name) / "data").absolute()
        if not root.exists():
            root.mkdir(parents=True)
            make(root, options.articles, options.crawls_a_day)
        reports, lines = sum(1 for _ in (root / "crawls").iterdir()), (root / PLACE).read_bytes().count(b"\n")
        print(f"{options.articles} articles, {reports} reports, {lines} lines about files")
        print(f"{'':24}{'CPU s':>9}{'wall s':>9}{'MB':>7}")
        for told, command in (
            ("khcn --help", ["--help"]),
            ("khcn status", ["status"]),
            ("khcn status --json", ["status", "--json"]),
        ):
            cost = measure(root, Path(name), command, options.rounds)
            print(f"{told:24}{cost.cpu_s:9.2f}{cost.wall_s:9.2f}{cost.rss_mb:7.0f}", flush=True)
        check((Path(name) / "output.txt").read_text(), options.articles)


if __name__ == "__main__":
    main()
