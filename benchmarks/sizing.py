"""What so many hosts and pages need: reckoned from figures that were measured, each named with where it is from.

python -m benchmarks.sizing --hosts 10000 --pages 100000000
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """What one page, line, site or worker costs. Bytes are decimal."""

    captures_a_page: float = 1736 / 266
    """Captures for each article: its page, pictures, lists, style sheets (the demo: 1,736 of 266 articles)."""
    warc_a_capture: float = 13_142_727 / 1736
    """Bytes of WARC files; made-up pages: pictures of real sites are larger, see ``--warc``."""
    catalog_a_capture: float = 3_248_128 / 1736
    """Bytes of the catalog with its indexes (SQLite)."""
    jsonl_an_article: float = 1_065_497 / 266
    line: float = 641_181 / 1736
    """Bytes of a line in a sidecar."""
    shard_a_line: float = 356_115_214 / 10_000_000
    """Bytes in ZipNum shards (benchmarks.lookup, 10 million lines)."""
    delay_s: float = 1.0
    """Seconds between requests to a host (``DOWNLOAD_DELAY``)."""
    crawler_mib: float = 150.0
    """Memory of the process of a crawl; an assumption."""
    crawls_a_core: float = 8.0
    """Sites that a core crawls at once; an assumption."""
    rebuilt_a_core_s: float = 124.0
    """Pages a core reads again in a second (benchmarks.rebuild, by lines)."""
    dollars_a_tb_month: float = 23.0
    """Object storage, list price of S3 Standard; an assumption."""
    dollars_a_core_hour: float = 0.04
    """A core with 4 GiB; an assumption."""


@dataclass(frozen=True, slots=True)
class Need:
    """What an archive needs."""

    captures: float
    warc_tb: float
    catalog_tb: float
    jsonl_tb: float
    sidecars_tb: float
    shards_tb: float
    first_crawl_days: float
    """Of all pages, by as many workers as wait for nobody: a host at its delay."""
    pages_a_worker_hour: float
    """Articles that one process of a crawl brings in an hour."""
    cores: float
    memory_gib: float
    rebuild_core_hours: float
    storage_dollars_month: float
    first_crawl_dollars: float


def needed(hosts: int, pages: int, at_once: int, of: Figures) -> Need:
    """Return what *pages* articles on *hosts* hosts need, when *at_once* hosts are crawled side by side.

    >>> round(needed(1, 3600, 1, Figures(captures_a_page=1)).first_crawl_days * 24, 6)
    1.0
    """
    captures = pages * of.captures_a_page
    running = min(at_once, hosts)
    rate = 1 / of.delay_s  # requests a second of one host
    days = captures / running / rate / 86_400
    cores = running / of.crawls_a_core
    storage = captures * of.warc_a_capture / 1e12
    return Need(
        captures=captures,
        warc_tb=storage,
        catalog_tb=captures * of.catalog_a_capture / 1e12,
        jsonl_tb=pages * of.jsonl_an_article / 1e12,
        sidecars_tb=captures * of.line / 1e12,
        shards_tb=captures * of.shard_a_line / 1e12,
        first_crawl_days=days,
        pages_a_worker_hour=3600 * rate / of.captures_a_page,
        cores=cores,
        memory_gib=running * of.crawler_mib / 1024,
        rebuild_core_hours=pages / of.rebuilt_a_core_s / 3600,
        storage_dollars_month=storage * of.dollars_a_tb_month,
        first_crawl_dollars=cores * days * 24 * of.dollars_a_core_hour,
    )


SIZES = ((34, 340_000), (500, 5_000_000), (10_000, 100_000_000))


def row(hosts: int, pages: int, at_once: int, of: Figures) -> str:
    """Return a row of the table in docs/scale.md."""
    need = needed(hosts, pages, at_once, of)
    cells = (
        f"{hosts:,}",
        f"{pages / 1e6:g} M",
        f"{need.captures / 1e6:,.1f} M",
        f"{need.warc_tb:,.3g}",
        f"{need.catalog_tb * 1000:,.3g}",
        f"{need.shards_tb * 1000:,.3g}",
        f"{min(at_once, hosts):,}",
        f"{need.first_crawl_days:,.1f}",
        f"{need.cores:,.3g}",
        f"{need.memory_gib:,.3g}",
        f"{need.rebuild_core_hours:,.3g}",
        f"{need.storage_dollars_month:,.0f}",
        f"{need.first_crawl_dollars:,.0f}",
    )
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table, or the row that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hosts", type=int)
    parser.add_argument("--pages", type=int)
    parser.add_argument("--at-once", type=int, default=1_000, help="hosts crawled side by side")
    parser.add_argument("--delay", type=float, default=1.0, help="seconds between requests to a host")
    parser.add_argument("--warc", type=float, help="bytes of WARC files a capture, as your archive has them")
    options = parser.parse_args()
    given = {"warc_a_capture": options.warc} if options.warc else {}
    of = Figures(delay_s=options.delay, **given)
    sizes = ((options.hosts, options.pages),) if options.hosts and options.pages else SIZES
    for hosts, pages in sizes:
        print(row(hosts, pages, options.at_once, of))


if __name__ == "__main__":
    main()
