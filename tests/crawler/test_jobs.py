"""Several sites in one run: so many at once, and none in another's way."""

from __future__ import annotations

import json
import signal
import subprocess
from datetime import UTC, datetime

import pytest

from crawler.lock import SiteLock
from tests.crawler.killing import begin_stopping, tell, wait_until_stopped
from tests.crawler.other_sites import other_sites
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play

FEW = {"seeds": False, "oldest": 3}
SITES = ("ha_tinh", "hau_giang")


@pytest.fixture(scope="module")
def played():
    with play(**FEW) as sites:
        yield sites


def test_with_one_job_a_site_begins_when_the_one_before_has_ended(tmp_path, played):
    began = len(played.log)

    done = khcn("crawl", *SITES, "--jobs", "1", "--json", *FAST, data=tmp_path, resolve=played.resolve)

    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["site"], second["site"]) == SITES
    assert first["ended"] <= second["started"]
    is_first = ["hatinh" in fetch.host for fetch in played.log[began:]]
    assert is_first == sorted(is_first, reverse=True)


def test_sites_are_crawled_side_by_side_when_nobody_says_how_many(tmp_path, played):
    done = khcn("crawl", *SITES, "--json", *FAST, data=tmp_path, resolve=played.resolve)

    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert second["started"] < first["ended"]


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (
            '[crawl]\nCONCURRENT_REQUESTS = "many"\n',
            'ha_tinh.toml: crawl: CONCURRENT_REQUESTS: "many" is no whole number',
        ),
        ("colour = 3\n", 'no such key "colour" (remove it)'),
        ("[[layouts]]\n", 'the key "page" is missing; add it'),
    ],
)
def test_a_wrong_site_file_stops_that_site_only(tmp_path, played, added, said):
    path = other_sites(tmp_path / "project", only=SITES, ha_tinh=added)

    done = khcn("crawl", *SITES, "--json", *FAST, data=tmp_path, resolve=played.resolve, PYTHONPATH=path)

    assert done.returncode == 4
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert [json.loads(line)["site"] for line in done.stdout.splitlines()] == ["hau_giang"]


def test_all_sites_are_those_whose_files_can_be_read(tmp_path, played):
    path = other_sites(tmp_path / "project", only=("ha_tinh",), hau_giang="id = 3", broken="=")

    done = khcn("crawl", "--all", "--json", *FAST, data=tmp_path, resolve=played.resolve, PYTHONPATH=path)

    assert done.returncode == 4
    assert "broken.toml: not valid TOML" in done.stderr
    assert "hau_giang.toml: id: expected `str`, got `int`; correct the value" in done.stderr
    assert [json.loads(line)["site"] for line in done.stdout.splitlines()] == ["ha_tinh"]


def test_a_site_that_is_crawled_already_keeps_no_other_waiting(tmp_path, played):
    with SiteLock(tmp_path, "ha_tinh", datetime(2026, 1, 2, tzinfo=UTC)):
        done = khcn("crawl", *SITES, "--json", *FAST, data=tmp_path, resolve=played.resolve)

    assert done.returncode == 7
    assert "ha_tinh: another run holds this site" in done.stderr
    assert [json.loads(line)["site"] for line in done.stdout.splitlines()] == ["hau_giang"]


def test_sites_that_wait_are_not_begun_when_the_run_is_stopped(tmp_path, played):
    began = len(played.log)
    run = begin_stopping(
        played,
        [str(COMMAND), "crawl", *SITES, "--jobs", "1", *FAST],
        lambda: len(played.log) >= began + 3,
        env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(tmp_path), "KHCN_RESOLVE": played.resolve},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until_stopped(run)
    tell(run, signal.SIGTERM)
    _, said = run.communicate(timeout=300)

    assert run.returncode == 8
    assert "hau_giang: not begun, for the run was stopped" in said
    assert not list(tmp_path.glob("crawls/hau_giang*"))
