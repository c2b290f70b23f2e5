"""The table of sizes is what the script reckons, and the script reckons right."""

from __future__ import annotations

import pytest

from benchmarks.sizing import SIZES, Figures, needed, row
from tests.docs.pages import read, section

PLAIN = Figures(
    captures_a_page=2,
    warc_a_capture=1_000,
    catalog_a_capture=100,
    jsonl_an_article=50,
    shard_a_line=10,
    delay_s=2,
    crawls_a_core=10,
    crawler_mib=1024,
    rebuilt_a_core_s=100,
    dollars_a_tb_month=20,
    dollars_a_core_hour=0.5,
)


def test_the_table_is_that_of_the_script():
    rows = [line for line in section(read("docs/scale.md"), "Sizes").splitlines() if line[:3].strip("| ").isdigit()]

    assert rows == [row(hosts, pages, 1_000, Figures()) for hosts, pages in SIZES]


def test_figures_are_multiplied_as_they_are_meant():
    need = needed(hosts=100, pages=1_000_000, at_once=50, of=PLAIN)

    assert need.captures == 2_000_000
    assert need.warc_tb == pytest.approx(0.002)
    assert need.catalog_tb == pytest.approx(0.0002)
    assert need.jsonl_tb == pytest.approx(0.00005)
    assert need.shards_tb == pytest.approx(0.00002)
    # 2,000,000 requests, 50 hosts, one in two seconds each: 80,000 seconds.
    assert need.first_crawl_days * 86_400 == pytest.approx(80_000)
    assert need.pages_a_worker_hour == 900
    assert (need.cores, need.memory_gib) == (5, 50)
    assert need.rebuild_core_hours == pytest.approx(1_000_000 / 100 / 3600)
    assert need.storage_dollars_month == pytest.approx(0.04)
    assert need.first_crawl_dollars == pytest.approx(5 * 80_000 / 3600 * 0.5)


def test_more_at_once_than_there_are_hosts_is_no_faster():
    assert needed(10, 1_000, 10, PLAIN) == needed(10, 1_000, 1_000, PLAIN)
