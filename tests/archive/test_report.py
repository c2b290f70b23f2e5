"""A crawl report has the promised keys, and is whole or not there."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from archive.errors import ArchiveError
from archive.report import ArticleCounts, Breaker, CrawlReport, Failure, read_report, reports, write_report

REPORT = CrawlReport(
    crawl="ha_tinh-20250301000000000",
    site="ha_tinh",
    started=datetime(2025, 3, 1, tzinfo=UTC),
    ended=datetime(2025, 3, 1, 1, 2, 3, 456_000, tzinfo=UTC),
    exit=5,
    requests=10,
    bytes=2**40,
    captures=9,
    articles=ArticleCounts(new=4, rejected=1),
    failures=(Failure("https://skhcn.hatinh.gov.vn/hỏng", "hết giờ", 3),),
    robots_refused=1,
    breaker=(Breaker("http://skhcn.hatinh.gov.vn", "breaker: hết giờ", datetime(2025, 3, 1, tzinfo=UTC), closed=True),),
    settings={"DOWNLOAD_DELAY": 0.5, "USER_AGENT": "khcn/0.1"},
    versions={"khcn": "0.1.0"},
)


def test_a_report_has_the_promised_keys(tmp_path):
    written = json.loads(write_report(tmp_path, REPORT).read_text("utf-8"))

    assert " ".join(written) == (
        "crawl site started ended exit requests bytes captures revisits articles "
        "failures owed robots_refused breaker settings versions complete requisites waiting bound requisite_failures "
        "expectations traps trap_examples low_confidence runs full readers empty certificates undelivered robots tls_faults "
        "held_back duplicates"
    )
    assert " ".join(written["articles"]) == "new changed unchanged gone back moved rejected"
    assert written["failures"] == [{"url": "https://skhcn.hatinh.gov.vn/hỏng", "cause": "hết giờ", "attempts": 3}]
    assert written["ended"] == "2025-03-01T01:02:03.456000Z"


def test_a_report_comes_back_as_it_was_written(tmp_path):
    path = write_report(tmp_path, REPORT)

    assert path == tmp_path / "crawls" / "ha_tinh-20250301000000000.json"
    assert read_report(path) == REPORT
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_reports_are_found_by_site(tmp_path):
    write_report(tmp_path, REPORT)

    assert list(reports(tmp_path)) == list(reports(tmp_path, "ha_tinh")) == [REPORT]
    assert list(reports(tmp_path, "hau_giang")) == list(reports(tmp_path / "none")) == []


@pytest.mark.parametrize("content", ["", "{}", '{"crawl": 1}', "\0"])
def test_a_file_that_is_no_report_is_named(tmp_path, content):
    path = tmp_path / "crawls" / "x.json"
    path.parent.mkdir()
    path.write_text(content)

    with pytest.raises(ArchiveError, match=r"x\.json: not a crawl report"):
        list(reports(tmp_path))


def test_a_missing_report_and_a_place_that_can_not_be_written_are_named(tmp_path):
    (tmp_path / "crawls").touch()

    with pytest.raises(ArchiveError, match=r"crawls.*can not be read"):
        read_report(tmp_path / "crawls" / "x.json")
    with pytest.raises(ArchiveError, match=r"x\.json|crawls.*can not be written"):
        write_report(tmp_path, REPORT)


def test_counts_take_the_names_they_know():
    assert ArticleCounts.of(Counter(new=3, listing=4, rejected=1)) == ArticleCounts(new=3, rejected=1)
