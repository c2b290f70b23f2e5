"""A crawl that is killed loses nothing, and the same crawl again leaves what one run would have left."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from archive.catalog import Catalog
from archive.report import read_report
from archive.warc.reader import iter_captures, list_warcs
from tests.crawler.killing import begin_stopping, wait_until_stopped
from tests.crawler.test_main_job import dump
from tests.khcn import COMMAND, FAST, khcn
from tests.play import Played, play

pytestmark = pytest.mark.xdist_group("repair")

SITE = "ha_tinh"


def crawl_and_kill(data: Path, played: Played, is_time: Callable[[], bool]) -> None:
    """Start a crawl, and kill it where it stops: at the request at which it is time."""
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_RESOLVE": played.resolve, "KHCN_DATA": str(data)}
    process = begin_stopping(
        played,
        [str(COMMAND), "crawl", SITE, *FAST],
        is_time,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until_stopped(process)
    process.kill()
    process.wait()


class Killed:
    """Crawls of one site, killed one after the other, and one that was let be."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.left: list[dict[str, list[str]]] = []
        with play() as played:
            for more in (0, 1, 7, 40, 90, 100):
                crawl_and_kill(data, played, partial(self.is_time, played.log, len(played.log) + more))
                self.left.append(leftovers(data))
            self.last = khcn("crawl", "--json", SITE, *FAST, data=data, resolve=played.resolve)
            self.again = khcn("crawl", "--json", SITE, *FAST, data=data, resolve=played.resolve)
            self.truth = {article.url: article for article in played.articles if article.url.split("/")[2] in HOSTS}

    def is_time(self, log: list[Any], wanted: int) -> bool:
        # Not before the crawl has said that it begins; killed earlier, it has left nothing.
        return len(log) >= wanted and bool(list((self.data / "crawls").glob("*.open")))


HOSTS = {"skhcn.hatinh.gov.vn"}


def leftovers(data: Path) -> dict[str, list[str]]:
    kinds = ("warcs", "cdxj", "crawls")
    return {kind: sorted(path.name for path in (data / kind).rglob("*.open")) for kind in kinds}


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    return Killed(tmp_path_factory.mktemp("killed") / "data")


def test_each_kill_leaves_a_crawl_that_has_not_ended(killed):
    assert [len(left["crawls"]) for left in killed.left] == [1] * len(killed.left)
    assert max(len(left["warcs"]) for left in killed.left) == 1


def test_the_next_crawl_repairs_and_goes_on(killed):
    assert killed.last.returncode == 0, killed.last.stderr
    assert "killed crawl ended" in killed.last.stderr
    assert killed.again.returncode == 0, killed.again.stderr
    assert killed.again.stderr == ""
    assert leftovers(killed.data) == {"warcs": [], "cdxj": [], "crawls": []}


def test_every_article_is_there_once_and_all_its_files_were_fetched(killed):
    with Catalog.open(killed.data / "catalog.sqlite3", read_only=True) as catalog:
        articles = list(catalog.articles())
        fetched = {capture.url for capture in catalog.captures() if capture.status in (200, 302)}

    assert Counter(article.url for article in articles) == Counter(list(killed.truth))
    missing = {image.url for article in articles for image in article.images} - fetched
    missing |= {entry.url for article in articles for entry in article.attachments} - fetched
    assert missing == set()


def test_the_crawl_has_one_report_that_tells_of_all_its_runs(killed):
    reports = [read_report(path) for path in sorted((killed.data / "crawls").glob("*.json"))]
    captures: Counter[str] = Counter()
    for warc in list_warcs(killed.data):
        for capture, _ in iter_captures(killed.data, warc):
            captures[capture.crawl] += 1

    assert [[run.exit for run in report.runs] for report in reports] == [[8] * len(killed.left) + [0], [0]]
    assert [(report.exit, report.complete, report.owed) for report in reports] == [(0, True, ())] * 2
    assert {report.crawl: report.captures for report in reports} == dict(captures)
    for report in reports:
        assert sum(run.requests for run in report.runs) == report.requests
        assert report.runs[0].started == report.started
        assert report.runs[-1].ended == report.ended
        assert all(run.ended <= later.started for run, later in pairwise(report.runs))
    assert all(report.settings["DOWNLOAD_DELAY"] == "0" for report in reports)


def test_the_catalog_and_the_json_lines_equal_a_rebuild(killed, tmp_path):
    data = shutil.copytree(killed.data, tmp_path / "data")
    lines = {path.relative_to(data): path.read_bytes() for path in (data / "articles").rglob("*.jsonl")}
    for path in data.glob("catalog.sqlite3*"):
        path.unlink()
    shutil.rmtree(data / "articles")

    done = khcn("rebuild", data=data)

    assert done.returncode == 0, done.stderr
    assert dump(data) == dump(killed.data)
    assert {path.relative_to(data): path.read_bytes() for path in (data / "articles").rglob("*.jsonl")} == lines


def test_the_index_of_a_repaired_file_equals_one_made_again(killed, tmp_path):
    data = shutil.copytree(killed.data, tmp_path / "data")
    before = {path: path.read_bytes() for path in (data / "cdxj").rglob("*.cdxj")}
    for path in before:
        path.unlink()
    khcn("index", data=data)

    assert {path: path.read_bytes() for path in (data / "cdxj").rglob("*.cdxj")} == before
