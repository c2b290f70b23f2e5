"""Measure what an answer costs a crawl whose site has 2,000 known articles, and 200,000.

    python -m benchmarks.growth [--sizes 2000,20000,200000] [--articles 60] [--rounds 3] [--keep FOLDER]

Of each size a data root is made whose catalog holds so many articles of one site, each captured and read twice, none of
them due; beside it lies what a crawl keeps at hand for the next one. Then ``khcn crawl`` goes over the same played
Department (:mod:`benchmarks.crawl_site`), all of it new, in a copy of that data root; in each round every size once,
one after the other. "new" is a crawl without any.

Printed are medians: seconds of CPU of the whole crawl, milliseconds of CPU an answer beyond those of a crawl without
known articles, seconds that passed, memory of the largest process. Checked in each round, as :mod:`benchmarks.crawl`
does: every list, article, picture and document is in the WARC files, and every article in the JSON Lines.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.catalog import Catalog
from archive.catalog.bulk import Filling
from archive.catalog.tables import articles, captures, crawls, observations, readings, versions
from archive.catalog.times import page_text, utc_text
from archive.digests import address_hash
from archive.health.dated import dated_of
from archive.health.days import keep_days
from archive.report import CrawlReport, write_report
from archive.times import VN, timestamp14
from archive.urls import identity_key
from benchmarks.crawl import MANNERS, Truth, check, playing
from benchmarks.crawl_site import HOST, SITE
from benchmarks.filled import put
from benchmarks.measured import Cost, run
from benchmarks.search import LENGTH, Language, row
from benchmarks.turns import machine
from crawler.cli.common import registry
from crawler.known_kept import KeptKnown

SEEN = (timedelta(days=200), timedelta(days=10))
"""How long ago each article was captured: it is due 256 days after its last change, the first of them."""
BATCH = 5_000
TABLES = (crawls, captures, readings, articles, versions, observations)


def make(root: Path, known: int) -> None:
    """Make a data root that holds so many articles of the site; nothing where that is none."""
    root.mkdir(parents=True)
    if not known:
        return
    now, language = datetime.now(UTC).replace(microsecond=0), Language()
    texts = [language.text(LENGTH) for _ in range(200)]
    with Filling(root / "catalog.sqlite3") as filling:
        for first in range(0, known, BATCH):
            rows: dict[str, list[dict[str, object]]] = {table.name: [] for table in TABLES}
            if not first:
                rows["crawls"] = [
                    row(crawls, id=_crawl(now - ago), site=SITE, started=utc_text(now - ago), info="{}") for ago in SEEN
                ]
            for number in range(first, min(first + BATCH, known)):
                _article(rows, number, now, texts[number % len(texts)])
            put(filling, {table: rows[table.name] for table in TABLES})
        filling.finish()
    for ago in SEEN:
        at = now - ago
        write_report(root, CrawlReport(_crawl(at), SITE, at, at + timedelta(hours=1), 0, complete=True, captures=known))
    _leave(root, _crawl(now - SEEN[-1]))


def _leave(root: Path, crawl: str) -> None:
    """Keep at hand what the last crawl would have."""
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        known = KeptKnown(root, registry().get(SITE), catalog)
        known.identities()
        known.keep(crawl)
        with catalog.following() as state:
            dated_of(root, state, SITE).write(root, SITE)
    keep_days(root, f"sqlite:///{(root / 'catalog.sqlite3').absolute()}")


def _crawl(moment: datetime) -> str:
    return f"{SITE}-{timestamp14(moment)}000"


def _article(rows: dict[str, list[dict[str, object]]], number: int, now: datetime, text: str) -> None:
    name = f"{address_hash(str(number)):016x}" * 2
    url = f"http://{HOST}/vi/news/tin-cu/bai-viet-thu-{number}-cua-nhung-nam-truoc.html"
    for nth, ago in enumerate(SEEN):
        capture, at = f"urn:uuid:{name[:8]}-0000-4000-{nth:04x}-{number:012x}", utc_text(now - ago)
        rows["captures"].append(
            row(captures, id=capture, url=url, key=identity_key(url), date=at, status=200, mime="text/html",
                digest=f"sha1:{name}", site=SITE, crawl=_crawl(now - ago), warc=f"warcs/{SITE}/2026/old.warc.gz",
                offset=number * 7_000, length=6_500, via=f"http://{HOST}/vi/news/tin-cu/", purpose="page",
                method="GET", origin="crawl")
        )  # fmt: skip
        rows["readings"].append(row(readings, capture=capture, kind="article", detail="nukeviet/2", state="benchmark"))
        rows["observations"].append(row(observations, capture=capture, article=name, captured=at, version=name))
        if nth == 0:
            rows["versions"].append(
                row(versions, id=name, article=name, content=name, captured=at, capture=capture, dated=at, url=url,
                    title=f"Bài viết thứ {number}", text=text, published=page_text((now - ago).astimezone(VN)),
                    authors="[]", photographers="[]", tags="[]", parser="nukeviet/2", schema_version=1)
            )  # fmt: skip
    first, last = (utc_text(now - ago) for ago in SEEN)
    rows["articles"].append(
        row(articles, id=name, site=SITE, key=identity_key(url), first_seen=first, last_seen=last, current=name)
    )


def measure(made: Path, port: int, truth: Truth, played: int) -> tuple[Cost, int]:
    """Crawl the site in a copy of a data root, and check what came home; return the cost, and the answers."""
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "KHCN_RESOLVE": f"{HOST}=127.0.0.1:{port}"}
    settings = [part for each in (*MANNERS, "AUTOTHROTTLE_ENABLED=0") for part in ("-s", each)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(made, folder / "data")
        khcn = str(Path(sys.executable).with_name("khcn"))
        cost = run([khcn, "--data", str(folder / "data"), "crawl", SITE, *settings], folder, environ)
        if cost.exit:
            raise SystemExit(f"exit code {cost.exit}\n{(folder / 'output.txt').read_text()[-3000:]}")
        return cost, check("ours", folder, truth, played)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="What an answer costs a crawl whose site has many known articles.")
    parser.add_argument("--sizes", default="2000,20000,200000", help="known articles, by comma")
    parser.add_argument("--articles", type=int, default=60, help="articles that are new")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="folder for the data roots, or with those that were kept")
    options = parser.parse_args()
    sizes = [0, *(int(each) for each in options.sizes.split(","))]
    costs: dict[int, list[Cost]] = {size: [] for size in sizes}
    with tempfile.TemporaryDirectory() as name:
        roots, told = options.keep or Path(name) / "roots", Path(name) / "truth.txt"
        for size in sizes:
            if not (roots / str(size)).exists():
                make(roots / str(size), size)
        with playing(options.articles, told) as port:
            truth = {url: digest for digest, url, _ in (line.split() for line in told.read_text().splitlines())}
            print(f"{options.articles} new articles, {len(truth)} addresses\n{machine()}", flush=True)
            for _ in range(options.rounds):
                for size in sizes:
                    cost, answers = measure(roots / str(size), port, truth, options.articles)
                    costs[size].append(cost)
    print(f"{'known':>10}{'CPU s':>9}{'ms more':>9}{'wall s':>9}{'MB':>7}")
    first = statistics.median(each.cpu_s for each in costs[0])
    for size, some in costs.items():
        cpu, wall, rss = (statistics.median(getattr(each, what) for each in some) for what in Cost.__slots__[:3])
        print(f"{size or 'new':>10}{cpu:9.2f}{(cpu - first) * 1000 / answers:9.2f}{wall:9.2f}{rss:7.0f}")


if __name__ == "__main__":
    main()
