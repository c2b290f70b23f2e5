"""The n-th call that changes a file fails, once: the crawl says so, nothing is lost, and the next run mends it.

For a spread of n, or for every n with ``ALL_FAULTS=1``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawler.forked import Done
from tests.crawler.small_crawl import FAST, SITE, SMALL, SmallCrawl, faults, small_crawl
from tests.crawler.whole import check_whole

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs /proc")

PARTS = 10
"""Into so many tests the calls are dealt."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    with small_crawl(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.fixture(scope="module")
def calls(rig):
    """What a crawl calls when nothing goes wrong."""
    rig.crawl(rig.folder / "counted", fault={"log": rig.folder / "calls"})
    return (rig.folder / "calls").read_text().splitlines()


@pytest.fixture(scope="module")
def mending(rig):
    """What the next run calls when a disk failed in the middle of a crawl."""
    shutil.copytree(rig.stopped(), rig.folder / "mended")
    done = rig.crawl(rig.folder / "mended", fault={"log": rig.folder / "mending"})
    assert done.code == 0, done.said
    return (rig.folder / "mending").read_text().splitlines()


@pytest.mark.parametrize("part", range(PARTS))
def test_a_disk_that_fails_once_loses_nothing(rig, calls, part):
    for nth, error in faults(calls, part, PARTS, 2):
        fail_once(rig, nth, error)


@pytest.mark.parametrize("part", range(PARTS // 2))
def test_a_disk_that_fails_again_while_a_run_is_mended_loses_nothing(rig, mending, part):
    for nth, error in faults(mending, part, PARTS // 2, 1):
        fail_once(rig, nth, error, rig.stopped())


@pytest.mark.parametrize("setting", ["DOWNLOAD_TIMEOUT=77", "USER_AGENT=other/1 (+https://example.org/bot)"])
def test_a_run_that_got_nothing_has_no_part_in_what_the_crawl_was_like(rig, setting, tmp_path):
    data = tmp_path / "data"
    first_exchange = {"only": r"write .*\.warc\.gz\.open", "nth": 2, "error": "EIO"}
    failed = rig.crawl(data, fault=first_exchange)

    assert failed.code == 3
    done = rig.khcn("crawl", SITE, *FAST, *SMALL, "-s", setting, data=data)
    assert done.code == 0, done.said
    first = min((data / "warcs").rglob("*.warc.gz"))
    with first.open("rb") as stream:
        assert [record.rec_type for record in ArchiveIterator(stream)] == ["warcinfo"]
    check_whole(data, rig.expected)


def fail_once(rig: SmallCrawl, nth: int, error: str, before: Path | None = None) -> None:
    data = rig.folder / f"{nth}-{error}"
    log = rig.folder / f"{nth}-{error}.calls"
    if before is not None:
        shutil.copytree(before, data)

    failed = rig.crawl(data, fault={"nth": nth, "error": error, "log": log})

    try:
        check_failed(rig, data, failed)
    except AssertionError as wrong:
        call = log.read_text().splitlines()[nth - 1 : nth]
        raise AssertionError(f"call {nth} {call} failed with {error}: {wrong}\n{failed.said}") from wrong
    shutil.rmtree(data)
    log.unlink()


def check_failed(rig: SmallCrawl, data: Path, failed: Done) -> None:
    """The run said what was wrong, unless it was nothing; the next one ends well, and leaves all of it."""
    assert failed.code in (0, 3)
    assert "Traceback" not in failed.said
    if failed.code == 0:
        check_whole(data, rig.expected)

    again = rig.crawl(data)

    assert again.code == 0, again.said
    check_whole(data, rig.expected)
