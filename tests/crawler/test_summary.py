"""What a person is told of a crawl at its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.report import ArticleCounts, Breaker, CrawlReport, Expectation, Failure, Run, end_run
from crawler.cli.progress import print_summary, remarks, span
from crawler.run import Ended

START = datetime(2025, 3, 1, tzinfo=UTC)
REPORT = CrawlReport("ha_tinh-1", "ha_tinh", START, START + timedelta(seconds=90), exit=0, requests=7)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, []),
        (
            {
                "exit": 5,
                "failures": (Failure("http://a.vn/", "timeout: 60 s", 3), Failure("http://b.vn/", "dns: no", 1)),
            },
            ["failed: http://a.vn/ (timeout: 60 s), tried 3 times", "failed: http://b.vn/ (dns: no)"],
        ),
        ({"breaker": (Breaker("http://a.vn", "timeout", START),)}, ["left alone: http://a.vn (timeout)"]),
        ({"exit": 8}, ["interrupted; the same command goes on from there"]),
        (
            {"traps": {"calendar": 12}, "trap_examples": {"calendar": "http://a.vn/2031/05"}},
            ["trap: calendar, 12 addresses not asked for, such as http://a.vn/2031/05"],
        ),
        ({"bound": "CRAWL_MAX_REQUESTS=500"}, ["ended by CRAWL_MAX_REQUESTS=500; the next run goes on from there"]),
        (
            {"expectations": (Expectation("a", True, 1, 7, "well"), Expectation("b", False, 9, 7, "ill"))},
            ["not as expected: ill"],
        ),
    ],
)
def test_what_is_beside_the_counts_is_a_sentence_each(more, told):
    assert list(remarks(replace(REPORT, **more))) == told


def test_of_many_failures_ten_are_named():
    failures = tuple(Failure(f"http://a.vn/{number}", "status: 500", 1) for number in range(13))

    told = list(remarks(replace(REPORT, exit=5, failures=failures)))

    assert len(told) == 11
    assert told[10] == "3 more failures are in crawls/ha_tinh-1.json"


def test_the_table_has_a_row_a_site_with_what_all_its_runs_did(capsys):
    night = Run(START, START + timedelta(hours=2), 8, 4)
    report = replace(REPORT, articles=ArticleCounts(new=3, gone=2), bytes=1500, runs=(night, Run(START, START, 0, 0)))

    print_summary([Ended("ha_tinh", end_run(report)), Ended("x", None, ValueError())], as_json=False)

    out = capsys.readouterr()
    row = next(line for line in out.out.splitlines() if "ha_tinh" in line)
    assert row.split() == ["ha_tinh", "OK", "3", "0", "0", "2", "0", "7", "1.5", "kB", "0", "2", "h", "1", "min"]
    assert out.err == ""


def test_a_crawl_without_runs_is_one_run():
    assert end_run(REPORT).runs == (Run(START, START + timedelta(seconds=90), 0, 7),)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (3599.7, "1 h 0 min"), (90_000, "25 h 0 min")],
)
def test_a_time_for_people(seconds, said):
    assert span(seconds) == said
