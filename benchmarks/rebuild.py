"""Measure how many pages a second a core rebuilds, and what a second core is worth.

    python -m benchmarks.rebuild [--pages 1000] [--rounds 3] [--only marks,lines,generic]

Played pages of a declared site whose marks are known, of one whose articles are found by the evidence of their lines,
and the latter's on a host that no file declares, which the generic reader reads. In turn with one process and with
two. A page is an article with its record read, its page parsed, its rows and its line of JSON written. "a core" is
pages by seconds of CPU of all processes; "one", "two" are pages by seconds that passed. Pages are read in the
processes of the rebuild, without the one beside them that bounds the generic reader: whose CPU time is not known to
the system once it was killed. Checked in the same run: every page is an article, and both catalogs are equal.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from archive.catalog import Catalog
from archive.times import warc_date
from archive.warc.writer import WarcWriter
from crawler import rebuild_gather
from crawler.cli.common import load_site
from crawler.derive import derive
from crawler.readers import states_of
from crawler.rebuild import rebuild
from tests.archive.exchanges import exchange
from tests.play.content import articles
from tests.play.departments import Department, departments
from tests.play.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = {
    "marks": ("dong_nai", "skhcn.dongnai.gov.vn"),
    "lines": ("ha_tinh", "skhcn.hatinh.gov.vn"),
    "generic": ("host__tin_vn", "tin.vn"),
}
"""What pages are read by: site id and host."""
STRETCH = 500_000
"""So short that small archives give both processes enough to do."""


def shown_pages(kind: str) -> list[tuple[str, str, bytes]]:
    """Return played pages: target, title and body of each."""
    if kind == "marks":
        department = departments()[KINDS[kind][1]]
        assert isinstance(department, Department)
        played = [(article, department.answer(urlsplit(article.url).path)) for article in department.articles.values()]
    else:
        world = World(articles())
        hosts = [(article, urlsplit(article.url)) for article in articles("ha_tinh")]
        played = [(article, world.answer(parts.hostname or "", parts.path)) for article, parts in hosts]
    return [(urlsplit(article.url).path, article.title, answer.body) for article, answer in played]


def build(root: Path, kind: str, pages: int) -> int:
    """Write an archive of so many played pages, each at an address and with a title of its own; return its bytes."""
    (site, host), shown = KINDS[kind], shown_pages(kind)
    total = 0
    info = {"robots": "obey", "operator": "benchmark", "started": warc_date(START)}
    moment = START
    with WarcWriter(root, site, f"{site}-20260101000000", info=info, max_bytes=10**9, sync_records=10**6) as writer:
        for number in range(pages):
            path, title, body = shown[number % len(shown)]
            stem, dot, ending = path.partition(".html")
            path = f"{stem}-{number}{dot}{ending}"
            body = body.replace(title.encode(), f"{title} ({number})".encode())
            total += len(body)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
            response, moment = head.encode() + body, moment + timedelta(seconds=1)
            request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            how = {"date": moment, "ended": moment, "tls": None, "protocols": ("http/1.1",), "request": request}
            writer.write(exchange(response, f"http://{host}{path}", **how), via=None, purpose="page")
    return total


def cpu_s() -> float:
    """Return the seconds of CPU of this process and of those that it started and that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measure(root: Path, jobs: int, pages: int) -> tuple[float, float, str]:
    """Rebuild; return seconds that passed, seconds of CPU, and a hash of all rows."""
    passed, used = time.perf_counter(), cpu_s()
    found = rebuild(
        root, catalog=root / "catalog.sqlite3", load_site=load_site, derive=derive, states=states_of, jobs=jobs
    )
    passed, used = time.perf_counter() - passed, cpu_s() - used
    if found.captures != {"article": pages}:
        raise SystemExit(f"not every page is an article: {dict(found.captures)} {dict(found.rejected)}")
    digest = hashlib.sha256()
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        for row in catalog.dump():
            digest.update(row.encode())
    return passed, used, digest.hexdigest()


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="How many pages a second a core rebuilds.")
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(KINDS), help="kinds of pages, by comma")
    options = parser.parse_args()
    rebuild_gather.STRETCH = STRETCH
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'read by':10} {'bytes':>8} {'a core':>8} {'one':>8} {'two':>8} {'two/one':>8}")
    for kind in options.only.split(","):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            size = build(root, kind, options.pages) // options.pages
            rounds = [[measure(root, jobs, options.pages) for jobs in (1, 2)] for _ in range(options.rounds)]
        if len({digest for each in rounds for _, _, digest in each}) != 1:
            raise SystemExit(f"{kind}: one process and two give different catalogs")
        core = statistics.median(options.pages / one[1] for one, _ in rounds)
        one, two = (statistics.median(options.pages / each[n][0] for each in rounds) for n in (0, 1))
        print(f"{kind:10} {size:8} {core:8.0f} {one:8.0f} {two:8.0f} {two / one:8.2f}")


if __name__ == "__main__":
    main()
